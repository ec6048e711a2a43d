import { tooLongMessage } from "../protocol.ts";
import type { NamedType, PublishedFunction, ValueType } from "../published-function.ts";
import { checkedOptional, keyFrom } from "../values.ts";
import { LocalDate, Timestamp } from "./dates.ts";
import { wireEdits } from "./edits.ts";
import { FunctionsMap } from "./functions-api.ts";
import { osdkObject, primaryKeyOf } from "./osdk-object.ts";

/** What makes objects and sets of them for code, and finds the keys of those that it returns. */
export interface ObjectMaker {
  object(json: Readonly<Record<string, unknown>>): object;
  objectSet(definition: Readonly<Record<string, unknown>>, objectType: string): object;
  primaryKeyOf(object: unknown): unknown;
  definitionOf(objectSet: unknown): unknown;
}

/** Objects as TypeScript v2 has them, without the client. */
export const plainObjects: ObjectMaker = {
  object: (json) => osdkObject(json),
  objectSet: (definition) => definition,
  primaryKeyOf,
  definitionOf: (set) => set,
};

let maker = plainObjects;

/** Objects are made in another way from now on. */
export function makeObjectsWith(other: ObjectMaker): void {
  maker = other;
}

type Language = PublishedFunction["language"];

/** A checked parameter as code sees it: what is missing is undefined, and v1 has classes for dates and maps. */
export function argumentFrom(json: unknown, { type }: Omit<NamedType, "name">, language: Language): unknown {
  return json === null ? undefined : fromJson(json, type, language);
}

/** A result of which there is too much. */
export class ResultTooLong extends Error {
  constructor(resultBytes: number) {
    super(tooLongMessage(resultBytes));
    this.name = "ResultTooLong";
  }
}

/**
 * What a function returned, as JSON of its type. Throws `ValueError` when it is not of that type, and
 * {@link ResultTooLong} as soon as it is certain, so that nothing much longer is ever written down.
 * @param output null when the signature says that nothing is returned
 */
export function resultOf(value: unknown, output: PublishedFunction["output"], resultBytes: number): unknown {
  if (output === null) return null;
  let least = 0;
  return checkedOptional(value, output, (inner, type) => {
    const json = toJson(inner, type);
    least += typeof json === "string" ? json.length : 1;
    if (least > resultBytes) throw new ResultTooLong(resultBytes);
    return json;
  });
}

function fromJson(json: unknown, type: ValueType, language: Language): unknown {
  switch (type.type) {
    case "list":
      return (json as unknown[]).map((element) => fromJson(element, type.element, language));
    case "set":
      return new Set((json as unknown[]).map((element) => fromJson(element, type.element, language)));
    case "map": {
      const entries = Object.entries(json as object);
      if (language !== "typescript-v1") {
        return Object.fromEntries(
          entries.map(([key, value]) => [key, fromJson(value, type.value, language)]),
        );
      }
      return new FunctionsMap(
        entries.map(([key, value]) => [
          fromJson(keyFrom(key, type.key), type.key, language),
          fromJson(value, type.value, language),
        ]),
      );
    }
    case "struct": {
      const given = new Map(Object.entries(json as object));
      return Object.fromEntries(
        type.fields.flatMap((field) =>
          given.has(field.name) ? [[field.name, fromJson(given.get(field.name), field.type, language)]] : [],
        ),
      );
    }
    case "object":
      return maker.object(json as Record<string, unknown>);
    case "objectSet":
      return maker.objectSet(
        typeof json === "string" ? { type: "reference", reference: json } : (json as Record<string, unknown>),
        type.objectType,
      );
    case "float":
    case "double":
      return Number(json);
    case "date":
      return language === "typescript-v1" ? LocalDate.fromISOString(String(json)) : json;
    case "timestamp":
      return language === "typescript-v1" ? Timestamp.fromISOString(String(json)) : json;
    default:
      return json;
  }
}

/** One level of a result; what is inside is converted when it is checked. */
function toJson(value: unknown, { type }: ValueType): unknown {
  if (type === "edits") return wireEdits(value);
  if (type === "object") return maker.primaryKeyOf(value);
  if (type === "objectSet") return maker.definitionOf(value);
  if (type === "set" && value instanceof Set) return [...value];
  if (type === "map" && value instanceof Map) {
    return Object.fromEntries([...value].map(([key, item]) => [String(key), item]));
  }
  if (value instanceof LocalDate || value instanceof Timestamp) return value.toISOString();
  return value;
}
