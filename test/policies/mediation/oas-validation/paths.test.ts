import fc from "fast-check";
import { expect, test } from "vitest";
import { PathTree, readPathTemplate } from "../../../../src/policies/mediation/oas-validation/paths.ts";

function treeOf(paths: readonly string[]): PathTree<string> {
  const tree = new PathTree<string>();
  for (const path of paths) {
    const template = readPathTemplate(path);
    if (!template) throw new Error(`no path: ${path}`);
    tree.add(template, path);
  }
  return tree;
}

const found = (paths: readonly string[], path: string) =>
  [...treeOf(paths).matches(path)].map(({ end, values }) => [end, Object.fromEntries(values)]);

test.each<[string[], string, unknown[]]>([
  [
    ["/a/{x}", "/a/b", "/{y}/b"],
    "/a/b",
    [
      ["/a/b", {}],
      ["/a/{x}", { x: "b" }],
      ["/{y}/b", { y: "a" }],
    ],
  ],
  [
    ["/{x}", "/{y}"],
    "/a",
    [
      ["/{x}", { x: "a" }],
      ["/{y}", { y: "a" }],
    ],
  ],
  [
    ["/{x}", "/{x}.json"],
    "/a.json",
    [
      ["/{x}.json", { x: "a" }],
      ["/{x}", { x: "a.json" }],
    ],
  ],
  [["/{x}-{y}"], "/a-b-c", [["/{x}-{y}", { x: "a", y: "b-c" }]]],
  [["/{x}{y}"], "/abc", [["/{x}{y}", { x: "a", y: "bc" }]]],
  [["/{x}{y}"], "/a", []],
  [
    ["/a%20b", "/{x}"],
    "/a b",
    [
      ["/a%20b", {}],
      ["/{x}", { x: "a b" }],
    ],
  ],
  [["/{x}"], "/a%2Fb", [["/{x}", { x: "a%2Fb" }]]],
  [["/{x}"], "/", []],
  [["/"], "", [["/", {}]]],
  [["/a/"], "/a", [["/a/", {}]]],
  [["/a"], "/a/", [["/a", {}]]],
  [["/a"], "/a//", []],
  [["/__proto__/{constructor}"], "/__proto__/x", [["/__proto__/{constructor}", { constructor: "x" }]]],
])("%j and %s", (paths, path, expected) => {
  expect(found(paths, path)).toEqual(expected);
});

test.each(["a", "", "/{", "/}", "/a{b", "/{a{b}}", "/{}"])("%j is no path", (path) => {
  expect(readPathTemplate(path)).toBe(null);
});

test("the same paths are found as one by one, and what is more concrete at the first difference comes before", () => {
  const segment = fc.constantFrom("a", "b", "{x}", "{y}", "p{x}", "p{y}");
  const paths = fc.uniqueArray(
    fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join("/")}`),
    { maxLength: 8 },
  );
  const asked = fc
    .array(fc.constantFrom("a", "b", "pa", "c"), { minLength: 1, maxLength: 3 })
    .map((parts) => `/${parts.join("/")}`);
  const rank = (path: string) =>
    path.replace(/[^/]+/g, (part) => (part.includes("{") ? (/^\{\w+\}$/.test(part) ? "c" : "b") : "a"));
  fc.assert(
    fc.property(paths, asked, (templates, path) => {
      const names = found(templates, path).map(([name]) => String(name));
      const one = (template: string) => new RegExp(`^${template.replace(/\{\w+\}/g, "[^/]+")}$`).test(path);
      expect([...names].sort()).toEqual(templates.filter(one).sort());
      expect(names.map(rank)).toEqual(names.map(rank).sort());
    }),
    { numRuns: 1_000 },
  );
});
