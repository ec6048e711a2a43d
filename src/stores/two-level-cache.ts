import {
  bytesOf,
  type CachedValue,
  type CacheKey,
  type Caches,
  MAX_CACHE_KEY_BYTES,
  MAX_CACHED_BYTES,
  textOfKey,
} from "./caches.ts";
import { Fillings } from "./fillings.ts";
import { RecentlyUsed } from "./recently-used.ts";
import type { SharedCache, SharedEntry } from "./shared-cache.ts";
import type { StoreContext } from "./store-context.ts";

/** What an isolate keeps: the entries that were used longest ago go first. Bytes, and number of purges. */
const KEPT_BYTES = 16 * 1024 * 1024;
const KEPT_PURGES = 1_000;

/** How long an isolate uses what it has before it looks at the shared cache again. Milliseconds. */
export const CHECK_AFTER_MS = 30_000;

/** How long that look may take where there is something to go on with. Milliseconds. */
const CHECK_TIMEOUT_MS = 1_000;

/** How long nobody finds what was invalidated: no entry lives longer. Milliseconds. */
export const LONGEST_LIFE_MS = 30 * 24 * 3600 * 1000;

/** An entry in the isolate; its value is null when it was invalidated. */
interface Slot extends SharedEntry {
  readonly checkedAt: number;
}

/**
 * Caches in two levels. The isolate has what it used lately, and answers at once; behind it is one that isolates of
 * a data center share. What another isolate there put or invalidated is seen within half a minute.
 */
export class TwoLevelCache implements Caches {
  readonly #shared: SharedCache | null;
  readonly #log: (line: Record<string, unknown>) => void;
  readonly #slots = new RecentlyUsed<Slot>(
    KEPT_BYTES,
    ({ value }, id) => 200 + 2 * id.length + (value === null ? 0 : 2 * bytesOf(value)),
  );
  /** When all entries of a prefix were purged. */
  readonly #purges = new RecentlyUsed<number>(
    KEPT_PURGES,
    () => 1,
    (at) => {
      this.#forgotten = Math.max(this.#forgotten, at);
    },
  );
  /** When the last purge was that is not known any more: what is older may have been purged. */
  #forgotten = 0;
  readonly #fillings = new Fillings();

  /**
   * @param shared null where isolates share none
   * @param log takes one structured line
   */
  constructor(shared: SharedCache | null, log: (line: Record<string, unknown>) => void) {
    this.#shared = shared;
    this.#log = log;
  }

  get(
    key: CacheKey,
    timeoutMs: number,
    context: StoreContext,
  ): CachedValue | null | Promise<CachedValue | null> {
    const now = context.now();
    const slot = this.#slots.get(entryId(key));
    const isRecent = slot !== undefined && slot.expiresAt > now && now - slot.checkedAt < CHECK_AFTER_MS;
    if (isRecent || this.#shared === null) return valueAt(slot, this.#purgedAt(key), now);
    return this.#look(this.#shared, key, timeoutMs, context);
  }

  getOrWait(
    key: CacheKey,
    timeoutMs: number,
    context: StoreContext & { readonly received: object },
    whenDone: (end: () => void) => void,
  ): CachedValue | null | Promise<CachedValue | null> {
    const until = context.now() + timeoutMs;
    const orWait = (value: CachedValue | null) => value ?? this.#takeTurn(key, until, context, whenDone);
    const value = this.get(key, timeoutMs, context);
    return value instanceof Promise ? value.then(orWait) : orWait(value);
  }

  #takeTurn(
    key: CacheKey,
    until: number,
    context: StoreContext & { readonly received: object },
    whenDone: (end: () => void) => void,
  ): null | Promise<CachedValue | null> {
    const id = entryId(key);
    const now = context.now();
    if (now >= until) return null;
    const turn = this.#fillings.turn(id, context.received, now, until);
    if (turn.role === "alone") return null;
    // Only the time can be up: one that is waited for ends, and does not fail.
    const ended = context.within(until - now, turn.ended).catch(() => {});
    if (turn.role === "waiting") {
      return ended.then(() => valueAt(this.#slots.get(id), this.#purgedAt(key), context.now()));
    }
    whenDone(turn.end);
    // Others wait for it, so it must go on when this client leaves.
    context.waitUntil(ended);
    return null;
  }

  put(key: CacheKey, value: CachedValue, expiresAt: number, context: StoreContext): void {
    this.#keep(key, value, expiresAt, context);
    this.#fillings.end(entryId(key));
  }

  #keep(key: CacheKey, value: CachedValue, expiresAt: number, context: StoreContext): void {
    // What is put after a purge is newer, also within one millisecond.
    const writtenAt = Math.max(context.now(), this.#purgedAt(key) + 1);
    const isTooLong =
      bytesOf(value) > MAX_CACHED_BYTES ||
      new TextEncoder().encode(textOfKey(key)).length > MAX_CACHE_KEY_BYTES;
    if (isTooLong) {
      this.#complain("cache.too-long", key, "the key or the value is longer than Apigee's limits");
      // What was there is not what there should be.
      this.invalidate(key, context);
      return;
    }
    if (expiresAt <= writtenAt) return;
    this.#write(
      key,
      { value, writtenAt, expiresAt: Math.min(expiresAt, writtenAt + LONGEST_LIFE_MS) },
      context,
    );
  }

  invalidate(key: CacheKey, context: StoreContext): void {
    const writtenAt = context.now();
    this.#write(key, { value: null, writtenAt, expiresAt: writtenAt + LONGEST_LIFE_MS }, context);
  }

  purge(key: Omit<CacheKey, "fragments">, context: StoreContext): void {
    const writtenAt = context.now();
    const id = prefixId(key);
    this.#purges.set(id, writtenAt);
    this.#share(id, { value: null, writtenAt, expiresAt: writtenAt + LONGEST_LIFE_MS }, key, context);
  }

  #purgedAt(key: CacheKey): number {
    if (this.#purges.count === 0) return 0;
    return Math.max(this.#purges.get(prefixId(key)) ?? 0, this.#forgotten);
  }

  #write(key: CacheKey, entry: SharedEntry, context: StoreContext): void {
    const id = entryId(key);
    this.#slots.set(id, { ...entry, checkedAt: entry.writtenAt });
    this.#share(id, entry, key, context);
  }

  /** Nobody waits for it. */
  #share(id: string, entry: SharedEntry, key: Omit<CacheKey, "fragments">, context: StoreContext): void {
    if (this.#shared === null) return;
    const written = this.#shared
      .write(id, entry)
      .catch((error) => this.#complain("cache.unwritable", key, reasonOf(error)));
    context.waitUntil(written);
  }

  /** What is newer counts: what the isolate has, or what is shared. */
  async #look(
    shared: SharedCache,
    key: CacheKey,
    timeoutMs: number,
    context: StoreContext,
  ): Promise<CachedValue | null> {
    const id = entryId(key);
    const before = this.#slots.get(id);
    const hasSome = before !== undefined && before.expiresAt > context.now();
    const timeout = hasSome ? Math.min(timeoutMs, CHECK_TIMEOUT_MS) : timeoutMs;
    const looking = Promise.all([shared.read(id), shared.read(prefixId(key))]);
    const [found, purge] = await context.within(timeout, looking).catch((error) => {
      this.#complain("cache.unreadable", key, reasonOf(error));
      return [null, null] as const;
    });
    const now = context.now();
    const own = this.#slots.get(id);
    const purgedAt = Math.max(this.#purgedAt(key), purge?.writtenAt ?? 0);
    if (purge) this.#purges.set(prefixId(key), purgedAt);
    const newest = found && (!own || found.writtenAt > own.writtenAt) ? found : own;
    if (newest) this.#slots.set(id, { ...newest, checkedAt: now });
    return valueAt(newest, purgedAt, now);
  }

  #complain(event: string, { cache }: Pick<CacheKey, "cache">, reason: string): void {
    this.#log({ level: "warn", event, cache, reason });
  }
}

function valueAt(entry: SharedEntry | undefined, purgedAt: number, now: number): CachedValue | null {
  return entry && entry.expiresAt > now && entry.writtenAt > purgedAt ? entry.value : null;
}

function entryId({ cache, prefix, fragments }: CacheKey): string {
  return JSON.stringify([cache, prefix, fragments]);
}

function prefixId({ cache, prefix }: Omit<CacheKey, "fragments">): string {
  return JSON.stringify([cache, prefix, "all"]);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
