import { expect, test } from "vitest";
import { isToken } from "../../src/text/token.ts";

test("a token is made of letters, digits and the signs that RFC 9110 names", () => {
  const all = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));
  const signs = "!#$%&'*+-.^_`|~";
  expect(all.filter(isToken).join("")).toBe(
    all.filter((character) => /[0-9A-Za-z]/.test(character) || signs.includes(character)).join(""),
  );
});

test.each(["", "a b", "a:", "ä", "a\n", "a\r\nb"])("%j is no token", (text) => {
  expect(isToken(text)).toBe(false);
});
