import { ExpressionError } from "./value.ts";
import { spend } from "./work.ts";

/** What a function at the end of a path makes of a value; `undefined` where it has no answer. */
export type Apply = (value: unknown) => unknown;

/** How a function takes the matches of a path: one by one, or all of them as one list. */
export type Taking = "each" | "all";

/**
 * Looks up the function called at the end of a path. Taking all matches, `length` counts what is in them:
 * `$..book.length()` is the number of books however many lists they are in.
 *
 * @throws {ExpressionError} naming the functions there are.
 */
export function compileCall(name: string, path: string, taking: Taking): Apply {
  if (taking === "all" && CALLS.get(name) === countOf) return countInside;
  const apply = CALLS.get(name);
  if (apply !== undefined) return apply;
  const known = [...CALLS.keys()].join(", ");
  throw new ExpressionError(
    `There is no JSONPath function ${name}()`,
    path.lastIndexOf(name),
    `Write one of ${known}.`,
    { name, known: CALLS.keys() },
  );
}

const CALLS: ReadonlyMap<string, Apply> = new Map<string, Apply>([
  ["length", countOf],
  ["size", countOf],
  ["min", ofNumbers((numbers) => numbers.reduce((least, number) => Math.min(least, number)))],
  ["max", ofNumbers((numbers) => numbers.reduce((most, number) => Math.max(most, number)))],
  ["sum", ofNumbers(sum)],
  ["avg", ofNumbers((numbers) => sum(numbers) / numbers.length)],
  ["keys", (value) => (isObject(value) ? namesOf(value) : undefined)],
  ["first", (value) => (Array.isArray(value) ? value[0] : undefined)],
  ["last", (value) => (Array.isArray(value) ? value.at(-1) : undefined)],
]);

function countOf(value: unknown): number | undefined {
  if (Array.isArray(value)) return value.length;
  return isObject(value) ? namesOf(value).length : undefined;
}

function namesOf(value: object): readonly string[] {
  const names = Object.keys(value);
  spend(names.length);
  return names;
}

function countInside(values: unknown): number {
  return Array.isArray(values)
    ? values.reduce((total: number, value) => total + (countOf(value) ?? 0), 0)
    : 0;
}

/** The items of a list that are numbers, if there are any. */
function ofNumbers(calculate: (numbers: readonly number[]) => number): Apply {
  return (value) => {
    if (!Array.isArray(value)) return undefined;
    spend(value.length);
    const numbers = value.filter((item) => typeof item === "number");
    return numbers.length > 0 ? calculate(numbers) : undefined;
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
