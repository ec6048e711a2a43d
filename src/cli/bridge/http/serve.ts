import type { IncomingMessage, ServerResponse } from "node:http";
import { BRIDGE_HEADER, BRIDGE_PATH, CALL_HEADER, type SignedCall } from "../../../egress/bridge/protocol.ts";
import { METHODS } from "../../../egress/methods.ts";
import type { Admission } from "./admission.ts";
import type { Connections } from "./destination.ts";
import { type CallLimits, forward, type Traffic } from "./forward.ts";
import { Refusal } from "./refusal.ts";

export interface Service {
  readonly admission: Admission;
  /** By origin. */
  readonly destinations: ReadonlyMap<string, Connections>;
  readonly limits: CallLimits & { readonly callsAtOnce: number };
  /** Takes a line for each call of a gateway. */
  readonly log: (line: Record<string, unknown>) => void;
}

const HEALTH_PATH = "/_sortie/health";

/** How long the body of a call that is refused may still come. Milliseconds. */
const LINGER_MS = 2000;

/** Answers calls that a gateway has signed with what the systems say that they are for. */
export function serveHttp(service: Service) {
  const { admission, destinations, limits, log } = service;
  let underWay = 0;

  async function carry(request: IncomingMessage, response: ServerResponse, line: CallLine): Promise<number> {
    checkEnvelope(request);
    const header = request.headers[CALL_HEADER];
    const call = await admission.admit(typeof header === "string" ? header : undefined);
    line.call = call;
    const connections = destinations.get(originOf(call));
    if (!connections) throw notNamed(call);
    // Only calls of gateways count: nobody else can keep them out.
    if (underWay >= limits.callsAtOnce) throw new Refusal("busy", `${underWay} calls are under way.`);
    underWay++;
    try {
      return await forward(call, request, response, connections, limits, line.traffic);
    } finally {
      underWay--;
    }
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url === HEALTH_PATH && request.method === "GET") return health(response);
    const line = new CallLine();
    try {
      line.status = await carry(request, response, line);
    } catch (error) {
      line.error = error;
      refuse(request, response, error, line.call !== null);
    }
    log(line.text());
  };
}

function checkEnvelope(request: IncomingMessage): void {
  const { url, method, headers, httpVersion } = request;
  if (url !== BRIDGE_PATH) throw new Refusal("malformed", "Nothing is here.");
  if (method !== "POST" && method !== "HEAD")
    throw new Refusal("malformed", "A call is a POST or a HEAD request.");
  const odd = ["upgrade", "trailer", "expect"].find((name) => headers[name] !== undefined);
  if (odd !== undefined) throw new Refusal("malformed", `A call has no header ${odd}.`);
  if (httpVersion !== "1.1") throw new Refusal("malformed", "A call is HTTP/1.1.");
}

/** The origin of a URL that is written as it is understood; refused otherwise, so that it is understood but once. */
function originOf({ url, method }: SignedCall): string {
  const parsed = URL.parse(url);
  const isPlain = parsed?.href === url && parsed.username === "" && parsed.password === "";
  if (!isPlain || !METHODS.has(method)) {
    throw new Refusal("malformed", "The URL or the method of the call cannot be sent.");
  }
  return parsed.origin;
}

function notNamed(call: SignedCall): Refusal {
  const { host } = new URL(call.url);
  return new Refusal("destination", `This bridge does not call ${host}: its file names no such destination.`);
}

/** Anybody may ask, and keeps no connection by it: gateways need them. */
function health(response: ServerResponse): void {
  response.shouldKeepAlive = false;
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ status: "ok" }));
}

/** @param isKnown whether a gateway calls: the connections of anybody else end, whatever they go on to send */
function refuse(request: IncomingMessage, response: ServerResponse, error: unknown, isKnown: boolean): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const refusal =
    error instanceof Refusal ? error : new Refusal("answer", "The bridge failed; its log says why.");
  if (!isKnown) response.shouldKeepAlive = false;
  // Ended at once, the connection could take the answer along; what is sent for longer is not waited for.
  else if (!request.complete) setTimeout(() => request.complete || request.destroy(), LINGER_MS).unref();
  response.writeHead(refusal.status, {
    [BRIDGE_HEADER]: refusal.refusal,
    "content-type": "text/plain; charset=utf-8",
  });
  response.end(`${refusal.message}\n`);
}

/** What the log says of a call: never a path, query, header or body. */
class CallLine {
  call: SignedCall | null = null;
  status: number | null = null;
  error: unknown = null;
  readonly traffic: Traffic = { sent: 0, received: 0 };
  readonly #begin = performance.now();

  text(): Record<string, unknown> {
    const { call, status, error, traffic } = this;
    return {
      time: new Date().toISOString(),
      event: "bridge.call",
      environment: call?.environment ?? null,
      source: call?.source ?? null,
      method: call?.method ?? null,
      host: call && (URL.parse(call.url)?.host ?? null),
      status,
      refusal: error instanceof Refusal ? error.refusal : error === null ? null : "failed",
      ...(error !== null && { reason: reasonOf(error) }),
      durationMs: Math.round(performance.now() - this.#begin),
      bytesSent: traffic.sent,
      bytesReceived: traffic.received,
    };
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Refusal) return `${error.message} ${error.detail}`.trim();
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
