import { RE2JS } from "re2js";
import { ExpressionError } from "./value.ts";

/** A compiled pattern of the ExtractVariables policy. */
export interface Pattern {
  /** The names of its variables in the order they stand; none means that the pattern extracts nothing. */
  readonly variables: readonly string[];
  /** How many segments of a path it writes out; the longer of two patterns that match is the better one. */
  readonly segments: number;
  /** What each variable stands for in a value, or null if the whole value does not match. */
  match(value: string): ReadonlyMap<string, string> | null;
}

export type PatternOptions = {
  /** `path`: nothing but `**` reaches over a slash. `text`: a query parameter, header, form parameter or variable. */
  readonly kind: "path" | "text";
  readonly ignoreCase: boolean;
};

const MAX_LENGTH = 4096;
/** In order: an escaped character, a variable, any levels, a wildcard, a run of anything else. */
const TOKEN = /%([*{}%])|\{([^\s{}/*%]+)\}|(\*\*+)|(\*)|[^%{}*]+|./gsu;

/**
 * Compiles literal text with `{variable}` places and wildcards. In text, a variable and `*` stand for any
 * characters. In a path, a variable stands for a segment or a part of one, at least one character long; `*` may be
 * empty, and `**` stands for any number of segments. Of two variables the first takes as little as it can.
 * `%` makes a following `{`, `}`, `*` or `%` literal. Matching takes linear time.
 * Apigee: "ExtractVariables policy" (Pattern).
 *
 * @throws {ExpressionError} for a brace that opens or closes no variable, or a name that cannot be one.
 */
export function compilePattern(text: string, options: PatternOptions): Pattern {
  if (text.length > MAX_LENGTH) {
    throw new ExpressionError(`A pattern has at most ${MAX_LENGTH} characters`, 0, "Write a shorter one.");
  }
  const isPath = options.kind === "path";
  const variables: string[] = [];
  let regex = "";
  for (const { 0: token, 1: escaped, 2: variable, 3: levels, 4: wildcard, index } of text.matchAll(TOKEN)) {
    if (variable !== undefined) {
      variables.push(variable);
      regex += isPath ? "([^/]+?)" : "(.*?)";
    } else if (levels !== undefined || wildcard !== undefined) {
      regex += isPath && wildcard !== undefined ? "[^/]*?" : ".*?";
    } else if (token === "{" || token === "}") {
      throw new ExpressionError(
        `In the pattern "${text}", the ${token} at character ${index + 1} is not part of a {variable}`,
        index,
        `Write the name of a variable between { and }, or %${token} for the character itself.`,
      );
    } else {
      regex += RE2JS.quote(escaped ?? token);
    }
  }
  const compiled = RE2JS.compile(regex, RE2JS.DOTALL | (options.ignoreCase ? RE2JS.CASE_INSENSITIVE : 0));
  return {
    variables,
    segments: text.split("/").filter((segment) => segment !== "").length,
    match(value) {
      const matcher = compiled.matcher(value);
      if (!matcher.matches()) return null;
      return new Map(variables.map((name, index) => [name, matcher.group(index + 1) ?? ""]));
    },
  };
}

/** The variables by the pattern that matches with the most segments, the first of equals; null if none matches. */
export function bestMatch(patterns: readonly Pattern[], value: string): ReadonlyMap<string, string> | null {
  let best: ReadonlyMap<string, string> | null = null;
  let segments = -1;
  for (const pattern of patterns) {
    if (pattern.segments <= segments) continue;
    const match = pattern.match(value);
    if (match === null) continue;
    best = match;
    segments = pattern.segments;
  }
  return best;
}
