import type { OutboundCall } from "./call.ts";

/** Cancels the calls of one step that are given up; it has one under way at a time. */
export interface Cancelling {
  /** What the next call is sent with. */
  next(): Pick<OutboundCall, "signal" | "cancel">;
  /** Ends the call that is under way, or the answer that is still coming in. */
  cancel(): void;
}

/** What a call is made for. */
interface Purpose {
  /** Aborted when whoever waits for what the call is made for has given it up; null where nobody can. */
  readonly givenUp: AbortSignal | null;
}

const nothing: Cancelling = { next: () => ({}), cancel: () => {} };

/**
 * @param isNeeded whether anything may still run when a call has been given up. Where nothing does, the end of the
 *   client's request closes the connection: a signal would cost each call more than most steps cost.
 * @param purpose whose end is the call's, too
 */
export function cancelling(isNeeded: boolean, { givenUp }: Purpose): Cancelling {
  if (!isNeeded) return nothing;
  let last: AbortController | null = null;
  return {
    next() {
      const controller = new AbortController();
      last = controller;
      const { signal: own } = controller;
      const signal = givenUp ? AbortSignal.any([own, givenUp]) : own;
      return { signal, cancel: () => controller.abort() };
    },
    cancel: () => last?.abort(),
  };
}
