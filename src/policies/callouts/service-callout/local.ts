import type { LocalConnection } from "../../../connections/connection.ts";
import { extendUrl, splitQuery } from "../../../egress/url.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { RequestMessage } from "../../../flow/message.ts";
import type { LocalDestination } from "../../capabilities.ts";
import type { PolicyContext } from "../../policy-type.ts";
import { contentOf, type Send } from "./send.ts";

/**
 * Compiles a callout to a proxy of the same environment, which runs in this process with its own flows and
 * faults. The request's path and query go behind the configured path, or behind the base path of the proxy.
 * Apigee: "ServiceCallout policy" (LocalTargetConnection).
 */
export function buildLocalCall(connection: LocalConnection, context: PolicyContext<"proxies">): Send {
  const destination = buildDestination(connection, context);
  return function callLocalProxy(flow, request, calls) {
    const { base, to } = destination(flow);
    const uri = extendUrl(base, request.path, request.query);
    flow.variables.set("servicecallout.requesturi", uri);
    const [path, query] = splitQuery(uri);
    const { headers } = contentOf(request);
    const copy = new RequestMessage({ verb: request.verb, path, query, headers: new Headers(headers) });
    if (!request.body.isOpaque) copy.body = request.body.copy();
    copy.contentCoding = request.contentCoding;
    return context.proxies.call(flow, to(path), copy, calls.next().signal);
  };
}

interface Destination {
  /** What stands before the request's own path. */
  readonly base: string;
  to(path: string): LocalDestination;
}

function buildDestination(
  { proxy, endpoint, path }: LocalConnection,
  context: PolicyContext,
): (flow: FlowContext) => Destination {
  const pathText = context.template(path ?? "");
  const baseOf = (flow: FlowContext) => {
    const text = pathText(flow).trim();
    return text.startsWith("/") ? text : `/${text}`;
  };
  if (proxy === null) return (flow) => ({ base: baseOf(flow), to: (path) => ({ path }) });
  const mayHoldBasePath = path !== null;
  const proxyName = context.template(proxy);
  const endpointName = endpoint === null ? () => null : context.template(endpoint);
  return (flow) => {
    const name = { proxy: proxyName(flow).trim(), endpoint: endpointName(flow)?.trim() || null };
    const to = { ...name, mayHoldBasePath };
    return { base: mayHoldBasePath ? baseOf(flow) : "", to: () => to };
  };
}
