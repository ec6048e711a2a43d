import type { ProxyProperties } from "../bundle/program.ts";
import { isHopByHop } from "../egress/hop-by-hop.ts";
import { Body } from "../flow/body.ts";
import type { Exchange } from "../flow/context.ts";
import { type Fault, faultType } from "../flow/fault.ts";
import { RequestMessage } from "../flow/message.ts";
import { readWithin } from "./read-within.ts";

/** How long a client may take to send a body that a policy reads, in milliseconds. */
const READ_TIMEOUT_MS = 55_000;

/** The client's request as the flow sees it, body unread. */
export class ClientRequest extends RequestMessage {
  /** What the platform received. */
  readonly received: Request;
  /** Whether some of the headers that came concern only the client's connection. */
  readonly hasHopByHop: boolean;
  readonly #exchange: Exchange;

  constructor(received: Request, url: URL, properties: ProxyProperties, exchange: Exchange) {
    super({
      verb: received.method,
      path: url.pathname,
      query: url.search.slice(1),
      origin: received,
    });
    this.received = received;
    this.#exchange = exchange;
    applyProperties(this, properties);
    this.hasHopByHop = readHeaderNames(this);
  }

  /** Faults: those of {@link RequestMessage}; `…RequestTimeOut` also when the client takes too long. */
  override buffer(): Promise<void> | undefined {
    const reading = super.buffer();
    return reading && readWithin(READ_TIMEOUT_MS, reading, this.#exchange, timedOut);
  }
}

export const requestTimeOut = faultType(
  "messaging.adaptors.http.flow.RequestTimeOut",
  408,
  () => "Request timed out",
);

const timedOut = (cause: unknown): Fault => requestTimeOut().causedBy(cause);

/** What the properties of the proxy endpoint that is called say of its requests. */
export function applyProperties(request: RequestMessage, properties: ProxyProperties): void {
  if (properties.requestStreaming) request.body = new Body(request.body.source, true);
  request.bodyLimit = properties.requestBodyLimit;
  request.ignoreContentTypeCharset = properties.ignoreContentTypeCharset;
}

/**
 * Goes through the names of the headers once: removes a client's `X-Apigee-*` (Apigee: "Flow variables
 * reference") and says whether there are any that must not go on to the target.
 */
function readHeaderNames(request: RequestMessage): boolean {
  const { headers } = request;
  let hasHopByHop = false;
  for (const name of headers.keys()) {
    if (name.startsWith("x-apigee-")) request.ownHeaders.delete(name);
    else hasHopByHop ||= isHopByHop(name, headers);
  }
  return hasHopByHop;
}
