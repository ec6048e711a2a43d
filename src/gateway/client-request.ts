import type { ProxyProperties } from "../bundle/program.ts";
import { Body } from "../flow/body.ts";
import type { Exchange } from "../flow/context.ts";
import { Fault } from "../flow/fault.ts";
import { RequestMessage } from "../flow/message.ts";
import { readWithin } from "./read-within.ts";

/** How long a client may take to send a body that a policy reads, in milliseconds. */
const READ_TIMEOUT_MS = 55_000;

/** The client's request as the flow sees it, body unread. */
export class ClientRequest extends RequestMessage {
  /** What the platform received. */
  readonly received: Request;
  readonly #exchange: Exchange;

  constructor(received: Request, url: URL, properties: ProxyProperties, exchange: Exchange) {
    super({
      verb: received.method,
      path: url.pathname,
      query: url.search.slice(1),
      headers: received.headers,
      body: received.body,
    });
    this.received = received;
    this.#exchange = exchange;
    applyProperties(this, properties);
    removeReservedHeaders(this);
  }

  /** Faults: those of {@link RequestMessage}; `…RequestTimeOut` also when the client takes too long. */
  override buffer(): Promise<void> | undefined {
    const reading = super.buffer();
    return reading && readWithin(READ_TIMEOUT_MS, reading, this.#exchange, timedOut);
  }
}

function timedOut(cause: unknown): Fault {
  return new Fault("messaging.adaptors.http.flow.RequestTimeOut", "Request timed out", { cause });
}

/** What the properties of the proxy endpoint that is called say of its requests. */
export function applyProperties(request: RequestMessage, properties: ProxyProperties): void {
  if (properties.requestStreaming) request.body = new Body(request.body.source, true);
  request.bodyLimit = properties.requestBodyLimit;
  request.ignoreContentTypeCharset = properties.ignoreContentTypeCharset;
}

/** Apigee: "Flow variables reference": a client's `X-Apigee-*` headers never reach a flow. */
function removeReservedHeaders(message: RequestMessage): void {
  for (const name of message.headers.keys()) {
    if (name.startsWith("x-apigee-")) message.ownHeaders.delete(name);
  }
}
