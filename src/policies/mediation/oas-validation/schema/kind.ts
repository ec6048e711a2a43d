import { CHARACTERS, spend } from "../../../../expression/work.ts";

/** What a JSON value is. Numbers without a fraction are integers. */
export type Kind = "array" | "boolean" | "integer" | "null" | "number" | "object" | "string";

/** Of a value as `parseExactJson` makes it. */
export function kindOf(value: unknown): Kind {
  switch (typeof value) {
    case "string":
      return "string";
    case "number":
      return Number.isInteger(value) ? "integer" : "number";
    case "boolean":
      return "boolean";
    default:
      if (value === null) return "null";
      if (Array.isArray(value)) return "array";
      return JSON.isRawJSON(value) ? "integer" : "object";
  }
}

/**
 * A text that is the same for values that are equal in JSON, whatever the order of their fields.
 * @throws RangeError when they are nested too deep
 */
export function canonical(value: unknown): string {
  spend();
  if (typeof value === "object" && value !== null && !JSON.isRawJSON(value)) {
    if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
    const fields = Object.keys(value).sort();
    return `{${fields.map((name) => `${JSON.stringify(name)}:${canonical(Reflect.get(value, name))}`).join(",")}}`;
  }
  // A number too large for a JavaScript number is endless, which JSON has no word for.
  const text = typeof value === "number" ? String(value) : JSON.stringify(value);
  spend(text.length / CHARACTERS);
  return text;
}
