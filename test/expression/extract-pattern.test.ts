import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bestMatch, compilePattern } from "../../src/expression/extract-pattern.ts";
import { ExpressionError } from "../../src/expression/value.ts";

type Extracted = Readonly<Record<string, string>> | null;
const extract = (kind: "path" | "text", pattern: string, value: string, ignoreCase = false): Extracted => {
  const match = compilePattern(pattern, { kind, ignoreCase }).match(value);
  return match && Object.fromEntries(match);
};

describe("a text pattern", () => {
  test.each<[string, string, Extracted]>([
    ["DBN{dbncode}", "DBN88271", { dbncode: "88271" }],
    ["DBN{dbncode}", "dbn88271", null],
    ["hello {first} {last}", "hello Ann Lee", { first: "Ann", last: "Lee" }],
    ["hello {first} {last}", "hello Ann Lee Smith", { first: "Ann", last: "Lee Smith" }],
    ["{name}", "any text / at all", { name: "any text / at all" }],
    ["{name}", "", { name: "" }],
    ["{name}", "two\nlines", { name: "two\nlines" }],
    ["Bearer {jwt}", "Basic abc", null],
    ["*-{tail}", "a-b-c", { tail: "b-c" }],
    ["{a}{b}", "xyz", { a: "", b: "xyz" }],
    ["{a}-{a}", "1-2", { a: "2" }],
    ["%{{a}%}", "{x}", { a: "x" }],
    ["100%% {a}%*", "100% x*", { a: "x" }],
    ["%20{a}", "%20x", { a: "x" }],
    ["a.b[c] (d) {e}\\", "a.b[c] (d) f\\", { e: "f" }],
    ["v{n}", "a v1", null],
    ["v{n}.", "v1. ", null],
    ["{the.username}", "ann", { "the.username": "ann" }],
    ["{__proto__}", "x", JSON.parse('{"__proto__":"x"}')],
  ])("%s against %j", (pattern, value, extracted) => {
    expect(extract("text", pattern, value)).toEqual(extracted);
  });

  test("ignores case only when told to, and keeps that of the value", () => {
    expect(extract("text", "Bearer {jwt}", "bearer AbC")).toBeNull();
    expect(extract("text", "Bearer {jwt}", "bearer AbC", true)).toEqual({ jwt: "AbC" });
  });
});

describe("a path pattern", () => {
  test.each<[string, string, Extracted]>([
    ["/a/{seg}", "/a/b", { seg: "b" }],
    ["/a/{seg}", "/a/b/c/d", null],
    ["/a/{seg}", "/a/b/", null],
    ["/a/{seg}", "/a/", null],
    ["/a/{seg}", "/a", null],
    ["/a/v{version}.json", "/a/v12.json", { version: "12" }],
    ["/{a}-{b}/*", "/x-y-z/q", { a: "x", b: "y-z" }],
    ["/*/{id}", "/orders/7", { id: "7" }],
    ["/*/{id}", "/eu/orders/7", null],
    ["/**/{id}", "/eu/orders/7", { id: "7" }],
    ["/{first}/**", "/eu/orders/7", { first: "eu" }],
    ["/**/a/{x}", "/a/b/a/c", { x: "c" }],
    ["/a/%{b%}/{c}", "/a/{b}/x", { c: "x" }],
    ["/files/{name}", "/files/a%2Fb", { name: "a%2Fb" }],
  ])("%s against %s", (pattern, value, extracted) => {
    expect(extract("path", pattern, value)).toEqual(extracted);
  });

  test("the pattern with the most segments wins, the first of equals", () => {
    const patterns = ["/{all}", "/a/{seg}", "/a/{other}", "/**/{seg}", "/a/b/{seg}", "/a/b/c/{seg}"].map(
      (text) => compilePattern(text, { kind: "path", ignoreCase: false }),
    );
    expect(patterns.map((pattern) => pattern.segments)).toEqual([1, 2, 2, 2, 3, 4]);
    const best = (path: string) => Object.fromEntries(bestMatch(patterns, path) ?? []);
    expect(best("/a/b/c/d")).toEqual({ seg: "d" });
    expect(best("/a/b/x")).toEqual({ seg: "x" });
    expect(best("/a/x")).toEqual({ seg: "x" });
    expect(best("/x")).toEqual({ all: "x" });
    expect(bestMatch(patterns, "/")).toBeNull();
  });
});

test.each<["path" | "text", string, string]>([
  ["text", "{the.username}", "ann"],
  ["text", "{the.password}", "secret"],
  ["text", "{the.grant_type}", "password"],
  ["text", "Bearer {jwt}", "Bearer a.b.c"],
  ["text", "Bearer {jwt_token}", "Bearer a.b.c"],
  [
    "path",
    "/v1/projects/{request_project}/locations/{request_region}/publishers/google/models/{request_model_id}",
    "/v1/projects/p/locations/r/publishers/google/models/m:generateContent",
  ],
  [
    "path",
    "/organizations/{org}/keyvaluemaps/{org_map_name}/entries/{name}",
    "/organizations/o/keyvaluemaps/m/entries/n",
  ],
  [
    "path",
    "/organizations/{org}/environments/{env}/keyvaluemaps/{env_map_name}/entries/{name}",
    "/organizations/o/environments/e/keyvaluemaps/m/entries/n",
  ],
  [
    "path",
    "/organizations/{org}/apis/{api}/keyvaluemaps/{api_map_name}/entries/{name}",
    "/organizations/o/apis/a/keyvaluemaps/m/entries/n",
  ],
])("in bundles, %s pattern %s matches %s", (kind, pattern, value) => {
  const compiled = compilePattern(pattern, { kind, ignoreCase: true });
  expect([...(compiled.match(value)?.keys() ?? [])]).toEqual(compiled.variables);
});

test("a pattern without variables says so", () => {
  expect(compilePattern("/a/*", { kind: "path", ignoreCase: false }).variables).toEqual([]);
});

test.each([
  ["/a/{b", 3],
  ["/a/b}", 4],
  ["/a/{}", 3],
  ["/a/{b c}", 3],
  ["/a/{b{c}}", 3],
  ["/a/{b/c}", 3],
  ["%{a}", 3],
  ["x".repeat(5000), 0],
])("%s is refused at offset %i", (pattern, offset) => {
  const compile = () => compilePattern(pattern, { kind: "path", ignoreCase: false });
  expect(compile).toThrow(ExpressionError);
  expect(compile).toThrow(expect.objectContaining({ offset }));
});

test("any text compiles or is refused with an ExpressionError", () => {
  const piece = fc.constantFrom("{", "}", "{a}", "*", "**", "/", "%", "\\", "(", "[", "a", "$", "^", "\n");
  const text = fc
    .array(fc.oneof(piece, fc.string({ unit: "binary", maxLength: 2 })))
    .map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(
      text,
      fc.constantFrom("path", "text"),
      fc.boolean(),
      fc.string(),
      (pattern, kind, ignoreCase, value) => {
        try {
          compilePattern(pattern, { kind, ignoreCase }).match(value);
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionError);
        }
      },
    ),
  );
});

test("variables between separators that are in no value extract exactly the values", () => {
  const value = fc.string({ unit: fc.constantFrom(..."aB1.*%{}\\+é"), minLength: 1 });
  const separator = fc.string({ unit: fc.constantFrom(..."-_:~/"), minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(fc.constantFrom("path", "text"), fc.array(fc.tuple(separator, value)), (kind, pairs) => {
      const pattern = pairs.map(([before], index) => `${before}{v${index}}`).join("");
      const text = pairs.map(([before, piece]) => before + piece).join("");
      const expected = pairs.map(([, piece], index) => [`v${index}`, piece]);
      expect(extract(kind, pattern, text)).toEqual(Object.fromEntries(expected));
    }),
  );
});

test("many wildcards against a long value are decided", () => {
  const pattern = compilePattern(`${"*a{v}".repeat(30)}b`, { kind: "text", ignoreCase: false });
  expect(pattern.match("a".repeat(5000))).toBeNull();
});
