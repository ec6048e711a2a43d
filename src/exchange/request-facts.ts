import { EgressError } from "../egress/error.ts";
import type { ExchangeWatch } from "../flow/context.ts";
import type { Fault } from "../flow/fault.ts";
import { type CallFacts, callFacts, type FaultFacts, faultFacts } from "./fault-facts.ts";

/** What happens to one request, in all proxies that it goes through. */
export class RequestFacts implements ExchangeWatch {
  /** The first proxy; null while none has been found. */
  proxy: string | null = null;
  readonly #faults = new Set<Fault>();
  readonly #failures = new Set<EgressError>();

  /** Those that ended a flow and those that continueOnError let pass, oldest first. */
  get faults(): Omit<FaultFacts, "call">[] {
    return [...this.#faults].map((fault) => {
      const { call, ...facts } = faultFacts(fault);
      return facts;
    });
  }

  /** Calls without an answer, each way in which they failed once, those that a load balancer tried again among them. */
  get calls(): CallFacts[] {
    const told = new Map([...this.#failures].map(callFacts).map((facts) => [JSON.stringify(facts), facts]));
    return [...told.values()];
  }

  fault(fault: Fault): void {
    this.#faults.add(fault);
    if (fault.cause instanceof EgressError) this.#failures.add(fault.cause);
  }

  callFailed(error: unknown): void {
    if (error instanceof EgressError) this.#failures.add(error);
  }
}
