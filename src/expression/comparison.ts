import type { Condition, Literal, Operand } from "./condition-syntax.ts";
import type { Operator } from "./condition-tokens.ts";
import { compileGlob } from "./glob.ts";
import { regexes } from "./late-parts.ts";
import { NULLS, type NullRow, whenNull } from "./null-operands.ts";
import { ascending, order } from "./operand-order.ts";
import { compilePathPattern } from "./path-pattern.ts";
import { ExpressionError, Float, type Lookup, textOf, type Value } from "./value.ts";

type PatternOperator = "Matches" | "JavaRegex" | "MatchesPath";
type OrderOperator = Exclude<Operator, PatternOperator | "StartsWith" | "EqualsCaseInsensitive">;

/** Whether an operator holds for the order of its operands. NaN, not compared, satisfies none. */
const HOLDS: Readonly<Record<OrderOperator, (order: number) => boolean>> = {
  Equals: (sign) => sign === 0,
  NotEquals: (sign) => sign < 0 || sign > 0,
  GreaterThan: (sign) => sign > 0,
  GreaterThanOrEquals: (sign) => sign >= 0,
  LesserThan: (sign) => sign < 0,
  LesserThanOrEquals: (sign) => sign <= 0,
};

const PATTERNS: Readonly<Record<PatternOperator, (pattern: string) => (text: string) => boolean>> = {
  Matches: compileGlob,
  JavaRegex: (pattern) => regexes.get().compileRegex(pattern).matches,
  MatchesPath: compilePathPattern,
};

/**
 * Compiles one comparison. What is literal is prepared here, so that evaluating it does not allocate.
 *
 * @throws {ExpressionError} for a pattern that cannot be compiled, and a variable where only a literal can be.
 */
export function compileComparison<Scope>(
  { operator, negated, left, right }: Condition & { kind: "compare" },
  variable: Lookup<Scope>,
): (scope: Scope) => boolean {
  const readLeft = toReader(left, variable);
  if (operator === "Matches" || operator === "JavaRegex" || operator === "MatchesPath") {
    return matchesPattern(operator, negated, readLeft, toLiteral(operator, right));
  }
  const test = compileUnnegated(operator, readLeft, right, variable);
  return negated ? (scope) => !test(scope) : test;
}

function compileUnnegated<Scope>(
  operator: Exclude<Operator, PatternOperator>,
  readLeft: (scope: Scope) => Value,
  right: Operand,
  variable: Lookup<Scope>,
): (scope: Scope) => boolean {
  if (operator === "StartsWith") return startsWith(readLeft, toReader(right, variable));
  if (operator === "EqualsCaseInsensitive")
    return equalsIgnoringCase(readLeft, toLiteral(operator, right).value);
  if (right.kind === "literal") return comparesWithLiteral(operator, readLeft, right.value);
  return compares(operator, readLeft, toReader(right, variable));
}

function matchesPattern<Scope>(
  operator: PatternOperator,
  negated: boolean,
  read: (scope: Scope) => Value,
  pattern: Operand & { kind: "literal" },
): (scope: Scope) => boolean {
  const nulls = NULLS[negated ? (`Not${operator}` as const) : operator];
  if (pattern.value === null) return withNull(nulls, read);
  const matches = compilePattern(operator, textOf(pattern.value), pattern.offset);
  return (scope) => {
    const value = read(scope);
    if (value === null) return nulls.left;
    if (typeof value === "string") return matches(value) !== negated;
    return isComparable(value) && matches(textOf(value)) !== negated;
  };
}

/** An error in a pattern is reported where it is in the condition, past the opening quote. */
function compilePattern(operator: PatternOperator, pattern: string, offset: number) {
  try {
    return PATTERNS[operator](pattern);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new ExpressionError(error.message, offset + 1 + error.offset, error.remedy);
  }
}

function equalsIgnoringCase<Scope>(read: (scope: Scope) => Value, right: Literal): (scope: Scope) => boolean {
  const nulls = NULLS.EqualsCaseInsensitive;
  if (right === null) return withNull(nulls, read);
  const text = textOf(right);
  const lower = text.toLowerCase();
  return (scope) => {
    const value = read(scope);
    if (value === null) return nulls.left;
    if (typeof value === "string") return value === text || value.toLowerCase() === lower;
    return isComparable(value) && textOf(value).toLowerCase() === lower;
  };
}

function startsWith<Scope>(
  readLeft: (scope: Scope) => Value,
  readRight: (scope: Scope) => Value,
): (scope: Scope) => boolean {
  return (scope) => {
    const left = readLeft(scope);
    const right = readRight(scope);
    if (left === null || right === null) return whenNull(NULLS.StartsWith, left, right);
    return isComparable(left) && isComparable(right) && textOf(left).startsWith(textOf(right));
  };
}

function comparesWithLiteral<Scope>(
  operator: OrderOperator,
  read: (scope: Scope) => Value,
  literal: Literal,
): (scope: Scope) => boolean {
  const nulls = NULLS[operator];
  if (literal === null) return withNull(nulls, read);
  const holds = HOLDS[operator];
  const text = textOf(literal);
  return (scope) => {
    const value = read(scope);
    if (value === null) return nulls.left;
    return holds(typeof value === "string" ? ascending(value, text) : order(value, literal));
  };
}

function compares<Scope>(
  operator: OrderOperator,
  readLeft: (scope: Scope) => Value,
  readRight: (scope: Scope) => Value,
): (scope: Scope) => boolean {
  const nulls = NULLS[operator];
  const holds = HOLDS[operator];
  return (scope) => {
    const left = readLeft(scope);
    const right = readRight(scope);
    return left === null || right === null ? whenNull(nulls, left, right) : holds(order(left, right));
  };
}

/** The comparison with the literal `null`. */
function withNull<Scope>(nulls: NullRow, read: (scope: Scope) => Value): (scope: Scope) => boolean {
  return (scope) => (read(scope) === null ? nulls.both : nulls.right);
}

/** Collections and messages are not compared with anything. */
function isComparable(value: Value): boolean {
  return typeof value !== "object" || value instanceof Float;
}

/** Turns an operand into what reads it from a scope. */
export function toReader<Scope>(operand: Operand, variable: Lookup<Scope>): (scope: Scope) => Value {
  if (operand.kind === "variable") return variable(operand.name);
  const { value } = operand;
  return () => value;
}

function toLiteral(operator: Operator, operand: Operand): Operand & { kind: "literal" } {
  if (operand.kind === "literal") return operand;
  throw new ExpressionError(
    `The right side of ${operator} must be a text in double quotes; "${operand.name}" is a variable.`,
    operand.offset,
    `Write the pattern itself between double quotes.`,
  );
}
