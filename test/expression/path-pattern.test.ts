import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePathPattern } from "../../src/expression/path-pattern.ts";
import { ExpressionError } from "../../src/expression/value.ts";

describe("MatchesPath", () => {
  test.each([
    ["/statuses", "/statuses", true],
    ["/statuses", "/Statuses", false],
    ["/*/a/", "/x/a/", true],
    ["/*/a/", "/x/a", false],
    ["/*/a/*", "/x/a/b", true],
    ["/*/a/*", "/x/a/b/c", false],
    ["/*/a/**", "/x/a/b/c/d", true],
    ["/a/**/feed/**", "/a/b/feed/rss/1234", true],
    ["/a/**/feed/**", "/a/feed/rss", false],
    ["/items/*", "/items/1", true],
    ["/items/*", "/items/", true],
    ["/items/*", "/items", false],
    ["/items/*", "/items/1/", false],
    ["/items/{id}", "/items/1", true],
    ["/items/{id}/parts", "/items/1/2/parts", false],
    ["/items/**", "/items/", true],
    ["/items/**", "/items", false],
    ["/**", "/", true],
    ["/**", "/a/b", true],
    ["**/x", "/x", true],
    ["**/x", "/a/b/x", true],
    ["/**/x", "/x", false],
    ["/x/**", "/x/a", true],
    ["/v*", "/v1", true],
    ["/v*", "/v1/items", false],
    ["/v*/items", "/v1/items", true],
    ["/*.json", "/a.json", true],
    ["/*.json", "/a/b.json", false],
    ["/a.c", "/abc", false],
    ["/%{user%}", "/{user}", true],
    ["/%{user%}", "/x", false],
    ["/%*", "/*", true],
    ["/%*", "/a", false],
    ["/100%%", "/100%", true],
    ["/a%20b/*", "/a%20b/c", true],
    ["/items/{id", "/items/{id", true],
    ["/items/{id", "/items/1", false],
    ["/*", "/ü\n😀", true],
    ["/😀/*", "/😀/a", true],
    ["/", "/", true],
    ["/", "", true],
    ["/", "//", false],
    ["", "", true],
    ["", "/", false],
  ])("%s against %j is %s", (pattern, path, expected) => {
    expect(compilePathPattern(pattern)(path)).toBe(expected);
  });

  test("agrees with trying every possibility", () => {
    const piece = fc.constantFrom("a", "/", "*", "**", "{x}", "%*", ".");
    const path = fc.string({ unit: fc.constantFrom("a", "/", "*", "."), maxLength: 8 });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), path, (pieces, text) => {
        // Two stars in a row are the wildcard for levels, however they came about.
        const pattern = pieces.join("").replace(/(?<!%)\*{2,}/g, "**");
        const tokens = pattern.match(/%\*|\*\*|\*|\{x\}|./g) ?? [];
        const isRoot = pattern === "/" && text === "";
        expect(compilePathPattern(pattern)(text)).toBe(isRoot || matchesNaively(tokens, text));
      }),
      { numRuns: 2000 },
    );
  });

  test("many wildcards on a long path finish", () => {
    const matches = compilePathPattern("/**/a*/**/b*c/**/d*".repeat(20));
    expect(matches("/a/bc/".repeat(20_000))).toBe(false);
  });

  test("a pattern that is too long is refused", () => {
    expect(() => compilePathPattern("/*".repeat(3000))).toThrow(ExpressionError);
  });
});

function matchesNaively([token, ...rest]: readonly string[], text: string): boolean {
  if (token === undefined) return text === "";
  if (token === "**" || token === "*" || token === "{x}") {
    for (let length = 0; length <= text.length; length++) {
      if (token !== "**" && text.slice(0, length).includes("/")) return false;
      if (matchesNaively(rest, text.slice(length))) return true;
    }
    return false;
  }
  const literal = token.replace("%", "");
  return text.startsWith(literal) && matchesNaively(rest, text.slice(literal.length));
}
