import { createHash, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { parcels } from "./data.ts";
import { sendJson } from "./send-json.ts";

/** The one application that may ask for tokens. */
export interface CarrierClient {
  readonly id: string;
  readonly secret: string;
}

/** Seconds that an access token is good. */
const LIFETIME_S = 300;

/** What a code or a token stands for. */
interface Grant {
  readonly account: string;
  readonly expiresAt: number;
}

interface PendingCode extends Grant {
  readonly challenge: string;
  readonly redirectUri: string;
}

/**
 * The carrier's accounts, and the OAuth 2.0 server by which they let an application act for them: a page that asks
 * (`/oauth/authorize`) and a token endpoint (`/oauth/token`) for the authorization code grant with PKCE and for
 * refresh tokens, which are good once.
 */
export class CarrierAccounts {
  readonly #client: CarrierClient;
  readonly #codes = new Map<string, PendingCode>();
  readonly #accessTokens = new Map<string, Grant>();
  readonly #refreshTokens = new Map<string, string>();

  constructor(client: CarrierClient) {
    this.#client = client;
  }

  /** The account that an Authorization header speaks for; null when its token is not good. */
  accountOf(authorization = ""): string | null {
    const grant = this.#accessTokens.get(authorization.replace(/^Bearer /, ""));
    return grant && grant.expiresAt > Date.now() ? grant.account : null;
  }

  serve(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    if (pathname === "/oauth/authorize" && request.method === "GET") this.#ask(searchParams, response);
    else if (pathname === "/oauth/authorize" && request.method === "POST") this.#decide(request, response);
    else if (pathname === "/oauth/token" && request.method === "POST") this.#token(request, response);
    else sendJson(response, 404, { error: "not_found" });
  }

  #ask(query: URLSearchParams, response: ServerResponse): void {
    if (query.get("client_id") !== this.#client.id || !URL.canParse(query.get("redirect_uri") ?? "")) {
      sendJson(response, 400, { error: "invalid_request" });
      return;
    }
    const kept = ["redirect_uri", "state", "code_challenge"]
      .map((name) => `<input type="hidden" name="${name}" value="${escaped(query.get(name) ?? "")}">`)
      .join("");
    const choices = [...parcels.keys()].map((account) => `<option>${escaped(account)}</option>`).join("");
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.end(`<!doctype html><html lang="en"><title>Parcel carrier</title>
      <h1>Parcel carrier</h1>
      <p>An application asks to see your parcels.</p>
      <form method="post">${kept}
        <label>Your account <select name="account">${choices}</select></label>
        <button name="decision" value="allow">Allow</button>
        <button name="decision" value="deny">Deny</button>
      </form></html>`);
  }

  async #decide(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await text(request));
    const redirectUri = form.get("redirect_uri") ?? "";
    const back = URL.parse(redirectUri);
    if (!back) return sendJson(response, 400, { error: "invalid_request" });
    back.searchParams.set("state", form.get("state") ?? "");
    if (form.get("decision") === "allow") {
      const code = randomUUID();
      const challenge = form.get("code_challenge") ?? "";
      this.#codes.set(code, { ...grantFor(form.get("account") ?? ""), challenge, redirectUri });
      back.searchParams.set("code", code);
    } else {
      back.searchParams.set("error", "access_denied");
    }
    response.writeHead(303, { Location: back.href }).end();
  }

  async #token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await text(request));
    const { id, secret } = this.#client;
    const expected = `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;
    if (request.headers.authorization !== expected) {
      return sendJson(response, 401, { error: "invalid_client" });
    }
    const account =
      form.get("grant_type") === "refresh_token" ? this.#redeemRefresh(form) : this.#redeemCode(form);
    if (account === null) return sendJson(response, 400, { error: "invalid_grant" });
    const [accessToken, refreshToken] = [randomUUID(), randomUUID()];
    this.#accessTokens.set(accessToken, grantFor(account));
    this.#refreshTokens.set(refreshToken, account);
    response.setHeader("Cache-Control", "no-store");
    sendJson(response, 200, {
      access_token: accessToken,
      token_type: "Bearer",
      expires_in: LIFETIME_S,
      refresh_token: refreshToken,
      scope: "parcels",
    });
  }

  #redeemCode(form: URLSearchParams): string | null {
    const code = form.get("code") ?? "";
    const pending = this.#codes.get(code);
    this.#codes.delete(code);
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    const isGood =
      pending !== undefined &&
      pending.expiresAt > Date.now() &&
      pending.challenge === challenge &&
      pending.redirectUri === form.get("redirect_uri");
    return isGood ? pending.account : null;
  }

  #redeemRefresh(form: URLSearchParams): string | null {
    const token = form.get("refresh_token") ?? "";
    const account = this.#refreshTokens.get(token) ?? null;
    this.#refreshTokens.delete(token);
    return account;
  }
}

function grantFor(account: string): Grant {
  return { account, expiresAt: Date.now() + LIFETIME_S * 1000 };
}

function escaped(value: string): string {
  return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
