import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BasePaths } from "../../src/environment/base-path.ts";

const pathsOf = (...basePaths: string[]) => BasePaths.of(basePaths.map((path) => [path, path] as const));

describe("the longest base path that ends on a segment boundary serves a path", () => {
  const paths = pathsOf(
    "/",
    "/orders",
    "/orders/v2",
    "/team/*/members",
    "/team/red/members",
    "/team/*/all/*",
  );

  test.each([
    ["/orders", "/orders", ""],
    ["/orders/", "/orders", "/"],
    ["/orders/1001", "/orders", "/1001"],
    ["/orders/v2", "/orders/v2", ""],
    ["/orders/v2/1001", "/orders/v2", "/1001"],
    ["/orders/v20", "/orders", "/v20"],
    ["/orders2", "/", "/orders2"],
    ["/", "/", "/"],
    ["/Orders", "/", "/Orders"],
    ["//orders", "/", "//orders"],
    ["/orders//v2", "/orders", "//v2"],
    ["/team/blue/members/7", "/team/*/members", "/7"],
    ["/team/red/members/7", "/team/red/members", "/7"],
    ["/team/red/all/x/y", "/team/*/all/*", "/y"],
    ["/team//members", "/", "/team//members"],
    ["/team/blue", "/", "/team/blue"],
    ["/ord%65rs", "/", "/ord%65rs"],
    ["/orders%2Fv2", "/", "/orders%2Fv2"],
  ])("%s is served by %s, and %j follows", (path, basePath, pathSuffix) => {
    expect(paths.match(path)).toEqual({ value: basePath, basePath, pathSuffix });
  });
});

test("a longer base path with a wildcard wins over a shorter literal one", () => {
  expect(pathsOf("/team/red", "/team/*/members").match("/team/red/members")?.basePath).toBe(
    "/team/*/members",
  );
});

test("a base path may be written with a slash at its end", () => {
  const paths = pathsOf("/orders/");
  expect(paths.match("/orders")).toEqual({ value: "/orders/", basePath: "/orders/", pathSuffix: "" });
  expect(paths.match("/orders/1")?.pathSuffix).toBe("/1");
});

test.each(["/", "/else", "/orders2", "/order"])("nothing serves %s when only /orders is deployed", (path) => {
  expect(pathsOf("/orders").match(path)).toBeNull();
});

test("no other base path that covers a path has more segments than the one found", () => {
  const segment = fc.constantFrom("a", "b", "c", "*");
  const basePath = fc
    .array(segment, { maxLength: 4 })
    .filter(([first]) => first !== "*")
    .map((segments) => `/${segments.join("/")}`);
  const requested = fc
    .array(fc.constantFrom("a", "b", "c", ""), { maxLength: 5 })
    .map((segments) => `/${segments.join("/")}`);
  fc.assert(
    fc.property(fc.uniqueArray(basePath, { maxLength: 12 }), requested, (basePaths, path) => {
      const found = pathsOf(...basePaths).match(path);
      const depths = basePaths.filter((candidate) => covers(candidate, path)).map(depth);
      expect(found === null ? -1 : depth(found.basePath)).toBe(Math.max(-1, ...depths));
      if (found === null) return;
      expect(covers(found.basePath, path)).toBe(true);
      expect(path.endsWith(found.pathSuffix)).toBe(true);
      const matched = path.slice(0, path.length - found.pathSuffix.length);
      expect(matched.split("/").length - 1).toBe(depth(found.basePath));
    }),
  );
});

const segmentsOf = (basePath: string) => (basePath === "/" ? [] : basePath.slice(1).split("/"));
const depth = (basePath: string) => segmentsOf(basePath).length;

function covers(basePath: string, path: string): boolean {
  const parts = path.slice(1).split("/");
  return segmentsOf(basePath).every((segment, index) =>
    segment === "*" ? Boolean(parts[index]) : segment === parts[index],
  );
}
