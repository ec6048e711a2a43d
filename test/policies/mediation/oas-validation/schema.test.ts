import { type Schema as OracleSchema, Validator } from "@cfworker/json-schema";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Report } from "../../../../src/documents/report.ts";
import { SchemaCompiler } from "../../../../src/policies/mediation/oas-validation/schema/compile-schema.ts";
import { isMultiple } from "../../../../src/policies/mediation/oas-validation/schema/number-checks.ts";
import { Validation } from "../../../../src/policies/mediation/oas-validation/schema/validation.ts";
import { SpecDocument } from "../../../../src/policies/mediation/oas-validation/spec-node.ts";
import { parseExactJson } from "../../../../src/policies/parts/exact-json.ts";

/** A compiled schema; `schemas` are those that it may refer to. */
function compile(schema: unknown, schemas: unknown = {}, way: "request" | "response" = "request") {
  const report = new Report();
  const at = () => ({ file: "api.json", line: 1, column: 1 });
  const document = new SpecDocument({ value: { schema, components: { schemas } }, at, atName: at }, report);
  const node = document.root.field("schema");
  const compiled = node && new SchemaCompiler(way).compile(node);
  return { compiled, messages: report.problems.map(({ severity, message }) => `${severity} ${message}`) };
}

/** What is wrong with a value, as `text {details}`. */
function wrongWith(
  schema: unknown,
  json: string,
  schemas: unknown = {},
  way: "request" | "response" = "request",
) {
  const { compiled, messages } = compile(schema, schemas, way);
  expect(messages).toEqual([]);
  const validation = new Validation();
  compiled?.check(parseExactJson(json), validation);
  return validation.wrong.map(({ text, details }) =>
    details.length > 0 ? `${text} {${details.join(", ")}}` : text,
  );
}

const type = (kind: string, ...allowed: string[]) =>
  `Instance type (${kind}) does not match any allowed primitive type (allowed: ${JSON.stringify(allowed)})`;

describe("keywords", () => {
  test.each<[object, string, string[]]>([
    [{ type: "string" }, '"a"', []],
    [{ type: "string" }, "1", [type("integer", "string")]],
    [{ type: "string" }, "null", [type("null", "string")]],
    [{ type: "string", nullable: true }, "null", []],
    [
      { nullable: true, enum: ["a"] },
      "null",
      ['Instance value (null) not found in enum (possible values: ["a"])'],
    ],
    [{ type: "integer" }, "1.5", [type("number", "integer")]],
    [{ type: "integer" }, "1.0", []],
    [{ type: "integer" }, "123456789012345678901234567890", []],
    [{ type: "number" }, '"1"', [type("string", "integer", "number")]],
    [{ type: "boolean" }, '"true"', [type("string", "boolean")]],
    [{ type: "object" }, "[]", [type("array", "object")]],
    [{ minimum: 2 }, "1", ["Numeric instance is lower than the required minimum (minimum: 2, found: 1)"]],
    [{ minimum: 2 }, "2", []],
    [
      { minimum: 2, exclusiveMinimum: true },
      "2",
      ["Numeric instance is not strictly greater than the required minimum 2"],
    ],
    [
      { maximum: 2 },
      "2.5",
      ["Numeric instance is greater than the required maximum (maximum: 2, found: 2.5)"],
    ],
    [
      { maximum: 2, exclusiveMaximum: true },
      "2",
      ["Numeric instance is not strictly lower than the required maximum 2"],
    ],
    [
      { maximum: 2 },
      "12345678901234567890",
      ["Numeric instance is greater than the required maximum (maximum: 2, found: 12345678901234567890)"],
    ],
    [{ multipleOf: 0.1 }, "0.3", []],
    [{ multipleOf: 0.1 }, "0.35", ["Remainder of division is not zero (0.35 / 0.1)"]],
    [{ multipleOf: 3 }, "12345678901234567890", []],
    [{ multipleOf: 2 }, "1e400", ["Remainder of division is not zero (null / 2)"]],
    [{ minLength: 2 }, '"a"', ['String "a" is too short (length: 1, required minimum: 2)']],
    [{ minLength: 2 }, '"😀"', ['String "😀" is too short (length: 1, required minimum: 2)']],
    [{ maxLength: 1 }, '"😀"', []],
    [{ maxLength: 1 }, '"ab"', ['String "ab" is too long (length: 2, maximum allowed: 1)']],
    [{ pattern: "^a+$" }, '"aa"', []],
    [{ pattern: "b" }, '"abc"', []],
    [{ pattern: "^a+$" }, '"aa\\n"', ['ECMA 262 regex "^a+$" does not match input string "aa\\n"']],
    [{ enum: ["a", 1, { b: [1, 2], c: null }] }, '{"c":null,"b":[1,2]}', []],
    [{ enum: ["a", 1] }, '"1"', ['Instance value ("1") not found in enum (possible values: ["a",1])']],
    [{ enum: [{ $ref: "#/no" }] }, '{"$ref":"#/no"}', []],
    [
      { items: { type: "integer" } },
      '[1,"a",null]',
      [`[Path '/1'] ${type("string", "integer")}`, `[Path '/2'] ${type("null", "integer")}`],
    ],
    [
      { minItems: 2 },
      "[1]",
      ["Array is too short: must have at least 2 elements but instance has 1 elements"],
    ],
    [
      { maxItems: 1 },
      "[1,2]",
      ["Array is too long: must have at most 1 elements but instance has 2 elements"],
    ],
    [{ uniqueItems: true }, '[{"a":1,"b":2},{"b":2,"a":1}]', ["Array must not contain duplicate elements"]],
    [{ uniqueItems: true }, '[1,"1",true,"true",null,"null"]', []],
    [{ required: ["b", "a"] }, "{}", ['Object has missing required properties (["a","b"])']],
    [{ required: ["toString", "__proto__"] }, '{"__proto__":1,"toString":1}', []],
    [{ required: ["toString"] }, "{}", ['Object has missing required properties (["toString"])']],
    [{ minProperties: 1 }, "{}", ["Object has too few properties (found 0 but schema requires at least 1)"]],
    [
      { maxProperties: 1 },
      '{"a":1,"b":1}',
      ["Object has too many properties (found 2 but schema requires at most 1)"],
    ],
    [
      { properties: { a: {} }, additionalProperties: false },
      '{"a":1,"c":1,"b":1,"__proto__":1}',
      ['Object instance has properties which are not allowed by the schema: ["__proto__","b","c"]'],
    ],
    [
      { additionalProperties: { type: "string" } },
      '{"a/~":1}',
      [`[Path '/a~1~0'] ${type("integer", "string")}`],
    ],
    [{ additionalProperties: true, properties: { a: { type: "string" } } }, '{"b":1,"a":"x"}', []],
    [
      { properties: { $ref: { type: "string" } } },
      '{"$ref":1}',
      [`[Path '/$ref'] ${type("integer", "string")}`],
    ],
    [{ properties: { a: { type: "string" } } }, "[1]", []],
    [
      { allOf: [{ required: ["a"] }, { type: "object" }] },
      "{}",
      [
        'Instance failed to match all required schemas (matched only 1 out of 2) {/allOf/0: Object has missing required properties (["a"])}',
      ],
    ],
    [{ anyOf: [{ type: "string" }, { type: "integer" }] }, "1", []],
    [
      { anyOf: [{ type: "string" }, { maximum: 1 }] },
      "2",
      [
        `Instance failed to match at least one required schema among 2 {/anyOf/0: ${type("integer", "string")}, /anyOf/1: Numeric instance is greater than the required maximum (maximum: 1, found: 2)}`,
      ],
    ],
    [{ oneOf: [{ type: "integer" }, { minimum: 2 }] }, "1", []],
    [
      { oneOf: [{ type: "integer" }, { minimum: 2 }] },
      "3",
      ["Instance failed to match exactly one schema (matched 2 out of 2)"],
    ],
    [{ not: { type: "string" } }, '"a"', ["Instance matched a schema which it should not have"]],
    [{ not: { type: "string" } }, "1", []],
  ])("%j and %s", (schema, json, expected) => {
    expect(wrongWith(schema, json)).toEqual(expected);
  });

  test("a field that is only read need not be in a request, and one that is only written not in a response", () => {
    const schema = {
      required: ["id", "key"],
      properties: { id: { readOnly: true }, key: { writeOnly: true } },
    };
    expect(wrongWith(schema, "{}")).toEqual(['Object has missing required properties (["key"])']);
    expect(wrongWith(schema, "{}", {}, "response")).toEqual([
      'Object has missing required properties (["id"])',
    ]);
  });
});

describe("formats", () => {
  test.each<[string, string[], string[]]>([
    ["date", ["2024-02-29", "0001-01-01"], ["2023-02-29", "2024-13-01", "24-01-01", "2024-01-01T00:00:00Z"]],
    [
      "date-time",
      ["2024-02-29T23:59:59Z", "2024-01-01t00:00:00.123456+14:00", "2016-12-31T23:59:60Z"],
      [
        "2024-01-01",
        "2024-01-01T24:00:00Z",
        "2024-01-01T00:00:00",
        "2024-02-30T00:00:00Z",
        "2024-01-01T00:00:00+25:00",
      ],
    ],
    ["email", ["a@b.example", "a.b+c@d.e"], ["a", "a@", "@b", "a b@c", "a@b@c"]],
    ["ipv4", ["192.0.2.1"], ["192.0.2", "192.0.2.256", "0x7f.1", "1"]],
    ["ipv6", ["2001:db8::1", "::"], ["2001:db8", "192.0.2.1", "fe80::1%eth0"]],
    ["uri", ["https://example.com/a?b#c", "urn:a:b"], ["/a", "a b:c", "https://a/%zz", "http://ä"]],
    ["uri-template", ["https://a/{id}{?x,y}", "a"], ["{", "a}", "{ }"]],
    ["uuid", ["123e4567-e89b-12d3-a456-426614174000"], ["123e4567e89b12d3a456426614174000", "x"]],
    ["byte", ["", "YQ==", "YWJj"], ["YQ=", "Y Q=", "YWJj="]],
    ["password", ["anything"], []],
  ])("%s", (format, right, wrong) => {
    const fits = (text: string) => wrongWith({ type: "string", format }, JSON.stringify(text)).length === 0;
    expect(right.filter((text) => !fits(text))).toEqual([]);
    expect(wrong.filter(fits)).toEqual([]);
  });

  test.each<[string, string[], string[]]>([
    ["int32", ["2147483647", "-2147483648"], ["2147483648", "-2147483649", "99999999999999999999"]],
    [
      "int64",
      ["9223372036854775807", "-9223372036854775808"],
      ["9223372036854775808", "-9223372036854775809"],
    ],
    ["float", ["1e30"], []],
  ])("%s", (format, right, wrong) => {
    const fits = (json: string) => wrongWith({ type: "number", format }, json).length === 0;
    expect(right.filter((json) => !fits(json))).toEqual([]);
    expect(wrong.filter(fits)).toEqual([]);
  });

  test.each([
    "date",
    "date-time",
    "email",
    "ipv4",
    "ipv6",
    "hostname",
    "uri",
    "uri-template",
    "uuid",
    "byte",
  ])("%s is told of a text of any length", (format) => {
    for (const text of ["a".repeat(1e7), "a/".repeat(5e6), "{a}".repeat(3e6), "a.".repeat(5e6)]) {
      expect(wrongWith({ type: "string", format }, JSON.stringify(text)).length).toBeLessThan(2);
    }
  });

  test("what is wrong with a text", () => {
    expect(wrongWith({ format: "date" }, '"x"')).toEqual([
      'String "x" is invalid against requested date format(s) yyyy-MM-dd',
    ]);
    expect(wrongWith({ format: "uuid" }, '"x"')).toEqual(['String "x" is not a valid UUID']);
    expect(wrongWith({ format: "int32" }, "2147483648")).toEqual([
      "Value 2147483648 is out of the range of int32",
    ]);
    expect(wrongWith({ format: "uuid" }, "1")).toEqual([]);
  });
});

describe("discriminator", () => {
  const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
  const schemas = {
    Cat: { type: "object", required: ["kind", "lives"], properties: { lives: { type: "integer" } } },
    Dog: { type: "object", required: ["kind", "bark"] },
    Pet: {
      type: "object",
      properties: { kind: { type: "string" } },
      discriminator: { propertyName: "kind", mapping: { hound: "Beagle" } },
    },
    Wolf: { allOf: [ref("Pet"), { required: ["howl"] }] },
    Beagle: { allOf: [ref("Wolf"), { required: ["ears"] }] },
    Stone: { type: "object" },
  };
  const either = {
    oneOf: [ref("Cat"), ref("Dog")],
    discriminator: { propertyName: "kind", mapping: { feline: "#/components/schemas/Cat" } },
  };
  const unknown = (name: string) => [`Discriminator field "kind" has the unknown value "${name}"`];
  test.each<[object, string, string[]]>([
    [either, '{"kind":"Cat","lives":7}', []],
    [either, '{"kind":"feline","lives":"x"}', [`[Path '/lives'] ${type("string", "integer")}`]],
    [either, '{"kind":"Dog"}', ['Object has missing required properties (["bark"])']],
    [either, '{"lives":7}', ['Discriminator field "kind" is missing']],
    [either, '{"kind":"Stone"}', unknown("Stone")],
    [either, '{"kind":"__proto__"}', unknown("__proto__")],
    [either, "1", ["Instance is no object, and has no discriminator"]],
    [ref("Pet"), '{"kind":"Pet"}', []],
    [ref("Pet"), '{"kind":"Stone"}', unknown("Stone")],
    [ref("Pet"), '{"kind":"Wolf","howl":1}', []],
    [
      ref("Pet"),
      '{"kind":"Wolf"}',
      [
        'Instance failed to match all required schemas (matched only 1 out of 2) {/allOf/1: Object has missing required properties (["howl"])}',
      ],
    ],
    [ref("Pet"), '{"kind":"hound","howl":1,"ears":2}', []],
    [
      ref("Pet"),
      '{"kind":"hound","howl":1}',
      [
        'Instance failed to match all required schemas (matched only 1 out of 2) {/allOf/1: Object has missing required properties (["ears"])}',
      ],
    ],
  ])("%j and %s", (schema, json, expected) => {
    expect(wrongWith(schema, json, schemas)).toEqual(expected);
  });
});

test.each([
  ["a number", { type: "integer", maximum: 2 }, `-${"9".repeat(401)}`, "has more than 400 digits"],
  ["a list", { $ref: "#/components/schemas/Lists" }, `${"[".repeat(250)}${"]".repeat(250)}`, "200 deep"],
])("%s that is too large to be looked at is wrong, below not as well", (_, schema, value, why) => {
  const Lists = { type: "array", items: { $ref: "#/components/schemas/Lists" } };
  for (const each of [schema, { not: schema }]) expect(() => wrongWith(each, value, { Lists })).toThrow(why);
});

describe("references", () => {
  const ref = { $ref: "#/components/schemas/Node" };
  const node = {
    type: "object",
    required: ["value"],
    properties: { value: { type: "integer" }, next: ref, all: { type: "array", items: ref } },
  };

  test("a schema that holds itself", () => {
    expect(wrongWith(ref, '{"value":1,"next":{"value":2,"all":[{"value":"x"}]}}', { Node: node })).toEqual([
      `[Path '/next/all/0/value'] ${type("string", "integer")}`,
    ]);
  });

  test("what is nested too deep for such a schema is wrong", () => {
    const deep = (levels: number) => `${'{"value":1,"next":'.repeat(levels)}{"value":1}${"}".repeat(levels)}`;
    expect(wrongWith(ref, deep(198), { Node: node })).toEqual([]);
    for (const levels of [250, 100_000]) {
      expect(() => wrongWith(ref, deep(levels), { Node: node })).toThrow(
        "Value is nested more than 200 deep",
      );
    }
  });

  test.each<[string, unknown, unknown, string]>([
    ["itself", { $ref: "#/schema" }, {}, "The reference leads back to itself."],
    [
      "nothing",
      { $ref: "#/components/schemas/No" },
      {},
      '"#/components/schemas/No" refers to nothing in this document.',
    ],
    [
      "what objects inherit",
      { $ref: "#/components/toString" },
      {},
      '"#/components/toString" refers to nothing in this document.',
    ],
    ["an anchor", { $ref: "#Node" }, {}, '"#Node" refers to nothing in this document.'],
    [
      "a file",
      { $ref: "other.yaml#/a" },
      {},
      '"other.yaml#/a" is in another document, and nothing is fetched.',
    ],
    [
      "a host",
      { $ref: "https://a.example/b" },
      {},
      '"https://a.example/b" is in another document, and nothing is fetched.',
    ],
    [
      "a schema made of itself",
      { $ref: "#/components/schemas/A" },
      { A: { allOf: [{ $ref: "#/components/schemas/B" }] }, B: { not: { $ref: "#/components/schemas/A" } } },
      "The schema is made of itself.",
    ],
  ])("to %s is an error", (_what, schema, schemas, expected) => {
    expect(compile(schema, schemas).messages).toEqual([`error ${expected}`]);
  });

  test("names are unescaped", () => {
    const schemas = { "a/b~c d": { type: "string" } };
    expect(wrongWith({ $ref: "#/components/schemas/a~1b~0c%20d" }, "1", schemas)).toEqual([
      type("integer", "string"),
    ]);
  });

  test("many schemas made of each other are an error, and a long chain is not", () => {
    const chain = (link: (next: object) => object) =>
      Object.fromEntries(
        Array.from({ length: 5_000 }, (_, index) => [
          `S${index}`,
          index === 4_999 ? { type: "string" } : link({ $ref: `#/components/schemas/S${index + 1}` }),
        ]),
      );
    const first = { $ref: "#/components/schemas/S0" };
    expect(
      wrongWith(
        first,
        '{"a":{"a":1}}',
        chain((next) => ({ properties: { a: next } })),
      ),
    ).toEqual([]);
    expect(
      compile(
        first,
        chain((next) => ({ allOf: [next] })),
      ).messages,
    ).toEqual(["error More than 50 schemas are made of each other."]);
  });
});

describe("what cannot be checked", () => {
  test.each<[object, string[]]>([
    [{ type: "strng" }, ["error strng is no type of OpenAPI 3.0."]],
    [{ type: ["string", "null"] }, ["error type must be a text."]],
    [{ minimum: "1" }, ["error minimum must be a number."]],
    [{ exclusiveMinimum: 1, minimum: 1 }, ["error exclusiveMinimum must be true or false."]],
    [{ maxLength: -1 }, ["error maxLength must be a whole number from 0."]],
    [{ multipleOf: 0 }, ["error multipleOf must be greater than 0."]],
    [{ required: true }, ["error required must be a list."]],
    [{ required: [1] }, ["error required must be a list of names."]],
    [{ properties: [] }, ["error properties must be an object."]],
    [{ properties: { a: "string" } }, ["error a must be a schema."]],
    [{ enum: "a" }, ["error enum must be a list."]],
    [{ oneOf: {} }, ["error oneOf must be a list."]],
    [{ discriminator: {} }, ["error discriminator has no propertyName."]],
    [{ pattern: "(" }, ['error The regular expression is not valid: a ( is not closed at "(".']],
    [
      { pattern: "a(?=b)" },
      [
        'error The regular expression uses look-ahead ("(?="), which is not available: Sortie runs the regular expressions of bundles on a linear-time engine.',
      ],
    ],
    [{ const: 1 }, ["warning OpenAPI 3.0 has no const: it is not checked."]],
    [{ patternProperties: {} }, ["warning OpenAPI 3.0 has no patternProperties: it is not checked."]],
    [
      { allOf: [{ properties: { a: {} } }], additionalProperties: false },
      [
        "warning additionalProperties: false forbids every field that is not in properties beside it, also those of allOf.",
      ],
    ],
    [{ "x-const": 1, example: 1, default: [], format: "anything" }, []],
  ])("%j", (schema, expected) => {
    expect(compile(schema).messages).toEqual(expected);
  });
});

describe("against another validator", () => {
  const leaf = fc.oneof(
    fc.record({ type: fc.constantFrom("string", "integer", "number", "boolean", "object", "array") }),
    fc.record({ minimum: fc.integer({ min: -3, max: 3 }), exclusiveMinimum: fc.boolean() }),
    fc.record({ maximum: fc.integer({ min: -3, max: 3 }), exclusiveMaximum: fc.boolean() }),
    fc.record({ minLength: fc.nat(3) }),
    fc.record({ maxLength: fc.nat(3) }),
    fc.record({ minItems: fc.nat(3), uniqueItems: fc.boolean() }),
    fc.record({ maxProperties: fc.nat(3) }),
    fc.record({ required: fc.uniqueArray(fc.constantFrom("a", "b", "c"), { minLength: 1 }) }),
    fc.record({ enum: fc.array(fc.jsonValue({ maxDepth: 1 }), { minLength: 1, maxLength: 3 }) }),
    fc.record({ pattern: fc.constantFrom("^a", "b$", "[0-9]+", "^.{1,2}$") }),
  );
  const { schema } = fc.letrec<{ schema: object }>((tie) => ({
    schema: fc.oneof(
      { depthSize: "small" },
      leaf,
      fc.tuple(leaf, leaf).map(([left, right]) => ({ ...left, ...right })),
      fc.record({
        properties: fc.dictionary(fc.constantFrom("a", "b", "c"), tie("schema"), { maxKeys: 2 }),
        additionalProperties: fc.oneof(fc.boolean(), tie("schema")),
      }),
      fc.record({ items: tie("schema") }),
      fc.record({ not: tie("schema") }),
      ...["allOf", "anyOf", "oneOf"].map((name) =>
        fc.array(tie("schema"), { minLength: 1, maxLength: 3 }).map((list) => ({ [name]: list })),
      ),
    ),
  }));
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom(null, true, -1, 0, 1, 2, 1.5, "", "a", "ab", "b1", "abcd"),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom("a", "b", "c", "d"), tie("value"), { maxKeys: 4 }),
    ),
  }));

  test("the same values are right", () => {
    fc.assert(
      fc.property(schema, value, (written, given) => {
        const oracle = new Validator(structuredClone(written) as OracleSchema, "4", true).validate(given);
        const { compiled } = compile(written);
        const validation = new Validation();
        compiled?.check(given, validation);
        expect(validation.wrong.length === 0).toBe(oracle.valid);
      }),
      { numRuns: 2_000 },
    );
  });

  test("a multiple times a whole number is a multiple, and nothing beside it", () => {
    const step = fc.tuple(fc.integer({ min: 1, max: 9_999 }), fc.integer({ min: -6, max: 6 }));
    fc.assert(
      fc.property(step, fc.integer({ min: -9_999, max: 9_999 }), ([digits, exponent], times) => {
        const of = Number(`${digits}e${exponent}`);
        expect(isMultiple(Number(`${digits * times}e${exponent}`), of)).toBe(true);
        expect(isMultiple(Number(`${digits * times}1e${exponent - 2}`), of)).toBe(false);
      }),
    );
  });
});
