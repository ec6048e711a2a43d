import type * as t from "@babel/types";

/** What to do about a type that cannot cross a call. */
export const WRITE_A_TYPE =
  "Write boolean, string, number, a number type such as Integer, an array, or an object type of these.";

const words: Partial<Record<t.TSType["type"], string>> = {
  TSAnyKeyword: "any",
  TSUnknownKeyword: "unknown",
  TSObjectKeyword: "object",
  TSNeverKeyword: "never",
  TSSymbolKeyword: "symbol",
  TSBigIntKeyword: "bigint",
  TSUndefinedKeyword: "undefined alone",
  TSNullKeyword: "null alone",
  TSVoidKeyword: "void inside another type",
  TSFunctionType: "A function",
  TSTupleType: "A tuple",
  TSIntersectionType: "An intersection",
  TSTypeQuery: "typeof",
};

/** What to write instead of a type that TypeScript has and functions do not. */
export function hintFor(name: string, isV1: boolean): string {
  if (name.startsWith("Edits.")) return `Return a list of edits: ${name}<…>[].`;
  switch (name) {
    case "Date":
      return isV1
        ? "Write LocalDate or Timestamp from @foundry/functions-api."
        : "Write DateISOString or TimestampISOString from @osdk/functions.";
    case "Map":
      return isV1 ? "Write FunctionsMap<…> from @foundry/functions-api." : "Write Record<string, …>.";
    default:
      return WRITE_A_TYPE;
  }
}

/** A kind of type in words, to begin a sentence with. */
export function describeType({ type }: t.TSType): string {
  return words[type] ?? "This type";
}
