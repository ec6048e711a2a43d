import { withoutHopByHop } from "../egress/hop-by-hop.ts";
import type { TargetProperties } from "../egress/properties.ts";
import type { FlowContext } from "../flow/context.ts";
import type { RequestMessage, ResponseMessage } from "../flow/message.ts";
import { Parameters } from "../flow/parameters.ts";

/**
 * The headers to send to the target: the request's, without what concerns only the client's connection, and
 * without what the target's properties do not retain. Apigee: "Endpoint properties reference"
 * (request.retain.headers).
 */
export function forwardedHeaders(request: RequestMessage, properties: TargetProperties): Headers {
  return properties.retainRequestHeaders
    ? withoutHopByHop(request.headers)
    : only(request.headers, properties.retainedRequestHeaders);
}

/** Takes away the target's response headers that are not retained. Apigee: the same page. */
export function retainResponseHeaders(response: ResponseMessage, properties: TargetProperties): void {
  if (properties.retainResponseHeaders) return;
  response.ownHeaders = only(response.headers, properties.retainedResponseHeaders);
}

function only(headers: Headers, names: readonly string[]): Headers {
  const kept = new Headers();
  for (const name of names) {
    const value = headers.get(name);
    if (value !== null) kept.set(name, value);
  }
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
  const kept = new Parameters("", false);
  for (const name of properties.retainedQueryParameters) {
    for (const value of request.queryParameters.values(name)) kept.add(name, value);
  }
  return kept.toString();
}
