import fc from "fast-check";
import { expect, test } from "vitest";
import type { NamedType, ScalarType, ValueType } from "../../../src/functions/published-function.ts";
import { declaredIn } from "./kit.ts";

type Language = "typescript-v1" | "typescript-v2";

const scalarNames: Record<Language, readonly (readonly [ScalarType, string])[]> = {
  "typescript-v1": [
    ["date", "LocalDate"],
    ["timestamp", "Timestamp"],
  ],
  "typescript-v2": [
    ["date", "DateISOString"],
    ["timestamp", "TimestampISOString"],
  ],
};
const common: readonly (readonly [ScalarType, string])[] = [
  ["boolean", "boolean"],
  ["string", "string"],
  ["byte", "Byte"],
  ["short", "Short"],
  ["integer", "Integer"],
  ["long", "Long"],
  ["float", "Float"],
  ["double", "Double"],
];

function typesOf(language: Language): fc.Arbitrary<ValueType> {
  const scalar = fc.constantFrom(...common, ...scalarNames[language]).map(([type]): ValueType => ({ type }));
  return fc.letrec<{ type: ValueType; field: NamedType }>((tie) => ({
    type: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      scalar,
      fc.record({ type: fc.constantFrom("list", "set"), element: tie("type") }),
      fc.record({ type: fc.constant("map"), key: scalar, value: tie("type") }),
      fc.record({
        type: fc.constant("struct"),
        fields: fc.uniqueArray(tie("field"), { minLength: 1, maxLength: 4, selector: ({ name }) => name }),
      }),
    ) as fc.Arbitrary<ValueType>,
    field: fc.record({ name: fc.string({ maxLength: 8 }), type: tie("type"), optional: fc.boolean() }),
  })).type;
}

const names = fc.uniqueArray(
  fc.stringMatching(/^[a-z_$][A-Za-z0-9_$]{3,9}$/).map((name) => `p${name}`),
  { maxLength: 4 },
);

/** A signature, the ways in which it is written, and what is declared beside it. */
const signatures = fc.constantFrom<Language>("typescript-v1", "typescript-v2").chain((language) =>
  fc.record({
    language: fc.constant(language),
    parameters: names.chain((given) =>
      fc.tuple(
        ...given.map((name) =>
          fc.record({ name: fc.constant(name), type: typesOf(language), optional: fc.boolean() }),
        ),
      ),
    ),
    output: fc.option(fc.record({ type: typesOf(language), optional: fc.boolean() })),
    styles: fc.infiniteStream(fc.nat(7)),
  }),
);

/** Writes types as TypeScript, each time in one of the ways that there are. */
class Printer {
  readonly declarations: string[] = [];
  readonly #language: Language;
  readonly #styles: Iterator<number>;

  constructor(language: Language, styles: Iterator<number>) {
    this.#language = language;
    this.#styles = styles;
  }

  style(): number {
    return this.#styles.next().value ?? 0;
  }

  print(type: ValueType): string {
    const text = this.#plain(type);
    if (this.style() > 1) return text;
    const name = `Type${this.declarations.length}`;
    this.declarations.push(
      type.type === "struct" && this.style() > 3
        ? `interface ${name} ${text}`
        : `export type ${name} = ${text};`,
    );
    return name;
  }

  optional(type: ValueType): string {
    const text = this.print(type);
    return ["undefined | ", "null | ", "null | undefined | "][this.style() % 3] + text;
  }

  #plain(type: ValueType): string {
    switch (type.type) {
      case "list": {
        const element = this.print(type.element);
        return this.style() > 3 ? `Array<${element}>` : `readonly (${element})[]`;
      }
      case "set":
        return `${this.style() > 3 ? "Set" : "ReadonlySet"}<${this.print(type.element)}>`;
      case "map": {
        const [key, value] = [this.print(type.key), this.print(type.value)];
        return `${this.#language === "typescript-v1" ? "FunctionsMap" : "Record"}<${key}, ${value}>`;
      }
      case "struct":
        return `{ ${type.fields.map((field) => this.#field(field)).join("; ")} }`;
      default: {
        const found = [...common, ...scalarNames[this.#language]].find(([scalar]) => scalar === type.type);
        return found?.[1] ?? "";
      }
    }
  }

  #field({ name, type, optional }: NamedType): string {
    const key = JSON.stringify(name);
    if (!optional) return `${key}: ${this.print(type)}`;
    return this.style() > 3 ? `readonly ${key}?: ${this.print(type)}` : `${key}: ${this.optional(type)}`;
  }
}

const numbers = "Byte, Short, Integer, Long, Float, Double";

test("a signature is read as it was meant, however it is written", () => {
  fc.assert(
    fc.property(signatures, ({ language, parameters, output, styles }) => {
      const printer = new Printer(language, styles);
      const printed = parameters.map(({ name, type, optional }) =>
        optional ? `${name}: ${printer.optional(type)}` : `${name}: ${printer.print(type)}`,
      );
      const result = output
        ? output.optional
          ? printer.optional(output.type)
          : printer.print(output.type)
        : "void";
      const head = `(${printed.join(", ")}): ${printer.style() > 3 ? `Promise<${result}>` : result}`;
      const code =
        language === "typescript-v2"
          ? `import { ${numbers}, DateISOString, TimestampISOString } from "@osdk/functions";
             export default async function it${head} {}
             ${printer.declarations.join("\n")}`
          : `import { Function, FunctionsMap, ${numbers}, LocalDate, Timestamp } from "@foundry/functions-api";
             export class It { @Function() public async it${head} {} }
             ${printer.declarations.join("\n")}`;
      const { functions, problems } = declaredIn(code);
      expect(problems, code).toEqual([]);
      expect(functions, code).toMatchObject([{ name: "it", language, signature: { parameters, output } }]);
    }),
    { numRuns: 300 },
  );
});

test("whatever an entry file holds, reading it ends with a function or a problem", () => {
  const words = fc.constantFrom(
    "export",
    "default",
    "async",
    "function",
    "it",
    "(",
    ")",
    "{",
    "}",
    ":",
    "string",
    "<",
    ">",
    "|",
    "class",
    "@Function()",
    "interface",
    "type",
    "=",
    "[",
    "]",
    ";",
    ",",
    "?",
    "import",
    "from",
    '"@osdk/functions"',
    "const",
    "config",
    "Promise",
    "=>",
    "extends",
    "...",
    "*",
    "new",
    "1",
    "`",
    "$",
    "enum",
  );
  fc.assert(
    fc.property(fc.array(words, { maxLength: 25 }), (parts) => {
      const { functions, problems } = declaredIn(parts.join(" "));
      expect(functions.length + problems.length).toBeGreaterThan(0);
    }),
    { numRuns: 500 },
  );
});
