import type { IdentitySettings } from "../credentials/identity.ts";
import type { OutboundApplication } from "../credentials/oauth/application.ts";
import { messageOf } from "../credentials/oauth/error.ts";
import { readReset } from "../credentials/oauth/resets.ts";
import type { AuthorizationStatus, ConsentResult, TokenResult } from "../credentials/oauth/results.ts";
import { authorizePath, type Subject, UserTokens } from "../credentials/oauth/user-tokens.ts";
import { Deadlines } from "../egress/deadline.ts";
import type { Environment } from "../environment/environment.ts";
import type { Lifetime } from "../flow/context.ts";
import { authorizationId } from "./authorization-id.ts";
import type { AskedSubject, BeginResult, WithdrawalResult } from "./authorization-keeper.ts";
import type { WorkerEnv } from "./worker-env.ts";

/** For a token, which may have to be renewed first. Milliseconds. */
const ASK_TIMEOUT_MS = 30_000;

/** What users have granted to the outbound applications of the environment, and the tokens that came of it. */
export class Consents {
  readonly #environment: Environment;
  readonly #env: WorkerEnv;
  readonly #lifetime: Lifetime;
  /** For functions. */
  readonly tokens: UserTokens;

  constructor(
    environment: Environment,
    env: WorkerEnv,
    lifetime: Lifetime,
    log: (line: Record<string, unknown>) => void,
  ) {
    this.#environment = environment;
    this.#env = env;
    this.#lifetime = lifetime;
    this.tokens = new UserTokens({
      application: (name) => this.application(name),
      authorizeUrl: async (name) => ((await this.identity())?.publicUrl ?? "") + authorizePath(name),
      ask: (subject, refresh) => new Deadlines().within(ASK_TIMEOUT_MS, this.#token(subject, refresh)),
      resetAt: ({ application, user }) => readReset(env.CONFIG, env.ENVIRONMENT, application.name, user),
      now: () => Date.now(),
      waitUntil: (work) => lifetime.waitUntil(work),
      log,
    });
  }

  /** An application as it is deployed now: at once when the deployed state is in memory. */
  application(name: string): OutboundApplication | undefined | Promise<OutboundApplication | undefined> {
    const snapshot = this.#environment.current(Date.now(), this.#lifetime);
    if (snapshot instanceof Promise) return this.applications().then((all) => find(all, name));
    return find(snapshot?.document.outboundApplications ?? [], name);
  }

  async applications(): Promise<readonly OutboundApplication[]> {
    const snapshot = await this.#environment.current(Date.now(), this.#lifetime);
    return snapshot?.document.outboundApplications ?? [];
  }

  async identity(): Promise<IdentitySettings | null> {
    const snapshot = await this.#environment.current(Date.now(), this.#lifetime);
    return snapshot?.document.identity ?? null;
  }

  async begin(
    subject: Subject,
    addresses: { readonly redirectUri: string; readonly returnTo: string },
  ): Promise<BeginResult> {
    try {
      return await this.#keeperOf(subject).begin(await this.#asked(subject), addresses);
    } catch (error) {
      return { ok: false, message: unreachable(error) };
    }
  }

  /** @param query of the callback's URL */
  async complete(subject: Subject, query: string): Promise<ConsentResult> {
    this.tokens.forget(subject);
    try {
      return await this.#keeperOf(subject).complete(await this.#asked(subject), query);
    } catch (error) {
      return { ok: false, message: unreachable(error) };
    }
  }

  async status(subject: Subject): Promise<AuthorizationStatus | { kind: "unavailable"; reason: string }> {
    try {
      return await this.#keeperOf(subject).status(await this.#asked(subject));
    } catch (error) {
      return { kind: "unavailable", reason: unreachable(error) };
    }
  }

  async withdraw(subject: Subject): Promise<WithdrawalResult> {
    this.tokens.forget(subject);
    try {
      return await this.#keeperOf(subject).withdraw(await this.#asked(subject));
    } catch (error) {
      return { problem: unreachable(error) };
    }
  }

  async #token(subject: Subject, refresh: boolean): Promise<TokenResult> {
    return this.#keeperOf(subject).token(await this.#asked(subject), refresh);
  }

  async #asked(subject: Subject): Promise<AskedSubject> {
    const snapshot = await this.#environment.current(Date.now(), this.#lifetime);
    return { ...subject, audit: snapshot?.document.audit ?? { destination: "log" } };
  }

  #keeperOf({ application, user }: Subject) {
    const { USER_AUTHORIZATION, ENVIRONMENT } = this.#env;
    return USER_AUTHORIZATION.getByName(authorizationId(ENVIRONMENT, application.name, user));
  }
}

function find(applications: readonly OutboundApplication[], name: string): OutboundApplication | undefined {
  return applications.find((application) => application.name === name);
}

/** The platform's message is no secret, and says no more than that. */
function unreachable(error: unknown): string {
  return `What you have granted cannot be reached at the moment: ${messageOf(error)}`;
}
