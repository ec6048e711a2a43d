import fc from "fast-check";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import type { ValueProblem } from "../../src/documents/checked-value.ts";
import { Report } from "../../src/documents/report.ts";
import { readYaml } from "../../src/documents/yaml-schema.ts";

const schema = v.strictObject({
  name: v.pipe(v.string(), v.regex(/^[a-z]+$/, "must be small letters")),
  shape: v.variant("type", [
    v.strictObject({ type: v.literal("circle"), radius: v.number() }),
    v.strictObject({ type: v.literal("square"), side: v.optional(v.number(), 1) }),
  ]),
  points: v.optional(v.array(v.strictObject({ left: v.number() })), []),
  colours: v.optional(v.record(v.string(), v.strictObject({ red: v.boolean() })), {}),
});

function read(text: string, refuse?: (value: unknown) => ValueProblem | null) {
  const report = new Report();
  const file = readYaml("a.yaml", new TextEncoder().encode(text), schema, report, refuse);
  const problems = report.problems.map(
    ({ severity, code, line, column, message, remedy }) =>
      `${severity} ${code} ${line}:${column} ${message} ${remedy}`,
  );
  return { file, value: file?.value, problems };
}

const good = "name: a\nshape: { type: square }\n";

test("a file that holds what its schema says is read, with its defaults", () => {
  const { value, file, problems } = read(good);
  expect(problems).toEqual([]);
  expect(value).toEqual({ name: "a", shape: { type: "square", side: 1 }, points: [], colours: {} });
  expect(file?.at(["shape", "type"])).toEqual({ file: "a.yaml", line: 2, column: 16 });
  expect(file?.atName(["shape", "type"])).toEqual({ file: "a.yaml", line: 2, column: 10 });
});

describe("a field that the schema does not know is a warning, at its name:", () => {
  test.each([
    [
      "nmae: b",
      "3:1 The field nmae is not known and has no effect. Did you mean name? Otherwise take it out.",
    ],
    [
      "other: b",
      "3:1 The field other is not known and has no effect. Take it out. Known here: name, shape, points, colours.",
    ],
    [
      "points: [{ left: 1 }, { left: 2, lfet: 3 }]",
      "3:34 The field points[1].lfet is not known and has no effect. Did you mean left? Otherwise take it out.",
    ],
    [
      "colours: { a: { red: true, read: 1 } }",
      "3:28 The field colours.a.read is not known and has no effect. Did you mean red? Otherwise take it out.",
    ],
    [
      "constructor: 1",
      "3:1 The field constructor is not known and has no effect. Take it out. Known here: name, shape, points, colours.",
    ],
    [
      "__proto__: 1",
      "3:1 The field __proto__ is not known and has no effect. Take it out. Known here: name, shape, points, colours.",
    ],
  ])("%s", (line, problem) => {
    const { value, problems } = read(`${good}${line}\n`);
    expect(problems).toEqual([`warning UnknownField ${problem}`]);
    expect(value).toMatchObject({ name: "a" });
  });

  test("of the variant that is chosen", () => {
    expect(read("name: a\nshape: { type: square, radius: 1 }").problems).toEqual([
      "warning UnknownField 2:24 The field shape.radius is not known and has no effect. Take it out. Known here: type, side.",
    ]);
  });
});

test.each([
  ["", "1:1 The file must be an object, and is empty. Write an object."],
  ["[]", "1:1 The file must be an object, and is a list. Write an object."],
  ["shape: { type: square }", "1:1 name is missing. Add name."],
  ["name:\nshape: { type: square }", "1:6 name must be a text, and is empty. Write a text."],
  [
    "name: 7\nshape: { type: square }",
    "1:7 name must be a text, and is a number. Write a text, between quotes.",
  ],
  ["name: A\nshape: { type: square }", "1:7 name must be small letters. Write small letters."],
  ["name: a\nshape: [1]", "2:8 shape must be an object, and is a list. Write an object."],
  [`${good}colours: []`, "3:10 colours must be an object, and is a list. Write an object."],
  [`${good}points: [[]]`, "3:10 points[0] must be an object, and is a list. Write an object."],
  ["name: a\nshape: {}", '2:8 shape.type is missing. Write "circle" or "square".'],
  [
    "name: a\nshape: { type: cube }",
    '2:16 shape.type must be "circle" or "square". Write "circle" or "square".',
  ],
  ["name: a\nshape: { type: sqare }", '2:16 shape.type must be "circle" or "square". Did you mean "square"?'],
  ["name: a\nshape: { type: circle }", "2:8 shape.radius is missing. Add radius."],
  [`${good}points: [{ left: yes }]`, "3:18 points[0].left must be a number, and is a text. Write a number."],
  [`${good}points: {}`, "3:9 points must be a list, and is an object. Write a list."],
  [
    `${good}colours: { a: { red: 1 } }`,
    "3:22 colours.a.red must be true or false, and is a number. Write true or false.",
  ],
])("%j is refused", (text, problem) => {
  expect(read(text)).toMatchObject({
    value: undefined,
    problems: [`error InvalidValue ${problem}`],
  });
});

test("a value that the caller refuses is reported once, and the rest as ever", () => {
  const refuse = (value: unknown) =>
    value === "bad" ? { code: "Bad", message: "This is bad.", remedy: "Make it good." } : null;
  expect(read("name: b\nshape: bad\npoints: bad", refuse)).toMatchObject({
    value: undefined,
    problems: ["error Bad 2:8 This is bad. Make it good.", "error Bad 3:9 This is bad. Make it good."],
  });
  expect(read("name: B\nshape: bad", refuse).problems).toHaveLength(2);
});

test("no message shows a value", () => {
  const json = fc.anything({ values: [fc.constant("hunter2"), fc.nat(), fc.boolean(), fc.constant(null)] });
  fc.assert(
    fc.property(fc.record({ name: json, shape: json, points: json, colours: json }), (value) => {
      const text = JSON.stringify(value);
      const { problems, value: read_ } = read(text);
      expect(read_ === undefined).toBe(problems.some((problem) => problem.startsWith("error")));
      // Keys are names of fields, and are shown.
      if (!/"[^"]*hunter2[^"]*":/.test(text)) expect(problems.join()).not.toContain("hunter2");
    }),
  );
});
