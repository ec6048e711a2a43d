import { RecentlyUsed } from "../../stores/recently-used.ts";
import { SharedReads } from "../../stores/shared-reads.ts";
import type { StoreContext } from "../../stores/store-context.ts";
import {
  type IssuedToken,
  type IssuedTokens,
  type Revocation,
  type TokenKind,
  TokenStoreError,
} from "./issued-tokens.ts";
import { sealToken, unsealToken } from "./seal-token.ts";
import type { RevocationTimes, TokenStore } from "./stored-token.ts";
import { revocationName, tokenName } from "./token-name.ts";

/** What an isolate keeps of tokens: those that were used longest ago go first. Bytes. */
const KEPT_BYTES = 8 * 1024 * 1024;

/** How long a store may take to answer. Milliseconds. */
const TIMEOUT_MS = 5_000;

/** How long a token is known after it has expired. Apigee: "OAuthV2 policy" (about expired tokens). Milliseconds. */
export const KEPT_AFTER_EXPIRY_MS = 3 * 24 * 3_600_000;

/** Nobody has a longer one. Apigee: "Using third-party OAuth tokens". Bytes. */
const LONGEST_TOKEN = 2048;

/** What the tokens work with. */
export interface TokenServices {
  /** The store of a name; throws where there are none. */
  readonly store: (name: string) => TokenStore;
  /** Takes one structured line. */
  readonly log: (line: Record<string, unknown>) => void;
}

interface Kept<Value> {
  readonly value: Value;
  /** Epoch milliseconds. */
  readonly readAt: number;
}

/**
 * The tokens of an environment: each in a store of its own, sealed, and those that were asked for in the isolate's memory.
 * Who revokes tokens of an app or of a user sets a time in a store of theirs, which is read with each token.
 */
export class EnvironmentTokens implements IssuedTokens {
  readonly #environment: string;
  readonly #services: TokenServices;
  readonly #kept = new RecentlyUsed<Kept<IssuedToken>>(
    KEPT_BYTES,
    ({ value }, id) => 500 + 2 * (id.length + JSON.stringify(value).length),
  );
  readonly #revocations = new RecentlyUsed<Kept<RevocationTimes>>(
    KEPT_BYTES / 8,
    (_, id) => 100 + 2 * id.length,
  );
  readonly #reads = new SharedReads<IssuedToken | null>(TIMEOUT_MS);
  /** How often this isolate has changed tokens. */
  #changes = 0;
  /** Of each token as it was found, what its store had. */
  readonly #versions = new WeakMap<IssuedToken, number>();

  constructor(environment: string, services: TokenServices) {
    this.#environment = environment;
    this.#services = services;
  }

  find(
    kind: TokenKind,
    token: string,
    maxAgeMs: number,
    context: StoreContext,
  ): IssuedToken | null | Promise<IssuedToken | null> {
    if (isTooLong(token)) return null;
    const kept = this.#kept.get(idOf(kind, token));
    if (kept && context.now() - kept.readAt < maxAgeMs) return kept.value;
    const read = () => this.#read(kind, token, maxAgeMs, context);
    // Who may be told what is some time old can be told what another request hears just now.
    return this.#ask(kind, context, () =>
      maxAgeMs === 0 ? read() : this.#reads.get(idOf(kind, token), read, context),
    );
  }

  async add(tokens: readonly IssuedToken[], context: StoreContext): Promise<boolean> {
    if (tokens.some(({ token }) => token === "" || isTooLong(token))) return false;
    const [first] = tokens;
    if (!first) return true;
    return this.#ask(first.kind, context, async () => {
      const added = await Promise.allSettled(tokens.map((token) => this.#write(token, null)));
      if (added.every((each) => each.status === "fulfilled" && each.value)) return true;
      // What another one may have written stays.
      const own = tokens.filter((_, index) => isTrue(added[index]));
      await Promise.all(own.map(async ({ kind, token }) => (await this.#storeOf(kind, token)).take()));
      for (const each of added) if (each.status === "rejected") throw each.reason;
      return false;
    });
  }

  async change(found: IssuedToken, changed: IssuedToken, context: StoreContext): Promise<boolean> {
    const version = this.#versions.get(found);
    if (version === undefined) throw new TokenStoreError("a token can be changed only as it was found");
    const { kind, token } = found;
    try {
      return await this.#ask(kind, context, () => this.#write({ ...changed, kind, token }, version));
    } finally {
      this.#forget(kind, token);
    }
  }

  async take(kind: TokenKind, token: string, context: StoreContext): Promise<IssuedToken | null> {
    if (isTooLong(token)) return null;
    return this.#ask(kind, context, async () => {
      const stored = await (await this.#storeOf(kind, token)).take();
      this.#forget(kind, token);
      return stored && this.#judged(await unsealToken(kind, token, stored.sealed), 0, context);
    });
  }

  async revoke(
    revocation: Revocation,
    kinds: readonly TokenKind[],
    before: number,
    context: StoreContext,
  ): Promise<void> {
    await this.#ask("access", context, async () => {
      const name = await revocationName(this.#environment, revocation);
      await this.#services.store(name).revoke(kinds, before);
    });
    // Which of the tokens that are kept it means is not worth a look at each.
    this.#changes++;
    this.#revocations.clear();
    this.#kept.clear();
  }

  #forget(kind: TokenKind, token: string): void {
    this.#changes++;
    this.#kept.delete(idOf(kind, token));
  }

  async #read(
    kind: TokenKind,
    token: string,
    maxAgeMs: number,
    context: StoreContext,
  ): Promise<IssuedToken | null> {
    const [readAt, before] = [context.now(), this.#changes];
    const stored = await (await this.#storeOf(kind, token)).read();
    if (!stored) return null;
    const value = await this.#judged(await unsealToken(kind, token, stored.sealed), maxAgeMs, context);
    this.#versions.set(value, stored.version);
    // What was read before a change is not kept beyond it.
    if (before === this.#changes) this.#kept.set(idOf(kind, token), { value, readAt });
    return value;
  }

  /** The token, revoked where its app or its user is. */
  async #judged(token: IssuedToken, maxAgeMs: number, context: StoreContext): Promise<IssuedToken> {
    const { appId, endUser } = token;
    const revocations = [
      { appId, endUser: null },
      ...(endUser === null
        ? []
        : [
            { appId: null, endUser },
            { appId, endUser },
          ]),
    ];
    const times = await Promise.all(
      revocations.map((revocation) => this.#revocationTimes(revocation, maxAgeMs, context)),
    );
    const isRevoked = times.some((before) => token.issuedAt < before[token.kind]);
    return isRevoked ? { ...token, status: "revoked" } : token;
  }

  async #revocationTimes(
    revocation: { readonly appId: string | null; readonly endUser: string | null },
    maxAgeMs: number,
    context: StoreContext,
  ): Promise<RevocationTimes> {
    const id = JSON.stringify([revocation.appId, revocation.endUser]);
    const kept = this.#revocations.get(id);
    const [readAt, before] = [context.now(), this.#changes];
    if (kept && readAt - kept.readAt < maxAgeMs) return kept.value;
    const name = await revocationName(this.#environment, revocation);
    const value = await this.#services.store(name).revocations();
    // As with tokens: what was read before a change is not kept beyond it.
    if (before === this.#changes) this.#revocations.set(id, { value, readAt });
    return value;
  }

  async #write(token: IssuedToken, version: number | null): Promise<boolean> {
    const { kind, expiresAt } = token;
    const keptUntil = expiresAt === null ? null : expiresAt + KEPT_AFTER_EXPIRY_MS;
    const store = await this.#storeOf(kind, token.token);
    return store.write(await sealToken(token), keptUntil, version);
  }

  async #storeOf(kind: TokenKind, token: string): Promise<TokenStore> {
    return this.#services.store(await tokenName(this.#environment, kind, token));
  }

  async #ask<T>(kind: TokenKind, context: StoreContext, ask: () => Promise<T>): Promise<T> {
    try {
      return await context.within(TIMEOUT_MS, ask());
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      // The token is not for the log.
      this.#services.log({ level: "error", event: "token.unavailable", kind, reason });
      throw new TokenStoreError(reason, error);
    }
  }
}

const idOf = (kind: TokenKind, token: string) => `${kind} ${token}`;

function isTooLong(token: string): boolean {
  // Mostly the length says it, as no code unit is more than three bytes.
  return 3 * token.length > LONGEST_TOKEN && Buffer.byteLength(token) > LONGEST_TOKEN;
}

function isTrue(result: PromiseSettledResult<boolean> | undefined): boolean {
  return result?.status === "fulfilled" && result.value;
}
