import type { Evaluation, Steps } from "./jsonpath-evaluation.ts";
import type { Comparison, Filter, Operand, Subscript } from "./jsonpath-syntax.ts";
import { compileRegex } from "./regex.ts";
import { ExpressionError } from "./value.ts";

/** True if a filter keeps this value. */
export type Accepts = (node: unknown, evaluation: Evaluation) => boolean;
/** An operand's value; `undefined` if its path finds nothing. */
type Read = (node: unknown, evaluation: Evaluation) => unknown;

/** Compiles a path inside the filter. */
type CompilePath = (first: Subscript | null) => Steps;

/**
 * Compiles what stands in `[?( )]`. Comparisons are Jayway's: a number and a text are equal if they read the same,
 * an ordering of different types is false, and `=~` matches the whole text.
 *
 * @throws {ExpressionError} for what this dialect does not have.
 */
export function compileFilter(filter: Filter, compilePath: CompilePath): Accepts {
  switch (filter.type) {
    case "logicalExpression": {
      const left = compileFilter(filter.left, compilePath);
      const right = compileFilter(filter.right, compilePath);
      return filter.operator === "and"
        ? (node, evaluation) => left(node, evaluation) && right(node, evaluation)
        : (node, evaluation) => left(node, evaluation) || right(node, evaluation);
    }
    case "notExpression": {
      const inner = compileFilter(filter.value, compilePath);
      return (node, evaluation) => !inner(node, evaluation);
    }
    case "groupExpression":
      return compileFilter(filter.value, compilePath);
    case "comparator":
      return compileComparison(filter, compilePath);
    case "current":
    case "root": {
      const { run } = compilePath(filter.next);
      const isCurrent = filter.type === "current";
      return (node, evaluation) => run(isCurrent ? node : evaluation.root, evaluation).length > 0;
    }
    default: {
      const read = compileOperand(filter, compilePath);
      return (node, evaluation) => Boolean(read(node, evaluation));
    }
  }
}

function compileComparison(comparison: Comparison, compilePath: CompilePath): Accepts {
  const left = compileOperand(comparison.left, compilePath);
  if (comparison.operator === "reg") return compileMatch(left, comparison.right.value, comparison.right.opts);
  // Without an operand `empty` means `empty true`; with one the parser calls it `sizeof`.
  if (comparison.operator === "empty") return (node, evaluation) => lengthOf(left(node, evaluation)) === 0;
  if (comparison.operator === "sizeof") {
    const wanted = comparison.right.type === "value" ? comparison.right.value : null;
    if (typeof wanted !== "boolean")
      throw new ExpressionError("In a JSONPath, write empty true or empty false");
    return (node, evaluation) => {
      const length = lengthOf(left(node, evaluation));
      return length !== undefined && (length === 0) === wanted;
    };
  }
  const right = compileOperand(comparison.right, compilePath);
  const compare = COMPARE[comparison.operator];
  return (node, evaluation) => compare(left(node, evaluation), right(node, evaluation), evaluation);
}

type ComparisonOperator = Exclude<Comparison["operator"], "reg" | "empty" | "sizeof">;
type Compare = (left: unknown, right: unknown, evaluation: Evaluation) => boolean;

const COMPARE: Record<ComparisonOperator, Compare> = {
  eq: isEqual,
  ne: (left, right, evaluation) => !isEqual(left, right, evaluation),
  lt: (left, right) => order(left, right) < 0,
  le: (left, right) => order(left, right) <= 0,
  gt: (left, right) => order(left, right) > 0,
  ge: (left, right) => order(left, right) >= 0,
  in: isIn,
  nin: (left, right, evaluation) => !isIn(left, right, evaluation),
  subsetof: (left, right, evaluation) =>
    Array.isArray(left) && left.every((item) => isIn(item, right, evaluation)),
  anyof: (left, right, evaluation) =>
    Array.isArray(left) && left.some((item) => isIn(item, right, evaluation)),
  noneof: (left, right, evaluation) =>
    Array.isArray(left) && !left.some((item) => isIn(item, right, evaluation)),
  size: (left, right) => lengthOf(left) !== undefined && lengthOf(left) === right,
};

function compileOperand(operand: Operand, compilePath: CompilePath): Read {
  switch (operand.type) {
    case "value": {
      if (operand.subtype === "regex") {
        throw new ExpressionError("In a JSONPath, a regular expression stands only to the right of =~");
      }
      const { value } = operand;
      return () => value;
    }
    case "current":
    case "root": {
      const { definite, run } = compilePath(operand.next);
      const isCurrent = operand.type === "current";
      return (node, evaluation) => {
        const found = run(isCurrent ? node : evaluation.root, evaluation);
        return definite ? found[0] : found;
      };
    }
    case "groupOperation":
      return compileOperand(operand.value, compilePath);
    case "functionCall": {
      const [argument] = operand.args;
      if (operand.name !== "length" || argument === undefined || operand.args.length > 1) {
        throw new ExpressionError(`A filter in a JSONPath cannot call ${operand.name}(), only length()`);
      }
      const read = compileOperand(argument, compilePath);
      return (node, evaluation) => lengthOf(read(node, evaluation));
    }
    case "operation":
      throw new ExpressionError("A filter in a JSONPath cannot calculate: + - * / are not operators there");
  }
}

function compileMatch(left: Read, literal: string, flags: string): Accepts {
  const unknown = /[^ims]/.exec(flags);
  if (unknown !== null) throw new ExpressionError(`JSONPath has no regular expression flag "${unknown[0]}"`);
  const pattern = literal.slice(1, -1);
  const regex = compileRegex(flags === "" ? pattern : `(?${flags})${pattern}`);
  return (node, evaluation) => {
    const value = left(node, evaluation);
    const isText = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
    return isText && regex.matches(String(value));
  };
}

const MAX_COMPARED_DEPTH = 200;

function isEqual(left: unknown, right: unknown, evaluation: Evaluation): boolean {
  evaluation.visit();
  if (typeof left === "number" && typeof right === "string")
    return right.trim() !== "" && left === Number(right);
  if (typeof left === "string" && typeof right === "number") return left === String(right);
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null)
    return left === right;
  return canonical(left, evaluation) === canonical(right, evaluation);
}

/** JSON text with sorted names, so that objects are equal whatever the order of their properties. */
function canonical(value: unknown, evaluation: Evaluation, depth = 0): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (depth === MAX_COMPARED_DEPTH) {
    throw new ExpressionError(
      `A filter in a JSONPath compares values nested at most ${MAX_COMPARED_DEPTH} deep`,
    );
  }
  const entries = Object.entries(value);
  evaluation.visit(entries.length);
  const parts = entries.map(
    ([name, item]) => `${JSON.stringify(name)}:${canonical(item, evaluation, depth + 1)}`,
  );
  return Array.isArray(value) ? `[${parts.join()}]` : `{${parts.sort().join()}}`;
}

/** Below, at or above zero; not a number if the two have no order. */
function order(left: unknown, right: unknown): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (typeof left !== "string" || typeof right !== "string") return Number.NaN;
  return left === right ? 0 : left < right ? -1 : 1;
}

function isIn(item: unknown, list: unknown, evaluation: Evaluation): boolean {
  return Array.isArray(list) && list.some((other) => isEqual(item, other, evaluation));
}

function lengthOf(value: unknown): number | undefined {
  return typeof value === "string" || Array.isArray(value) ? value.length : undefined;
}
