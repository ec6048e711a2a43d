import { base64url } from "jose";
import * as v from "valibot";
import { readSealingKey, seal, unseal } from "./sealing.ts";
import type { Token } from "./token-request.ts";

/** The part of a KV namespace that tokens need. */
export interface TokenStore {
  get(key: string, type: "text"): Promise<string | null>;
  put(key: string, value: string, options: { expirationTtl: number }): Promise<void>;
}

/** Workers KV keeps nothing for less. Seconds. */
const SHORTEST_TTL = 60;

const sealed = v.object({ id: v.string(), value: v.string(), issuedAt: v.number(), expiresAt: v.number() });

/**
 * Tokens in KV that isolates share, encrypted and authenticated (JWE, AES-256 in GCM). A value is good only
 * under the key it was written to.
 */
export class SealedStore {
  readonly #store: TokenStore;
  readonly #key: Uint8Array;

  /** @param key 32 bytes, in base64; throws when it is anything else */
  constructor(store: TokenStore, key: string) {
    this.#store = store;
    this.#key = readSealingKey(key);
  }

  /** A token that has not expired, or null. Rejects when KV fails; what cannot be opened is not there. */
  async read(id: string, now: number): Promise<Token | null> {
    const jwe = await this.#store.get(await kvKey(id), "text");
    if (jwe === null) return null;
    const content = await unseal(jwe, this.#key);
    return v.is(sealed, content) && content.id === id && content.expiresAt > now ? content : null;
  }

  async write(id: string, token: Token, now: number): Promise<void> {
    const expirationTtl = Math.floor((token.expiresAt - now) / 1000);
    if (expirationTtl < SHORTEST_TTL) return;
    await this.#store.put(await kvKey(id), await seal({ id, ...token }, this.#key), { expirationTtl });
  }
}

/** A fixed length, whatever scopes and audience an id holds. */
async function kvKey(id: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(id));
  return `google-token/${base64url.encode(new Uint8Array(digest))}`;
}
