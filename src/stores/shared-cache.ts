import { base64url } from "jose";
import * as v from "valibot";
import { readSealingKey, seal, unseal } from "../credentials/sealing.ts";
import type { CachedValue } from "./caches.ts";

/** An entry that isolates share; its value is null when it was invalidated. Times are epoch milliseconds. */
export interface SharedEntry {
  readonly value: CachedValue | null;
  readonly writtenAt: number;
  readonly expiresAt: number;
}

/** What isolates share. */
export interface SharedCache {
  /** Null when there is none. Rejects when the cache fails. */
  read(id: string): Promise<SharedEntry | null>;
  write(id: string, entry: SharedEntry): Promise<void>;
}

const pair = v.pipe(
  v.array(v.string()),
  v.length(2),
  v.transform(([name = "", value = ""]) => [name, value] as const),
);

const bytes = v.pipe(
  v.string(),
  v.transform((text) => base64url.decode(text)),
);

const messageSchema = v.object({
  kind: v.picklist(["request", "response"]),
  headers: v.array(pair),
  body: bytes,
  version: v.string(),
  coding: v.nullable(v.string()),
  verb: v.exactOptional(v.string()),
  path: v.exactOptional(v.string()),
  query: v.exactOptional(v.string()),
  status: v.exactOptional(v.number()),
  reason: v.exactOptional(v.string()),
});

const sealedSchema = v.object({
  id: v.string(),
  value: v.union([v.null(), v.string(), v.boolean(), v.number(), v.array(v.string()), messageSchema]),
  writtenAt: v.number(),
  expiresAt: v.number(),
});

/**
 * The Cache API of the platform, which the isolates of a data center share: entries are encrypted and authenticated
 * (JWE, AES-256 in GCM), and good only under the id they were written to.
 */
export class SealedCache implements SharedCache {
  readonly #open: () => Promise<Pick<Cache, "match" | "put">>;
  readonly #key: Uint8Array;
  readonly #environment: string;

  /** @param key 32 bytes, in base64; throws when it is anything else */
  constructor(open: () => Promise<Pick<Cache, "match" | "put">>, key: string, environment: string) {
    this.#open = open;
    this.#key = readSealingKey(key);
    this.#environment = environment;
  }

  async read(id: string): Promise<SharedEntry | null> {
    const own = this.#idOf(id);
    const cache = await this.#open();
    const response = await cache.match(await urlOf(own));
    if (!response) return null;
    const result = v.safeParse(sealedSchema, await unseal(await response.text(), this.#key));
    return result.success && result.output.id === own ? result.output : null;
  }

  async write(id: string, { value, writtenAt, expiresAt }: SharedEntry): Promise<void> {
    const own = this.#idOf(id);
    const isMessage = typeof value === "object" && value !== null && "kind" in value;
    const content = isMessage ? { ...value, body: base64url.encode(value.body) } : value;
    const sealed = await seal({ id: own, value: content, writtenAt, expiresAt }, this.#key);
    const seconds = Math.max(1, Math.ceil((expiresAt - writtenAt) / 1000));
    const headers = { "cache-control": `max-age=${seconds}` };
    const cache = await this.#open();
    await cache.put(await urlOf(own), new Response(sealed, { headers }));
  }

  #idOf(id: string): string {
    return `${this.#environment}/${id}`;
  }
}

/** A URL of fixed length, whatever keys hold. Nobody can ask for it: the host does not exist. */
async function urlOf(id: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(id));
  return `https://cache.invalid/${base64url.encode(new Uint8Array(digest))}`;
}
