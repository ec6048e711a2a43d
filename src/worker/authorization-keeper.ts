import type { OutboundApplication } from "../credentials/oauth/application.ts";
import { Authorization } from "../credentials/oauth/authorization.ts";
import { messageOf } from "../credentials/oauth/error.ts";
import { readReset, writeWithdrawal } from "../credentials/oauth/resets.ts";
import type { AuthorizationStatus, ConsentResult, TokenResult } from "../credentials/oauth/results.ts";
import type { Asking } from "../credentials/oauth/token-endpoint.ts";
import type { Subject } from "../credentials/oauth/user-tokens.ts";
import { readSealingKey } from "../credentials/sealing.ts";
import { applicationPlace, CLIENT_SECRET, secretOf } from "../credentials/secrets/place.ts";
import { SecretStore } from "../credentials/secrets/store.ts";
import type { TokenContext } from "../credentials/token-request.ts";
import { Audit } from "../egress/audit/audit.ts";
import type { AuditSettings } from "../egress/audit/settings.ts";
import { Deadlines } from "../egress/deadline.ts";
import { Egress } from "../egress/egress.ts";
import { compileEgressPolicy } from "../egress/egress-policy.ts";
import { internet } from "../egress/internet.ts";
import { tokenCalls } from "../egress/token-calls.ts";
import { authorizationId } from "./authorization-id.ts";
import { readConnections } from "./connections.ts";
import type { WorkerEnv } from "./worker-env.ts";

/** The key of the one text in the object's storage. */
const RECORD = "record";

/** Whom a call to the object is about, and what is deployed of it: the object itself reads no deployed state. */
export interface AskedSubject extends Subject {
  readonly audit: AuditSettings;
}

/** A consent that was begun, or why it was not. */
export type BeginResult =
  | { readonly ok: true; readonly url: string }
  | { readonly ok: false; readonly message: string };

/** What came of a withdrawal: why something of it did not succeed, or null. */
export interface WithdrawalResult {
  readonly problem: string | null;
}

/** Keeps what one user has granted to one outbound application. */
export class AuthorizationKeeper {
  readonly #ctx: DurableObjectState;
  readonly #env: WorkerEnv;
  readonly #audit: Audit;
  #authorization: Authorization | null = null;
  #secrets: SecretStore | null = null;
  /** The audit settings as JSON that records go by. */
  #followed = "";

  constructor(ctx: DurableObjectState, env: WorkerEnv) {
    this.#ctx = ctx;
    this.#env = env;
    this.#audit = new Audit({
      bindings: { ...env },
      print: (line) => console.log(JSON.stringify(line)),
      log,
      waitUntil: (work) => ctx.waitUntil(work),
      now: Date.now,
      uuid: () => crypto.randomUUID(),
    });
  }

  async begin(
    subject: AskedSubject,
    addresses: { readonly redirectUri: string; readonly returnTo: string },
  ): Promise<BeginResult> {
    const { application } = subject;
    if (!application.enabled) return { ok: false, message: disabledMessage(application) };
    try {
      return { ok: true, url: await this.#for(subject).begin(application, addresses) };
    } catch (error) {
      return { ok: false, message: this.#failure(error) };
    }
  }

  /** @param query of the callback's URL */
  async complete(subject: AskedSubject, query: string): Promise<ConsentResult> {
    const { application } = subject;
    if (!application.enabled) return { ok: false, message: disabledMessage(application) };
    try {
      return await this.#for(subject).complete(application, new URLSearchParams(query));
    } catch (error) {
      return { ok: false, message: this.#failure(error) };
    }
  }

  async token(subject: AskedSubject, refresh: boolean): Promise<TokenResult> {
    try {
      const resetAt = await this.#resetAt(subject);
      return await this.#for(subject).token(subject.application, { refresh, resetAt });
    } catch (error) {
      return { kind: "unavailable", reason: this.#failure(error) };
    }
  }

  async status(
    subject: AskedSubject,
  ): Promise<AuthorizationStatus | { kind: "unavailable"; reason: string }> {
    try {
      return await this.#for(subject).status(subject.application, await this.#resetAt(subject));
    } catch (error) {
      return { kind: "unavailable", reason: this.#failure(error) };
    }
  }

  async withdraw(subject: AskedSubject): Promise<WithdrawalResult> {
    const { application, user } = subject;
    try {
      const problem = await this.#for(subject).withdraw(application);
      await writeWithdrawal(this.#env.CONFIG, this.#env.ENVIRONMENT, application.name, user, Date.now());
      return { problem };
    } catch (error) {
      return { problem: this.#failure(error) };
    }
  }

  #for({ application, user, audit }: AskedSubject): Authorization {
    this.#follow(audit);
    this.#authorization ??= new Authorization({
      id: authorizationId(this.#env.ENVIRONMENT, application.name, user),
      storage: {
        read: () => this.#ctx.storage.get<string>(RECORD),
        write: (sealed) => this.#ctx.storage.put(RECORD, sealed),
        remove: () => this.#ctx.storage.deleteAll(),
      },
      key: sealingKeyOf(this.#env),
      ask: (asked) => this.#asking(asked),
      now: () => Date.now(),
      waitUntil: (work) => this.#ctx.waitUntil(work),
      log,
    });
    return this.#authorization;
  }

  #follow(settings: AuditSettings): void {
    const text = JSON.stringify(settings);
    if (text === this.#followed) return;
    this.#followed = text;
    this.#audit.follow(settings, this.#env.ENVIRONMENT);
  }

  #resetAt({ application, user }: Subject): Promise<number> {
    const { CONFIG, ENVIRONMENT } = this.#env;
    return new Deadlines().within(RESET_TIMEOUT_MS, readReset(CONFIG, ENVIRONMENT, application.name, user));
  }

  /** Token endpoints get an egress of their own: where applications point is not for bundles and functions to say. */
  async #asking(application: OutboundApplication): Promise<Asking> {
    const deadlines = new Deadlines();
    const context: TokenContext = {
      now: () => Date.now(),
      within: (ms, work) => deadlines.within(ms, work),
      waitUntil: (work) => this.#ctx.waitUntil(work),
    };
    const clientSecret = await this.#clientSecret(application, context);
    const { name, tokenUrl, revocationUrl } = application;
    const origins = [tokenUrl, ...(revocationUrl === null ? [] : [revocationUrl])].map(
      (url) => new URL(url).origin,
    );
    const policy = compileEgressPolicy({
      allow: [...new Set(origins)],
      advice: { list: `outbound-applications/${name}.yaml` },
    });
    const connections = readConnections(this.#env);
    const egress = new Egress({ policy, internet, connections, log, audit: this.#audit });
    const send = tokenCalls(egress, `outbound application ${name}`);
    return { clientSecret, now: context.now, send: (call) => send(call, context) };
  }

  /** Rejects with SecretError when it is not set. */
  async #clientSecret(
    { name, tokenEndpointAuthMethod }: OutboundApplication,
    context: TokenContext,
  ): Promise<string | null> {
    if (tokenEndpointAuthMethod === "none") return null;
    const { CONFIG, ENVIRONMENT, SECRETS_KEY } = this.#env;
    this.#secrets ??= new SecretStore({ kv: CONFIG, privateKey: SECRETS_KEY, log });
    const place = { environment: ENVIRONMENT, source: applicationPlace(name), name: CLIENT_SECRET };
    return secretOf(await this.#secrets.read(place.environment, place.source, [place.name], context), place);
  }

  #failure(error: unknown): string {
    const reason = messageOf(error);
    log({ level: "error", event: "oauth.failed", reason });
    return reason;
  }
}

/** How long KV may take to say what was reset. Milliseconds. */
const RESET_TIMEOUT_MS = 5_000;

/** Throws when there is none, or it is no key: tokens are never kept in the clear. */
function sealingKeyOf({ SEALING_KEY }: WorkerEnv): Uint8Array {
  if (SEALING_KEY !== undefined) return readSealingKey(SEALING_KEY);
  throw new Error(
    "The Worker has no SEALING_KEY to seal the tokens of users with. " +
      "Make one with: openssl rand -base64 32 | npx wrangler secret put SEALING_KEY",
  );
}

function disabledMessage({ name }: OutboundApplication): string {
  return `The outbound application ${name} is disabled.`;
}

function log(line: Record<string, unknown>): void {
  console.error(JSON.stringify(line));
}
