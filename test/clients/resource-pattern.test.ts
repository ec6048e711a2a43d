import fc from "fast-check";
import { expect, test } from "vitest";
import { compileResourcePattern } from "../../src/clients/resource-pattern.ts";

test.each<[pattern: string, covered: string[], other: string[]]>([
  ["/", ["", "/", "/a", "/a/b"], []],
  ["/**", ["/", "/a", "/a/b/"], [""]],
  ["/*", ["/a", "/a.json"], ["", "/", "/a/", "/a/b"]],
  ["/orders", ["/orders"], ["", "/orders/", "/orders/1", "/order", "/Orders"]],
  ["orders", ["/orders"], ["/orders/1"]],
  ["/orders/", ["/orders/"], ["/orders", "/orders/1"]],
  ["/orders/**", ["/orders/", "/orders/1", "/orders/1/lines"], ["/orders", "/ordersx/1"]],
  ["/orders/*/lines", ["/orders/1/lines"], ["/orders//lines", "/orders/1/lines/2", "/orders/1/2/lines"]],
  ["/*/users/*", ["/v1/users/7"], ["/users/7", "/v1/users/", "/v1/users/7/x"]],
  ["/*/users/**", ["/v1/users/7/x"], ["/v1/users", "//users/7"]],
  ["/v*/x", ["/v1/x", "/v/x"], ["/1/x"]],
  ["/a.b", ["/a.b"], ["/axb"]],
  ["/**/x", ["/a/x"], ["/a/b/x", "/x"]],
])("the resource path %s covers %j, and not %j", (pattern, covered, other) => {
  const matches = compileResourcePattern(pattern);
  expect(covered.filter((path) => !matches(path))).toEqual([]);
  expect(other.filter((path) => matches(path))).toEqual([]);
});

const segment = fc.stringMatching(/^[\w.-]{1,8}$/);

test("a path without wildcards covers itself and nothing that is longer", () => {
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1, maxLength: 5 }), segment, (segments, more) => {
      const path = `/${segments.join("/")}`;
      const matches = compileResourcePattern(path);
      expect(matches(path)).toBe(true);
      expect(matches(`${path}/${more}`)).toBe(false);
      expect(compileResourcePattern(`${path}/**`)(`${path}/${more}`)).toBe(true);
    }),
  );
});

test("a path of any length is compared in a time that grows with it", () => {
  const matches = compileResourcePattern(`/${"*a".repeat(200)}/**`);
  expect(matches(`/${"a".repeat(100_000)}/b`)).toBe(true);
  expect(matches("/a".repeat(100_000))).toBe(false);
});
