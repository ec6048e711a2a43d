import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { render } from "../render-template.ts";

describe("base64 has the standard alphabet", () => {
  test.each([
    ["abc", "YWJj"],
    ["grüße?>", "Z3LDvMOfZT8+"],
    ["", ""],
  ])("of %j is %s", (text, base64) => {
    expect(render("{encodeBase64(text)}", { text })).toBe(base64);
    expect(render("{decodeBase64(base64)}", { base64 })).toBe(text);
  });

  test.each([
    ["padding may be absent", "YWI", "ab"],
    ["base64url decodes to an empty text", "Z3LDvMOfZT8-", ""],
    ["padding of the wrong length decodes to an empty text", "YWI==", ""],
    ["a single digit decodes to an empty text", "YWJjY", ""],
    ["white space decodes to an empty text", "YW Jj", ""],
  ])("%s", (_, base64, text) => expect(render("{decodeBase64(base64)}", { base64 })).toBe(text));

  test("any text survives both ways", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const base64 = render("{encodeBase64(text)}", { text });
        expect(render("{decodeBase64(base64)}", { base64 })).toBe(text);
      }),
    );
  });
});
