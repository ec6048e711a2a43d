import fc from "fast-check";
import { expect, test } from "vitest";
import type { NamedType, ScalarType, ValueType } from "../../../../src/functions/published-function.ts";
import { published } from "./python-kit.ts";

const scalars: Readonly<Record<string, readonly string[]>> = {
  boolean: ["bool", "api.Boolean"],
  string: ["str", "api.String", "typing.Literal['a', 'b']", "api.UserId"],
  byte: ["api.Byte"],
  short: ["api.Short"],
  integer: ["int", "api.Integer", "typing.Annotated[int, 'how many']"],
  long: ["api.Long"],
  float: ["float", "api.Float"],
  double: ["api.Double"],
  decimal: ["decimal.Decimal", "api.Decimal"],
  date: ["datetime.date", "api.Date"],
  timestamp: ["datetime.datetime", "api.Timestamp"],
  binary: ["bytes", "api.Binary"],
};

const scalar = fc
  .constantFrom(...(Object.keys(scalars) as ScalarType[]))
  .map((type): ValueType => ({ type }));
const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/).filter((each) => !KEYWORDS.has(each));
const KEYWORDS: ReadonlySet<string> = new Set(
  "as assert async await break class def del elif else except finally for from global if import in is it lambda not or pass raise return try while with yield".split(
    " ",
  ),
);

const { type } = fc.letrec<{ type: ValueType; field: NamedType }>((tie) => ({
  type: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar,
    fc.record({ type: fc.constantFrom("list", "set"), element: tie("type") }),
    fc.record({ type: fc.constant("map"), key: scalar, value: tie("type") }),
    fc.record({ type: fc.constant("struct"), fields: fields(tie("field")) }),
  ),
  field: fc.record({ name, type: tie("type"), optional: fc.boolean() }),
}));

function fields(field: fc.Arbitrary<NamedType>): fc.Arbitrary<NamedType[]> {
  return fc.uniqueArray(field, { minLength: 1, maxLength: 4, selector: (each) => each.name });
}

/** Writes types as Python; which of the ways there are is decided by a seed. */
class Writer {
  readonly classes: string[] = [];
  #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  #pick(ways: readonly string[]): string {
    this.#seed = (this.#seed * 48_271 + 11) % 2_147_483_647;
    return ways[this.#seed % ways.length] ?? "";
  }

  annotation(of: ValueType, optional = false): string {
    const text = this.#plain(of);
    const whole = optional
      ? this.#pick([`typing.Optional[${text}]`, `typing.Union[None, ${text}]`, `${text} | None`])
      : text;
    return text.includes('"') ? whole : this.#pick([whole, `"${whole}"`]);
  }

  #plain(of: ValueType): string {
    switch (of.type) {
      case "list":
        return `${this.#pick(["list", "typing.List"])}[${this.annotation(of.element)}]`;
      case "set":
        return `${this.#pick(["set", "typing.Set"])}[${this.annotation(of.element)}]`;
      case "map":
        return `${this.#pick(["dict", "typing.Dict"])}[${this.annotation(of.key)}, ${this.annotation(of.value)}]`;
      case "struct": {
        const lines = of.fields.map(
          (field) => `    ${field.name}: ${this.annotation(field.type, field.optional)}`,
        );
        const className = `Struct${this.classes.length}`;
        this.classes.push(`@dataclasses.dataclass\nclass ${className}:\n${lines.join("\n")}\n`);
        return className;
      }
      default:
        return this.#pick(scalars[of.type] ?? []);
    }
  }
}

test("every signature that can be written is read as what it means", async () => {
  const signature = fc.record({
    parameters: fc.uniqueArray(fc.record({ name, type, optional: fc.boolean() }), {
      maxLength: 5,
      selector: (each) => each.name,
    }),
    output: fc.option(fc.record({ type, optional: fc.boolean() })),
    seed: fc.nat(),
    later: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(signature, async ({ parameters, output, seed, later }) => {
      const writer = new Writer(seed);
      const written = parameters.map(
        (each) => `${each.name}: ${writer.annotation(each.type, each.optional)}`,
      );
      const returned = output ? writer.annotation(output.type, output.optional) : "None";
      const declaration = `@api.function\ndef it(${written.join(", ")}) -> ${returned}: ...\n`;
      const parts = later ? [declaration, ...writer.classes] : [...writer.classes, declaration];
      const { functions, problems } = await published(
        `from __future__ import annotations\nimport dataclasses, datetime, decimal, typing\nimport functions.api as api\n${parts.join("\n")}`,
      );
      expect(problems).toEqual([]);
      expect(functions[0]?.published).toMatchObject({ parameters, output });
    }),
    { numRuns: 100 },
  );
});
