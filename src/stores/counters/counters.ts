import type { StoreContext } from "../store-context.ts";
import type { Count, CountRule } from "./count.ts";
import type { Window } from "./window.ts";

/** Which counter of the environment. */
export interface CounterName {
  readonly kind: "quota" | "shared quota" | "spike";
  /** The proxy in which it counts: each has counters of its own. */
  readonly proxy: string;
  /** The shared flow whose policy counts; null for the proxy's own, and for a name that several share. */
  readonly sharedFlow: string | null;
  /** The policy's name, or the one that several share. */
  readonly name: string;
  /** Whose messages it counts. Clients choose it, and it may be of any length. */
  readonly identifier: string;
  /** Which of them: those of a class, or of a unit of time. */
  readonly group: string | null;
}

/** How messages are spread evenly. */
export interface Spacing {
  /** Messages in a period, and how long that is in milliseconds. */
  readonly messages: number;
  readonly periodMs: number;
  readonly weight: number;
}

/** When an isolate tells the others: after a time in milliseconds, or after so many messages. */
export interface Telling {
  readonly everyMs: number;
  readonly messages: number;
}

/**
 * Who counts together.
 *
 * - `here`: each isolate by itself.
 * - `later`: all isolates, which tell each other from time to time.
 * - `together`: all isolates at once.
 */
export type CountingWay = "here" | "later" | "together";

/** The counters of an environment. Whoever cannot know the count gets {@link CounterError}, never a count of nothing. */
export interface Counters {
  /** Whether a message may pass in this isolate, by when the last one passed. */
  passesHere(name: CounterName, spacing: Spacing, context: StoreContext): boolean;
  /** Counts a message in this isolate alone. */
  countHere(name: CounterName, rule: CountRule, context: StoreContext): Count;
  /**
   * Counts a message in this isolate, which tells the others from time to time and hears of theirs. Throws
   * {@link CounterError} when they cannot be told.
   */
  countLater(name: CounterName, rule: CountRule, telling: Telling, context: StoreContext): Count;
  /** Counts a message where those of all isolates are counted. Rejects with {@link CounterError}. */
  countTogether(name: CounterName, rule: CountRule, context: StoreContext): Promise<Count>;
  /**
   * Takes some of what was counted back, of one that counts in this way. Rejects with {@link CounterError}.
   * @param weight a whole number, not negative
   */
  giveBack(
    way: CountingWay,
    name: CounterName,
    window: Window,
    weight: number,
    context: StoreContext,
  ): Promise<void>;
}

/** A counter that cannot be read or changed. */
export class CounterError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "CounterError";
  }
}
