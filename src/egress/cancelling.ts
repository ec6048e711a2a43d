import type { OutboundCall } from "./call.ts";

/** Cancels the calls of one step that are given up; it has one under way at a time. */
export interface Cancelling {
  /** What the next call is sent with. */
  next(): Pick<OutboundCall, "signal" | "cancel">;
  /** Ends the call that is under way, or the answer that is still coming in. */
  cancel(): void;
}

const nothing: Cancelling = { next: () => ({}), cancel: () => {} };

/**
 * @param isNeeded whether anything may still run when a call has been given up. Where nothing does, the end of the
 *   client's request closes the connection: a signal would cost each call more than most steps cost.
 */
export function cancelling(isNeeded: boolean): Cancelling {
  if (!isNeeded) return nothing;
  let last: AbortController | null = null;
  return {
    next() {
      const controller = new AbortController();
      last = controller;
      return { signal: controller.signal, cancel: () => controller.abort() };
    },
    cancel: () => last?.abort(),
  };
}
