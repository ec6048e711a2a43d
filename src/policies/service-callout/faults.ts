import { CredentialsError } from "../../credentials/user-credentials.ts";
import { EgressError, type EgressErrorKind } from "../../egress/error.ts";
import { Fault } from "../../flow/fault.ts";
import { Unsettable } from "../../flow/unsettable.ts";

/** What the client may learn about a call that has no answer; what exactly happened is the fault's cause. */
const reasons: Record<Exclude<EgressErrorKind, "timeout">, string> = {
  refused: "Host not reachable",
  unreachable: "Host not reachable",
  tls: "Host not reachable",
  closed: "Unexpected EOF at target",
  invalid: "Invalid request",
  noActiveTargets: "The Service is temporarily unavailable",
};

/** The faults of one ServiceCallout. Apigee: "ServiceCallout policy" (errors). */
export class CalloutFaults {
  readonly #policy: string;

  constructor(policy: string) {
    this.#policy = policy;
  }

  failed(reason: string, cause?: unknown): Fault {
    return new Fault(
      "steps.servicecallout.ExecutionFailed",
      `Execution of ServiceCallout ${this.#policy} failed. Reason: ${reason}`,
      { cause },
    );
  }

  status(status: number): Fault {
    return this.failed(`ResponseCode ${status} is treated as error`);
  }

  notMessage(variable: string): Fault {
    return new Fault(
      "steps.servicecallout.RequestVariableNotMessageType",
      `ServiceCallout[${this.#policy}]: request variable ${variable} value is not of type Message`,
    );
  }

  notRequest(variable: string): Fault {
    return new Fault(
      "steps.servicecallout.RequestVariableNotRequestMessageType",
      `ServiceCallout[${this.#policy}]: request variable ${variable} value is not of type Request Message`,
    );
  }

  unresolved(variable: string): Fault {
    return new Fault("entities.UnresolvedVariable", `Unresolved variable : ${variable}`);
  }

  /** What ended a call, as a fault of this policy. The gateway's own faults and defects stay what they are. */
  from(error: unknown): unknown {
    if (error instanceof Unsettable || isHttpFault(error)) return this.failed(error.message, error);
    if (error instanceof CredentialsError) return this.failed(error.message, error);
    if (!(error instanceof EgressError)) return error;
    return this.failed(
      error.kind === "timeout" ? `timeout occurred in ${this.#policy}` : reasons[error.kind],
      error,
    );
  }
}

/** What HTTP itself may fail with on the way, such as a body that is too big. Tokens have faults of their own. */
function isHttpFault(error: unknown): error is Fault {
  return (
    error instanceof Fault &&
    /^(?:messaging\.adaptors\.http\.flow|messaging\.runtime|protocol)\./.test(error.code)
  );
}
