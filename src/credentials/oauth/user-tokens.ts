import {
  AuthorizationRequired,
  CredentialsError,
  type OAuthCredentials,
  type UserCredentials,
} from "../user-credentials.ts";
import type { OutboundApplication } from "./application.ts";
import { messageOf } from "./error.ts";
import type { TokenResult } from "./results.ts";

/** One user and one outbound application. */
export interface Subject {
  readonly application: OutboundApplication;
  /** The caller's id. */
  readonly user: string;
}

export interface UserTokensOptions {
  /** The application as it is deployed now; undefined when there is none of that name. */
  application(name: string): OutboundApplication | undefined | Promise<OutboundApplication | undefined>;
  /** Where a user gives consent to an application: a path, or a URL when the pages are on a host of their own. */
  authorizeUrl(application: string): Promise<string>;
  /** Asks whoever keeps the user's grant. Rejects when it cannot be reached. */
  ask(subject: Subject, refresh: boolean): Promise<TokenResult>;
  /** Until when the user's grants were reset; epoch milliseconds. */
  resetAt(subject: Subject): Promise<number>;
  now(): number;
  waitUntil(work: Promise<unknown>): void;
  /** Takes one structured line. */
  log(line: Record<string, unknown>): void;
}

/** How many tokens an isolate keeps in memory; the oldest goes first. */
export const KEPT_USER_TOKENS = 1_000;

/** How often an isolate looks in the background whether a token in memory was withdrawn or reset. Milliseconds. */
export const RESET_CHECKED_AFTER_MS = 30_000;

/** A token in memory. Times are epoch milliseconds. */
interface Slot {
  readonly credentials: OAuthCredentials;
  /** The client that it was issued to. */
  readonly clientId: string;
  readonly tokenUrl: string;
  readonly grantedAt: number;
  readonly askAgainAt: number;
  readonly lastUse: number;
  checkedAt: number;
}

/** The path where a user gives consent to an outbound application. */
export const authorizePath = (application: string) =>
  `/_sortie/oauth/${encodeURIComponent(application)}/authorize`;

/**
 * The tokens of users as functions get them: out of memory while they are good, and otherwise from whoever keeps
 * the grant. Foundry: "Use OAuth 2.0 with outbound applications".
 */
export class UserTokens implements UserCredentials {
  readonly #options: UserTokensOptions;
  readonly #slots = new Map<string, Slot>();

  constructor(options: UserTokensOptions) {
    this.#options = options;
  }

  get(name: string, user: string, refresh: boolean): OAuthCredentials | Promise<OAuthCredentials> {
    const found = this.#options.application(name);
    return found instanceof Promise
      ? found.then((application) => this.#get(name, application, user, refresh))
      : this.#get(name, found, user, refresh);
  }

  /** Forgets a token, as its user has withdrawn it. */
  forget({ application, user }: Subject): void {
    this.#slots.delete(idOf(application.name, user));
  }

  #get(
    name: string,
    application: OutboundApplication | undefined,
    user: string,
    refresh: boolean,
  ): OAuthCredentials | Promise<OAuthCredentials> {
    if (!application) throw new CredentialsError(`There is no outbound application ${name}.`);
    if (!application.enabled) {
      throw new CredentialsError(`401 Unauthorized: the outbound application ${name} is disabled.`);
    }
    const now = this.#options.now();
    const subject = { application, user };
    const slot = this.#slots.get(idOf(name, user));
    const isGood = slot && now < slot.lastUse && isIssuedTo(slot, application);
    if (isGood && now < slot.askAgainAt) {
      if (now - slot.checkedAt >= RESET_CHECKED_AFTER_MS) this.#check(slot, subject, now);
      return slot.credentials;
    }
    return this.#ask(subject, refresh, isGood ? slot : null);
  }

  async #ask(subject: Subject, refresh: boolean, slot: Slot | null): Promise<OAuthCredentials> {
    const { name } = subject.application;
    let result: TokenResult;
    try {
      result = await this.#options.ask(subject, refresh);
    } catch (cause) {
      if (slot) return slot.credentials;
      throw new CredentialsError(
        `The token for the outbound application ${name} cannot be had at the moment: ${messageOf(cause)}`,
        { cause },
      );
    }
    if (result.kind === "token") return this.#keep(subject, result);
    this.forget(subject);
    throw errorOf(result, name, await this.#options.authorizeUrl(name));
  }

  #keep(
    subject: Subject,
    { accessToken, expiresAt, grantedAt, askAgainAt, lastUse }: TokenResult & { kind: "token" },
  ): OAuthCredentials {
    const { name, clientId, tokenUrl } = subject.application;
    const credentials: OAuthCredentials = Object.freeze({ type: "oauth", accessToken, expiresAt });
    const id = idOf(name, subject.user);
    this.#slots.delete(id);
    const oldest = this.#slots.size < KEPT_USER_TOKENS ? undefined : this.#slots.keys().next().value;
    if (oldest !== undefined) this.#slots.delete(oldest);
    const checkedAt = this.#options.now();
    this.#slots.set(id, { credentials, clientId, tokenUrl, grantedAt, askAgainAt, lastUse, checkedAt });
    return credentials;
  }

  /** In the background; on trouble the next one is made later. */
  #check(slot: Slot, subject: Subject, now: number): void {
    slot.checkedAt = now;
    const id = idOf(subject.application.name, subject.user);
    const checked = this.#options.resetAt(subject).then(
      (resetAt) => {
        if (slot.grantedAt <= resetAt && this.#slots.get(id) === slot) this.#slots.delete(id);
      },
      (error) => {
        const { name } = subject.application;
        this.#options.log({
          level: "warn",
          event: "oauth.resets-unread",
          application: name,
          reason: messageOf(error),
        });
      },
    );
    this.#options.waitUntil(checked);
  }
}

function idOf(application: string, user: string): string {
  return JSON.stringify([application, user]);
}

function isIssuedTo({ clientId, tokenUrl }: Slot, application: OutboundApplication): boolean {
  return clientId === application.clientId && tokenUrl === application.tokenUrl;
}

/** Foundry: "Data Connection troubleshooting reference" (OAuth and outbound applications). */
function errorOf(
  result: Exclude<TokenResult, { kind: "token" }>,
  name: string,
  authorizeUrl: string,
): CredentialsError {
  if (result.kind === "unavailable") {
    return new CredentialsError(
      `The token for the outbound application ${name} cannot be had at the moment: ${result.reason}`,
    );
  }
  const message =
    result.kind === "none"
      ? `401 Unauthorized: the user has not authorized the outbound application ${name}.`
      : "Credentials expired and no refresh handler provided";
  return new AuthorizationRequired(message, authorizeUrl);
}
