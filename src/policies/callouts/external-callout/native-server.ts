import { EgressError } from "../../../egress/error.ts";
import { GrpcError } from "../../../egress/grpc/grpc-error.ts";
import { baseUrl } from "../../../egress/target-server.ts";
import type { Exchange } from "../../../flow/context.ts";
import type { PolicyContext } from "../../policy-type.ts";
import type { ExternalCallout } from "./read.ts";

/** How often a server is asked again, and named in the log. Milliseconds. */
const NAMED_AGAIN_AFTER_MS = 60_000;

/**
 * Names, in the log, a gRPC server that a callout failed at because it speaks gRPC's own HTTP/2 and neither gRPC-Web
 * nor Connect. That is found out in the background: the answer does not wait for it.
 */
export function namesNativeServer(
  { server: { name } }: ExternalCallout,
  context: PolicyContext<"egress" | "targetServers">,
): (error: unknown, exchange: Exchange) => void {
  const { egress, origin } = context;
  const server = context.targetServers.get(name);
  if (server === undefined) throw new Error(`There is no target server "${name}".`);
  const url = baseUrl(server);
  const { host } = new URL(url);
  const line = {
    level: "error",
    event: "grpc.native-server",
    by: origin.name,
    ...(origin.proxy !== null && { proxy: origin.proxy }),
    host,
    reason: `The target server ${name} (${host}) speaks gRPC's own HTTP/2, which Workers cannot send`,
    remedy: `Run: sortie bridge --listen PORT --to ${url.replace("http://", "")}, and give the target server the bridge's host and port.`,
  };
  let namedAt = Number.NEGATIVE_INFINITY;

  return function nameNativeServer(error, exchange) {
    const sign = signOf(error);
    const now = exchange.now();
    if (sign === null || now - namedAt < NAMED_AGAIN_AFTER_MS) return;
    namedAt = now;
    if (sign === "certain") egress.log(line);
    else exchange.waitUntil(egress.speaksHttp2(url, exchange).then((speaks) => speaks && egress.log(line)));
  };
}

/** What a failure says: that it is such a server, that it may be one, or nothing. */
function signOf(error: unknown): "certain" | "possible" | null {
  if (!(error instanceof GrpcError)) return null;
  const { cause, headers, message } = error;
  if (cause instanceof EgressError) return cause.kind === "unreachable" ? "possible" : null;
  const isNative = /^application\/grpc(?:$|[+;])/i.test(headers?.get("content-type") ?? "");
  // What native servers say to content types of gRPC-Web and Connect where HTTP/2 reaches them.
  return isNative || message === "HTTP status code 415" ? "certain" : null;
}
