import { describe, expect, test } from "vitest";
import { error, problemsIn, specOf, wrongWith } from "./oas-kit.ts";

const responses = { 200: { description: "" } };
const integer = { type: "integer" };
const list = { type: "array", items: integer };
const point = {
  type: "object",
  required: ["x"],
  properties: { x: integer, y: integer },
  additionalProperties: false,
};

/** A specification with one parameter, at /things or /things/{p}. */
const specWith = (place: string, parameter: object) =>
  specOf({
    [place === "path" ? "/things/{p}" : "/things"]: {
      get: { responses, parameters: [{ name: "p", in: place, required: true, ...parameter }] },
    },
  });

const notInteger = (where = "") =>
  error(
    `Parameter 'p': ${where}Instance type (string) does not match any allowed primitive type (allowed: ["integer"])`,
  );
const noTags = { type: "string", pattern: "^[^<>]*$" };
const unlike = (pattern: string, text: string) =>
  error(`Parameter 'p': ECMA 262 regex ${JSON.stringify(pattern)} does not match input string "${text}"`);
const style = (name: string) => error(`Parameter 'p': Value is not written in the style ${name}`);
const missing = (place: string) =>
  error(`${place} parameter 'p' is required on path '/things' but not found in request.`);

describe("query", () => {
  test.each<[object, string, string | null]>([
    [{ schema: integer }, "p=1", null],
    [{ schema: integer }, "p=%31", null],
    [{ schema: integer }, "%70=1", null],
    [{ schema: integer }, "p=one", notInteger()],
    [{ schema: integer }, "p=", notInteger()],
    [{ schema: integer }, "p=1&p=x", notInteger()],
    [{ schema: integer }, "p=01", notInteger()],
    [{ schema: integer }, "q=1", missing("Query")],
    [{ schema: integer, allowEmptyValue: true }, "p=", null],
    [{ schema: integer, allowEmptyValue: true }, "p", null],
    [{ schema: integer, required: false }, "", null],
    [{}, "p=anything", null],
    [{ schema: { type: "string" } }, "p=1", null],
    [{ schema: { type: "string", enum: ["a b"] } }, "p=a%20b", null],
    [{ schema: { type: "boolean" } }, "p=true", null],
    [
      { schema: { type: "boolean" } },
      "p=yes",
      error(
        "Parameter 'p': Instance type (string) does not match any allowed primitive type (allowed: [\"boolean\"])",
      ),
    ],
    [{ schema: { oneOf: [integer, { type: "string", pattern: "^x" }] } }, "p=7", null],
    [{ schema: { oneOf: [integer, { type: "string", pattern: "^x" }] } }, "p=x7", null],
    [{ schema: { type: "string", enum: ["7"] } }, "p=7", null],
    [{ schema: { enum: [7, "true"] } }, "p=7", null],
    [{ schema: { enum: [7, "true"] } }, "p=true", null],
    [{ schema: { enum: [1.5] } }, "p=1.5", null],
    [{ schema: { maximum: 5 } }, "p=5", null],
    [{ schema: { maximum: 5 } }, "p=five", null],
    [
      { schema: { maximum: 5 } },
      "p=7",
      error("Parameter 'p': Numeric instance is greater than the required maximum (maximum: 5, found: 7)"),
    ],
    [{ schema: { pattern: "^[a-z]+$" } }, "p=7", unlike("^[a-z]+$", "7")],
    [{ schema: { pattern: "^[A-Z]+$" } }, "p=true", unlike("^[A-Z]+$", "true")],
    [{ schema: noTags }, "p=%3Cb%3E%ff", unlike(noTags.pattern, "<b>\ufffd")],
    [{ schema: noTags }, "p=%3Cb%3E%", unlike(noTags.pattern, "<b>%")],
    [{ schema: noTags }, "%70%=1&p=100%", null],
    [
      { schema: { ...integer, maximum: 5 } },
      "p=7",
      error("Parameter 'p': Numeric instance is greater than the required maximum (maximum: 5, found: 7)"),
    ],
    [{ schema: list }, "p=1&p=2", null],
    [{ schema: list }, "p=1&p=b", notInteger("[Path '/1'] ")],
    [{ schema: list }, "p=1,2", notInteger("[Path '/0'] ")],
    [{ schema: list, explode: false }, "p=1,2", null],
    [{ schema: list, explode: false }, "p=1,b", notInteger("[Path '/1'] ")],
    [{ schema: list, style: "spaceDelimited", explode: false }, "p=1%202", null],
    [{ schema: list, style: "spaceDelimited", explode: false }, "p=1+2", null],
    [{ schema: list, style: "pipeDelimited", explode: false }, "p=1|2", null],
    [{ schema: list, style: "pipeDelimited", explode: false }, "p=1%7C2%7cb", notInteger("[Path '/2'] ")],
    [
      { schema: { type: "array", items: { type: "string", maxLength: 3 } }, explode: false },
      "p=a%2Cb,c",
      null,
    ],
    [{ schema: point }, "x=1&y=2", null],
    [{ schema: point }, "x=1&y=b", notInteger("[Path '/y'] ")],
    [{ schema: point }, "y=2", error("Parameter 'p': Object has missing required properties ([\"x\"])")],
    [{ schema: point }, "z=1", missing("Query")],
    [{ schema: point, explode: false }, "p=x,1,y,2", null],
    [{ schema: point, explode: false }, "p=x,1,y", style("form")],
    [{ schema: point, explode: false }, "p=x,1,x,b", style("form")],
    [{ schema: point, style: "deepObject" }, "p[x]=1&p%5By%5D=2", null],
    [{ schema: point, style: "deepObject" }, "p=1", missing("Query")],
    [{ schema: point, style: "deepObject" }, "p[x]=b", notInteger("[Path '/x'] ")],
    [
      { schema: point, style: "deepObject" },
      "p[x]=1&p[__proto__]=2",
      error(
        "Parameter 'p': Object instance has properties which are not allowed by the schema: [\"__proto__\"]",
      ),
    ],
    [{ content: { "application/json": { schema: point } } }, "p=%7B%22x%22:1%7D", null],
    [
      { content: { "application/json": { schema: point } } },
      "p={",
      error("Parameter 'p': Unable to parse JSON"),
    ],
    [
      { content: { "application/json": { schema: point } } },
      'p={"x":1,"x":2}',
      error("Parameter 'p': Unable to parse JSON - a name comes twice in an object"),
    ],
  ])("%j with %s", async (parameter, query, expected) => {
    expect(await wrongWith(specWith("query", parameter), { query })).toBe(expected);
  });
});

test.each([
  ["p[x]=1", "deepObject", null],
  ["p[x]=1&p=2", "deepObject", "p"],
  ["x=1", "form", null],
  ["x=1&p=2", "form", "p"],
])("%s: what no field of an object with the style %s is stays unspecified", async (query, style, name) => {
  const inside =
    "<Options><AllowUnspecifiedParameters><Query>false</Query></AllowUnspecifiedParameters></Options>";
  expect(await wrongWith(specWith("query", { schema: point, style }), { query }, inside)).toBe(
    name && error(`Query parameter '${name}' is unexpected on path '/things'.`),
  );
});

describe("path", () => {
  test.each<[object, string, string | null]>([
    [{ schema: integer }, "5", null],
    [{ schema: integer }, "x", notInteger()],
    [{ schema: { type: "string", enum: ["a b/"] } }, "a%20b%2F", null],
    [{ schema: noTags }, "%3Cb%3E%ff", unlike(noTags.pattern, "<b>\ufffd")],
    [{ schema: list }, "1,2", null],
    [{ schema: point }, "x,1,y,2", null],
    [{ schema: point, explode: true }, "x=1,y=2", null],
    [{ schema: point, explode: true }, "x,1", style("simple")],
    [{ schema: integer, style: "label" }, ".5", null],
    [{ schema: integer, style: "label" }, "5", style("label")],
    [{ schema: list, style: "label" }, ".1,2", null],
    [{ schema: list, style: "label", explode: true }, ".1.2", null],
    [{ schema: point, style: "label", explode: true }, ".x=1.y=2", null],
    [{ schema: point, style: "label" }, ".x,1,y,b", notInteger("[Path '/y'] ")],
    [{ schema: integer, style: "matrix" }, ";p=5", null],
    [{ schema: integer, style: "matrix" }, ";q=5", style("matrix")],
    [{ schema: integer, style: "matrix" }, ";p=5;p=6", style("matrix")],
    [{ schema: list, style: "matrix" }, ";p=1,2", null],
    [{ schema: list, style: "matrix", explode: true }, ";p=1;p=2", null],
    [{ schema: point, style: "matrix" }, ";p=x,1,y,2", null],
    [{ schema: point, style: "matrix", explode: true }, ";x=1;y=2", null],
  ])("%j with %s", async (parameter, segment, expected) => {
    expect(await wrongWith(specWith("path", parameter), { path: `/things/${segment}` })).toBe(expected);
  });
});

describe("header and cookie", () => {
  test.each<[string, object, Record<string, string>, string | null]>([
    ["header", { schema: integer }, { p: "1" }, null],
    ["header", { schema: integer }, { P: "x" }, notInteger()],
    ["header", { schema: integer }, {}, missing("Header")],
    ["header", { schema: list }, { p: "1, 2" }, null],
    ["header", { schema: { type: "string", enum: ["a%20b"] } }, { p: "a%20b" }, null],
    ["header", { schema: point, explode: true }, { p: "x=1,y=2" }, null],
    ["header", { content: { "application/json": { schema: list } } }, { p: "[1,2]" }, null],
    ["cookie", { schema: integer }, { cookie: "a=b; p=1" }, null],
    ["cookie", { schema: integer }, { cookie: "p=x" }, notInteger()],
    ["cookie", { schema: integer }, { cookie: "p=1; p=x" }, notInteger()],
    ["cookie", { schema: integer }, { cookie: "a=1" }, missing("Cookie")],
    ["cookie", { schema: integer }, {}, missing("Cookie")],
    ["cookie", { schema: list, explode: false }, { cookie: "p=1,2" }, null],
  ])("%s %j with %j", async (place, parameter, headers, expected) => {
    expect(await wrongWith(specWith(place, parameter), { headers })).toBe(expected);
  });

  test.each(["Accept", "Content-Type", "AUTHORIZATION"])(
    "a parameter of the name %s has no effect",
    async (name) => {
      const parameters = [{ name, in: "header", required: true, schema: integer }];
      expect(await wrongWith(specOf({ "/things": { get: { responses, parameters } } }), {})).toBe(null);
    },
  );
});

test("a parameter of the operation takes the place of one of the path", async () => {
  const spec = specOf({
    "/things": {
      parameters: [
        { name: "p", in: "query", required: true, schema: integer },
        { name: "q", in: "query", required: true },
        { name: "P", in: "header", required: true },
      ],
      get: {
        responses,
        parameters: [
          { name: "p", in: "query" },
          { name: "p", in: "header" },
        ],
      },
    },
  });
  expect(await wrongWith(spec, { query: "q=1" })).toBe(null);
  expect(await wrongWith(spec, { query: "p=x" })).toBe(
    error("Query parameter 'q' is required on path '/things' but not found in request."),
  );
});

test("fields beside each other leave alone what other parameters claim", async () => {
  const open = { type: "object", additionalProperties: integer };
  const parameters = [
    { name: "sort", in: "query", schema: { type: "string" } },
    { name: "filter", in: "query", schema: open },
  ];
  const spec = specOf({ "/things": { get: { responses, parameters } } });
  expect(await wrongWith(spec, { query: "sort=up&a=1" })).toBe(null);
  expect(await wrongWith(spec, { query: "sort=up&a=b" })).toContain("[Path '/a']");
});

test.each<[object, string]>([
  [{ name: "p" }, "A parameter needs a name, and in."],
  [{ name: "p", in: "body" }, "A parameter needs a name, and in."],
  [{ name: "p", in: "path" }, "The path has no {p}."],
  [{ name: "p", in: "query", style: "label" }, "label is no style of a query parameter."],
  [{ $ref: "#/components/parameters/p" }, '"#/components/parameters/p" refers to nothing in this document.'],
])("%j is refused at deployment", (parameter, message) => {
  const spec = specOf({ "/things": { get: { responses, parameters: [parameter] } } });
  expect(problemsIn(spec)).toEqual([
    expect.stringMatching(/^error ResourceCompileFailed resources\/oas\/api\.json:1:/),
  ]);
  expect(problemsIn(spec)[0]).toContain(message);
});
