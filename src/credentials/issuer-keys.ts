import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from "jose";
import * as v from "valibot";
import { CallerError } from "./caller-error.ts";
import type { IdentitySettings } from "./identity.ts";
import { isConfidential } from "./service-account.ts";

/** Gets a small document of the issuer. Rejects when there is no answer. */
export type GetDocument = (url: string) => Promise<{ readonly status: number; readonly text: string }>;

/** Keys are not asked for again for that long, whatever key a token names. Milliseconds. */
export const COOLDOWN_MS = 30_000;

/** Keys in memory are good for that long. Milliseconds. */
const KEYS_MAX_AGE_MS = 600_000;

/** How long an issuer that gave no keys is left alone. Milliseconds. */
export const TROUBLE_REMEMBERED_MS = 3_000;

const configurationSchema = v.object({
  issuer: v.string(),
  jwks_uri: v.pipe(v.string(), v.check(isConfidential, "it is not an https URL")),
});

/** The public keys of an issuer, kept in memory. */
export class IssuerKeys {
  readonly #identity: IdentitySettings;
  readonly #get: GetDocument;
  readonly #now: () => number;
  #find: JWTVerifyGetKey | null = null;
  #trouble: { readonly error: CallerError; readonly until: number } | null = null;

  constructor(identity: IdentitySettings, get: GetDocument, now: () => number) {
    this.#identity = identity;
    this.#get = get;
    this.#now = now;
  }

  /** The key that a token names. Rejects with {@link CallerError}, or with jose's error when there is no such key. */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    if (this.#trouble && this.#now() < this.#trouble.until) throw this.#trouble.error;
    try {
      this.#find ??= this.#keysAt(this.#identity.jwksUri ?? (await this.#discover()));
      return await this.#find(header, token);
    } catch (cause) {
      if (cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys) {
        throw cause;
      }
      const reason = cause instanceof Error ? cause.message : String(cause);
      const message = `The keys of ${this.#identity.issuer} cannot be had at the moment: ${reason}`;
      const error = new CallerError("IssuerUnavailable", message, { cause });
      this.#trouble = { error, until: this.#now() + TROUBLE_REMEMBERED_MS };
      throw error;
    }
  };

  #keysAt(uri: string): JWTVerifyGetKey {
    return createRemoteJWKSet(new URL(uri), {
      cooldownDuration: COOLDOWN_MS,
      cacheMaxAge: KEYS_MAX_AGE_MS,
      [customFetch]: async (url) => {
        const { status, text } = await this.#get(url);
        return new Response(text, { status, headers: { "content-type": "application/json" } });
      },
    });
  }

  /** OpenID Connect Discovery 1.0. */
  async #discover(): Promise<string> {
    const { issuer } = this.#identity;
    const { status, text } = await this.#get(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
    if (status !== 200) throw new Error(`its OpenID configuration has status ${status}`);
    const result = v.safeParse(configurationSchema, parsed(text));
    if (!result.success) throw new Error("its OpenID configuration names no jwks_uri");
    if (result.output.issuer !== issuer) {
      throw new Error(`its OpenID configuration is that of ${result.output.issuer}`);
    }
    return result.output.jwks_uri;
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
