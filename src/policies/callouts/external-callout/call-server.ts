import { GrpcError } from "../../../egress/grpc/grpc-error.ts";
import { prepareUnaryCall, type UnaryCall } from "../../../egress/grpc/unary-call.ts";
import { baseUrl } from "../../../egress/target-server.ts";
import type { PolicyContext } from "../../policy-type.ts";
import type { ExternalCallout } from "./read.ts";
import { type Answer, readAnswer } from "./read-answer.ts";

/** The one method of the service, as `wire/external_callout.proto` names it. */
const METHOD = "/apigee.ExternalCalloutService/ProcessMessage";

/** Compiles what calls the policy's gRPC server. */
export function buildCall(
  { server: { name } }: ExternalCallout,
  { egress, origin, targetServers }: PolicyContext<"egress" | "targetServers">,
): UnaryCall<Answer> {
  const server = targetServers.get(name);
  if (server === undefined) throw new Error(`There is no target server "${name}".`);
  if (!server.isEnabled) {
    return () => Promise.reject(new GrpcError("UNAVAILABLE", `the target server ${name} is disabled`));
  }
  return prepareUnaryCall({
    protocol: server.grpcTransport,
    url: `${baseUrl(server)}${METHOD}`,
    by: origin,
    send: (call, ...limits) => egress.send(call, ...limits),
    read: readAnswer,
  });
}
