import { parseTemplate } from "../expression/template-syntax.ts";
import type { Lookup } from "../expression/value.ts";
import { fixedOrigin } from "./connection.ts";

/**
 * Finds which variables that scheme, host and port of a URL template are made of have no value and no default; null when
 * no request can change them. What functions are called with is not looked at. For the log, when what came of the
 * template cannot be called: only then is it taken apart.
 */
export function unsetInOrigin<Scope>(
  url: string,
  variable: Lookup<Scope>,
): ((scope: Scope) => readonly string[]) | null {
  if (fixedOrigin(url) !== null) return null;
  return (scope) => {
    const names = new Set<string>();
    for (const part of parseTemplate(url, "{", "}")) {
      if (part.kind === "text" && /[/?#]/.test(part.text.replace("://", ""))) break;
      if (part.kind !== "variable" || part.fallback !== null) continue;
      if (variable(part.name)(scope) === null) names.add(part.name);
    }
    return [...names];
  };
}
