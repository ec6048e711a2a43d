import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { createUnaryTransport } from "../../../egress/grpc/unary-transport.ts";
import { baseUrl } from "../../../egress/target-server.ts";
import type { PolicyContext } from "../../policy-type.ts";
import type { ExternalCallout } from "./read.ts";

/** How the policy reaches its gRPC server. */
export function buildTransport(
  { server: { name } }: ExternalCallout,
  context: PolicyContext<"egress" | "targetServers">,
): Transport {
  const server = context.targetServers.get(name);
  if (server === undefined) throw new Error(`There is no target server "${name}".`);
  const { egress, origin } = context;
  return createUnaryTransport({
    protocol: server.grpcTransport,
    baseUrl: baseUrl(server),
    by: origin,
    async send(call, ...limits) {
      if (server.isEnabled) return egress.send(call, ...limits);
      throw new ConnectError(`the target server ${name} is disabled`, Code.Unavailable);
    },
  });
}
