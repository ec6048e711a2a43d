import type { Audit } from "./audit/audit.ts";
import { type Connection, type Delivery, noHeaders, type OutboundCall, type TimeLimit } from "./call.ts";
import type { EgressPolicy, Refusal } from "./egress-policy.ts";
import { EgressError } from "./error.ts";
import { defaultPorts } from "./rule.ts";

export interface EgressOptions {
  readonly policy: EgressPolicy;
  /** Where calls go that no other connection serves. */
  readonly internet: Connection;
  /** Connections of their own for some hosts, by `host:port` with the port always there. */
  readonly connections: ReadonlyMap<string, Connection>;
  /** Takes one structured line. */
  readonly log: (line: Record<string, unknown>) => void;
  /** Records each call. */
  readonly audit: Pick<Audit, "recorder">;
}

/**
 * Stands for all GET requests without headers: the platform copies a request of its own, but asks an object for each of
 * a dozen properties.
 */
const bareGet = new Request("http://bare.invalid/", { redirect: "manual" });

const TRACE = "TRACE";

/** The one door through which an environment calls out. */
export class Egress {
  readonly #options: EgressOptions;

  constructor(options: EgressOptions) {
    this.#options = options;
  }

  /**
   * Sends a call and resolves with the answer, whatever its status; redirects are answers. Its body is not
   * read yet: who reads it holds that to the remaining time and passes a failure through {@link bodyFailure}.
   *
   * Rejects with {@link EgressError}. A call that took too long is cancelled when it has a signal. Any other goes on
   * in the background until the client request ends, and its late answer is let go.
   *
   * @param recorded holds the call to its time while it is recorded; another limit than `limit` where the
   *   caller keeps the time itself and turns away, because the record must be written all the same. Takes note of
   *   a failure.
   */
  send(call: OutboundCall, limit: TimeLimit, recorded = limit): Promise<Response> {
    const { recorder } = this.#options.audit;
    if (recorder === null) return this.#send(call, limit, recorded);
    // The record keeps the request alive, and the end of the request would not end the call.
    const ended = call.outlivesClient ? call : endedWith(call, recorded.clientLeft);
    return recorder.record(ended, (counted) => this.#send(counted, recorded, recorded));
  }

  /**
   * Sends bytes over a TCP connection of their own, to where a URL of that host and port could be called: one of https
   * over TLS, and of http without. Rejects with {@link EgressError}.
   */
  async deliver(delivery: Delivery, limit: TimeLimit): Promise<void> {
    const { host, port, isSecure, bytes, by } = delivery;
    const url = `${isSecure ? "https" : "http"}://${host}:${port}`;
    const end = this.#options.audit.recorder?.begin({ method: "CONNECT", host, port, by });
    try {
      this.#check({ url, by });
      const connection = this.#connectionTo(url);
      if (!connection.deliver) throw carriesHttpOnly(host, port);
      await connection.deliver(delivery, limit);
      end?.({ status: null, error: null, bytesSent: bytes.byteLength, bytesReceived: 0 });
    } catch (error) {
      const failure = explain(error, url);
      end?.({ status: null, error: failure, bytesSent: null, bytesReceived: null });
      throw failure;
    }
  }

  /**
   * Whether a server that could not be reached speaks HTTP/2 without TLS, which Workers do not. Asks it, if its URL
   * may be called.
   */
  async speaksHttp2(url: string, limit: TimeLimit): Promise<boolean> {
    const { protocol, hostname, port } = new URL(url);
    if (protocol !== "http:" || this.#options.policy.check(url) !== null) return false;
    const address = `${hostname}:${port || defaultPorts[protocol]}`;
    return (await this.#connectionTo(url).speaksHttp2?.(address, limit)) ?? false;
  }

  /** Takes one structured line. */
  log(line: Record<string, unknown>): void {
    this.#options.log(line);
  }

  #send(call: OutboundCall, limit: TimeLimit, watch: TimeLimit): Promise<Response> {
    let answer: Promise<Response> | undefined;
    const fail = (error: unknown): Promise<never> => {
      answer?.then(letGo, () => {});
      return Promise.reject(this.#failure(call, error, watch));
    };
    try {
      this.#check(call);
      answer = this.#fetch(call);
      return limit.within(call.timeoutMs, answer).catch(fail);
    } catch (error) {
      return fail(error);
    }
  }

  #failure(call: OutboundCall, error: unknown, watch: TimeLimit): EgressError {
    const { url, by } = call;
    call.cancel?.();
    const failure = explain(error, url);
    failure.by = nameOf(by);
    failure.host = URL.parse(url)?.host ?? null;
    if (failure.kind === "invalid") {
      const { host, message: reason } = failure;
      const line = { level: "error", event: "egress.invalid", ...told(by) };
      this.#options.log({ ...line, host, reason });
    }
    watch.callFailed?.(failure);
    return failure;
  }

  #fetch(call: OutboundCall): Promise<Response> {
    const { url, method, headers, body, signal } = call;
    const connection = call.through ?? this.#connectionTo(url);
    if (headers === noHeaders && method === "GET" && body === null && !signal) {
      return connection.fetch(url, bareGet);
    }
    const ends = signal && { signal };
    const init =
      body instanceof Request
        ? new Request(new Request(url, body), { headers, redirect: "manual", ...ends })
        : ({
            method,
            headers,
            body: bodyOf(method, body, nameOf(call.by)),
            redirect: "manual",
            ...ends,
          } as const);
    return connection.fetch(url, init);
  }

  #check({ url, unset, by, method }: Pick<OutboundCall, "url" | "unset" | "by"> & { method?: string }): void {
    const { policy, log } = this.#options;
    // Its answer repeats the request, with the credentials that the gateway has put into it. RFC 9110, 9.3.8.
    if (method?.length === TRACE.length && method.toUpperCase() === TRACE) {
      throw new EgressError("invalid", "The method TRACE is not sent: its answer would repeat credentials.");
    }
    const refused = policy.check(url);
    if (refused === null) return;
    const refusal = unset ? withUnset(refused, unset()) : refused;
    log({ level: "error", event: "egress.refused", ...told(by), ...refusal });
    throw new EgressError("refused", `The egress policy refused the call: ${refusal.reason}.`);
  }

  #connectionTo(url: string): Connection {
    const { connections, internet } = this.#options;
    if (connections.size === 0) return internet;
    const { protocol, hostname, port } = new URL(url);
    return connections.get(`${hostname}:${port || defaultPorts[protocol]}`) ?? internet;
  }
}

/** What a failure while an answer's body was read means; an {@link EgressError} stays what it is. */
export function bodyFailure(error: unknown): EgressError {
  if (error instanceof EgressError) return error;
  return new EgressError("closed", "The connection ended before the whole answer had arrived.", error);
}

/** Whether Workers send a request of this method only without a body, or with that of a request they received. */
export function isBodiless(method: string): boolean {
  return method === "GET" || method === "HEAD" || /^(?:get|head)$/i.test(method);
}

/** Whether a request that was received can stand for its body with this method: Workers send it with its length only. */
export function carriesBody(received: Request | null, method: string): received is Request {
  return received?.method === method.toUpperCase() && received.headers.has("content-length");
}

/** The body to send. An empty one is none where HTTP gives bodies no meaning. */
function bodyOf(method: string, body: BodyInit | null, by: string): BodyInit | null {
  if (body === null || !isBodiless(method)) return body;
  if (body === "" || (body instanceof Uint8Array && body.length === 0)) return null;
  throw new EgressError("invalid", `${by} sends a body with ${method}, which Workers cannot send.`);
}

/** Names the variables for want of which the URL is what the refusal says. */
function withUnset(refusal: Refusal, variables: readonly string[]): Refusal {
  if (variables.length === 0) return refusal;
  const names = variables.join(" and ");
  const those =
    variables.length === 1 ? `variable ${names} in the URL has` : `variables ${names} in the URL have`;
  const remedy = `Give ${names} a value before the call.`;
  return {
    ...refusal,
    reason: `the ${those} no value, and ${refusal.reason}`,
    // What would make a URL of the rest is nothing that anybody meant.
    remedy: refusal.rule === null ? remedy : `${remedy} Or, if that is meant to be empty: ${refusal.remedy}`,
  };
}

function nameOf(by: OutboundCall["by"]): string {
  return typeof by === "string" ? by : by.name;
}

/** Who called, as log lines tell it. */
function told(by: OutboundCall["by"]): { by: string; proxy?: string } {
  return typeof by === "string" || by.proxy === null ? { by: nameOf(by) } : { by: by.name, proxy: by.proxy };
}

function carriesHttpOnly(host: string, port: number): EgressError {
  return new EgressError("invalid", `${host}:${port} is reached by a connection that carries HTTP only.`);
}

function endedWith(call: OutboundCall, clientLeft: AbortSignal | undefined): OutboundCall {
  if (!clientLeft) return call;
  // By itself, the signal of a request that came in does not end a call.
  return { ...call, signal: AbortSignal.any(call.signal ? [call.signal, clientLeft] : [clientLeft]) };
}

function letGo(response: Response): void {
  response.body?.cancel().catch(() => {});
}

/**
 * The kind of a failed fetch. workerd throws a TypeError for what it cannot send, "Network connection lost"
 * for a connection that was refused or ended, and "internal error" with no more than a reference for
 * everything else: a certificate or TLS version it does not accept, or a name that does not resolve.
 */
function explain(error: unknown, url: string): EgressError {
  if (error instanceof EgressError) return error;
  const { host, protocol } = new URL(url);
  if (error instanceof DOMException && error.name === "AbortError") {
    return new EgressError("closed", `The call to ${host} was given up.`, error);
  }
  if (error instanceof TypeError) {
    return new EgressError("invalid", `The call to ${host} cannot be sent: ${error.message}`, error);
  }
  if (protocol === "https:" && error instanceof Error && error.message.startsWith("internal error")) {
    const message = `No TLS connection to ${host}: its certificate is not valid, or its name does not resolve.`;
    return new EgressError("tls", message, error);
  }
  return new EgressError("unreachable", `${host} is not reachable.`, error);
}
