import { describe, expect, test } from "vitest";
import { error, problemsIn, specOf, withBody, wrongWith } from "./oas-kit.ts";

const yaml = (text: string) => problemsIn(text, { key: "oas/api.yaml" });
const head = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\n";

describe("a specification in YAML", () => {
  test("means what the same in JSON does", () => {
    expect(
      yaml(`${head}
x-limits: &limits
  minimum: 1
  maximum: 9
paths:
  /things/{id}:
    parameters:
      - &id {name: id, in: path, required: true, schema: {type: integer}}
    get:
      responses:
        200: {description: ok, content: {application/json: {schema: {type: integer, <<: *limits}}}}
    delete:
      parameters: [*id]
      responses: {"204": {description: gone}}
`),
    ).toEqual([]);
  });

  test("aliases for aliases are refused where they come to too much", () => {
    const levels = Array.from({ length: 9 }, (_, at) =>
      at === 0
        ? "x0: &x0 [a, a, a, a, a, a, a, a, a, a]"
        : `x${at}: &x${at} [${Array(10)
            .fill(`*x${at - 1}`)
            .join()}]`,
    );
    expect(yaml(`${head}paths: {}\n${levels.join("\n")}`)).toEqual([
      "error ResourceCompileFailed resources/oas/api.yaml:8:38 The file has aliases for more than 100000 values.",
    ]);
  });
});

describe("problems have their place", () => {
  test.each<[string, string]>([
    [
      `${head}paths:\n  /a:\n    get:\n      parameters:\n        - name: p\n          in: query\n          schema:\n            pattern: "["\n`,
      "10:22",
    ],
    [`${head}paths:\n  /a:\n    get:\n      parameters:\n        - $ref: other.yaml#/p\n`, "7:17"],
    [`${head}paths:\n  /a:\n    $ref: '#/x-a'\nx-a:\n  get: {parameters: [{name: 1, in: query}]}\n`, "7:29"],
    [`${head}paths:\n  a/{b: {}\n`, "4:9"],
    ["swagger: '2.0'\npaths: {}\n", "1:10"],
    ["openapi: 3.1.0\npaths: {}\n", "1:10"],
    [`${head}`, "1:1"],
    [`${head}paths: []\n`, "3:8"],
    [`${head}paths: {a: b\n`, "4:1"],
  ])("%j", (text, place) => {
    const found = yaml(text);
    expect(found[0]?.split(" ").slice(0, 3)).toEqual([
      "error",
      "ResourceCompileFailed",
      `resources/oas/api.yaml:${place}`,
    ]);
  });

  test("in JSON, too, and a reference from several places is told once", () => {
    const operation = { parameters: [{ $ref: "#/components/parameters/p" }], responses: {} };
    const text = specOf(
      { "/a": { get: operation, put: operation } },
      { parameters: { p: { name: "p", in: "query", schema: { type: "no" } } } },
    ).replace('"no"', '\n"no"');
    expect(problemsIn(text)).toEqual([
      "error ResourceCompileFailed resources/oas/api.json:2:1 no is no type of OpenAPI 3.0.",
    ]);
  });

  test.each<[string | Uint8Array, string]>([
    ["{", "The file is not JSON: the file ends here, and a { is not closed."],
    [
      '{"openapi":"3.0.0","openapi":"3.0.1","paths":{}}',
      "The field openapi is there twice, and the last one counts.",
    ],
    [new Uint8Array([0xff, 0xfe]), "The file is not JSON: it is not a text in UTF-8."],
    ["[".repeat(100_000), "The file is not JSON: lists and objects are nested more than 100 deep."],
    [" ".repeat(2 * 1024 * 1024 + 1), "The file is larger than 2097152 bytes."],
  ])("a file that is none: %#", (text, message) => {
    expect(problemsIn(text)[0]).toContain(message);
  });
});

test.each(["3.0.0", "3.0.3", "3.0"])("version %s", (version) => {
  expect(yaml(`openapi: ${version}\npaths: {}\n`)).toEqual([]);
});

test.each<[unknown, string]>([
  ["2.0", "The specification has 2.0, and the policy takes OpenAPI 3.0."],
  [undefined, "The specification has no version, and the policy takes OpenAPI 3.0."],
])("version %s is refused", (openapi, message) => {
  expect(problemsIn(JSON.stringify({ openapi, paths: {} }))[0]).toContain(message);
});

describe("only what is looked into is compiled", () => {
  const broken = { content: { "application/json": { schema: { type: "broken" } } } };
  const spec = specOf({
    "/a": { post: { requestBody: broken, responses: { 200: { description: "", ...broken } } } },
  });
  test.each<[string, number]>([
    ["", 0],
    [withBody, 1],
    [`${withBody}<Source>response</Source>`, 1],
    [`${withBody}<Source>message</Source>`, 2],
  ])("%s", (inside, count) => {
    expect(problemsIn(spec, { inside })).toHaveLength(count);
  });
});

test("a body that nobody looks into is noted", () => {
  const content = {
    "application/json": { schema: {} },
    "application/xml": { schema: {} },
    "*/*": {},
    "application/x-www-form-urlencoded": {},
  };
  const spec = specOf({ "/a": { post: { requestBody: { content }, responses: {} } } });
  expect(problemsIn(spec).map((problem) => problem.replace(/ resources\S+/, ""))).toEqual([
    "note ContentNotChecked A body of application/xml is not looked into.",
    "note ContentNotChecked A body of */* is not looked into, unless it is JSON or a form.",
  ]);
});

describe("bounds", () => {
  const ref = { $ref: "#/components/schemas/Tree" };
  const Tree = {
    anyOf: [
      { type: "integer" },
      { type: "array", items: ref },
      { type: "object", properties: { a: ref }, not: {} },
      { type: "object", properties: { a: ref } },
    ],
  };
  const specOfBody = (schema: unknown) =>
    specOf(
      {
        "/things": { post: { responses: {}, requestBody: { content: { "application/json": { schema } } } } },
      },
      { schemas: { Tree } },
    );
  const sendTo = (spec: string, body: string) =>
    wrongWith(spec, { verb: "POST", headers: { "content-type": "application/json" }, body });
  const send = (body: string) => sendTo(specOfBody(ref), body);

  test("10 MB are looked through", async () => {
    const row = '{"id":1234567890,"name":"abcdef","tags":["a","b"]},';
    const items = {
      type: "object",
      required: ["id"],
      properties: {
        id: { type: "integer", format: "int64" },
        name: { type: "string", pattern: "^[a-f]+$" },
        tags: { type: "array", items: { enum: ["a", "b"] } },
      },
      additionalProperties: false,
    };
    const body = `[${row.repeat(200_000)}${row.slice(0, -1)}]`;
    expect(body.length).toBeGreaterThan(10_000_000);
    const lists = specOfBody({ type: "array", items });
    expect(await sendTo(lists, body)).toBe(null);
    expect(await sendTo(lists, body.replace(/"b"\]\}\]$/, "5]}]"))).toContain("/200000/tags/1");
  });

  test("what makes a schema branch again and again is stopped", async () => {
    expect(await send(`${'{"a":'.repeat(60)}"x"${"}".repeat(60)}`)).toContain(
      "It takes more than 4000000 steps",
    );
  });

  test("deep nesting is refused", async () => {
    const told = await send(`${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}`);
    expect(told).toBe(error("Value is nested more than 200 deep"));
  });

  test("what is told of a message stays short", async () => {
    const told = await send(`{"${"b".repeat(1_000_000)}":1,"a":"${"c".repeat(1_000_000)}"}`);
    expect(told?.length).toBeLessThan(10_000);
  });

  test("what is told altogether stays short", async () => {
    const schemas = Array.from({ length: 30 }, (_, at) => ({ enum: ["x".repeat(900), at] }));
    const told = await sendTo(
      specOfBody({ allOf: schemas, additionalProperties: { oneOf: schemas } }),
      '{"a":1}',
    );
    expect(told?.length).toBeLessThanOrEqual(10_000);
  });

  test("a million values of one wrong kind are told a few times", async () => {
    const texts = specOfBody({ type: "array", items: { type: "string" } });
    const told = await sendTo(texts, `[${"1,".repeat(1_000_000)}1]`);
    expect(told?.match(/ERROR/g)).toHaveLength(20);
  });
});
