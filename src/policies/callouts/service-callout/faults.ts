import { CredentialsError } from "../../../credentials/user-credentials.ts";
import { EgressError, type EgressErrorKind } from "../../../egress/error.ts";
import { Fault, faultType } from "../../../flow/fault.ts";

/** What the client may learn about a call that has no answer; what exactly happened is the fault's cause. */
const reasons: Record<Exclude<EgressErrorKind, "timeout">, string> = {
  refused: "Host not reachable",
  unreachable: "Host not reachable",
  tls: "Host not reachable",
  closed: "Unexpected EOF at target",
  invalid: "Invalid request",
  noActiveTargets: "The Service is temporarily unavailable",
};

/** Apigee: "ServiceCallout policy" (errors). */
export const faults = {
  executionFailed: faultType(
    "steps.servicecallout.ExecutionFailed",
    500,
    (policy: string, reason: string) => `Execution of ServiceCallout ${policy} failed. Reason: ${reason}`,
  ),
  notMessage: faultType(
    "steps.servicecallout.RequestVariableNotMessageType",
    500,
    (policy: string, variable: string) =>
      `ServiceCallout[${policy}]: request variable ${variable} value is not of type Message`,
  ),
  notRequest: faultType(
    "steps.servicecallout.RequestVariableNotRequestMessageType",
    500,
    (policy: string, variable: string) =>
      `ServiceCallout[${policy}]: request variable ${variable} value is not of type Request Message`,
  ),
  /** A variable of its Request is not set. */
  unresolved: faultType(
    "entities.UnresolvedVariable",
    500,
    (variable: string) => `Unresolved variable : ${variable}`,
  ),
};

export function statusFault(policy: string, status: number): Fault {
  return faults.executionFailed(policy, `ResponseCode ${status} is treated as error`).raisedBy(policy);
}

/** What ended a call, as a fault of the policy. The gateway's own faults and defects stay what they are. */
export function calloutFault(policy: string, error: unknown): unknown {
  const reason = reasonOf(policy, error);
  return reason === null ? error : faults.executionFailed(policy, reason).causedBy(error).raisedBy(policy);
}

function reasonOf(policy: string, error: unknown): string | null {
  if (error instanceof CredentialsError || isHttpFault(error)) return error.message;
  if (!(error instanceof EgressError)) return null;
  return error.kind === "timeout" ? `timeout occurred in ${policy}` : reasons[error.kind];
}

/** What HTTP itself may fail with on the way, such as a body that is too big. Tokens have faults of their own. */
function isHttpFault(error: unknown): error is Fault {
  return (
    error instanceof Fault &&
    /^(?:messaging\.adaptors\.http\.flow|messaging\.runtime|protocol)\./.test(error.code)
  );
}
