import type { TokenContext } from "../token-request.ts";
import { SecretError } from "./error.ts";
import { readPrivateKey } from "./keys.ts";
import { secretKey } from "./place.ts";
import { openSecret } from "./seal.ts";

/** The part of a KV namespace that secrets need. `cacheTtl` is in seconds. */
export interface SecretKv {
  get(keys: string[], options: { type: "text"; cacheTtl: number }): Promise<Map<string, string | null>>;
}

/** Secrets by name. */
export type Secrets = Readonly<Record<string, string>>;

export interface SecretStoreOptions {
  readonly kv: SecretKv;
  /** The private key as JSON, as the Worker's secret `SECRETS_KEY` has it; undefined when there is none. */
  readonly privateKey: string | undefined;
  /** Takes one structured line. */
  readonly log: (line: Record<string, unknown>) => void;
}

/** The secrets of how many sources an isolate keeps; those that were read longest ago go first. */
export const KEPT_SOURCES = 200;

/** How old secrets may be before they are read again in the background. Milliseconds. */
export const REFRESH_AFTER_MS = 60_000;

/** The same after trouble, and while one of them is not set. Milliseconds. */
export const RETRY_AFTER_MS = 10_000;

/** How long KV may take. Milliseconds. */
export const READ_TIMEOUT_MS = 5_000;

/** How long Cloudflare may keep what it read: the least it allows. Seconds. */
const KV_TTL_S = 30;

/** KV reads at most so many keys at once. */
const KEYS_AT_ONCE = 100;

/** The secrets of one source. Times are epoch milliseconds. */
interface Slot {
  readonly environment: string;
  readonly source: string;
  readonly names: readonly string[];
  secrets: Secrets | null;
  refreshAt: number;
  reading: { readonly secrets: Promise<Secrets>; readonly startedAt: number } | null;
}

/**
 * The sealed secrets of sources, opened once for each isolate. Secrets in memory are handed out at once and
 * read again in the background; on trouble with KV they go on being used.
 */
export class SecretStore {
  readonly #options: SecretStoreOptions;
  readonly #slots = new Map<string, Slot>();
  #key: Promise<CryptoKey> | null = null;

  constructor(options: SecretStoreOptions) {
    this.#options = options;
  }

  /**
   * The secrets of a source: those of `names` that are set. What another key sealed, or what was moved here
   * from another place, is not there. Rejects with {@link SecretError} when they cannot be read.
   */
  read(
    environment: string,
    source: string,
    names: readonly string[],
    context: TokenContext,
  ): Secrets | Promise<Secrets> {
    if (names.length === 0) return none;
    const id = JSON.stringify([environment, source, ...names]);
    const slot = this.#slots.get(id) ?? this.#addSlot(id, environment, source, names);
    if (slot.secrets === null) return this.#read(slot, context);
    if (context.now() >= slot.refreshAt) this.#refresh(slot, context);
    return slot.secrets;
  }

  /** Forgets everything, so that what was just set is found. */
  clear(): void {
    this.#slots.clear();
  }

  #refresh(slot: Slot, context: TokenContext): void {
    const { environment, source } = slot;
    this.#read(slot, context).catch((error: SecretError) => {
      this.#options.log({
        level: "warn",
        event: "secrets.stale",
        environment,
        source,
        reason: error.message,
      });
    });
  }

  /** Others wait for it too, so it goes on when this client leaves. One that the platform ended never settles. */
  #read(slot: Slot, context: TokenContext): Promise<Secrets> {
    const startedAt = context.now();
    if (slot.reading && startedAt - slot.reading.startedAt <= READ_TIMEOUT_MS) return slot.reading.secrets;
    slot.refreshAt = startedAt + RETRY_AFTER_MS;
    const secrets = this.#fetch(slot, context);
    const reading = { secrets, startedAt };
    slot.reading = reading;
    const settled = secrets
      .catch(() => {})
      .then(() => {
        if (slot.reading === reading) slot.reading = null;
      });
    context.waitUntil(settled);
    return secrets;
  }

  /** Rejects with SecretError only. */
  async #fetch(slot: Slot, context: TokenContext): Promise<Secrets> {
    const { source, names } = slot;
    this.#key ??= readPrivateKey(this.#options.privateKey);
    const key = await this.#key;
    try {
      const secrets = await this.#open(
        slot,
        await context.within(READ_TIMEOUT_MS, this.#getSealed(slot)),
        key,
      );
      slot.secrets = secrets;
      if (names.every((name) => Object.hasOwn(secrets, name)))
        slot.refreshAt = context.now() + REFRESH_AFTER_MS;
      return secrets;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new SecretError(`The secrets of ${source} cannot be read at the moment: ${reason}`, { cause });
    }
  }

  async #getSealed({ environment, source, names }: Slot): Promise<Map<string, string | null>> {
    const keys = names.map((name) => secretKey({ environment, source, name }));
    const reads: Promise<Map<string, string | null>>[] = [];
    for (let start = 0; start < keys.length; start += KEYS_AT_ONCE) {
      const some = keys.slice(start, start + KEYS_AT_ONCE);
      reads.push(this.#options.kv.get(some, { type: "text", cacheTtl: KV_TTL_S }));
    }
    return new Map((await Promise.all(reads)).flatMap((found) => [...found]));
  }

  async #open(
    { environment, source, names }: Slot,
    sealed: ReadonlyMap<string, string | null>,
    key: CryptoKey,
  ): Promise<Secrets> {
    const opened = await Promise.all(
      names.map(async (name) => {
        const place = { environment, source, name };
        const jwe = sealed.get(secretKey(place)) ?? null;
        if (jwe === null) return [];
        const value = await openSecret(jwe, place, key);
        if (value !== null) return [[name, value] as const];
        const reason = "it was sealed for another key or for another place, or it is damaged";
        this.#options.log({ level: "error", event: "secret.unreadable", ...place, reason });
        return [];
      }),
    );
    return Object.freeze(Object.fromEntries(opened.flat()));
  }

  #addSlot(id: string, environment: string, source: string, names: readonly string[]): Slot {
    const oldest = this.#slots.size < KEPT_SOURCES ? undefined : this.#slots.keys().next().value;
    if (oldest !== undefined) this.#slots.delete(oldest);
    const slot: Slot = { environment, source, names, secrets: null, refreshAt: 0, reading: null };
    this.#slots.set(id, slot);
    return slot;
  }
}

const none: Secrets = Object.freeze({});
