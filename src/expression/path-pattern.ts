import { regexes } from "./late-parts.ts";

/** In order: an escaped character, any levels, one level, a level with a name, anything else. */
const TOKEN = /%([*{}%])|(\*\*+)|(\*|\{[^/{}]*\})|./gsu;

/**
 * In a simple pattern a wildcard for one segment ends where the segment does, and at most one stands for several: then
 * the platform's own engine, which tries possibilities one after the other, has no more of them than the path has
 * characters.
 */
const SIMPLE = /^(?:[^*]|\*(?=\/|$))*(?:\*\*+(?=\/|$)(?:[^*]|\*(?=\/|$))*)?$/s;
const LONGEST_SIMPLE = 256;

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
  let regex = "";
  let shape = "";
  let literal = "";
  let wild = false;
  for (const [token, escaped, levels, level] of pattern.matchAll(TOKEN)) {
    const text = levels || level ? "" : (escaped ?? token);
    wild ||= text === "";
    literal += text;
    shape += levels ? "**" : level ? "*" : text.replace("*", "-");
    regex += levels ? ".*" : level ? "[^/]*" : text.replace(/[\\^$.*+?()[\]{}|]/, "\\$&");
  }
  if (!wild) return (path) => path === literal;
  if (pattern.length > LONGEST_SIMPLE || !SIMPLE.test(shape))
    return regexes.get().compileRegex(`(?s)${regex}`).matches;
  const simple = new RegExp(`^${regex}$`, "su");
  return (path) => simple.test(path);
}
