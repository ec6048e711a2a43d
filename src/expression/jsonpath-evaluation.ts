import { ExpressionError } from "./value.ts";

/** Values that one evaluation may look at: `$..*..*` and lists searched in filters grow faster than the document. */
const MAX_VISITS = 2_000_000;

/** One evaluation of a path: the whole document, which filters may refer to, and the work done so far. */
export class Evaluation {
  /** As in TargetResponse: one that stays, so that optimised code does. */
  static readonly lasting = new Evaluation(null);

  readonly root: unknown;
  #visits = 0;

  constructor(root: unknown) {
    this.root = root;
  }

  /** @throws {ExpressionError} when the path has looked at too many values. */
  visit(values = 1): void {
    this.#visits += values;
    if (this.#visits > MAX_VISITS) {
      throw new ExpressionError(`The JSONPath visits more than ${MAX_VISITS} values of this document`);
    }
  }
}

/** True if a filter keeps this value. */
export type Accepts = (node: unknown, evaluation: Evaluation) => boolean;

/**
 * The steps of a path as one function from a value to the values found there, in document order.
 * `definite`: there is at most one. `descends`: there is a `..` on the way.
 */
export type Steps = {
  readonly definite: boolean;
  readonly descends: boolean;
  readonly run: (start: unknown, evaluation: Evaluation) => readonly unknown[];
};
