import { countingEntries, type Entry, endOf, type Window, weightOf, withEntry } from "./window.ts";

/** How a message is counted. Plain data: it goes to Durable Objects. */
export interface CountRule {
  readonly window: Window;
  /** What may be used in a window. */
  readonly allowed: number;
  /** Of the message: a whole number, not negative. */
  readonly weight: number;
  /**
   * - `limit`: counts a message unless it is too much.
   * - `count`: counts it, also when it is too much.
   * - `enforce`: counts nothing, and says whether everything is used up.
   */
  readonly mode: "limit" | "count" | "enforce";
}

/** What came of a message. */
export interface Count {
  /** Whether it is too much. */
  readonly isExceeded: boolean;
  /** What is used, this message included where it counts. */
  readonly used: number;
  /** Epoch milliseconds; of a rolling window, when everything that counts now has left it. */
  readonly resetsAt: number;
}

/** Counts a message: what comes of it, and the entries afterwards, which are the same ones when it does not count. */
export function count(
  entries: readonly Entry[],
  rule: CountRule,
  now: number,
): Count & { readonly entries: readonly Entry[] } {
  const { window, weight } = rule;
  const before = countingEntries(entries, window, now);
  const used = weightOf(before);
  const isExceeded = isTooMuch(used, rule);
  if (isExceeded || rule.mode === "enforce" || weight === 0) {
    return { isExceeded, used, resetsAt: endOf(before, window, now), entries };
  }
  const after = withEntry(before, window, [now, weight]);
  return { isExceeded, used: used + weight, resetsAt: endOf(after, window, now), entries: after };
}

function isTooMuch(used: number, { mode, weight, allowed }: CountRule): boolean {
  if (mode === "count") return false;
  return mode === "enforce" ? used >= allowed : weight > 0 && used + weight > allowed;
}
