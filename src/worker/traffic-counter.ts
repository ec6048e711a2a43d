import { DurableObject } from "cloudflare:workers";
import type { Count, CountRule } from "../stores/counters/count.ts";
import type { SharedCounter } from "../stores/counters/environment-counters.ts";
import type { StoredCounter } from "../stores/counters/stored-counter.ts";
import type { Entry, Window } from "../stores/counters/window.ts";
import type { WorkerEnv } from "./worker-env.ts";

/** One counter of Quota and SpikeArrest policies: a Durable Object for each, so that all isolates count alike. */
export class TrafficCounter extends DurableObject<WorkerEnv> {
  #counter: StoredCounter | null = null;

  async count(rule: CountRule): Promise<Count> {
    return (await this.#read()).count(rule, Date.now());
  }

  async add(window: Window, entries: readonly Entry[]): Promise<readonly Entry[]> {
    return (await this.#read()).add(window, entries, Date.now());
  }

  async giveBack(window: Window, weight: number): Promise<readonly Entry[]> {
    return (await this.#read()).giveBack(window, weight, Date.now());
  }

  /** It may have expired. */
  override async alarm(): Promise<void> {
    await (await this.#read()).expire(Date.now());
  }

  /** Loaded here: a Worker that starts reads nothing of it. */
  async #read(): Promise<StoredCounter> {
    if (this.#counter !== null) return this.#counter;
    const { StoredCounter } = await import("../stores/counters/stored-counter.ts");
    this.#counter ??= new StoredCounter(this.ctx.storage);
    return this.#counter;
  }
}

/** The counters that all isolates share. */
export function sharedCounter({ TRAFFIC_COUNTERS }: WorkerEnv): (id: string) => SharedCounter {
  const namespace: typeof TRAFFIC_COUNTERS | undefined = TRAFFIC_COUNTERS;
  return (id) => {
    if (namespace) return namespace.getByName(id);
    throw new Error(
      "The Worker has no TRAFFIC_COUNTERS. Add the Durable Object TrafficCounter to wrangler.toml.",
    );
  };
}
