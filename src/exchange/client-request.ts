import type { ProxyProperties } from "../connections/proxy-properties.ts";
import { isBodiless } from "../egress/egress.ts";
import { isHopByHop } from "../egress/hop-by-hop.ts";
import { Body } from "../flow/body.ts";
import type { Exchange } from "../flow/context.ts";
import { type Fault, faultType } from "../flow/fault.ts";
import { RequestMessage } from "../flow/message.ts";
import { TOKEN_CHARACTER } from "../text/token.ts";
import type { Address } from "./address.ts";
import { readWithin } from "./read-within.ts";

/** How long a client may take to send a body that a policy reads, in milliseconds. */
export const READ_TIMEOUT_MS = 55_000;

/** The client's request as the flow sees it, body unread. */
export class ClientRequest extends RequestMessage {
  /** What the platform received. */
  readonly received: Request;
  /** The client's own, whatever the flow makes of it. */
  readonly method: string;
  /** Whether some of the headers that came concern only the client's connection. */
  readonly hasHopByHop: boolean;
  readonly #exchange: Exchange;

  constructor(received: Request, address: Address, properties: ProxyProperties, exchange: Exchange) {
    const { method } = received;
    super({ verb: method, path: address.pathname, query: queryOf(address.text), origin: received });
    this.received = received;
    this.method = method;
    this.#exchange = exchange;
    if (isBodiless(method)) {
      const { body } = received;
      this.body = new Body(body, false, "utf-8", body && received);
    }
    applyProperties(this, properties);
    this.hasHopByHop = readHeaderNames(this);
  }

  /** Faults: those of {@link RequestMessage}; `…RequestTimeOut` also when the client takes too long. */
  override buffer(): Promise<void> | undefined {
    const reading = super.buffer();
    return reading && readWithin(READ_TIMEOUT_MS, reading, this.#exchange, timedOut);
  }
}

const requestTimeOut = faultType(
  "messaging.adaptors.http.flow.RequestTimeOut",
  408,
  () => "Request timed out",
);

/** The fault of a client that takes too long. */
export const timedOut = (cause: unknown): Fault => requestTimeOut().causedBy(cause);

/** What the properties of the proxy endpoint that is called say of its requests. */
export function applyProperties(request: RequestMessage, properties: ProxyProperties): void {
  if (properties.requestStreaming) request.body = request.body.copy(true);
  request.bodyLimit = properties.requestBodyLimit;
  request.ignoreContentTypeCharset = properties.ignoreContentTypeCharset;
}

/** As it came: the platform's parser would encode some of it. */
function queryOf(url: string): string {
  const question = url.indexOf("?");
  return question === -1 ? "" : url.slice(question + 1);
}

/**
 * Goes through the names of the headers once: removes a client's `X-Apigee-*` (Apigee: "Flow variables
 * reference"), puts cookies of several lines together, and says whether there are any that must not go on to the
 * target.
 */
function readHeaderNames(request: RequestMessage): boolean {
  const { headers } = request;
  let hasHopByHop = false;
  for (const name of headers.keys()) {
    // To compare a name with others, V8 first looks it up among all names that it knows; most need not be compared.
    const first = name.charCodeAt(0);
    if (first === X) {
      if (name.startsWith("x-apigee-")) request.ownHeaders.delete(name);
    } else if (first === C && name.startsWith("cookie") && name.length === "cookie".length)
      joinCookies(request);
    else hasHopByHop ||= isHopByHop(name, headers);
  }
  return hasHopByHop;
}

const X = "x".charCodeAt(0);
const C = "c".charCodeAt(0);

/**
 * The platform joins several Cookie lines with a comma, which means nothing in cookies (RFC 6265); what comes between
 * two of them is a semicolon (RFC 9113).
 */
function joinCookies(request: RequestMessage): void {
  const cookies = request.headers.get("cookie") ?? "";
  if (cookies.includes(", ")) request.ownHeaders.set("cookie", cookies.replace(NEXT_COOKIE, "; "));
}

/** What stands before the name of a cookie. */
const NEXT_COOKIE = new RegExp(`, (?=${TOKEN_CHARACTER}+=)`, "g");
