import { faultType } from "../../../flow/fault.ts";
import { limitFaults } from "../limits/faults.ts";

/** The errors of Quota. Apigee: "Quota policy runtime errors". */
export const faults = {
  violation: faultType(
    "policies.ratelimit.QuotaViolation",
    429,
    (identifier: string) => `Rate limit quota violation. Quota limit  exceeded. Identifier : ${identifier}`,
  ),
  /** What Apigee writes: the place of the policy's name stays open. */
  unresolvedInterval: faultType(
    "policies.ratelimit.FailedToResolveQuotaIntervalReference",
    500,
    (ref: string) => `Failed to resolve quota interval reference ${ref} in quota policy {1}`,
  ),
  unresolvedUnit: faultType(
    "policies.ratelimit.FailedToResolveQuotaIntervalTimeUnitReference",
    500,
    (ref: string) => `Failed to resolve quota time unit reference ${ref} in quota policy {1}`,
  ),
  invalidInterval: faultType(
    "policies.ratelimit.InvalidQuotaInterval",
    500,
    (interval: string, policy: string) => `Invalid quota interval ${interval} in quota policy ${policy}.`,
  ),
  invalidUnit: faultType(
    "policies.ratelimit.InvalidQuotaTimeUnit",
    500,
    (unit: string, policy: string) => `Invalid quota interval time unit ${unit} in quota policy ${policy}.`,
  ),
  /** Not Apigee's. */
  invalidCount: faultType(
    "sortie.InvalidQuotaCount",
    500,
    (count: string, policy: string) => `Invalid count ${count} in quota policy ${policy}`,
  ),
  invalidWeight: limitFaults.invalidWeight,
  unavailable: limitFaults.unavailable,
};
