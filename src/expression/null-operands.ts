import type { Operator } from "./condition-tokens.ts";
import type { Value } from "./value.ts";

/** What a comparison yields when its left side, its right side or both are null. */
export interface NullRow {
  readonly left: boolean;
  readonly right: boolean;
  readonly both: boolean;
}

/** Apigee: "Conditions reference", null operands. Odd as the order operators look, they are documented so. */
export const NULLS: Readonly<Record<Operator | "NotMatches" | "NotJavaRegex" | "NotMatchesPath", NullRow>> = {
  Equals: { left: false, right: false, both: true },
  EqualsCaseInsensitive: { left: false, right: false, both: true },
  StartsWith: { left: false, right: false, both: false },
  NotEquals: { left: true, right: true, both: false },
  GreaterThan: { left: true, right: false, both: false },
  GreaterThanOrEquals: { left: false, right: true, both: true },
  LesserThan: { left: true, right: false, both: false },
  LesserThanOrEquals: { left: true, right: false, both: true },
  Matches: { left: false, right: false, both: false },
  JavaRegex: { left: false, right: false, both: false },
  MatchesPath: { left: false, right: false, both: false },
  NotMatches: { left: true, right: false, both: false },
  NotJavaRegex: { left: true, right: false, both: false },
  NotMatchesPath: { left: true, right: false, both: false },
};

/** The result for operands of which one or both are null. */
export function whenNull(nulls: NullRow, left: Value, right: Value): boolean {
  if (left !== null) return nulls.right;
  return right === null ? nulls.both : nulls.left;
}
