import type { ProxyProperties } from "../bundle/program.ts";
import { Body } from "../flow/body.ts";
import { RequestMessage } from "../flow/message.ts";

/** The client's request as the flow sees it, body unread. */
export function clientRequest(request: Request, url: URL, properties: ProxyProperties): RequestMessage {
  const message = new RequestMessage({
    verb: request.method,
    path: url.pathname,
    query: url.search.slice(1),
    headers: request.headers,
    body: request.body,
  });
  if (properties.requestStreaming) message.body = new Body(request.body, true);
  message.bodyLimit = properties.requestBodyLimit;
  message.ignoreContentTypeCharset = properties.ignoreContentTypeCharset;
  removeReservedHeaders(message);
  return message;
}

/** Apigee: "Flow variables reference": a client's `X-Apigee-*` headers never reach a flow. */
function removeReservedHeaders(message: RequestMessage): void {
  for (const name of message.headers.keys()) {
    if (name.startsWith("x-apigee-")) message.ownHeaders.delete(name);
  }
}
