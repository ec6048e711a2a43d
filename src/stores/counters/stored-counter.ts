import { type Count, type CountRule, count } from "./count.ts";
import { countingEntries, type Entry, endOf, type Window, withEntry, withoutWeight } from "./window.ts";

/** What of a counter outlives its object. Times are epoch milliseconds. */
interface Stored {
  readonly entries: readonly Entry[];
  /** When nothing of it counts any more. */
  readonly endsAt: number;
  /** When somebody comes to look whether it may go. */
  readonly looksAt: number;
}

const KEY = "counter";

const nothing: Stored = { entries: [], endsAt: 0, looksAt: 0 };

/**
 * A counter in the storage of a Durable Object: so there is one count world-wide, and it outlives the object. A
 * message that does not count writes nothing. None of it waits, so that no other message comes in between.
 */
export class StoredCounter {
  readonly #storage: DurableObjectStorage;
  #stored: Stored;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#stored = storage.kv.get<Stored>(KEY) ?? nothing;
  }

  /** @param now epoch milliseconds */
  count(rule: CountRule, now: number): Count {
    const { entries, ...counted } = count(this.#stored.entries, rule, now);
    if (entries !== this.#stored.entries) this.#keep(entries, counted.resetsAt, now);
    return counted;
  }

  /** Adds what an isolate has counted. Returns all that counts. */
  add(window: Window, entries: readonly Entry[], now: number): readonly Entry[] {
    const before = countingEntries(this.#stored.entries, window, now);
    const after = entries
      .filter((entry) => countingEntries([entry], window, now).length > 0)
      .reduce((counting, entry) => withEntry(counting, window, entry), before);
    if (after !== before) this.#keep(after, endOf(after, window, now), now);
    return after;
  }

  /** Takes some of what was counted back. Returns all that counts. */
  giveBack(window: Window, weight: number, now: number): readonly Entry[] {
    const before = countingEntries(this.#stored.entries, window, now);
    if (before.length === 0) return before;
    const after = withoutWeight(before, weight);
    this.#keep(after, endOf(before, window, now), now);
    return after;
  }

  /** For the object's alarm: deletes a counter of which nothing counts any more. */
  async expire(now: number): Promise<void> {
    const { endsAt } = this.#stored;
    if (now < endsAt) {
      this.#write({ ...this.#stored, looksAt: endsAt });
      await this.#storage.setAlarm(endsAt);
      return;
    }
    this.#stored = nothing;
    await this.#storage.deleteAll();
  }

  #keep(entries: readonly Entry[], endsAt: number, now: number): void {
    const { looksAt } = this.#stored;
    const isExpected = looksAt > now;
    this.#write({ entries, endsAt, looksAt: isExpected ? looksAt : endsAt });
    if (!isExpected) void this.#storage.setAlarm(endsAt);
  }

  #write(stored: Stored): void {
    this.#stored = stored;
    this.#storage.kv.put(KEY, stored);
  }
}
