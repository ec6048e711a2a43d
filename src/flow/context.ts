import type { Value } from "../expression/value.ts";
import type { Fault } from "./fault.ts";
import type { RequestMessage, ResponseMessage } from "./message.ts";
import type { PropertySets } from "./property-sets.ts";

/** The deployed proxy endpoint that an exchange runs in. Fixed when the proxy is loaded. */
export interface ProxyIdentity {
  readonly organization: string;
  readonly environment: string;
  readonly proxy: string;
  readonly revision: string;
  readonly endpoint: string;
  /** As configured, wildcards included. */
  readonly basePath: string;
  /** The property sets of the proxy and of the environment; those of the proxy win. */
  readonly propertySets: PropertySets;
  /** The property sets of the shared flows that it runs, by shared flow. */
  readonly sharedFlowPropertySets: ReadonlyMap<string, PropertySets>;
}

/** Who sent the request, as far as the platform tells. `port` is null where it does not. */
export interface Client {
  readonly ip: string;
  readonly host: string;
  readonly port: number | null;
  readonly scheme: "http" | "https";
  readonly country: string | null;
}

/** Keeps a Worker alive until the work has ended, also after the answer: a Worker's `ctx`. */
export interface Lifetime {
  waitUntil(work: Promise<unknown>): void;
}

/** Takes note of what goes wrong in an exchange. */
export interface ExchangeWatch {
  /** A fault that ends a flow, or that continueOnError lets pass. */
  fault(fault: Fault): void;
}

/**
 * What one request from outside gives to everything that runs for it: the time, the timer, the id, and a way to go on after
 * the answer. Proxies that call each other share it, one level deeper.
 */
export interface Exchange extends Lifetime {
  /** The variable `messageid`. */
  readonly id: string;
  /** How many proxies deep this exchange is: 0 for the client's own request. */
  readonly depth: number;
  readonly client: Client;
  /** The request as it came from outside, whatever flows have made of theirs. */
  readonly received: Request;
  /** Epoch milliseconds when the request arrived. */
  readonly receivedAt: number;
  /** Aborted when a proxy that called this one has given the call up; null where none waits, or none goes on. */
  readonly givenUp: AbortSignal | null;
  /** Null when nobody takes note, as in a deployed gateway. */
  readonly watch: ExchangeWatch | null;
  /** Epoch milliseconds now. */
  now(): number;
  uuid(): string;
  /** Settles like `work`, or rejects when it takes longer than `ms`. One timer serves a whole exchange. */
  within<T>(ms: number, work: Promise<T>): Promise<T>;
}

/** The target endpoint that a route chose, and what flows may change about the call. */
export interface Target {
  readonly name: string;
  /** The URL as configured or as a flow set it, without path suffix and query. Null with a load balancer. */
  url: string | null;
  copyPathSuffix: boolean;
  copyQueryParams: boolean;
  /** The complete URL that was called; null before the call. */
  evaluatedUrl: string | null;
  sentAt: { start: number; end: number } | null;
  receivedAt: { start: number; end: number } | null;
}

/** Names a value that its owner keeps in a flow, between its steps. Each key is another one, whatever its type. */
export class StateKey<T> {
  declare readonly type: T;
}

/** What the load balancer of the last target call reports. */
export interface LoadBalancing {
  readonly targetServer: string | null;
  readonly failedServers: readonly string[];
  readonly isFallback: boolean;
}

export const loadBalancing = new StateKey<LoadBalancing>();

/** Which endpoint's flows an exchange is in. */
export type Part = "proxy" | "target";

/** Where in the flow an exchange is: which message is the ambient one, and what `current.flow.name` says. */
export type Direction = "request" | "response";

/**
 * The state of one exchange in one proxy: its messages, variables and position. Steps read and change it;
 * the runner in `exchange/` owns its progress.
 */
export class FlowContext {
  readonly identity: ProxyIdentity;
  readonly exchange: Exchange;
  /** The client's path after the base path, without query; `""` when nothing follows. */
  readonly pathSuffix: string;
  /** The complete URL that the client asked for. */
  readonly url: string;
  request: RequestMessage;
  response: ResponseMessage | null = null;
  /** The pending error message, from the moment the error state is entered. */
  error: ResponseMessage | null = null;
  fault: Fault | null = null;
  /** Set when a fault happened, also when `continueOnError` let the flow go on. */
  lastFault: Fault | null = null;
  part: Part = "proxy";
  direction: Direction = "request";
  flowName = "";
  flowDescription = "";
  sharedFlow: string | null = null;
  flowHook: string | null = null;
  route: { readonly name: string; readonly target: string } | null = null;
  target: Target | null = null;
  clientSentAt: { start: number; end: number } | null = null;
  /** Epoch milliseconds after which no further step may run; see {@link checkTime}. */
  endsAt = Number.POSITIVE_INFINITY;
  /** Variables that policies set, and named messages among them. */
  readonly variables = new Map<string, Value>();
  #state: Map<StateKey<unknown>, unknown> | undefined;

  constructor(
    identity: ProxyIdentity,
    exchange: Exchange,
    request: RequestMessage,
    place: { pathSuffix: string; url: string },
  ) {
    this.identity = identity;
    this.exchange = exchange;
    this.request = request;
    this.pathSuffix = place.pathSuffix;
    this.url = place.url;
  }

  /** What a part of the gateway keeps here for the time of the exchange; null when it has kept nothing. */
  kept<T>(key: StateKey<T>): T | null {
    return (this.#state?.get(key) as T | undefined) ?? null;
  }

  keep<T>(key: StateKey<T>, value: T): void {
    this.#state ??= new Map();
    this.#state.set(key, value);
  }

  /** The ambient message: request, response or error, by where the flow is. */
  get message(): RequestMessage | ResponseMessage {
    if (this.error) return this.error;
    return this.direction === "response" && this.response ? this.response : this.request;
  }
}

/** A step of a flow. It returns a promise only when it has to wait. Throws {@link Fault}. */
export type Step = (flow: FlowContext) => void | Promise<void>;
