import { type MintOptions, mintToken } from "./mint.ts";
import type { SealedStore } from "./sealed-store.ts";
import { TokenError } from "./token-error.ts";
import type { Token, TokenContext, TokenRequest } from "./token-request.ts";

/** One token of one account, ready to be asked for again and again. */
export interface TokenSource {
  /** `Bearer TOKEN`: at once while a good token is in memory. Rejects with {@link TokenError}. */
  get(context: TokenContext): string | Promise<string>;
}

/** What one service account can get. */
export interface GoogleIdentity {
  readonly account: string;
  source(request: TokenRequest): TokenSource;
}

export interface GoogleTokensOptions extends MintOptions {
  /** Tokens that isolates share; null to keep them in memory only. */
  readonly store: SealedStore | null;
  /** Takes one structured line. */
  readonly log: (line: Record<string, unknown>) => void;
}

/** How many different tokens an isolate keeps; the oldest goes first. */
export const KEPT_TOKENS = 500;

/** A token is not sent any more when less than this is left, or a tenth of a short lifetime. Milliseconds. */
export const UNUSABLE_BEFORE_EXPIRY_MS = 30_000;

/** A new one is fetched when less than this is left, or a fifth of a short lifetime. Milliseconds. */
export const RENEWED_BEFORE_EXPIRY_MS = 300_000;

/** How long a failure is remembered: a clear no, and any other. Milliseconds. */
export const REFUSAL_REMEMBERED_MS = 30_000;
export const TROUBLE_REMEMBERED_MS = 3_000;

/** How long making a token may take. Milliseconds. */
const MINT_TIMEOUT_MS = 10_000;

/** How long KV may take of that. Milliseconds. */
const STORE_TIMEOUT_MS = 1_000;

/** One token of an account: what it is, and what is known of it. Times are epoch milliseconds. */
interface Slot {
  readonly id: string;
  readonly account: string;
  readonly request: TokenRequest;
  /** The token as a header says it, put together once. */
  token: { readonly header: string; readonly renewAt: number; readonly usableUntil: number } | null;
  minting: { readonly header: Promise<string>; readonly startedAt: number } | null;
  failure: { readonly error: TokenError; readonly until: number } | null;
}

/**
 * The Google tokens of an isolate. A good token is handed out at once; one that expires soon is renewed in the
 * background; each is made once at a time, and a failure is not repeated for a while.
 */
export class GoogleTokens {
  readonly #options: GoogleTokensOptions;
  readonly #slots = new Map<string, Slot>();

  constructor(options: GoogleTokensOptions) {
    this.#options = options;
  }

  /** The tokens of one account, by its e-mail address. */
  identity(account: string): GoogleIdentity {
    return { account, source: (request) => this.#source(account, request) };
  }

  #source(account: string, request: TokenRequest): TokenSource {
    const id = idOf(account, request);
    return {
      get: (context) => this.#get(this.#slots.get(id) ?? this.#addSlot(id, account, request), context),
    };
  }

  #get(slot: Slot, context: TokenContext): string | Promise<string> {
    const now = context.now();
    const { token, failure } = slot;
    if (token && now < token.renewAt) return token.header;
    const remembered = failure && now < failure.until ? failure.error : null;
    if (token && now < token.usableUntil) {
      if (!remembered) this.#mint(slot, context);
      return token.header;
    }
    return remembered ? Promise.reject(remembered) : this.#mint(slot, context);
  }

  /** Others wait for it too, so it goes on when this client leaves. One that the platform ended never settles. */
  #mint(slot: Slot, context: TokenContext): Promise<string> {
    const startedAt = context.now();
    if (slot.minting && startedAt - slot.minting.startedAt <= MINT_TIMEOUT_MS) return slot.minting.header;
    const header = this.#obtain(slot, context);
    const minting = { header, startedAt };
    slot.minting = minting;
    const settled = header
      .catch((error: TokenError) => this.#remember(slot, error, context.now()))
      .then(() => {
        if (slot.minting === minting) slot.minting = null;
      });
    context.waitUntil(settled);
    return header;
  }

  /** Rejects with TokenError only. */
  async #obtain(slot: Slot, context: TokenContext): Promise<string> {
    try {
      const token = await context.within(MINT_TIMEOUT_MS, this.#storedOrNew(slot, context));
      const header = `Bearer ${token.value}`;
      slot.token = { header, renewAt: renewalOf(token), usableUntil: lastUseOf(token) };
      slot.failure = null;
      return header;
    } catch (error) {
      if (error instanceof TokenError) throw error;
      throw new TokenError(messageOf(error), { cause: error });
    }
  }

  /** Another isolate may have put a new token into the store; it is taken unless it is due for renewal, too. */
  async #storedOrNew({ id, account, request, token: old }: Slot, context: TokenContext): Promise<Token> {
    const { store } = this.#options;
    const stored = store && (await this.#tryStore(store.read(id, context.now()), context));
    if (stored && renewalOf(stored) > Math.max(context.now(), old?.renewAt ?? 0)) return stored;
    const token = await mintToken(account, request, context, this.#options, (other, needed) =>
      this.#source(other, needed).get(context),
    );
    if (store) context.waitUntil(this.#tryStore(store.write(id, token, context.now()), context));
    return token;
  }

  /** KV in trouble costs a token of its own and nothing else. */
  async #tryStore<T>(work: Promise<T>, context: TokenContext): Promise<T | null> {
    try {
      return await context.within(STORE_TIMEOUT_MS, work);
    } catch (error) {
      this.#options.log({ level: "warn", event: "google-token.store-failed", reason: messageOf(error) });
      return null;
    }
  }

  #remember(slot: Slot, error: TokenError, now: number): void {
    slot.failure = { error, until: now + (error.isFinal ? REFUSAL_REMEMBERED_MS : TROUBLE_REMEMBERED_MS) };
    const { account } = slot;
    this.#options.log({ level: "error", event: "google-token.failed", account, reason: error.message });
  }

  #addSlot(id: string, account: string, request: TokenRequest): Slot {
    const oldest = this.#slots.size < KEPT_TOKENS ? undefined : this.#slots.keys().next().value;
    if (oldest !== undefined) this.#slots.delete(oldest);
    const slot: Slot = { id, account, request, token: null, minting: null, failure: null };
    this.#slots.set(id, slot);
    return slot;
  }
}

function idOf(account: string, request: TokenRequest): string {
  return JSON.stringify(
    request.kind === "access"
      ? [account, "access", request.lifetime, ...request.scopes]
      : [account, "id", request.includeEmail, request.audience],
  );
}

/** From when on a new token is fetched. */
function renewalOf({ issuedAt, expiresAt }: Token): number {
  return expiresAt - Math.min(RENEWED_BEFORE_EXPIRY_MS, (expiresAt - issuedAt) / 5);
}

/** From when on a token is not sent any more. */
function lastUseOf({ issuedAt, expiresAt }: Token): number {
  return expiresAt - Math.min(UNUSABLE_BEFORE_EXPIRY_MS, (expiresAt - issuedAt) / 10);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
