import { ConnectError } from "@connectrpc/connect";
import { codeToString } from "@connectrpc/connect/protocol-connect";
import { EgressError } from "../../egress/error.ts";
import { Fault } from "../../flow/fault.ts";
import { Unsettable } from "../../flow/unsettable.ts";
import type { Fault as AnsweredFault } from "./wire/external_callout_pb.ts";

/** How many characters of a server's own text a fault string takes over. */
const MOST_QUOTED = 1000;

/**
 * What ended a callout, as its documented fault. The gateway's own faults and defects stay what they are.
 * Apigee: "ExternalCallout policy" (runtime errors).
 */
export function calloutFault(error: unknown): unknown {
  if (error instanceof Unsettable) return executionError(error.message, error);
  if (
    error instanceof Fault &&
    error.code === "messaging.adaptors.http.filter.GoogleTokenGenerationFailure"
  ) {
    const reason = "io.grpc.StatusRuntimeException: UNAVAILABLE: Credentials failed to obtain metadata";
    return executionError(reason, error);
  }
  if (!(error instanceof ConnectError)) return error;
  if (error.cause instanceof EgressError && error.cause.kind === "tls") {
    return new Fault("GrpcTlsInitFailed", "No TLS connection to the gRPC server", { cause: error });
  }
  return executionError(`io.grpc.StatusRuntimeException: ${statusText(error)}`, error);
}

/** Raises the fault that a server put into its answer, also when the policy has continueOnError. */
export function raiseAnswered(fault: AnsweredFault | undefined): void {
  const { name = "", faultString = "" } = fault ?? {};
  if (name === "" && faultString === "") return;
  throw new Fault(`steps.externalcallout.${name || "ExecutionError"}`, faultString, { isDeliberate: true });
}

function executionError(reason: string, cause: unknown): Fault {
  return new Fault(
    "steps.externalcallout.ExecutionError",
    `Encountered the following exception while sending the gRPC request or processing the response: [${reason}].`,
    { cause },
  );
}

/** Such as `PERMISSION_DENIED: HTTP status code 403`. gRPC and Connect spell one status differently. */
function statusText({ code, rawMessage }: ConnectError): string {
  const status = codeToString(code).toUpperCase().replace("CANCELED", "CANCELLED");
  return rawMessage === "" ? status : `${status}: ${shortened(rawMessage)}`;
}

function shortened(text: string): string {
  return text.length > MOST_QUOTED ? `${text.slice(0, MOST_QUOTED)}…` : text;
}
