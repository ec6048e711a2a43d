import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeUtf8 } from "../../src/text/utf8.ts";

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
