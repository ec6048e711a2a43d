import type { TimeLimit } from "../egress/call.ts";
import { EgressError } from "../egress/error.ts";
import type { Fault } from "../flow/fault.ts";

/** Holds the reading of a message's body to its time. */
export async function readWithin(
  ms: number,
  reading: Promise<void>,
  limit: TimeLimit,
  timedOut: (cause: EgressError) => Fault,
): Promise<void> {
  try {
    await limit.within(ms, reading);
  } catch (error) {
    throw error instanceof EgressError ? timedOut(error) : error;
  }
}
