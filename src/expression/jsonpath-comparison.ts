import { ExpressionError } from "./value.ts";
import { CHARACTERS, spend, spendText } from "./work.ts";

type Compare = (left: unknown, right: unknown, root: unknown) => boolean;

/**
 * The comparisons of a filter, by operator in lower case. They are Jayway's: a number and a text are equal if they
 * read the same, and an ordering of different types is false.
 */
export const COMPARISONS: ReadonlyMap<string, Compare> = new Map<string, Compare>([
  ["==", isEqual],
  ["!=", (left, right, root) => !isEqual(left, right, root)],
  ["<", (left, right) => order(left, right) < 0],
  ["<=", (left, right) => order(left, right) <= 0],
  [">", (left, right) => order(left, right) > 0],
  [">=", (left, right) => order(left, right) >= 0],
  ["in", isIn],
  ["nin", (left, right, root) => !isIn(left, right, root)],
  ["subsetof", (left, right, root) => Array.isArray(left) && left.every((item) => isIn(item, right, root))],
  ["anyof", (left, right, root) => Array.isArray(left) && left.some((item) => isIn(item, right, root))],
  ["noneof", (left, right, root) => Array.isArray(left) && !left.some((item) => isIn(item, right, root))],
  ["size", (left, right) => lengthOf(left) !== undefined && lengthOf(left) === right],
]);

/** The length of a text or list; other values have none. */
export function lengthOf(value: unknown): number | undefined {
  return typeof value === "string" || Array.isArray(value) ? value.length : undefined;
}

const MAX_COMPARED_DEPTH = 200;

function isEqual(left: unknown, right: unknown, root: unknown): boolean {
  spend();
  if (typeof left === "number" && typeof right === "string")
    return spendText(right).trim() !== "" && left === Number(right);
  if (typeof left === "string" && typeof right === "string")
    return left.length === right.length && spendText(left) === right;
  if (typeof left === "string" && typeof right === "number") return left === String(right);
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null)
    return left === right;
  return canonical(left, root) === canonical(right, root);
}

/** JSON text with sorted names, so that objects are equal whatever the order of their properties. */
function canonical(value: unknown, root: unknown, depth = 0): string {
  if (typeof value === "string") return JSON.stringify(spendText(value));
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (depth === MAX_COMPARED_DEPTH) {
    throw new ExpressionError(
      `A filter in a JSONPath compares values nested at most ${MAX_COMPARED_DEPTH} deep`,
    );
  }
  const entries = Object.entries(value);
  const parts = entries.map(
    ([name, item]) => `${JSON.stringify(spendText(name))}:${canonical(item, root, depth + 1)}`,
  );
  return Array.isArray(value) ? `[${parts.join()}]` : `{${parts.sort().join()}}`;
}

/** Below, at or above zero; not a number if the two have no order. */
function order(left: unknown, right: unknown): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (typeof left !== "string" || typeof right !== "string") return Number.NaN;
  spend(Math.min(left.length, right.length) / CHARACTERS);
  return left === right ? 0 : left < right ? -1 : 1;
}

function isIn(item: unknown, list: unknown, root: unknown): boolean {
  return Array.isArray(list) && list.some((other) => isEqual(item, other, root));
}
