/**
 * Why an outbound call has no answer.
 *
 * - `refused`: the egress policy does not allow it; nothing was sent.
 * - `invalid`: it cannot be sent as it stands (method, URL, a body where none may be); nothing was sent.
 * - `unreachable`: no connection, or the connection ended before an answer. Workers do not tell these apart.
 * - `tls`: the same for an https URL, where the certificate or the name is the likely cause.
 * - `timeout`: the time was up, for the answer or for its body.
 * - `closed`: the connection ended in the middle of the answer's body.
 * - `noActiveTargets`: no target server of a load balancer is in rotation.
 */
export type EgressErrorKind =
  | "refused"
  | "invalid"
  | "unreachable"
  | "tls"
  | "timeout"
  | "closed"
  | "noActiveTargets";

/** An outbound call without an answer. The message names no more than host and port; `cause` is for the log only. */
export class EgressError extends Error {
  readonly kind: EgressErrorKind;
  /** The policy, target endpoint or part of the gateway that called, and the host and port that it called. */
  by: string | null = null;
  host: string | null = null;

  constructor(kind: EgressErrorKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "EgressError";
    this.kind = kind;
  }
}
