import type { SharedCache, SharedEntry } from "../../src/stores/shared-cache.ts";
import { TwoLevelCache } from "../../src/stores/two-level-cache.ts";

/** What isolates share, in memory, where a test can see and change everything. */
export class MemoryCache implements SharedCache {
  readonly entries = new Map<string, SharedEntry>();
  reads = 0;
  /** Stands in for reading and writing, while it is set. */
  trouble: (() => Promise<never>) | null = null;

  async read(id: string): Promise<SharedEntry | null> {
    this.reads++;
    await this.trouble?.();
    return this.entries.get(id) ?? null;
  }

  async write(id: string, entry: SharedEntry): Promise<void> {
    await this.trouble?.();
    this.entries.set(id, entry);
  }
}

/** Caches of an isolate that shares them with nobody. */
export function memoryCaches(): TwoLevelCache {
  return new TwoLevelCache(null, () => {});
}
