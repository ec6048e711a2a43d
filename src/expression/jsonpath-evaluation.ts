/**
 * True if a filter keeps this value.
 * @param root the whole document, which filters may refer to
 */
export type Accepts = (node: unknown, root: unknown) => boolean;

/**
 * The steps of a path as one function from a value to the values found there, in document order.
 * `definite`: there is at most one. `descends`: there is a `..` on the way.
 */
export type Steps = {
  readonly definite: boolean;
  readonly descends: boolean;
  readonly run: (start: unknown, root: unknown) => readonly unknown[];
};
