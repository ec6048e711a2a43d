import fc from "fast-check";
import { expect, test } from "vitest";
import { maskOf } from "../../src/credentials/mask.ts";
import { shownWithout } from "../../src/credentials/shown.ts";

const secret = `s3 "&'<>\\c+d/e=%41ü😀~`;
const form = (text: string) => new URLSearchParams({ "": text }).toString().slice(1);
const address = (text: string) => new URL(`http://a/?${text}`).search.slice(1);
const json = (text: string) => JSON.stringify(text).slice(1, -1);
const html = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
const base64 = (text: string) => Buffer.from(text).toString("base64");
const eachUnit = (text: string, write: (unit: number) => string) =>
  Array.from({ length: text.length }, (_, index) => write(text.charCodeAt(index))).join("");

/** Every way in which something that quotes a secret may write it. */
const encodings: [name: string, encode: (text: string) => string][] = [
  ["as it is", (text) => text],
  ["percent-encoded", encodeURIComponent],
  [
    "percent-encoded in small letters",
    (text) => encodeURIComponent(text).replace(/%../g, (hex) => hex.toLowerCase()),
  ],
  [
    "percent-encoded with no sign left out",
    (text) => encodeURIComponent(text).replace(/[!'()*~]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`),
  ],
  [
    "percent-encoded byte for byte",
    (text) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""),
  ],
  ["percent-encoded twice", (text) => encodeURIComponent(encodeURIComponent(text))],
  ["as a form writes it", form],
  ["as an address writes it", address],
  ["as JSON writes it", json],
  ["as JSON in JSON writes it", (text) => json(json(text))],
  ["as JSON with slashes escaped", (text) => json(text).replaceAll("/", "\\/")],
  [
    "as JSON of letters alone",
    (text) => eachUnit(text, (unit) => `\\u${unit.toString(16).padStart(4, "0")}`),
  ],
  ["as HTML writes it", html],
  ["as HTML in HTML writes it", (text) => html(html(text))],
  ["as HTML with numbers", (text) => [...text].map((sign) => `&#${sign.codePointAt(0)};`).join("")],
  [
    "as HTML with hexadecimal numbers",
    (text) => [...text].map((sign) => `&#x${sign.codePointAt(0)?.toString(16)};`).join(""),
  ],
  ["as HTML of JSON", (text) => html(json(text))],
  ["as JSON of a form", (text) => json(form(text))],
  ["as base64", base64],
  ["as base64 without its end", (text) => base64(text).replace(/=+$/, "")],
  ["as base64url", (text) => Buffer.from(text).toString("base64url")],
  ["as base64 of a form", (text) => base64(form(text))],
  ["as base64 in an address", (text) => encodeURIComponent(base64(text))],
  ["in Basic credentials", (text) => base64(`client:${form(text)}`)],
  ["in Basic credentials of a longer name", (text) => base64(`client-1:${text}`)],
  ["in Basic credentials of a name that is longer still", (text) => base64(`client-12:${text}`)],
];

test.each(encodings)("a secret is masked %s", (_, encode) => {
  expect(maskOf([secret])(`before: ${encode(secret)}, after`)).toBe("before: ***, after");
});

test.each(encodings)("wherever a secret stands in a long text, it is masked %s", (_, encode) => {
  const mask = maskOf([secret]);
  const written = encode(secret);
  const part = 32 * 1024;
  for (const end of [part, 2 * part]) {
    for (const from of [-written.length - 1, -written.length, -written.length + 1, -5, -1, 0, 1, 2, 70]) {
      const before = `${" ".repeat(end + from - 1)}:`;
      expect(mask(`${before}${written}, after`)).toBe(`${before}***, after`);
    }
  }
});

test.each(encodings)(
  "where a text was cut, no beginning of a secret is left that stands there %s",
  (_, encode) => {
    const shown = shownWithout([secret]);
    const written = `${encode(secret)}, `;
    const text = written.repeat(50);
    for (let sent = text.length - 2 * written.length; sent < text.length; sent++) {
      expect(shown(text.slice(0, sent), text.length, sent)).toMatch(
        /^(?:\*\*\*,? ?)*\*{0,3}… \(more than \d+ characters\)$/,
      );
    }
  },
);

test("each line of a secret of several lines is masked, but for short ones", () => {
  const key = "-----BEGIN KEY-----\nMIIEvQIBADANBg\n=\n-----END KEY-----";
  expect(maskOf([key])("x MIIEvQIBADANBg = y")).toBe("x *** = y");
});

test("of two secrets of which one begins like the other nothing is left", () => {
  expect(maskOf(["abc", "abcdef"])("abcdef abc")).toBe("*** ***");
});

test("without secrets text stays what it is; an empty one is none", () => {
  expect(maskOf([""])("text")).toBe("text");
});

test("other text stays what it is, escapes and all", () => {
  const others = fc.string({ unit: fc.constantFrom(..."abc%2F\\u00e9&#;amp+/=ü😀 ") });
  fc.assert(
    fc.property(others, (text) => {
      expect(maskOf(["another secret"])(text)).toBe(text);
    }),
  );
});

test("no secret is left, whatever it is, wherever it stands and however it is written", () => {
  const secrets = fc.array(fc.string({ unit: "grapheme", minLength: 6 }), { minLength: 1, maxLength: 3 });
  const [signs, encode] = [fc.string(), fc.constantFrom(...encodings.map(([, encode]) => encode))];
  fc.assert(
    fc.property(secrets, signs, signs, encode, (all, before, after, encode) => {
      const written = all.map(encode);
      // Between words that are not part of base64, for a word of that goes as a whole.
      const masked = maskOf(all)(`${before} "${written.join('" "')}" ${after}`);
      for (const [index, one] of written.entries()) {
        // What an address leaves out, such as its fragment, and what is left then, is not the secret any more.
        const isCut = encode === address && /[#\t\n\r]|[\0- ]$/.test(all[index] ?? "");
        if (!isCut && !one.includes("*")) expect(masked).not.toContain(one);
      }
    }),
  );
});

test("hostile text is done with in a time that grows with its length", () => {
  const signs = fc.constantFrom("a", "%", "%25", "\\", "\\u", "&", "&amp;", "A".repeat(50), "+", "\\\\");
  fc.assert(
    fc.property(fc.array(signs, { minLength: 1, maxLength: 4 }), (pattern) => {
      const text = pattern.join("").repeat(64_000 / pattern.join("").length);
      expect(typeof maskOf(["a".repeat(40), "%25%25%25%25", "\\\\\\\\\\\\\\\\"])(text)).toBe("string");
    }),
    { numRuns: 20 },
  );
});
