import { type Clock, systemClock } from "../egress/deadline.ts";
import type { Environment, Serving } from "../environment/environment.ts";
import { FlowContext, type Lifetime } from "../flow/context.ts";
import { Fault } from "../flow/fault.ts";
import { type Address, invalidPath } from "./address.ts";
import { answerClient } from "./answer.ts";
import { ClientExchange } from "./client-exchange.ts";
import { ClientRequest } from "./client-request.ts";
import type { DevRequests } from "./dev-requests.ts";
import { runExchange } from "./exchange.ts";
import { internalError } from "./internal-error.ts";
import { applicationNotFound } from "./local-call.ts";
import { refuse } from "./refusal.ts";

export interface Health {
  readonly status: "ok" | "nothing deployed";
  readonly environment: string;
  readonly generation: number;
  readonly proxies: readonly string[];
  /** Why nothing is; left out where something is deployed. */
  readonly message?: string;
}

/** What an isolate keeps of KV, beside the environment. */
interface Memory {
  clear(): void;
}

/** Serves one environment: from a client's request to the answer. */
export class Gateway {
  readonly #environment: Environment;
  readonly #memories: readonly Memory[];
  readonly #dev: Pick<DevRequests, "factsOf" | "clientIp"> | null;
  readonly #clock: Clock;

  /**
   * @param memories forget what they have when KV is to be asked again
   * @param dev on a developer's machine
   */
  constructor(
    environment: Environment,
    memories: readonly Memory[],
    dev: Pick<DevRequests, "factsOf" | "clientIp"> | null = null,
    clock: Clock = systemClock,
  ) {
    this.#environment = environment;
    this.#memories = memories;
    this.#dev = dev;
    this.#clock = clock;
  }

  /** What `GET /_sortie/health` says. */
  async health(lifetime: Lifetime): Promise<Health> {
    const snapshot = await this.#environment.current(this.#clock.now(), lifetime);
    const { name: environment, whyNothing: message } = this.#environment;
    if (!snapshot) return { status: "nothing deployed", environment, generation: 0, proxies: [], message };
    const { generation, proxies } = snapshot.document;
    return { status: "ok", environment, generation, proxies: proxies.all.map(({ name }) => name) };
  }

  /** Looks for a newer deployment now, and for secrets and entries when they are needed again. */
  refresh(): Promise<void> {
    for (const memory of this.#memories) memory.clear();
    return this.#environment.refresh(this.#clock.now());
  }

  /** @param address the request's: its path is normalised as it will be sent on */
  async handle(request: Request, address: Address, lifetime: Lifetime): Promise<Response> {
    const facts = this.#dev === null ? null : this.#dev.factsOf(request);
    const exchange = new ClientExchange(request, address, lifetime, this.#clock, facts, this.#dev?.clientIp);
    let serving: Serving | null = null;
    try {
      const found = this.#environment.endpoint(address, exchange.receivedAt, lifetime);
      serving = found instanceof Promise ? await found : found;
      if (!serving) throw applicationNotFound(`host: ${address.host} and url: ${address.pathname}`);
      const { program, pathSuffix, refusesPath } = serving;
      if (refusesPath?.(address.text)) throw invalidPath();
      if (facts !== null) facts.proxy = program.identity.proxy;
      const message = new ClientRequest(request, address, program.properties, exchange);
      const flow = new FlowContext(program.identity, exchange, message, { pathSuffix, url: address.text });
      const answer = await runExchange(program, flow);
      exchange.answered();
      const response = answerClient(answer, message.method, program, flow);
      return response instanceof Promise ? await response : response;
    } catch (thrown) {
      const fault = thrown instanceof Fault ? thrown : internalError(thrown, whereOf(exchange, serving));
      facts?.fault(fault);
      return refuse(fault, request);
    }
  }
}

/** Where a defect showed that no flow was running for. */
function whereOf({ id }: ClientExchange, serving: Serving | null): Parameters<typeof internalError>[1] {
  if (serving === null) return { messageid: id };
  const { proxy, revision } = serving.program.identity;
  return { messageid: id, proxy, revision };
}
