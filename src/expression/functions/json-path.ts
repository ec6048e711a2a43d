import { compileJsonPath, writtenJson, writtenList } from "../jsonpath.ts";
import { regexes } from "../late-parts.ts";
import { rememberCompiled } from "./remember-compiled.ts";
import type { TemplateFunction } from "./template-function.ts";

const paths = rememberCompiled(compileJsonPath);

/** Compiles the paths that come with requests, at each one's first use; null for what is no path. */
export function pathsOfRequests(): ReturnType<typeof paths> {
  // Any of them may have one in it.
  regexes.get();
  return paths(undefined);
}

/**
 * (path, JSON text[, want array]). A result that is an array gives its first element, or with `'true'` the whole
 * array as JSON text. Objects are JSON text; no match, null and a text that is not JSON are empty.
 */
export const jsonPath: TemplateFunction = {
  parameters: ["verbatim", "value", "value"],
  required: 2,
  bind: ([constant]) => {
    const compiled = constant === undefined ? pathsOfRequests() : paths(constant);
    return (path, text, wantArray) => {
      const search = compiled(path ?? "");
      const json = parseJson(text ?? "");
      if (search === null || json === undefined) return "";
      const { definite, values } = search(json);
      const wantsArray = wantArray?.toLowerCase() === "true";
      if (!definite) return wantsArray ? writtenList(values) : textOf(values[0]);
      const [result] = values;
      return textOf(Array.isArray(result) && !wantsArray ? result[0] : result);
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

function textOf(value: unknown): string {
  return value === undefined || value === null ? "" : writtenJson(value);
}
