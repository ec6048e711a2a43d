import { EgressError } from "../../../egress/error.ts";
import { GrpcError } from "../../../egress/grpc/grpc-error.ts";
import { Fault, faultType } from "../../../flow/fault.ts";
import { googleTokenGenerationFailure } from "../../parts/google-authentication.ts";
import type { AnsweredFault } from "./read-answer.ts";

/** How many characters of a server's own text a fault string takes over. */
const MOST_QUOTED = 1000;

/** The documented faults; a server may raise others, see {@link raiseAnswered}. */
export const faults = {
  executionError: faultType(
    "steps.externalcallout.ExecutionError",
    500,
    (reason: string) =>
      `Encountered the following exception while sending the gRPC request or processing the response: [${reason}].`,
  ),
  /** No TLS connection to the server can be made. */
  tlsInitFailed: faultType("GrpcTlsInitFailed", 500, () => "No TLS connection to the gRPC server"),
};

/**
 * What ended a callout, as its documented fault. The gateway's own faults and defects stay what they are.
 * Apigee: "ExternalCallout policy" (runtime errors).
 */
export function calloutFault(error: unknown): unknown {
  if (error instanceof Fault && error.code === googleTokenGenerationFailure.code) {
    const reason = "io.grpc.StatusRuntimeException: UNAVAILABLE: Credentials failed to obtain metadata";
    return faults.executionError(reason).causedBy(error);
  }
  if (!(error instanceof GrpcError)) return error;
  if (error.cause instanceof EgressError && error.cause.kind === "tls") {
    return faults.tlsInitFailed().causedBy(error);
  }
  return faults.executionError(`io.grpc.StatusRuntimeException: ${statusText(error)}`).causedBy(error);
}

/** Raises the fault that a server put into its answer, also when the policy has continueOnError. */
export function raiseAnswered(fault: AnsweredFault | null): void {
  if (fault === null || (fault.name === "" && fault.text === "")) return;
  throw new Fault(`steps.externalcallout.${fault.name || "ExecutionError"}`, fault.text, {
    isDeliberate: true,
  });
}

/** Such as `PERMISSION_DENIED: HTTP status code 403`. */
function statusText({ status, message }: GrpcError): string {
  return message === "" ? status : `${status}: ${shortened(message)}`;
}

function shortened(text: string): string {
  return text.length > MOST_QUOTED ? `${text.slice(0, MOST_QUOTED)}…` : text;
}
