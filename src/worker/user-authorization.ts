import { DurableObject } from "cloudflare:workers";
import type { AuthorizationStatus, ConsentResult, TokenResult } from "../credentials/oauth/results.ts";
import { Late } from "../text/late.ts";
import type { AskedSubject, BeginResult, WithdrawalResult } from "./authorization-keeper.ts";
import type { WorkerEnv } from "./worker-env.ts";

/**
 * What one user has granted to one outbound application, with the tokens sealed: a Durable Object for each
 * environment, application and user, so that there is one place world-wide that renews them.
 *
 * Results are returned and not thrown, because workerd logs what is thrown across a call as uncaught.
 */
export class UserAuthorization extends DurableObject<WorkerEnv> {
  /** Loaded when something is asked: a gateway starts without it. */
  readonly #keeper = new Late(async () => {
    const { AuthorizationKeeper } = await import("./authorization-keeper.ts");
    return new AuthorizationKeeper(this.ctx, this.env);
  });

  async begin(
    subject: AskedSubject,
    addresses: { readonly redirectUri: string; readonly returnTo: string },
  ): Promise<BeginResult> {
    return (await this.#keeper.load()).begin(subject, addresses);
  }

  /** @param query of the callback's URL */
  async complete(subject: AskedSubject, query: string): Promise<ConsentResult> {
    return (await this.#keeper.load()).complete(subject, query);
  }

  async token(subject: AskedSubject, refresh: boolean): Promise<TokenResult> {
    return (await this.#keeper.load()).token(subject, refresh);
  }

  async status(
    subject: AskedSubject,
  ): Promise<AuthorizationStatus | { kind: "unavailable"; reason: string }> {
    return (await this.#keeper.load()).status(subject);
  }

  async withdraw(subject: AskedSubject): Promise<WithdrawalResult> {
    return (await this.#keeper.load()).withdraw(subject);
  }
}
