import { EgressError, type EgressErrorKind } from "../egress/error.ts";
import type { Fault } from "../flow/fault.ts";

/** A call that failed, as log lines tell it. */
export interface CallFacts {
  /** The policy, target endpoint or part of the gateway that called; null when nobody was called. */
  readonly by: string | null;
  /** Host and port; null when nobody was called. */
  readonly host: string | null;
  readonly kind: EgressErrorKind;
  readonly reason: string;
}

/** A fault, as log lines tell it. */
export interface FaultFacts {
  /** The policy that raised it; null for a fault of the pipeline. */
  readonly policy: string | null;
  readonly code: string;
  readonly message: string;
  /** Why it came about, where its cause says so: for the log, never for the client. */
  readonly reason?: string;
  /** The call that it is about. */
  readonly call?: CallFacts;
}

export function faultFacts({ policy, code, message, cause }: Fault): FaultFacts {
  const reason = typeof cause === "string" ? { reason: cause } : {};
  const call = cause instanceof EgressError ? { call: callFacts(cause) } : {};
  return { policy, code, message, ...reason, ...call };
}

export function callFacts({ by, host, kind, message: reason }: EgressError): CallFacts {
  return { by, host, kind, reason };
}
