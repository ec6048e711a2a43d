import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Provider } from "oidc-provider";

/** The client of the outbound application in tests. */
export const CLIENT_ID = "sortie-tests";
export const CLIENT_SECRET = "a secret of the client that nothing may show";

/** What an access token is of, as the provider sees it. */
export interface KnownToken {
  readonly account: string;
  readonly scopes: readonly string[];
}

/** A real OAuth 2.0 authorization server on this machine, with pages for login and consent. */
export class OpenIdProvider {
  readonly url: string;
  readonly #server: Server;
  readonly #provider: Provider;
  /** How often each grant was exchanged at the token endpoint. */
  readonly exchanges: { grantType: string; status: number }[] = [];

  /** How many grants were revoked, with all their tokens. */
  revoked = 0;

  private constructor(url: string, server: Server, provider: Provider) {
    this.url = url;
    this.#server = server;
    this.#provider = provider;
  }

  /** @param redirectUris where it may send browsers back to */
  static async start(redirectUris: readonly string[], accessTokenSeconds = 3600): Promise<OpenIdProvider> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const provider = new Provider(url, {
      clients: [
        {
          client_id: CLIENT_ID,
          client_secret: CLIENT_SECRET,
          client_name: "Sortie",
          redirect_uris: [...redirectUris],
          grant_types: ["authorization_code", "refresh_token"],
        },
      ],
      scopes: ["openid", "offline_access", "calendar.read"],
      features: {
        devInteractions: { enabled: true },
        revocation: { enabled: true, allowedPolicy: async () => true },
      },
      pkce: { required: () => true },
      ttl: {
        AccessToken: accessTokenSeconds,
        RefreshToken: 86_400,
        Grant: 86_400,
        IdToken: 3600,
        Interaction: 3600,
        Session: 86_400,
      },
      rotateRefreshToken: true,
      cookies: { keys: ["only for tests"] },
      async findAccount(_ctx, sub) {
        return { accountId: sub, claims: async () => ({ sub }) };
      },
    });
    const started = new OpenIdProvider(url, server, provider);
    const noteExchange = (ctx: {
      oidc: { params?: Record<string, unknown> | undefined };
      status: number;
    }) => {
      started.exchanges.push({ grantType: String(ctx.oidc.params?.grant_type), status: ctx.status });
    };
    provider.on("grant.success", noteExchange);
    provider.on("grant.error", noteExchange);
    provider.on("grant.revoked", () => {
      started.revoked++;
    });
    server.on("request", provider.callback());
    return started;
  }

  /** What an access token is of; null for one that is not good, or not any more. */
  async find(accessToken: string): Promise<KnownToken | null> {
    const token = await this.#provider.AccessToken.find(accessToken);
    return token ? { account: token.accountId, scopes: [...token.scopes] } : null;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}
