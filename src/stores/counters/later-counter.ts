import type { StoreContext } from "../store-context.ts";
import { type Count, type CountRule, count } from "./count.ts";
import { CounterError, type Telling } from "./counters.ts";
import { countingEntries, type Entry, type Window, withEntry } from "./window.ts";

/** After an answer a Worker has 30 seconds for the rest. Milliseconds. */
const LONGEST_WAIT_MS = 25_000;

/** Tells of entries where all isolates count, and resolves with all that count there. */
export type Tell = (
  window: Window,
  entries: readonly Entry[],
  context: StoreContext,
) => Promise<readonly Entry[]>;

/**
 * A counter in an isolate that tells the others what it has counted from time to time, and hears what they have: nobody
 * waits for it. When they cannot be told, nothing passes until they can.
 */
export class LaterCounter {
  readonly #tell: Tell;
  readonly #after: (ms: number, action: () => void) => void;
  /** What all isolates have counted, by the last answer. */
  #known: readonly Entry[] = [];
  /** What is on its way there, and what is not yet. */
  #told: readonly Entry[] = [];
  #untold: readonly Entry[] = [];
  #messages = 0;
  #toldAt = Number.NEGATIVE_INFINITY;
  #remindsAt = Number.NEGATIVE_INFINITY;
  #window: Window | null = null;
  #isTelling = false;
  #trouble: unknown = null;

  /** @param after runs an action after milliseconds */
  constructor(tell: Tell, after: (ms: number, action: () => void) => void) {
    this.#tell = tell;
    this.#after = after;
  }

  /** How many entries it has. */
  get size(): number {
    return this.#known.length + this.#told.length + this.#untold.length;
  }

  /** Throws {@link CounterError}. */
  count(rule: CountRule, telling: Telling, context: StoreContext): Count {
    const { window } = rule;
    if (this.#trouble !== null) {
      const cause = this.#trouble;
      this.tell(window, context);
      throw new CounterError("the other isolates cannot be told", cause);
    }
    const now = context.now();
    const untold = countingEntries(this.#untold, window, now);
    const before = [
      ...countingEntries(this.#known, window, now),
      ...countingEntries(this.#told, window, now),
      ...untold,
    ];
    const { entries, ...counted } = count(before, rule, now);
    if (entries !== before) {
      this.#window = window;
      this.#untold = withEntry(untold, window, [now, rule.weight]);
      this.#messages++;
    }
    this.#tellInTime(window, telling, context, now);
    return counted;
  }

  /** Takes note of what all isolates have counted. */
  hear(entries: readonly Entry[]): void {
    this.#known = entries;
  }

  /** Tells the others what they do not know yet, where nobody will ask this counter again. */
  tellRest(context: StoreContext): void {
    if (this.#window !== null && this.#untold.length > 0) this.tell(this.#window, context);
  }

  /** Tells the others what they do not know yet. */
  tell(window: Window, context: StoreContext): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    this.#told = this.#untold;
    this.#untold = [];
    this.#messages = 0;
    this.#toldAt = context.now();
    context.waitUntil(this.#telling(window, context));
  }

  /** Tries twice: a Durable Object that has just been moved answers the second time. */
  async #telling(window: Window, context: StoreContext): Promise<void> {
    const send = () => this.#tell(window, this.#told, context);
    try {
      this.#known = await send().catch(send);
      this.#trouble = null;
    } catch (error) {
      this.#untold = [...this.#told, ...this.#untold];
      this.#trouble = error;
    }
    this.#told = [];
    this.#isTelling = false;
  }

  #tellInTime(window: Window, { everyMs, messages }: Telling, context: StoreContext, now: number): void {
    if (this.#messages >= messages || now >= this.#toldAt + everyMs) {
      this.tell(window, context);
      return;
    }
    if (this.#remindsAt > now || this.#messages === 0) return;
    const wait = Math.min(this.#toldAt + everyMs - now, LONGEST_WAIT_MS);
    this.#remindsAt = now + wait;
    // Nobody may ask this isolate again for long.
    const reminded = new Promise<void>((resolve) => this.#after(wait, resolve));
    context.waitUntil(reminded.then(() => this.tell(window, context)));
  }
}
