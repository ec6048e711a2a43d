import { compileRegex } from "../../../../expression/regex.ts";

/** Whether a text fits a pattern. */
export type Pattern = (text: string) => boolean;

/**
 * Compiles a pattern for the linear-time engine. It has no look-ahead; but those with which a pattern begins, as rules
 * for passwords do, are conditions of their own: `^(?=.*\d)(?!.*\s).{8,}$`.
 *
 * @throws {ExpressionError} if it is malformed, or cannot be run
 */
export function compilePattern(written: string): Pattern {
  const split = splitConditions(written);
  if (split === null) {
    const regex = compileRegex(written);
    return (text) => regex.find(text);
  }
  const conditions = split.conditions.map(({ pattern, isWanted }) => ({
    regex: compileRegex(`^(?:${pattern})`),
    isWanted,
  }));
  const rest = compileRegex(`^${split.rest}`);
  return (text) =>
    conditions.every(({ regex, isWanted }) => regex.find(text) === isWanted) && rest.find(text);
}

interface Condition {
  readonly pattern: string;
  readonly isWanted: boolean;
}

/** What stands in the look-aheads after `^`, and what follows them; null when there are none, or an alternative. */
function splitConditions(written: string): { conditions: Condition[]; rest: string } | null {
  const conditions: Condition[] = [];
  let rest = written.startsWith("^") ? written.slice(1) : "";
  while (rest.startsWith("(?=") || rest.startsWith("(?!")) {
    const end = topLevel(rest.slice(3), ")");
    if (end === -1) return null;
    conditions.push({ pattern: rest.slice(3, 3 + end), isWanted: rest[2] === "=" });
    rest = rest.slice(3 + end + 1);
  }
  const isRepeated = /^[*+?{]/.test(rest);
  return conditions.length === 0 || isRepeated || topLevel(rest, "|") !== -1 ? null : { conditions, rest };
}

/** Where a sign stands that is in no group, class or escape; -1 when nowhere. */
function topLevel(pattern: string, sign: string): number {
  let depth = 0;
  let isInClass = false;
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at];
    if (character === "\\") at++;
    else if (isInClass) isInClass = character !== "]";
    else if (character === sign && depth === 0) return at;
    else if (character === "[") isInClass = true;
    else if (character === "(") depth++;
    else if (character === ")") depth--;
  }
  return -1;
}
