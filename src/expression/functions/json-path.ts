import { compileJsonPath } from "../jsonpath.ts";
import { nullOnExpressionError, rememberCompiled } from "./remember-compiled.ts";
import type { TemplateFunction } from "./template-function.ts";

const paths = rememberCompiled(compileJsonPath);

/**
 * (path, JSON text[, want array]). A result that is an array gives its first element, or with `'true'` the whole
 * array as JSON text. Objects are JSON text; no match, null and a text that is not JSON are empty.
 */
export const jsonPath: TemplateFunction = {
  parameters: ["verbatim", "value", "value"],
  required: 2,
  bind: ([constant]) => {
    const compiled = paths(constant);
    return (path, text, wantArray) => {
      const search = compiled(path ?? "");
      const json = parseJson(text ?? "");
      if (search === null || json === undefined) return "";
      const found = nullOnExpressionError(() => search(json));
      if (found === null) return "";
      const result = found.definite ? found.values[0] : found.values;
      return jsonText(Array.isArray(result) && wantArray?.toLowerCase() !== "true" ? result[0] : result);
    };
  },
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function jsonText(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
