import { createHash } from "node:crypto";
import { RecentlyUsed } from "../recently-used.ts";
import type { StoreContext } from "../store-context.ts";
import { type Count, type CountRule, count } from "./count.ts";
import {
  CounterError,
  type CounterName,
  type Counters,
  type CountingWay,
  type Spacing,
  type Telling,
} from "./counters.ts";
import { LaterCounter } from "./later-counter.ts";
import { countingEntries, type Entry, type Window, withoutWeight } from "./window.ts";

/** What an isolate keeps: counters that were used longest ago are forgotten first. Bytes. */
const KEPT_BYTES = 8 * 1024 * 1024;

/** What a counter takes beside its name, and each entry of it. Bytes. */
const COUNTER_BYTES = 300;
const ENTRY_BYTES = 50;

/** Characters. */
const LONGEST_ID = 1000;

/** How long a counter that all isolates share may take to answer. Milliseconds. */
const TIMEOUT_MS = 5_000;

/** A counter that all isolates share. */
export interface SharedCounter {
  count(rule: CountRule): Promise<Count>;
  /** Adds what an isolate has counted, and resolves with all that counts. */
  add(window: Window, entries: readonly Entry[]): Promise<readonly Entry[]>;
  /** Takes some of what was counted back, and resolves with all that counts. */
  giveBack(window: Window, weight: number): Promise<readonly Entry[]>;
}

/** What the counters work with. */
export interface CounterServices {
  /** The shared counter of an id that may be logged; throws where there are none. */
  readonly shared: (id: string) => SharedCounter;
  /** Takes one structured line. */
  readonly log: (line: Record<string, unknown>) => void;
  /** Runs an action after milliseconds. */
  readonly after: (ms: number, action: () => void) => void;
}

/** A counter in the isolate. */
interface OwnCounter {
  entries: readonly Entry[];
  /** When the next message may pass: epoch milliseconds, and so many parts of one more. Exact, as fractions are not. */
  passesAt: number;
  parts: number;
  /** How many parts a millisecond has: the messages of a period. */
  partsOf: number;
}

/** The counters of an environment: those of this isolate in its memory, and behind them those that all isolates share. */
export class EnvironmentCounters implements Counters {
  readonly #environment: string;
  readonly #services: CounterServices;
  readonly #own = new RecentlyUsed<OwnCounter>(KEPT_BYTES, ({ entries }, id) => bytesOf(entries.length, id));
  readonly #later = new RecentlyUsed<LaterCounter>(
    KEPT_BYTES,
    ({ size }, id) => bytesOf(size, id),
    (counter) => this.#forgotten.push(counter),
  );
  /** Counters that have made room, and may have something to tell yet. */
  readonly #forgotten: LaterCounter[] = [];

  constructor(environment: string, services: CounterServices) {
    this.#environment = environment;
    this.#services = services;
  }

  passesHere(name: CounterName, { messages, periodMs, weight }: Spacing, context: StoreContext): boolean {
    if (weight === 0) return true;
    if (weight > messages) return false;
    const counter = this.#counter(name);
    const now = context.now();
    // The clock shows whole milliseconds: what may pass in the course of one may pass at its beginning.
    if (counter.passesAt > now) return false;
    const begun = counter.passesAt < now ? 0 : Math.ceil((counter.parts * messages) / counter.partsOf);
    const parts = begun + weight * periodMs;
    counter.passesAt = now + Math.floor(parts / messages);
    counter.parts = parts % messages;
    counter.partsOf = messages;
    return true;
  }

  countHere(name: CounterName, rule: CountRule, context: StoreContext): Count {
    const counter = this.#counter(name);
    const counted = count(counter.entries, rule, context.now());
    const hasGrown = counted.entries.length > counter.entries.length;
    counter.entries = counted.entries;
    if (hasGrown) this.#own.set(idOf(name), counter);
    return counted;
  }

  countLater(name: CounterName, rule: CountRule, telling: Telling, context: StoreContext): Count {
    const id = idOf(name);
    const counter = this.#later.get(id) ?? this.#newLater(name);
    try {
      return counter.count(rule, telling, context);
    } finally {
      // What it takes is looked at when it is put there.
      this.#later.set(id, counter);
      for (const forgotten of this.#forgotten.splice(0)) forgotten.tellRest(context);
    }
  }

  countTogether(name: CounterName, rule: CountRule, context: StoreContext): Promise<Count> {
    return this.#ask(name, context, (shared) => shared.count(rule));
  }

  async giveBack(
    way: CountingWay,
    name: CounterName,
    window: Window,
    weight: number,
    context: StoreContext,
  ): Promise<void> {
    if (way === "here") {
      const counter = this.#counter(name);
      counter.entries = withoutWeight(countingEntries(counter.entries, window, context.now()), weight);
      return;
    }
    const entries = await this.#ask(name, context, (shared) => shared.giveBack(window, weight));
    if (way === "later") this.#later.get(idOf(name))?.hear(entries);
  }

  async #ask<T>(
    name: CounterName,
    context: StoreContext,
    ask: (shared: SharedCounter) => Promise<T>,
  ): Promise<T> {
    try {
      const shared = this.#services.shared(JSON.stringify([this.#environment, digest(idOf(name))]));
      return await context.within(TIMEOUT_MS, ask(shared));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      // Whose messages it counts is not for the log.
      const { kind, proxy, name: policy } = name;
      this.#services.log({ level: "error", event: "counter.unavailable", kind, proxy, policy, reason });
      throw new CounterError(reason, error);
    }
  }

  #newLater(name: CounterName): LaterCounter {
    return new LaterCounter(
      (window, entries, by) => this.#ask(name, by, (shared) => shared.add(window, entries)),
      this.#services.after,
    );
  }

  #counter(name: CounterName): OwnCounter {
    const id = idOf(name);
    const known = this.#own.get(id);
    if (known) return known;
    const counter = { entries: [], passesAt: 0, parts: 0, partsOf: 1 };
    this.#own.set(id, counter);
    return counter;
  }
}

function bytesOf(entries: number, id: string): number {
  return COUNTER_BYTES + 2 * id.length + ENTRY_BYTES * entries;
}

/** What tells counters apart: a long one by its digest, since one that takes all the memory would never be kept, nor count. */
function idOf({ kind, proxy, sharedFlow, name, identifier, group }: CounterName): string {
  const id = JSON.stringify([kind, proxy, sharedFlow, name, identifier, group]);
  return id.length > LONGEST_ID ? digest(id) : id;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
