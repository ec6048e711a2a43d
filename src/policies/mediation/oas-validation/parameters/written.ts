import { parseExactJson } from "../../../parts/exact-json.ts";
import type { Kind } from "../schema/kind.ts";
import { anything, type Schema } from "../schema/schema.ts";
import type { Validation } from "../schema/validation.ts";

/** What a parameter holds, in texts: one, a list, or fields by name. */
export type Written =
  | { readonly text: string }
  | { readonly list: readonly string[] }
  | { readonly fields: readonly (readonly [string, readonly string[]])[] };

/** What a schema says a text stands for. */
export type Shape = "text" | "list" | "fields";

export function shapeOf({ kinds }: Schema): Shape {
  if (kinds?.has("array")) return "list";
  return kinds?.has("object") ? "fields" : "text";
}

/**
 * The value that texts stand for: of several that they may be, the one that fits the schema. One that says nothing of
 * types has to fit whatever they may be: it is not known what they are for whoever gets them.
 */
export function valueFrom(written: Written, schema: Schema, validation: Validation): unknown {
  if ("text" in written) return scalar(written.text, schema, validation);
  if ("list" in written) return listOf(written.list, schema, validation);
  return Object.fromEntries(
    written.fields.map(([name, texts]) => {
      const property = schema.properties.get(name) ?? anything();
      const [text = ""] = texts;
      const isList = texts.length > 1 || shapeOf(property) === "list";
      return [name, isList ? listOf(texts, property, validation) : scalar(text, property, validation)];
    }),
  );
}

function listOf(texts: readonly string[], { items }: Schema, validation: Validation): unknown[] {
  return texts.map((text) => scalar(text, items ?? anything(), validation));
}

function scalar(text: string, schema: Schema, validation: Validation): unknown {
  const { kinds } = schema;
  const values: unknown[] = [];
  const mayBe = (...some: Kind[]) => !kinds || some.some((kind) => kinds.has(kind));
  if (mayBe("integer", "number") && NUMBER.test(text)) values.push(parseExactJson(text));
  if (mayBe("boolean") && /^(?:true|false)$/.test(text)) values.push(text === "true");
  values.push(text);
  if (values.length === 1) return text;
  const fits = (value: unknown) => !validation.attempt((attempt) => schema.check(value, attempt)).failed;
  return values.find((value) => fits(value) === (kinds !== null)) ?? values[0];
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
