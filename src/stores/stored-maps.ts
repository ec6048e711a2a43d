import { type KeyPair, readKeyPair } from "../credentials/secrets/keys.ts";
import { entryId, MapError, type MapValues } from "./key-value-maps.ts";
import { RecentlyUsed } from "./recently-used.ts";
import { deletedEntry, type EntryPlace, entryKey, openEntry, readRecord, sealEntry } from "./sealed-entry.ts";
import type { StoreContext } from "./store-context.ts";
import { WriteQueue } from "./write-queue.ts";

/** The part of a KV namespace that maps need. `cacheTtl` is in seconds. */
export interface MapKv {
  get(key: string, options: { type: "text"; cacheTtl: number }): Promise<string | null>;
  put(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
}

/** What is stored of an entry: its values, or null where it was deleted. */
export interface StoredEntry {
  readonly values: MapValues | null;
}

export interface StoredMapsOptions {
  readonly kv: MapKv;
  /** The private key as JSON, as the Worker's secret `SECRETS_KEY` has it; undefined when there is none. */
  readonly privateKey: string | undefined;
  /** Takes one structured line. */
  readonly log: (line: Record<string, unknown>) => void;
  /** Waits before a write is tried again. */
  readonly after: (ms: number, then: () => void) => unknown;
}

/** Limits of entries. Apigee: "Limits" (key value maps). Bytes. */
export const MAX_KEY_BYTES = 2 * 1024;
export const MAX_VALUE_BYTES = 512 * 1024;

/** What an isolate keeps of entries: those that were used longest ago go first. Bytes. */
const KEPT_BYTES = 8 * 1024 * 1024;

/** How long KV may take. Milliseconds. */
export const READ_TIMEOUT_MS = 5_000;
const WRITE_TIMEOUT_MS = 10_000;

/** How long an old value goes on after trouble with KV before KV is asked again. Milliseconds. */
export const RETRY_AFTER_MS = 10_000;

/** How long KV may answer with what was there before a write. Milliseconds. */
export const SETTLING_MS = 60_000;

/** How long Cloudflare may keep what it read: the least it allows. Seconds. */
const KV_TTL_S = 30;

/** What an isolate knows of an entry. Times are epoch milliseconds. */
interface Slot {
  /** Null when nothing is stored. */
  readonly entry: StoredEntry | null;
  readonly readAt: number;
  /** Until when it counts as just read. */
  readonly goodUntil: number;
}

/**
 * The entries that flows and people have set, sealed in KV and kept open in the isolate. Deployments do not touch
 * them. Elsewhere a change is seen when what is kept there has become old, and KV tells of it: after about a minute.
 */
export class StoredMaps {
  readonly #options: StoredMapsOptions;
  readonly #slots = new RecentlyUsed<Slot>(KEPT_BYTES, ({ entry }, id) => sizeOf(id, entry));
  readonly #reading = new Map<string, { readonly entry: Promise<StoredEntry | null>; startedAt: number }>();
  readonly #writes: WriteQueue;
  #keys: Promise<KeyPair> | null = null;

  constructor(options: StoredMapsOptions) {
    this.#options = options;
    this.#writes = new WriteQueue(options.after);
  }

  /**
   * What is stored of an entry; null when nothing is. What was read before goes on when KV cannot be read.
   * Rejects with {@link MapError}.
   */
  read(
    place: EntryPlace,
    maxAgeMs: number,
    context: StoreContext,
  ): StoredEntry | null | Promise<StoredEntry | null> {
    const id = idOf(place);
    const slot = this.#slots.get(id);
    const now = context.now();
    if (slot && (now - slot.readAt < maxAgeMs || now < slot.goodUntil)) return slot.entry;
    return this.#readAnew(id, place, slot, context);
  }

  /** Sets an entry: here at once, and in KV before it resolves. Rejects with {@link MapError}. */
  async write(place: EntryPlace, values: MapValues, context: StoreContext): Promise<void> {
    const size = values.reduce((bytes, value) => bytes + byteLength(value), 0);
    if (size > MAX_VALUE_BYTES)
      throw new MapError(`The values are longer than ${MAX_VALUE_BYTES} bytes.`, false);
    if (byteLength(place.key) > MAX_KEY_BYTES) {
      throw new MapError(`The key is longer than ${MAX_KEY_BYTES} bytes.`, false);
    }
    const { seals } = await this.#keyPair();
    const record = await sealEntry(place, values, seals);
    await this.#write(place, { values }, context, (key) => this.#options.kv.put(key, record));
  }

  /**
   * Deletes an entry, as {@link write} sets one.
   * @param hides whether one is deployed that must not be found any more
   */
  async delete(place: EntryPlace, hides: boolean, context: StoreContext): Promise<void> {
    const { kv } = this.#options;
    const entry = hides ? { values: null } : null;
    await this.#write(place, entry, context, (key) =>
      hides ? kv.put(key, deletedEntry(place)) : kv.delete(key),
    );
  }

  /** Forgets what was read, so that what was just set is found. */
  clear(): void {
    this.#slots.clear();
    this.#reading.clear();
  }

  async #readAnew(
    id: string,
    place: EntryPlace,
    slot: Slot | undefined,
    context: StoreContext,
  ): Promise<StoredEntry | null> {
    const reading = this.#shared(id, place, context);
    try {
      return await context.within(READ_TIMEOUT_MS, reading);
    } catch (cause) {
      const { environment, map } = place;
      const reason = cause instanceof Error ? cause.message : String(cause);
      this.#options.log({
        level: slot ? "warn" : "error",
        event: slot ? "keyvaluemap.stale" : "keyvaluemap.unreadable",
        environment,
        map: map.name,
        reason,
      });
      if (slot) {
        this.#slots.set(id, { ...slot, goodUntil: context.now() + RETRY_AFTER_MS });
        return slot.entry;
      }
      if (cause instanceof MapError) throw cause;
      throw new MapError(`An entry of the map ${map.name} cannot be read: ${reason}`, true, { cause });
    }
  }

  /** Others wait for it too, so it goes on when this client leaves. One that the platform ended never settles. */
  #shared(id: string, place: EntryPlace, context: StoreContext): Promise<StoredEntry | null> {
    const startedAt = context.now();
    const running = this.#reading.get(id);
    if (running && startedAt - running.startedAt <= READ_TIMEOUT_MS) return running.entry;
    const entry = this.#fetch(place);
    const reading = { entry, startedAt };
    this.#reading.set(id, reading);
    const settled = entry.then(
      (found) => {
        // What was written in the meantime is newer.
        if (this.#reading.get(id) !== reading) return;
        this.#slots.set(id, { entry: found, readAt: startedAt, goodUntil: 0 });
        this.#reading.delete(id);
      },
      () => {
        if (this.#reading.get(id) === reading) this.#reading.delete(id);
      },
    );
    context.waitUntil(settled);
    return settled.then(() => entry);
  }

  async #fetch(place: EntryPlace): Promise<StoredEntry | null> {
    const json = await this.#options.kv.get(await entryKey(place), { type: "text", cacheTtl: KV_TTL_S });
    if (json === null) return null;
    const record = readRecord(json);
    if (record?.sealed === null) return { values: null };
    const values = record && (await openEntry(record.sealed, place, (await this.#keyPair()).opens));
    if (values) return { values };
    throw new MapError(
      `An entry of the map ${place.map.name} cannot be opened: it was sealed for another key, or it is damaged.`,
      false,
    );
  }

  async #write(
    place: EntryPlace,
    entry: StoredEntry | null,
    context: StoreContext,
    write: (key: string) => Promise<void>,
  ): Promise<void> {
    const id = idOf(place);
    const key = await entryKey(place);
    const now = context.now();
    this.#reading.delete(id);
    const slot = { entry, readAt: now, goodUntil: now + SETTLING_MS };
    this.#slots.set(id, slot);
    const written = this.#writes.write(key, now, () => write(key));
    // The flow may end before, and others' writes wait for this one.
    context.waitUntil(written.catch(() => {}));
    try {
      await context.within(WRITE_TIMEOUT_MS, written);
    } catch (cause) {
      // What KV has now is not known.
      if (this.#slots.peek(id) === slot) this.#slots.delete(id);
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new MapError(`An entry of the map ${place.map.name} cannot be written: ${reason}`, true, {
        cause,
      });
    }
  }

  async #keyPair(): Promise<KeyPair> {
    this.#keys ??= readKeyPair(this.#options.privateKey);
    try {
      return await this.#keys;
    } catch (cause) {
      throw new MapError(cause instanceof Error ? cause.message : String(cause), false, { cause });
    }
  }
}

function idOf({ organization, environment, map, key }: EntryPlace): string {
  return `${organization}/${environment}/${entryId(map, key)}`;
}

/** What an entry takes in memory, roughly: two bytes for each character, and the objects around them. */
function sizeOf(id: string, entry: StoredEntry | null): number {
  const characters = (entry?.values ?? []).reduce((sum, value) => sum + value.length, id.length);
  return 200 + 2 * characters;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
