import { compileRegex } from "./regex.ts";

/** In order: an escaped character, any levels, one level, a level with a name, anything else. */
const TOKEN = /%([*{}%])|(\*\*+)|(\*|\{[^/{}]*\})|./gsu;

/**
 * Compiles the right side of the `MatchesPath` operator (`~/`). `*` and `{name}` stand for one segment, or
 * for part of one beside other characters (`/v*`); `**` stands for any number of segments. Both may be
 * empty, so `/items/*` and `/items/**` match `/items/`, but neither matches `/items`: a slash always
 * counts, but for the pattern `/`, which also matches the empty path: the root, however a client writes it.
 * `%` makes a following `*`, `{`, `}` or `%` literal. The path is compared as it is given, case
 * and percent-encoding included.
 * Apigee: "Conditions reference" (MatchesPath).
 *
 * @throws {ExpressionError} if the pattern is too long.
 */
export function compilePathPattern(pattern: string): (path: string) => boolean {
  if (pattern === "/") return (path) => path === "/" || path === "";
  let regex = "(?s)";
  let literal = "";
  let wild = false;
  for (const [token, escaped, levels, level] of pattern.matchAll(TOKEN)) {
    const text = levels || level ? "" : (escaped ?? token);
    wild ||= text === "";
    literal += text;
    regex += levels ? ".*" : level ? "[^/]*" : text.replace(/[\\^$.*+?()[\]{}|]/, "\\$&");
  }
  return wild ? compileRegex(regex).matches : (path) => path === literal;
}
