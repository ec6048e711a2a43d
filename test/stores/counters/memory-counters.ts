import { type CountRule, count } from "../../../src/stores/counters/count.ts";
import { EnvironmentCounters } from "../../../src/stores/counters/environment-counters.ts";
import {
  countingEntries,
  type Entry,
  type Window,
  withEntry,
  withoutWeight,
} from "../../../src/stores/counters/window.ts";

/** What isolates share, in memory and by a test's clock, where a test can see everything. */
export class MemoryCounters {
  readonly entries = new Map<string, readonly Entry[]>();
  readonly #now: () => number;
  /** Stands in for every counter, while it is set. */
  trouble: (() => Promise<never>) | null = null;

  constructor(now: () => number) {
    this.#now = now;
  }

  readonly shared = (id: string) => ({
    count: async (rule: CountRule) => {
      await this.trouble?.();
      const { entries, ...counted } = count(this.entries.get(id) ?? [], rule, this.#now());
      this.entries.set(id, entries);
      return counted;
    },
    add: async (window: Window, entries: readonly Entry[]) => {
      await this.trouble?.();
      const before = countingEntries(this.entries.get(id) ?? [], window, this.#now());
      const after = entries.reduce((counting, entry) => withEntry(counting, window, entry), before);
      this.entries.set(id, after);
      return after;
    },
    giveBack: async (window: Window, weight: number) => {
      await this.trouble?.();
      const before = countingEntries(this.entries.get(id) ?? [], window, this.#now());
      const after = withoutWeight(before, weight);
      this.entries.set(id, after);
      return after;
    },
  });

  /** The counters of one more isolate. Unless `after` waits, it tells of what it has counted at once. */
  isolate(
    log: (line: Record<string, unknown>) => void = () => {},
    after: (ms: number, action: () => void) => void = (_ms, action) => action(),
  ): EnvironmentCounters {
    return new EnvironmentCounters("test", { shared: this.shared, log, after });
  }
}
