import { type Fault, faultType } from "../../../flow/fault.ts";
import { MapError } from "../../../stores/key-value-maps.ts";

/** The errors of KeyValueMapOperations. Apigee: "Key Value Map Operations policy runtime error troubleshooting". */
export const faults = {
  setVariableFailed: faultType(
    "steps.keyvaluemapoperations.SetVariableFailed",
    500,
    (policy: string, variable: string) =>
      `Failed to set variable ${variable} in KeyValueMapStepDefinition ${policy}`,
  ),
  removeVariableFailed: faultType(
    "steps.keyvaluemapoperations.RemoveVariableFailed",
    500,
    (policy: string, variable: string) =>
      `Failed to remove variable ${variable} in KeyValueMapStepDefinition ${policy}`,
  ),
  /** What Apigee answers to an empty name of a map. */
  noMap: faultType("Internal Server Error", 500, () => "java.lang.UnsupportedOperationException"),
  /** Not Apigee's: the store of the maps does not answer. */
  unavailable: faultType(
    "sortie.KeyValueMapUnavailable",
    503,
    (policy: string) => `KeyValueMapOperations[${policy}]: the key value map cannot be reached at the moment`,
  ),
  /** Not Apigee's: an entry that is too long, cannot be sealed or cannot be opened. The log says which. */
  failed: faultType(
    "sortie.KeyValueMapFailed",
    500,
    (policy: string) => `KeyValueMapOperations[${policy}]: the entry cannot be read or written`,
  ),
};

/** The fault for what an operation threw. */
export function faultOfMap(policy: string, thrown: unknown): unknown {
  if (!(thrown instanceof MapError)) return thrown;
  const fault: Fault = thrown.isTransient ? faults.unavailable(policy) : faults.failed(policy);
  return fault.causedBy(thrown);
}
