import { describe, expect, test } from "vitest";
import { ann, prepared } from "./action-kit.ts";

const rule = "rules: [{ type: deleteObject, object: who }]";
const whose = "  who: { type: object, objectType: Employee, required: false }\n";
const parameters = (text: string) => `parameters:\n${whose}  x: ${text}\n${rule}`;

/** The result of one parameter, and the constraints that it names. */
async function evaluated(text: string, value: unknown, id = "x") {
  const { validation } = await prepared(parameters(text), value === undefined ? {} : { [id]: value });
  const { result, evaluatedConstraints } = validation.parameters[id] ?? {};
  expect(validation.result).toBe(result);
  return [result, ...(evaluatedConstraints ?? []).map(({ type }) => type)];
}

describe("constraints of parameters", () => {
  test.each([
    ["{ type: string }", undefined, ["INVALID"]],
    ["{ type: string }", null, ["INVALID"]],
    ["{ type: string, required: false }", undefined, ["VALID"]],
    ["{ type: string, oneOf: { options: [{ value: a }] } }", "a", ["VALID", "oneOf"]],
    ["{ type: string, oneOf: { options: [{ value: a }] } }", "b", ["INVALID", "oneOf"]],
    [
      "{ type: string, oneOf: { options: [{ value: a }], otherValuesAllowed: true } }",
      "b",
      ["VALID", "oneOf"],
    ],
    ["{ type: integer, range: { gt: 1, lte: 3 } }", 1, ["INVALID", "range"]],
    ["{ type: integer, range: { gt: 1, lte: 3 } }", 3, ["VALID", "range"]],
    ["{ type: double, range: { lt: 0.5 } }", 0.5, ["INVALID", "range"]],
    ['{ type: long, range: { gte: "9007199254740993" } }', "9007199254740992", ["INVALID", "range"]],
    ['{ type: long, range: { gte: "9007199254740993" } }', "9007199254740993", ["VALID", "range"]],
    ["{ type: long, range: { gte: 7 } }", "7", ["VALID", "range"]],
    ["{ type: long, oneOf: { options: [{ value: 7 }] } }", "7", ["VALID", "oneOf"]],
    ['{ type: long, oneOf: { options: [{ value: "7" }] } }', "007", ["VALID", "oneOf"]],
    [
      '{ type: timestamp, oneOf: { options: [{ value: "2026-01-01T00:00:00Z" }] } }',
      "2026-01-01T01:00:00+01:00",
      ["VALID", "oneOf"],
    ],
    ['{ type: date, range: { lt: "2026-01-01" } }', "2025-12-31", ["VALID", "range"]],
    [
      '{ type: timestamp, range: { lt: "2026-01-01T00:00:00Z" } }',
      "2026-01-01T00:30:00+01:00",
      ["VALID", "range"],
    ],
    [
      '{ type: timestamp, range: { lt: "2026-01-01T00:00:00Z" } }',
      "2026-01-01T00:00:00Z",
      ["INVALID", "range"],
    ],
    ["{ type: string, stringLength: { gte: 2, lte: 3 } }", "a", ["INVALID", "stringLength"]],
    ['{ type: string, stringRegexMatch: { regex: "[a-z]+" } }', "abc", ["VALID", "stringRegexMatch"]],
    ['{ type: string, stringRegexMatch: { regex: "[a-z]+" } }', "abc1", ["INVALID", "stringRegexMatch"]],
    ["{ type: array, items: { type: string }, arraySize: { lt: 2 } }", ["a", "b"], ["INVALID", "arraySize"]],
    ["{ type: array, items: { type: integer, range: { lt: 5 } } }", [1, 7], ["INVALID", "range"]],
    ["{ type: object, objectType: Employee }", "e1", ["VALID", "objectQueryResult"]],
    ["{ type: object, objectType: Employee }", "e9", ["INVALID", "objectQueryResult"]],
    ["{ type: object, objectType: Office }", 7, ["VALID", "objectQueryResult"]],
    ["{ type: object, objectType: Office }", "007", ["VALID", "objectQueryResult"]],
    [
      "{ type: array, items: { type: object, objectType: Employee } }",
      ["e1", "e9"],
      ["INVALID", "objectQueryResult"],
    ],
    ["{ type: struct, fields: { a: { type: integer, range: { lt: 5 } } } }", { a: 7 }, ["INVALID", "struct"]],
  ])("%s of %j: %j", async (text, value, expected) => {
    expect(await evaluated(text, value)).toEqual(expected);
  });

  test.each([
    [{ a: 3 }, "VALID"],
    [{ a: 7 }, "INVALID"],
  ])("what is said of the fields of a struct is what is true of them: %j is %s", async (x, result) => {
    const field = "{ type: integer, range: { lt: 5 }, required: false }";
    const { validation } = await prepared(parameters(`{ type: struct, fields: { a: ${field} } }`), { x });
    expect(validation.parameters.x?.evaluatedConstraints).toEqual([
      {
        type: "struct",
        structFields: { a: { result, evaluatedConstraints: [{ type: "range", lt: 5 }], required: false } },
      },
    ]);
  });

  test("an expression that would take other engines for ever takes no time", async () => {
    const hostile = `{ type: string, stringRegexMatch: { regex: "(a+)+b" } }`;
    expect(await evaluated(hostile, "a".repeat(50_000))).toEqual(["INVALID", "stringRegexMatch"]);
  });
});

describe("parameters that are none", () => {
  test.each([
    [
      "an unknown one",
      { y: 1 },
      "ParametersNotFound",
      { unknownParameterIds: ["y"], configuredParameterIds: ["who", "x"] },
    ],
    [
      "a name of JavaScript's own",
      JSON.parse('{"__proto__":1}'),
      "ParametersNotFound",
      { unknownParameterIds: ["__proto__"] },
    ],
    [
      "another type",
      { x: "7" },
      "InvalidParameterValue",
      { parameterId: "x", parameterBaseType: "integer", parameterDataType: "Integer", parameterValue: "7" },
    ],
    [
      "an object for a key",
      { x: 1, who: { $primaryKey: "e1" } },
      "InvalidParameterValue",
      { parameterId: "who" },
    ],
    ["a number for a key of text", { x: 1, who: 7 }, "InvalidParameterValue", { parameterId: "who" }],
    ["a huge text", { x: "7".repeat(1_000_000) }, "InvalidParameterValue", { parameterValue: null }],
  ])("%s", async (_, given, errorName, expected) => {
    await expect(prepared(parameters("{ type: integer }"), given)).rejects.toMatchObject({
      errorName,
      status: 400,
      parameters: expected,
    });
  });

  test("a list that is too long", async () => {
    const strings = parameters("{ type: array, items: { type: string } }");
    const tooMany = { x: Array(10_001).fill("a") };
    await expect(prepared(strings, tooMany)).rejects.toMatchObject({ errorName: "InvalidParameterValue" });
    const objects = parameters("{ type: array, items: { type: object, objectType: Employee } }");
    const tooManyObjects = { x: Array(1_001).fill("e1") };
    await expect(prepared(objects, tooManyObjects)).rejects.toMatchObject({
      errorName: "InvalidParameterValue",
    });
  });
});

test("what is not given has its default", async () => {
  const text = `parameters:
  who: { type: object, objectType: Employee, default: { type: staticValue, value: e1 } }
  name: { type: string, default: { type: objectParameterPropertyValue, parameterId: who, propertyTypeApiName: name } }
  by: { type: string, default: { type: currentUser } }
  at: { type: timestamp, default: { type: currentTime } }
  id: { type: string, default: { type: uniqueIdentifier } }
${rule}`;
  const { scope, validation } = await prepared(text, {});
  expect(validation.result).toBe("VALID");
  expect(Object.fromEntries(scope.parameters)).toEqual({
    who: "e1",
    name: "Eve",
    by: ann.kind === "user" && ann.id,
    at: "2026-03-02T10:00:00.000Z",
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  const given = await prepared(text, { name: "Zoe" });
  expect(given.scope.parameters.get("name")).toBe("Zoe");
});

describe("submission criteria", () => {
  const compare = (left: string, operator: string, right: string) =>
    `{ type: comparison, left: ${left}, operator: ${operator}, right: ${right} }`;
  const static_ = (value: string) => `{ type: staticValue, value: ${value} }`;
  const x = "{ type: parameterId, parameterId: x }";
  const level = "{ type: objectParameterPropertyValue, parameterId: who, propertyTypeApiName: level }";
  const groups = "{ type: currentUserGroups }";
  const me = "{ type: currentUser, attribute: name }";

  const results = async (condition: string, given: Record<string, unknown>, type: string, caller = ann) => {
    const text = `${parameters(`{ type: ${type}, required: false }`)}
submissionCriteria: [{ condition: ${condition}, failureMessage: No. }]`;
    const { validation } = await prepared(text, given, caller);
    const [criterion] = validation.submissionCriteria;
    expect(criterion?.configuredFailureMessage).toBe("No.");
    expect(validation.result).toBe(criterion?.result);
    return criterion?.result === "VALID";
  };

  test.each([
    [compare(x, "is", static_("5")), { x: 5 }, true],
    [compare(x, "isNot", static_("5")), { x: 5 }, false],
    [compare(x, "isLessThan", static_("10")), { x: 9 }, true],
    [compare(x, "isLessThanOrEquals", static_("9")), { x: 9 }, true],
    [compare(x, "isGreaterThan", level), { x: 4, who: "e1" }, true],
    [compare(x, "isGreaterThanOrEquals", level), { x: 4, who: "e2" }, false],
    [compare(x, "isIncludedIn", static_("[1, 2]")), { x: 2 }, true],
    [compare(groups, "includes", static_("hr")), {}, true],
    [compare(groups, "includesAny", static_("[it, board]")), {}, true],
    [compare(groups, "eachIs", static_("hr")), {}, false],
    [compare(groups, "eachIsNot", static_("it")), {}, true],
    [compare(me, "is", static_("Ann")), {}, true],
    [compare(me, "matches", static_("A.*")), {}, true],
    [compare(x, "is", static_("null")), {}, true],
    [compare(x, "isNot", static_("null")), { x: 1 }, true],
    [
      `{ type: and, conditions: [${compare(x, "is", static_("5"))}, ${compare(me, "is", static_("Bob"))}] }`,
      { x: 5 },
      false,
    ],
    [
      `{ type: or, conditions: [${compare(x, "is", static_("5"))}, ${compare(me, "is", static_("Ann"))}] }`,
      {},
      true,
    ],
    [`{ type: not, condition: ${compare(x, "is", static_("5"))} }`, { x: 6 }, true],
  ])("%s of %j: %s", async (condition, given, expected) => {
    expect(await results(condition, given, "integer")).toBe(expected);
  });

  test.each([
    compare(x, "is", static_("5")),
    compare(x, "isNot", static_("5")),
    compare(level, "isLessThan", static_("5")),
    `{ type: not, condition: ${compare(x, "is", static_("5"))} }`,
    `{ type: and, conditions: [{ type: not, condition: ${compare(x, "is", static_("5"))} }] }`,
  ])("neither a condition about what is not there is met nor its opposite: %s", async (condition) => {
    expect(await results(condition, {}, "integer")).toBe(false);
  });

  test.each([
    ["007", "long", compare(x, "isNot", static_('"7"'))],
    ["-0", "long", compare(x, "isNot", static_('"0"'))],
    [["01"], "array, items: { type: long }", compare(x, "eachIsNot", static_('"1"'))],
    ["2026-03-02T11:00:00+01:00", "timestamp", compare(x, "isNot", static_('"2026-03-02T10:00:00Z"'))],
    ["NaN", "double", `{ type: not, condition: ${compare(x, "isGreaterThan", static_("100"))} }`],
    ["NaN", "double", compare(x, "isLessThan", static_("100"))],
  ])(
    "a value is not another one for being written in another way: %s as a %s",
    async (given, type, condition) => {
      expect(await results(condition, { x: given }, type)).toBe(false);
    },
  );

  test("longer lists than Foundry looks at are not looked at", async () => {
    const condition = `{ type: not, condition: ${compare("{ type: parameterId, parameterId: x }", "includes", static_("b"))} }`;
    const type = "array, items: { type: string }";
    expect(await results(condition, { x: Array(1_000).fill("a") }, type)).toBe(true);
    expect(await results(condition, { x: Array(1_001).fill("a") }, type)).toBe(false);
  });

  test("whoever has no groups is in none", async () => {
    const condition = compare(groups, "includes", static_("hr"));
    expect(await results(condition, {}, "integer", { kind: "service", id: "i#1", name: "hr" })).toBe(false);
    expect(await results(condition, {}, "integer", { kind: "anonymous" })).toBe(false);
  });
});
