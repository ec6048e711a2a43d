import { describe, expect, test } from "vitest";
import type { ValueType } from "../../../../src/functions/published-function.ts";
import { typeName } from "../../../../src/functions/values.ts";
import { declaring, published } from "./python-kit.ts";

const scalar = (type: string) => ({ type }) as ValueType;
const list = (element: ValueType): ValueType => ({ type: "list", element });

describe("an annotation stands for the type that Foundry's reference gives it", () => {
  test.each<[annotation: string, type: ValueType, optional?: boolean]>([
    ["bool", scalar("boolean")],
    ["str", scalar("string")],
    ["int", scalar("integer")],
    ["Integer", scalar("integer")],
    ["Long", scalar("long")],
    ["Short", scalar("short")],
    ["Byte", scalar("byte")],
    ["float", scalar("float")],
    ["Double", scalar("double")],
    ["decimal.Decimal", scalar("decimal")],
    ["bytes", scalar("binary")],
    ["datetime.date", scalar("date")],
    ["datetime.datetime", scalar("timestamp")],
    ["list[str]", list(scalar("string"))],
    ["typing.List[str]", list(scalar("string"))],
    ["set[int]", { type: "set", element: scalar("integer") }],
    ["dict[str, Long]", { type: "map", key: scalar("string"), value: scalar("long") }],
    ["typing.Dict[int, list[str]]", { type: "map", key: scalar("integer"), value: list(scalar("string")) }],
    ["typing.Optional[str]", scalar("string"), true],
    ["str | None", scalar("string"), true],
    ["None | str", scalar("string"), true],
    ["typing.Union[str, None]", scalar("string"), true],
    ["'str | None'", scalar("string"), true],
    ["list['str']", list(scalar("string"))],
    ["'list[\"str\"]'", list(scalar("string"))],
    ["typing.Literal['a', 'b']", scalar("string")],
    ["typing.Annotated[int, 'how many']", scalar("integer")],
    ["Whole", scalar("integer")],
    ["Either", scalar("string"), true],
    ["Later", list(scalar("string"))],
  ])("%s", async (annotation, type, optional = false) => {
    const aliases = "Whole = int; Either = typing.Optional['str']; type Later = list[str]";
    const code = declaring(`value: ${annotation}`, annotation, aliases);
    const { functions, problems } = await published(code);
    expect(problems).toEqual([]);
    expect(functions[0]?.published).toMatchObject({
      parameters: [{ name: "value", type, optional }],
      output: { type, optional },
    });
  });
});

test("a parameter with a default may be missing, by position and by name", async () => {
  const { functions } = await published(declaring("a: str, b: int = 1, *, c: str = '', d: str", "None"));
  expect(functions[0]?.published.parameters.map(({ name, optional }) => [name, optional])).toEqual([
    ["a", false],
    ["b", true],
    ["c", true],
    ["d", false],
  ]);
  expect(functions[0]?.published.output).toBeNull();
});

test("a dataclass is a struct of its own fields and those that it inherits", async () => {
  const { functions, problems } = await published(
    `from __future__ import annotations
import dataclasses
from dataclasses import dataclass, field
from typing import ClassVar
from functions.api import function
from shapes import Named

@function
def it(value: Person) -> list[Person]: ...

@dataclass(frozen=True)
class Person(Named):
    level: int
    name: str | None
    KIND: ClassVar[str] = "person"
    tags: list[str] = field(default_factory=list)
    boss: "Address | None" = None

@dataclasses.dataclass
class Address:
    city: str
`,
    {
      "shapes.py":
        "from dataclasses import dataclass\n\n@dataclass\nclass Named:\n    name: str\n    nick: str = ''\n",
    },
  );
  expect(problems).toEqual([]);
  const person = {
    type: "struct",
    fields: [
      { name: "name", type: { type: "string" }, optional: true },
      { name: "nick", type: { type: "string" }, optional: true },
      { name: "level", type: { type: "integer" }, optional: false },
      { name: "tags", type: { type: "list", element: { type: "string" } }, optional: true },
      {
        name: "boss",
        type: { type: "struct", fields: [{ name: "city", type: { type: "string" }, optional: false }] },
        optional: true,
      },
    ],
  };
  expect(functions[0]?.published).toMatchObject({
    parameters: [{ name: "value", type: person, optional: false }],
    output: { type: { type: "list", element: person }, optional: false },
  });
});

describe("the types of functions.api that are made of others are structs with their fields", () => {
  test.each([
    ["Range[int]", "Struct{min?, max?}"],
    ["TwoDimensionalAggregation", "Struct{buckets}"],
    ["TwoDimensionalAggregation[datetime.date, Double]", "Struct{buckets}"],
    ["ThreeDimensionalAggregation[str, str, Double]", "Struct{buckets}"],
    ["Notification", "Struct{platform_notification, email_notification?}"],
  ])("%s", async (annotation, name) => {
    const { functions, problems } = await published(
      declaring("", annotation, `from functions.api import ${annotation.split("[")[0]}`),
    );
    expect(problems).toEqual([]);
    const output = functions[0]?.published.output;
    expect(output && typeName(output.type)).toBe(name);
  });
});
