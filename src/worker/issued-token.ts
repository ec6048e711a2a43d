import { DurableObject } from "cloudflare:workers";
import type { TokenKind } from "../clients/tokens/issued-tokens.ts";
import type {
  RevocationTimes,
  StoredToken,
  TokenInStorage,
  TokenStore,
} from "../clients/tokens/stored-token.ts";
import type { WorkerEnv } from "./worker-env.ts";

/** One token of OAuthV2 policies, or a revocation of several: a Durable Object for each, near who got the token. */
export class IssuedToken extends DurableObject<WorkerEnv> implements TokenStore {
  #token: TokenInStorage | null = null;

  async read(): Promise<StoredToken | null> {
    return (await this.#loaded()).read();
  }

  async write(sealed: Uint8Array, keptUntil: number | null, version: number | null): Promise<boolean> {
    return (await this.#loaded()).write(sealed, keptUntil, version);
  }

  async take(): Promise<StoredToken | null> {
    return (await this.#loaded()).take();
  }

  async revoke(kinds: readonly TokenKind[], before: number): Promise<void> {
    (await this.#loaded()).revoke(kinds, before);
  }

  async revocations(): Promise<RevocationTimes> {
    return (await this.#loaded()).revocations();
  }

  /** The token has been expired for long. */
  override async alarm(): Promise<void> {
    await this.ctx.storage.deleteAll();
  }

  /** Loaded here: a Worker that starts reads nothing of it. */
  async #loaded(): Promise<TokenInStorage> {
    if (this.#token !== null) return this.#token;
    const { TokenInStorage } = await import("../clients/tokens/stored-token.ts");
    this.#token ??= new TokenInStorage(this.ctx.storage);
    return this.#token;
  }
}

/** The stores of tokens. */
export function tokenStores({ ISSUED_TOKENS }: WorkerEnv): (name: string) => TokenStore {
  const namespace: typeof ISSUED_TOKENS | undefined = ISSUED_TOKENS;
  return (name) => {
    if (namespace) return namespace.getByName(name);
    throw new Error("The Worker has no ISSUED_TOKENS. Add the Durable Object IssuedToken to wrangler.toml.");
  };
}
