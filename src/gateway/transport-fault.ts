import { EgressError, type EgressErrorKind } from "../egress/error.ts";
import { Fault, type FaultCode } from "../flow/fault.ts";

/** Apigee: "Runtime error code reference" (transport errors between the gateway and the target). */
const transportFaults: Readonly<Record<EgressErrorKind, readonly [FaultCode, faultString: string]>> = {
  refused: ["messaging.adaptors.http.flow.ServiceUnavailable", "The Service is temporarily unavailable"],
  invalid: ["messaging.adaptors.http.flow.ServiceUnavailable", "The Service is temporarily unavailable"],
  unreachable: ["messaging.adaptors.http.flow.ServiceUnavailable", "The Service is temporarily unavailable"],
  noActiveTargets: ["messaging.adaptors.http.flow.NoActiveTargets", "The Service is temporarily unavailable"],
  tls: ["messaging.adaptors.http.flow.SslHandshakeFailed", "SSL Handshake failed"],
  timeout: ["messaging.adaptors.http.flow.GatewayTimeout", "Gateway Timeout"],
  closed: ["messaging.adaptors.http.flow.UnexpectedEOFAtTarget", "Unexpected EOF at target"],
};

/** Throws a failed call as the fault of the target endpoint; anything else stays what it is. */
export function throwAsFault(error: unknown): never {
  if (!(error instanceof EgressError)) throw error;
  const [code, faultString] = transportFaults[error.kind];
  throw new Fault(code, faultString, { cause: error });
}
