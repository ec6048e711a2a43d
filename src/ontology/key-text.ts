import type { ObjectType } from "./ontology.ts";

/** A primary key from the text that a path or a form has of it; the text itself where it can be none. */
export function keyFromText(text: string, { properties, primaryKey }: ObjectType): string | number | boolean {
  switch (properties[primaryKey]?.type) {
    case "byte":
    case "short":
    case "integer":
      return /^-?\d{1,10}$/.test(text) ? Number(text) : text;
    case "boolean":
      return text === "true" ? true : text === "false" ? false : text;
    default:
      return text;
  }
}
