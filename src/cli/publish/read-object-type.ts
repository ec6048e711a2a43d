import type * as t from "@babel/types";
import type { ValueType } from "../../functions/published-function.ts";
import { ONTOLOGY_API, ONTOLOGY_SDK } from "./library.ts";
import { definitionNamed } from "./read-edits.ts";
import type { SourceFile } from "./source-file.ts";

/** A type of Foundry's libraries, with what is between its angle brackets. */
interface LibraryType {
  readonly name: string;
  readonly module: string;
  readonly parameters: readonly t.TSType[];
}

/**
 * An object or a set of objects: `Osdk.Instance<Employee>`, `Employee.OsdkInstance`, `ObjectSet<Employee>` and
 * `Employee.ObjectSet` in TypeScript v2, `Employee` and `ObjectSet<Employee>` in v1. Text is what to write instead; null
 * for a type of another kind. Foundry: "Types reference" of functions.
 */
export function readObjectType(
  { name, module, parameters: [first] }: LibraryType,
  file: SourceFile,
): ValueType | string | null {
  if (module === ONTOLOGY_SDK) {
    const [objectType = "", part, ...more] = name.split(".");
    if (part === "OsdkInstance" && more.length === 0) return { type: "object", objectType };
    if (part === "ObjectSet" && more.length === 0) return { type: "objectSet", objectType };
    return `Write Osdk.Instance<${objectType}>, with Osdk imported from @osdk/client.`;
  }
  if (module === ONTOLOGY_API) return { type: "object", objectType: name };
  const objectType = first ? definitionNamed(first, file) : null;
  if (objectType === null) return null;
  if (name === "ObjectSet") return { type: "objectSet", objectType };
  return name === "Osdk.Instance" || name === "Osdk" ? { type: "object", objectType } : null;
}
