import type { ValueType } from "./published-function.ts";

/**
 * A parameter that is given as text, as JSON has it: numbers and truth values in their usual spelling, lists, maps
 * and structs as JSON. Text that is none of its type stays text, which the check against the signature refuses.
 */
export function parameterFromText(text: string, { type }: ValueType): unknown {
  switch (type) {
    case "boolean":
      return text === "true" ? true : text === "false" ? false : text;
    case "byte":
    case "short":
    case "integer":
    case "float":
    case "double":
      return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
    case "list":
    case "set":
    case "map":
    case "struct":
    case "objectSet":
      return parsed(text);
    default:
      return text;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
