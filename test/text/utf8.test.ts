import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeShortAscii, decodeUtf8 } from "../../src/text/utf8.ts";

test("text in UTF-8 comes back as it was", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      expect(decodeUtf8(new TextEncoder().encode(text), "keep")).toBe(text);
    }),
  );
});

test.each([
  ["a byte that begins nothing", [0x61, 0xff]],
  ["a character that is cut off", [0xe2, 0x82]],
  ["half of a surrogate pair", [0xed, 0xa0, 0x80]],
  ["a slash in two bytes", [0xc0, 0xaf]],
])("%s is not UTF-8", (_, bytes) => {
  expect(decodeUtf8(Uint8Array.from(bytes))).toBeNull();
  expect(decodeUtf8(Uint8Array.from(bytes), "keep")).toBeNull();
});

test("a byte order mark is dropped, unless it is to be kept", () => {
  const bytes = Uint8Array.from([0xef, 0xbb, 0xbf, 0x61]);
  expect(decodeUtf8(bytes)).toBe("a");
  expect(decodeUtf8(bytes, "keep")).toBe("\uFEFFa");
});

test("bytes are short ASCII or are left to others", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(8), (bytes, start) => {
      const part = bytes.subarray(start);
      const isShortAscii = part.length <= 32 && part.every((byte) => byte < 128);
      const text = isShortAscii ? decodeUtf8(part, "keep") : null;
      expect(decodeShortAscii(bytes, Math.min(start, bytes.length))).toBe(text);
    }),
  );
});
