import { afterAll } from "vitest";

/**
 * Fails a test file when a request that it sent left a rejection that nobody handled. Vitest would report it from
 * within that request, and wait for ever for the receipt, since workerd has ended the request by then.
 */
const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);
process.on("unhandledRejection", note);

afterAll(() => {
  process.off("unhandledRejection", note);
  if (unhandled.length > 0) throw new AggregateError(unhandled, `Nobody handled: ${unhandled.join("; ")}`);
});
