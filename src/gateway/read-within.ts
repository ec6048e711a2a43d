import { EgressError } from "../egress/error.ts";
import type { Exchange } from "../flow/context.ts";
import type { Fault } from "../flow/fault.ts";

/** Holds the reading of a message's body to its time. */
export async function readWithin(
  ms: number,
  reading: Promise<void>,
  exchange: Exchange,
  timedOut: (cause: EgressError) => Fault,
): Promise<void> {
  try {
    await exchange.within(ms, reading);
  } catch (error) {
    throw error instanceof EgressError ? timedOut(error) : error;
  }
}
