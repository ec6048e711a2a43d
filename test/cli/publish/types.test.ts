import { describe, expect, test } from "vitest";
import type { ValueType } from "../../../src/functions/published-function.ts";
import { declaredIn, version2 } from "./kit.ts";

const v2Imports =
  'import type { Integer, Long, Short, Byte, Float, Double, DateISOString, TimestampISOString } from "@osdk/functions";';
const v1Imports =
  'import { Function, FunctionsMap, Integer, Long, Short, Byte, Float, Double, LocalDate, Timestamp } from "@foundry/functions-api";';

const string: ValueType = { type: "string" };
const integer: ValueType = { type: "integer" };
const list = (element: ValueType): ValueType => ({ type: "list", element });
const set = (element: ValueType): ValueType => ({ type: "set", element });
const map = (key: ValueType, value: ValueType): ValueType => ({ type: "map", key, value });
const field = (name: string, type: ValueType, optional = false) => ({ name, type, optional });
const struct = (...fields: ReturnType<typeof field>[]): ValueType => ({ type: "struct", fields });

/** The type of the parameter `value`. */
function typeIn(code: string) {
  const { functions, problems } = declaredIn(code);
  expect(problems).toEqual([]);
  return functions[0]?.signature?.parameters[0];
}

function inVersion2(type: string, declarations = "") {
  return typeIn(version2(`value: ${type}`, "void", `${v2Imports}\n${declarations}`));
}

function inVersion1(type: string) {
  return typeIn(`${v1Imports}\nexport class It {\n  @Function()\n  it(value: ${type}): void {}\n}`);
}

describe("a type of TypeScript v2 stands for a type of functions", () => {
  const cases: readonly (readonly [string, ValueType])[] = [
    ["boolean", { type: "boolean" }],
    ["string", string],
    ["number", { type: "double" }],
    ["Integer", integer],
    ["Long", { type: "long" }],
    ["Short", { type: "short" }],
    ["Byte", { type: "byte" }],
    ["Float", { type: "float" }],
    ["Double", { type: "double" }],
    ["DateISOString", { type: "date" }],
    ["TimestampISOString", { type: "timestamp" }],
    ["string[]", list(string)],
    ["readonly string[]", list(string)],
    ["Array<Integer>", list(integer)],
    ["ReadonlyArray<Integer>", list(integer)],
    ["Integer[][]", list(list(integer))],
    ["(string)[]", list(string)],
    ["Set<string>", set(string)],
    ["ReadonlySet<Long>", set({ type: "long" })],
    ["Record<string, Integer>", map(string, integer)],
    ["Record<Integer, string[]>", map(integer, list(string))],
    ["{ [name: string]: Integer }", map(string, integer)],
    ["{ a: string; readonly b?: Integer }", struct(field("a", string), field("b", integer, true))],
    [
      '{ "content-type": string, n: null | Integer }',
      struct(field("content-type", string), field("n", integer, true)),
    ],
    ["{ __proto__: string }", struct(field("__proto__", string))],
    ['"red" | "green"', string],
    ['"red"', string],
    ["Colour", string],
    ["Order", struct(field("id", string), field("lines", list(struct(field("count", integer)))))],
    [
      "Parcel",
      struct(
        field("id", string),
        field("lines", list(struct(field("count", integer)))),
        field("days", integer),
      ),
    ],
    ["Order[]", list(struct(field("id", string), field("lines", list(struct(field("count", integer))))))],
  ];
  const declarations = `
    enum Colour { Red = "red", Green = "green" }
    interface Line { count: Integer }
    type Lines = Line[];
    export interface Order { id: string; lines: Lines }
    interface Parcel extends Order { days: Integer }`;

  test.each(cases)("%s", (type, expected) => {
    expect(inVersion2(type, declarations)).toEqual({ name: "value", type: expected, optional: false });
  });
});

describe("a type of TypeScript v1 stands for a type of functions", () => {
  test.each<[string, ValueType]>([
    ["Integer", integer],
    ["Long", { type: "long" }],
    ["LocalDate", { type: "date" }],
    ["Timestamp", { type: "timestamp" }],
    ["FunctionsMap<string, Double>", map(string, { type: "double" })],
    ["FunctionsMap<LocalDate, Integer>", map({ type: "date" }, integer)],
    ["Set<Timestamp>", set({ type: "timestamp" })],
    ["{ day: LocalDate }", struct(field("day", { type: "date" }))],
  ])("%s", (type, expected) => {
    expect(inVersion1(type)).toEqual({ name: "value", type: expected, optional: false });
  });
});

describe("what may be missing is optional", () => {
  test.each([
    ["value?: string", "string"],
    ["value: string | undefined", "string"],
    ["value: null | string", "string"],
    ['value: "a" | "b" | undefined', "string"],
    ["value: Maybe", "string"],
    ["value: (string | null)", "string"],
    ['value: string = "a"', "string"],
  ])("%s", (parameter, type) => {
    const { functions } = declaredIn(version2(parameter, "void", "type Maybe = string | undefined;"));
    expect(functions[0]?.signature?.parameters).toEqual([{ name: "value", type: { type }, optional: true }]);
  });
});

describe("what a function returns", () => {
  test.each<[string, unknown]>([
    ["string", { type: string, optional: false }],
    ["Promise<string>", { type: string, optional: false }],
    ["Promise<string | undefined>", { type: string, optional: true }],
    ["string | null", { type: string, optional: true }],
    ["Promise<Integer[]>", { type: list(integer), optional: false }],
    ["void", null],
    ["Promise<void>", null],
    ["Promise<undefined>", null],
    ["null", null],
  ])("%s", (output, expected) => {
    const { functions, problems } = declaredIn(version2("", output, v2Imports));
    expect(problems).toEqual([]);
    expect(functions[0]?.signature?.output).toEqual(expected);
  });
});

test("types may come from another file of the function, by any name", () => {
  const code = version2("value: O", "Promise<Line>", 'import { type Order as O, Line } from "./orders.js";');
  const { functions, problems } = declaredIn(code, {
    "functions/it/orders.ts": `import type { Integer } from "@osdk/functions";
      export interface Line { count: Integer }
      export interface Order { lines: Line[] }`,
  });
  expect(problems).toEqual([]);
  expect(functions[0]?.signature).toEqual({
    parameters: [field("value", struct(field("lines", list(struct(field("count", integer))))))],
    output: { type: struct(field("count", integer)), optional: false },
  });
});

test("library types keep their meaning by another name", () => {
  const { functions } = declaredIn(
    version2("value: Whole", "void", 'import type { Integer as Whole } from "@osdk/functions";'),
  );
  expect(functions[0]?.signature?.parameters[0]?.type).toEqual(integer);
});

describe("a type that cannot cross a call is refused where it stands", () => {
  test.each<[type: string, message: string, declarations?: string]>([
    ["any", "1:48 UnsupportedType any is no type for a function."],
    ["unknown", "1:48 UnsupportedType unknown is no type for a function."],
    ["bigint", "1:48 UnsupportedType bigint is no type for a function."],
    ["object", "1:48 UnsupportedType object is no type for a function."],
    ["{}", "1:48 UnsupportedType An object type without fields says nothing."],
    ["[string, string]", "1:48 UnsupportedType A tuple is no type for a function."],
    ["() => void", "1:48 UnsupportedType A function is no type for a function."],
    ["string & Integer", "1:48 UnsupportedType An intersection is no type for a function."],
    ["1 | 2", "1:48 UnsupportedType A value can be of one type only."],
    ["true", "1:48 UnsupportedType This type is no type for a function."],
    ["string | number", "1:48 UnsupportedType A value can be of one type only."],
    [
      "Array<string | null>",
      "1:54 UnsupportedType Only parameters, fields and results may be undefined or null.",
    ],
    ["Record<string[], string>", "1:55 UnsupportedType Keys are texts, numbers or dates."],
    ["Integer", "1:48 UnsupportedType Integer is not imported."],
    ["Date", "1:48 UnsupportedType Date is no type for a function here."],
    ["Map<string, string>", "1:48 UnsupportedType Map is no type for a function here."],
    ["Promise<string>", "1:48 UnsupportedType Promise is no type for a function here."],
    ["Elsewhere", "1:48 UnsupportedType Elsewhere is no type for a function here."],
    ["Name.Space", "1:48 UnsupportedType Name.Space is no type for a function here."],
    ["{ a: { b: any } }", "1:58 UnsupportedType any is no type for a function."],
    ["{ a(): void }", "1:50 UnsupportedType An object type may have nothing but fields with names."],
    ["{ a }", "1:50 UnsupportedType The field a has no type."],
    [
      "Tree",
      "3:28 UnsupportedType Tree is no type for a function here: it contains itself.",
      "interface Tree { children: Tree[] }",
    ],
    [
      "Loop",
      "3:13 UnsupportedType Loop is no type for a function here: it contains itself.",
      "type Loop = Loop;",
    ],
    [
      "Box<string>",
      "1:48 UnsupportedType Box is no type for a function here: type parameters of one's own are not supported.",
      "type Box<T> = { value: T };",
    ],
    ["Thing", "1:48 UnsupportedType Thing is no type for a function here: it is a class.", "class Thing {}"],
    [
      "Level",
      "1:48 UnsupportedType Level is no type for a function here: its members are not all texts.",
      "enum Level { Low, High }",
    ],
    [
      "Twice",
      "1:48 UnsupportedType Twice is no type for a function here: it is declared more than once.",
      "interface Twice { a: string }\ninterface Twice { b: string }",
    ],
    [
      "Child",
      "3:25 UnsupportedType An interface may extend interfaces and object types only.",
      "interface Child extends Parent { a: string }",
    ],
  ])("%s", (type, message, declarations = "") => {
    const code = `export default async function it(a: string, b: ${type}): Promise<void> {}\n\n${declarations}`;
    expect(declaredIn(code).problems).toEqual([message]);
  });

  test("dates have other names in the other version", () => {
    const code = version2("a: LocalDate", "void", 'import { LocalDate } from "@foundry/functions-api";');
    expect(declaredIn(code).problems).toEqual([
      "2:37 UnsupportedType LocalDate is no type for a function here.",
    ]);
    const v1 = `import { Function } from "@foundry/functions-api";
import type { DateISOString } from "@osdk/functions";
export class It {
  @Function()
  it(day: DateISOString, by: Record<string, string>): void {}
}`;
    expect(declaredIn(v1).problems).toEqual([
      "5:11 UnsupportedType DateISOString is no type for a function here.",
      "5:30 UnsupportedType Record is no type for a function here.",
    ]);
  });

  test("a signature of too many types is refused, however few names it has", () => {
    const types = Array.from({ length: 30 }, (_, n) => `type T${n} = { a: T${n + 1}; b: T${n + 1} };`);
    const code = version2("a: T0", "void", `${types.join("\n")}\ntype T30 = { a: string };`);
    expect(declaredIn(code).problems).toEqual([
      expect.stringContaining("UnsupportedType The signature is made of too many types."),
    ]);
  });
});
