import type { TimeLimit } from "../egress/call.ts";
import { type Clock, Deadlines } from "../egress/deadline.ts";
import type { Client, Exchange, ExchangeWatch, Lifetime } from "../flow/context.ts";
import { Fault } from "../flow/fault.ts";
import type { Address } from "./address.ts";
import { faultFacts } from "./fault-facts.ts";
import type { RequestFacts } from "./request-facts.ts";

/** The exchange that a request from outside starts. */
export class ClientExchange implements Exchange {
  readonly client: Client;
  readonly received: Request;
  readonly receivedAt: number;
  readonly depth = 0;
  readonly givenUp = null;
  readonly #lifetime: Lifetime;
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;
  #id: string | undefined;
  #isAnswered = false;
  readonly watch: RequestFacts | null;

  /**
   * @param watch takes note of what goes wrong
   * @param clientIp the client's address where the platform tells none
   */
  constructor(
    request: Request,
    address: Address,
    lifetime: Lifetime,
    clock: Clock,
    watch: RequestFacts | null = null,
    clientIp = "",
  ) {
    this.client = new RequestClient(request, address, clientIp);
    this.received = request;
    this.receivedAt = clock.now();
    this.#lifetime = lifetime;
    this.#clock = clock;
    this.#deadlines = new Deadlines(clock);
    this.watch = watch;
  }

  get id(): string {
    this.#id ??= crypto.randomUUID();
    return this.#id;
  }

  now(): number {
    return this.#clock.now();
  }

  uuid(): string {
    return crypto.randomUUID();
  }

  /** A failure is logged and changes nothing. */
  waitUntil(work: Promise<unknown>): void {
    this.#lifetime.waitUntil(work.catch((reason) => logBackgroundFailure(this.id, reason)));
  }

  within<T>(ms: number, work: Promise<T>): Promise<T> {
    return this.#deadlines.within(ms, work);
  }

  callFailed(error: unknown): void {
    this.watch?.callFailed(error);
  }

  get clientLeft(): AbortSignal | undefined {
    return this.#isAnswered ? undefined : this.received.signal;
  }

  /** What runs from now on runs without the client. */
  answered(): void {
    this.#isAnswered = true;
  }
}

/** The same exchange seen from a proxy that another proxy called. */
export class LocalExchange implements Exchange {
  readonly client: Client;
  readonly receivedAt: number;
  readonly depth: number;
  readonly givenUp: AbortSignal | null;
  readonly #outer: Exchange & TimeLimit;

  /** @param signal aborted when the caller gives the call up */
  constructor(outer: Exchange & TimeLimit, signal?: AbortSignal) {
    this.#outer = outer;
    this.givenUp = signal ?? outer.givenUp;
    this.client = outer.client;
    this.receivedAt = outer.now();
    this.depth = outer.depth + 1;
  }

  get id(): string {
    return this.#outer.id;
  }

  now(): number {
    return this.#outer.now();
  }

  get received(): Request {
    return this.#outer.received;
  }

  get watch(): ExchangeWatch | null {
    return this.#outer.watch;
  }

  uuid(): string {
    return this.#outer.uuid();
  }

  waitUntil(work: Promise<unknown>): void {
    this.#outer.waitUntil(work);
  }

  within<T>(ms: number, work: Promise<T>): Promise<T> {
    return this.#outer.within(ms, work);
  }

  callFailed(error: unknown): void {
    this.#outer.callFailed?.(error);
  }

  get clientLeft(): AbortSignal | undefined {
    return this.#outer.clientLeft;
  }
}

/** The request that a client sent; null for a client of no request. */
export function requestOf(client: Client): Request | null {
  return client instanceof RequestClient ? client.request : null;
}

/** What Cloudflare says of the client; read only when a variable asks for it. */
class RequestClient implements Client {
  readonly #request: Request;
  readonly #address: Address;
  readonly #otherwise: string;
  #knownSocketAddress: string | undefined;

  constructor(request: Request, address: Address, otherwise: string) {
    this.#request = request;
    this.#address = address;
    this.#otherwise = otherwise;
  }

  get request(): Request {
    return this.#request;
  }

  get ip(): string {
    return this.#request.headers.get("cf-connecting-ip") ?? this.#socketAddress.replace(/:\d+$/, "");
  }

  /** A self-hosted workerd tells the peer's address and port in place of Cloudflare's facts. */
  get #socketAddress(): string {
    if (this.#knownSocketAddress === undefined) {
      // Reading `cf` is dear, and Cloudflare's own holds no address.
      const cf = this.#request.headers.has("cf-connecting-ip") ? null : this.#request.cf;
      const { clientIp } = (cf ?? {}) as { clientIp?: unknown };
      this.#knownSocketAddress = typeof clientIp === "string" ? clientIp : this.#otherwise;
    }
    return this.#knownSocketAddress;
  }

  get host(): string {
    return this.#address.host;
  }

  get port(): number | null {
    const port = /:(\d+)$/.exec(this.#socketAddress)?.[1];
    return port === undefined ? null : Number(port);
  }

  get scheme(): "http" | "https" {
    return this.#address.protocol === "https:" ? "https" : "http";
  }

  get country(): string | null {
    const country = this.#request.cf?.country;
    return typeof country === "string" ? country : null;
  }
}

/** A fault says what happened in its message and, where a call failed, in its cause; anything else is a defect. */
function logBackgroundFailure(messageid: string, reason: unknown): void {
  const line = { level: "warn", event: "background-failure", messageid };
  console.warn(
    JSON.stringify({ ...line, ...(reason instanceof Fault ? told(reason) : { error: stackOf(reason) }) }),
  );
}

function told(fault: Fault) {
  const { message: error, ...facts } = faultFacts(fault);
  return { error, cause: fault.cause instanceof Error ? fault.cause.message : undefined, ...facts };
}

function stackOf(reason: unknown): string {
  return reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
}
