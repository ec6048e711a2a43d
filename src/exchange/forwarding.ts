import type { TargetProperties } from "../connections/target-properties.ts";
import { withoutHopByHop } from "../egress/hop-by-hop.ts";
import type { FlowContext } from "../flow/context.ts";
import type { RequestMessage } from "../flow/message.ts";
import { Parameters } from "../flow/parameters.ts";
import { ClientRequest } from "./client-request.ts";

/**
 * The headers to send to the target: the request's, without what concerns only the client's connection, and
 * without what the target's properties do not retain. Apigee: "Endpoint properties reference"
 * (request.retain.headers).
 */
export function forwardedHeaders(request: RequestMessage, properties: TargetProperties): Headers {
  if (!properties.retainRequestHeaders) return onlyNamed(request.headers, properties.retainedRequestHeaders);
  // What a policy wrote is meant for the target.
  const isClean = request instanceof ClientRequest && !request.hasHopByHop;
  return isClean ? request.headers : withoutHopByHop(request.headers);
}

/** What a body means and cannot be read without. */
const ofTheBody = ["content-type", "content-encoding"];

/** The named headers, line by line as they came, and those that describe the body. */
export function onlyNamed(headers: Headers, names: readonly string[]): Headers {
  const wanted = new Set([...names.map((name) => name.toLowerCase()), ...ofTheBody]);
  const kept = new Headers(headers);
  for (const name of headers.keys()) if (!wanted.has(name)) kept.delete(name);
  return kept;
}

/** Adds the client's address. Apigee: "Endpoint properties reference" (X-Forwarded-For). */
export function addForwardedFor({ request, exchange }: FlowContext): void {
  const before = request.headers.get("x-forwarded-for");
  const { ip } = exchange.client;
  request.ownHeaders.set("x-forwarded-for", before === null ? ip : `${before}, ${ip}`);
}

/** The query string for the target, without the question mark. Apigee: the same page (retain.queryparams). */
export function forwardedQuery(request: RequestMessage, properties: TargetProperties): string {
  if (properties.retainQueryParameters) return request.query;
  const kept = new Parameters(request.query, false);
  for (const name of kept.names) if (!properties.retainedQueryParameters.includes(name)) kept.remove(name);
  return kept.toString();
}
