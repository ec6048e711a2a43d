import { faultType } from "../../../flow/fault.ts";
import { CounterError } from "../../../stores/counters/counters.ts";

/** The errors that all policies share which limit traffic. Apigee: "Spike Arrest policy runtime error troubleshooting". */
export const limitFaults = {
  invalidWeight: faultType(
    "policies.ratelimit.InvalidMessageWeight",
    500,
    (weight: string) => `Invalid message weight value ${weight}`,
  ),
  /** Not Apigee's: without its counter a policy lets nothing pass. */
  unavailable: faultType(
    "sortie.CounterUnavailable",
    503,
    (policy: string) => `The counter of ${policy} cannot be reached at the moment`,
  ),
};

/** The fault for what a counter threw. */
export function faultOfCounter(policy: string, thrown: unknown): unknown {
  return thrown instanceof CounterError ? limitFaults.unavailable(policy).causedBy(thrown) : thrown;
}
