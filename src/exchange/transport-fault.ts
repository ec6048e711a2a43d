import { CredentialsError } from "../credentials/user-credentials.ts";
import { EgressError, type EgressErrorKind } from "../egress/error.ts";
import { type FaultType, faultType } from "../flow/fault.ts";

const transportFault = (name: string, status: number, text: string) =>
  faultType(`messaging.adaptors.http.flow.${name}`, status, (reason: string = text) => reason);

const serviceUnavailable = transportFault(
  "ServiceUnavailable",
  503,
  "The Service is temporarily unavailable",
);

export const gatewayTimeout = transportFault("GatewayTimeout", 504, "Gateway Timeout");

/** Apigee: "Runtime error code reference" (transport errors between the gateway and the target). */
export const transportFaults: Readonly<Record<EgressErrorKind, FaultType<[reason?: string]>>> = {
  refused: serviceUnavailable,
  invalid: serviceUnavailable,
  unreachable: serviceUnavailable,
  noActiveTargets: transportFault("NoActiveTargets", 503, "The Service is temporarily unavailable"),
  tls: transportFault("SslHandshakeFailed", 503, "SSL Handshake failed"),
  timeout: gatewayTimeout,
  closed: transportFault("UnexpectedEOFAtTarget", 502, "Unexpected EOF at target"),
};

/** Throws a failed call as the fault of the target endpoint; anything else stays what it is. */
export function throwAsFault(error: unknown): never {
  if (error instanceof CredentialsError) {
    throw serviceUnavailable(error.message).causedBy(error);
  }
  if (!(error instanceof EgressError)) throw error;
  throw transportFaults[error.kind]().causedBy(error);
}
