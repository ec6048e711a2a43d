import type { PublishedFunction, ScalarType } from "../../functions/published-function.ts";

type Language = PublishedFunction["language"];

/** Foundry: "Types reference" of functions: the names that its libraries give to types that TypeScript lacks. */
const named: Readonly<Record<string, { readonly type: ScalarType; readonly only?: Language }>> = {
  Byte: { type: "byte" },
  Short: { type: "short" },
  Integer: { type: "integer" },
  Long: { type: "long" },
  Float: { type: "float" },
  Double: { type: "double" },
  LocalDate: { type: "date", only: "typescript-v1" },
  Timestamp: { type: "timestamp", only: "typescript-v1" },
  DateISOString: { type: "date", only: "typescript-v2" },
  TimestampISOString: { type: "timestamp", only: "typescript-v2" },
};

const instead: Readonly<Record<string, string>> = {
  LocalDate: "DateISOString from @osdk/functions",
  Timestamp: "TimestampISOString from @osdk/functions",
  DateISOString: "LocalDate from @foundry/functions-api",
  TimestampISOString: "Timestamp from @foundry/functions-api",
};

/** The module that exports the named types of a language. */
export function typesModule(language: Language): string {
  return language === "typescript-v1" ? "@foundry/functions-api" : "@osdk/functions";
}

/**
 * What a type that a library exports stands for; text says what to write instead where the language has another
 * one; null when it is no scalar.
 */
export function namedScalar(name: string, language: Language): { readonly type: ScalarType } | string | null {
  const found = Object.hasOwn(named, name) ? named[name] : undefined;
  if (!found) return null;
  return found.only === undefined || found.only === language ? { type: found.type } : (instead[name] ?? name);
}

/** The names of types that functions of a language may import. */
export function scalarNames(language: Language): string[] {
  return Object.entries(named).flatMap(([name, { only }]) =>
    only === undefined || only === language ? name : [],
  );
}

/** True for the names of types that a function has to import before it can use them. */
export function isNamedScalar(name: string): boolean {
  return Object.hasOwn(named, name);
}
