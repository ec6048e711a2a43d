import { ExpressionError } from "./value.ts";

/**
 * How much work one evaluation may do: a node, a value or a part of an expression that is looked at counts 1, and so
 * do eight characters of text that are read or written. Templates, paths and replacements within each other share it.
 */
export const MOST_WORK = 4_000_000;

/** How many characters of text count as 1. */
export const CHARACTERS = 8;

/** An evaluation that takes more work than one may: what it is given asks for too much. */
export class TooMuchWork extends ExpressionError {
  constructor() {
    super(`It takes more than ${MOST_WORK} steps`);
    this.name = "TooMuchWork";
  }
}

/** How long a text may become that is put together of others. Characters. */
export const LONGEST_TEXT = MOST_WORK * CHARACTERS;

let left = MOST_WORK;
let isEvaluating = false;

/**
 * Runs an evaluation, or a part of the one that is running.
 * @throws {TooMuchWork} when it is too much
 */
export function withinWork<T>(evaluate: () => T): T {
  if (isEvaluating) return evaluate();
  isEvaluating = true;
  left = MOST_WORK;
  try {
    return evaluate();
  } finally {
    isEvaluating = false;
  }
}

/** Counts work of the evaluation that is running, before it is done. */
export function spend(work = 1): void {
  left -= work;
  if (left < 0 && isEvaluating) throw new TooMuchWork();
}

/** Counts a text that is read or written, and gives it back. */
export function spendText(text: string): string {
  spend(1 + text.length / CHARACTERS);
  return text;
}
