import { seal, unseal } from "../sealing.ts";
import type { OutboundApplication } from "./application.ts";
import { beginConsent, withPending } from "./consent.ts";
import { messageOf, OAuthError } from "./error.ts";
import { lastUseOf, renewalOf } from "./lifetime.ts";
import { type AuthorizationRecord, clientFor, emptyRecord, type Grant, isFor, isRecord } from "./record.ts";
import type { AuthorizationStatus, ConsentResult, TokenResult } from "./results.ts";
import {
  type Asking,
  exchangeCode,
  type IssuedTokens,
  readCallback,
  refreshTokens,
  revokeToken,
} from "./token-endpoint.ts";

/** Where the sealed record is kept: one text. */
export interface RecordStorage {
  read(): Promise<string | undefined>;
  write(sealed: string): Promise<void>;
  remove(): Promise<void>;
}

export interface AuthorizationOptions {
  /** Tells the record from any other: environment, application and user. */
  readonly id: string;
  readonly storage: RecordStorage;
  /** 32 bytes that seal the record. */
  readonly key: Uint8Array;
  /** What a token endpoint is asked with. Rejects when the client secret cannot be had. */
  ask(application: OutboundApplication): Promise<Asking>;
  now(): number;
  waitUntil(work: Promise<unknown>): void;
  /** Takes one structured line. */
  log(line: Record<string, unknown>): void;
}

/** How long a failure to renew is remembered: a clear no, and any other. Milliseconds. */
export const REFUSAL_REMEMBERED_MS = 30_000;
export const TROUBLE_REMEMBERED_MS = 3_000;

/**
 * What one user has granted to one outbound application: the consent on its way, and then the tokens, of which
 * the storage sees nothing but one sealed text. Everything about one user and application goes through one
 * instance, so that tokens are renewed once however many callers wait.
 */
export class Authorization {
  readonly #options: AuthorizationOptions;
  /** As it is now: to be read anew after every wait, because others change it meanwhile. */
  #record: AuthorizationRecord;
  #loading: Promise<void> | null = null;
  #renewing: Promise<TokenResult> | null = null;
  #failure: { readonly message: string; readonly until: number } | null = null;

  constructor(options: AuthorizationOptions) {
    this.#options = options;
    this.#record = emptyRecord(options.id);
  }

  /** The page of the authorization server that asks the user. */
  async begin(
    application: OutboundApplication,
    addresses: { readonly redirectUri: string; readonly returnTo: string },
  ): Promise<string> {
    const now = this.#options.now();
    const { url, pending } = await beginConsent(application, addresses, now);
    await this.#load();
    await this.#save({ ...this.#record, pending: withPending(this.#record.pending, pending, now) });
    return url;
  }

  /**
   * Takes what the authorization server sent back with the browser. A state is good once, whatever comes of it.
   * @param parameters of the callback's URL
   */
  async complete(application: OutboundApplication, parameters: URLSearchParams): Promise<ConsentResult> {
    await this.#load();
    const now = this.#options.now();
    const pending = this.#record.pending.find(({ state }) => state === parameters.get("state"));
    if (!pending) return failed("This consent was not asked for by you, or it has been answered already.");
    const others = this.#record.pending.filter((other) => other !== pending);
    await this.#save({ ...this.#record, pending: others });
    const { returnTo } = pending;
    if (pending.expiresAt <= now) return failed("The consent took too long. Begin again.", returnTo);
    if (!isFor(pending, application)) {
      return failed("The outbound application has been changed in the meantime. Begin again.", returnTo);
    }
    try {
      const { redirectUri, verifier, state } = pending;
      const asking = await this.#options.ask(application);
      const secrets = [asking.clientSecret, verifier, state, parameters.get("code")];
      const callback = readCallback(application, parameters, state, secrets);
      const tokens = await exchangeCode(application, { callback, redirectUri, verifier }, asking);
      await this.#store(application, tokens, this.#options.now());
      return { ok: true, returnTo };
    } catch (error) {
      this.#complain("oauth.consent-failed", application, error);
      return failed(messageOf(error), returnTo);
    }
  }

  /**
   * A token that may be sent now. One that expires soon is renewed in the background; one that has expired is
   * renewed before this resolves, where that is allowed.
   * @param resetAt grants given until then are not good any more; epoch milliseconds
   */
  async token(
    application: OutboundApplication,
    { refresh, resetAt }: { readonly refresh: boolean; readonly resetAt: number },
  ): Promise<TokenResult> {
    const { grant, lost } = await this.#current(application, resetAt);
    if (!grant) return lost === null ? { kind: "none" } : { kind: "expired", reason: lost };
    const now = this.#options.now();
    const failure = this.#failure && now < this.#failure.until ? this.#failure : null;
    const mayRenew = refresh && grant.refreshToken !== null;
    if (now < lastUseOf(grant)) {
      if (mayRenew && now >= renewalOf(grant) && !failure) {
        this.#options.waitUntil(this.#renew(application));
      }
      return usable(grant, now, mayRenew);
    }
    if (grant.refreshToken === null) return expired("The access token has expired and cannot be renewed.");
    if (!refresh) return expired("The access token has expired, and functions in deployed mode renew none.");
    if (failure) return { kind: "unavailable", reason: failure.message };
    return this.#renew(application);
  }

  async status(application: OutboundApplication, resetAt: number): Promise<AuthorizationStatus> {
    const { grant, lost } = await this.#current(application, resetAt);
    if (!grant) return lost === null ? { kind: "none" } : { kind: "lost", reason: lost };
    const { scopes, grantedAt, expiresAt, refreshToken } = grant;
    if (refreshToken === null && this.#options.now() >= lastUseOf(grant)) {
      return { kind: "lost", reason: "The access token has expired and cannot be renewed." };
    }
    return { kind: "authorized", scopes, grantedAt, expiresAt, isRenewed: refreshToken !== null };
  }

  /** Deletes everything, and then revokes the tokens where the server takes that. Says why it did not, or null. */
  async withdraw(application: OutboundApplication): Promise<string | null> {
    await this.#load();
    const { grant } = this.#record;
    await this.#clear();
    if (!grant || application.revocationUrl === null || !isFor(grant, application)) return null;
    try {
      const asking = await this.#options.ask(application);
      await revokeToken(application, grant.refreshToken ?? grant.accessToken, asking);
      return null;
    } catch (error) {
      this.#complain("oauth.revocation-failed", application, error);
      return messageOf(error);
    }
  }

  /** The record, without a grant that has been reset or was given to another client. */
  async #current(application: OutboundApplication, resetAt: number): Promise<AuthorizationRecord> {
    await this.#load();
    const { grant } = this.#record;
    if (!grant) return this.#record;
    if (grant.grantedAt <= resetAt) return this.#lose("Consents to this application have been reset.");
    if (isFor(grant, application)) return this.#record;
    return this.#lose("The application now uses another client or token endpoint.");
  }

  /** Callers at the same time share the work. */
  #renew(application: OutboundApplication): Promise<TokenResult> {
    this.#renewing ??= this.#renewOnce(application).finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #renewOnce(application: OutboundApplication): Promise<TokenResult> {
    const old = this.#record.grant;
    if (!old || old.refreshToken === null) return { kind: "none" };
    const { refreshToken, scopes, grantedAt } = old;
    let grant = old;
    try {
      const asking = await this.#options.ask(application);
      const tokens = await refreshTokens(application, { refreshToken, scopes }, asking, async (newer) => {
        if (this.#record.grant !== grant) return;
        grant = { ...old, refreshToken: newer };
        await this.#save({ ...this.#record, grant });
      });
      if (this.#record.grant === grant) await this.#store(application, tokens, grantedAt);
      return this.#afterRenewal();
    } catch (error) {
      this.#complain("oauth.refresh-failed", application, error);
      // The user has withdrawn it, or given another one, in the meantime.
      if (this.#record.grant !== grant) return this.#afterRenewal();
      const kind = error instanceof OAuthError ? error.kind : "trouble";
      if (kind === "grant") {
        await this.#lose(messageOf(error));
        return expired(messageOf(error));
      }
      const remembered = kind === "refused" ? REFUSAL_REMEMBERED_MS : TROUBLE_REMEMBERED_MS;
      this.#failure = { message: messageOf(error), until: this.#options.now() + remembered };
      return { kind: "unavailable", reason: messageOf(error) };
    }
  }

  /** A token that has just been issued is handed out however short it lives. */
  #afterRenewal(): TokenResult {
    const { grant } = this.#record;
    return grant ? usable(grant, this.#options.now(), grant.refreshToken !== null) : { kind: "none" };
  }

  async #store(application: OutboundApplication, tokens: IssuedTokens, grantedAt: number): Promise<void> {
    const grant = { ...tokens, scopes: [...tokens.scopes], client: clientFor(application), grantedAt };
    this.#failure = null;
    await this.#save({ ...this.#record, grant, lost: null });
  }

  async #lose(reason: string): Promise<AuthorizationRecord> {
    this.#failure = null;
    await this.#save({ ...this.#record, grant: null, lost: reason });
    return this.#record;
  }

  async #clear(): Promise<void> {
    this.#record = emptyRecord(this.#options.id);
    this.#failure = null;
    await this.#options.storage.remove();
  }

  /** Once. What another key sealed is not there. */
  #load(): Promise<void> {
    this.#loading ??= this.#read().catch((error) => {
      this.#loading = null;
      throw error;
    });
    return this.#loading;
  }

  async #read(): Promise<void> {
    const { id, key, storage } = this.#options;
    const sealed = await storage.read();
    const record = sealed === undefined ? undefined : await unseal(sealed, key);
    if (isRecord(record) && record.id === id) this.#record = record;
  }

  async #save(record: AuthorizationRecord): Promise<void> {
    this.#record = record;
    const sealed = await seal(record, this.#options.key);
    // A later change has taken over while this one was being sealed.
    if (this.#record === record) await this.#options.storage.write(sealed);
  }

  #complain(event: string, { name }: OutboundApplication, error: unknown): void {
    this.#options.log({ level: "error", event, application: name, reason: messageOf(error) });
  }
}

function usable(grant: Grant, now: number, mayRenew: boolean): TokenResult {
  const { accessToken, expiresAt, grantedAt } = grant;
  const lastUse = lastUseOf(grant);
  const renewAt = renewalOf(grant);
  const next = now < renewAt ? renewAt : now + TROUBLE_REMEMBERED_MS;
  const askAgainAt = mayRenew ? Math.min(next, lastUse) : lastUse;
  return { kind: "token", accessToken, expiresAt, grantedAt, askAgainAt, lastUse };
}

function expired(reason: string): TokenResult {
  return { kind: "expired", reason };
}

function failed(message: string, returnTo?: string): ConsentResult {
  return { ok: false, message, ...(returnTo !== undefined && { returnTo }) };
}
