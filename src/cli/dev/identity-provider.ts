import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import {
  calculateJwkThumbprint,
  exportJWK,
  type GenerateKeyPairResult,
  generateKeyPair,
  type JWK,
  SignJWT,
} from "jose";
import type { IdentitySettings } from "../../credentials/identity.ts";
import { isThisMachine } from "../../egress/ip.ts";
import { sendJson } from "../example/send-json.ts";
import { listenOnLoopback } from "../loopback.ts";

/** The claim `aud` of its tokens. */
const AUDIENCE = "sortie-dev";

/** How long its tokens are good: longer than a day's work on one start. */
const LIFETIME = "12h";

/** Who one can be. */
const NAME = /^[\w.@+-]{1,100}$/;

/**
 * Lets whoever works on this machine be anybody, by tokens that the gateway on this machine accepts:
 *
 * | route | |
 * |---|---|
 * | `GET /login?as=NAME&return_to=URL` | sets the cookie of Cloudflare Access for this host, and goes to the URL; asks for what is missing |
 * | `GET /token?as=NAME` | a token as text, for `Authorization: Bearer` |
 * | `GET /jwks`, `GET /.well-known/openid-configuration` | what verifies the tokens |
 */
export class IdentityProvider {
  /** Its name in tokens, and where it listens. */
  readonly issuer: string;
  readonly #port: number;
  readonly #servers: readonly Server[];
  readonly #keys: GenerateKeyPairResult;
  readonly #jwk: JWK;

  private constructor(servers: readonly Server[], port: number, keys: GenerateKeyPairResult, jwk: JWK) {
    this.issuer = `http://localhost:${port}`;
    this.#port = port;
    this.#servers = servers;
    this.#keys = keys;
    this.#jwk = jwk;
  }

  /**
   * Starts one with a new key.
   * @param wantedPort taken when it is free; otherwise any other port of this machine is
   */
  static async start(wantedPort = 0): Promise<IdentityProvider> {
    const keys = await generateKeyPair("ES256", { extractable: true });
    const publicKey = await exportJWK(keys.publicKey);
    const kid = await calculateJwkThumbprint(publicKey);
    const listen = (wanted: number) => listenOnLoopback(() => createServer(), wanted);
    const { servers, port } = await listen(wantedPort).catch(() => listen(0));
    const provider = new IdentityProvider(servers, port, keys, {
      ...publicKey,
      kid,
      alg: "ES256",
      use: "sig",
    });
    for (const server of servers) {
      server.on("request", (request, response) => {
        provider.#answer(request, response).catch((error) => sendText(response, 500, String(error)));
      });
    }
    return provider;
  }

  /** The settings of an environment that takes its tokens. */
  get settings(): IdentitySettings {
    return {
      issuer: this.issuer,
      audience: AUDIENCE,
      jwksUri: `http://127.0.0.1:${this.#port}/jwks`,
      allowAnonymous: true,
      groupsClaim: null,
      loginUrl: `${this.issuer}/login`,
      publicUrl: null,
    };
  }

  /** A token of a user, which it takes at its word. */
  token(name: string): Promise<string> {
    return new SignJWT({ preferred_username: name })
      .setProtectedHeader({ alg: "ES256", kid: String(this.#jwk.kid) })
      .setIssuer(this.issuer)
      .setSubject(name)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime(LIFETIME)
      .sign(this.#keys.privateKey);
  }

  /** Closes the port and every open connection. */
  async stop(): Promise<void> {
    const closed = this.#servers.map((server) => new Promise((resolve) => server.close(resolve)));
    for (const server of this.#servers) server.closeAllConnections();
    await Promise.all(closed);
  }

  async #answer({ method, url = "/", headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    // A page of another site that has its name point to this machine gets nothing.
    if (!isLoopback(`http://${headers.host}`)) return sendText(response, 403, "This is for localhost only.");
    if (method !== "GET") return sendText(response, 405, "Only GET.");
    const { pathname, searchParams } = new URL(url, this.issuer);
    const name = searchParams.get("as");
    if (name !== null && !NAME.test(name)) {
      return sendText(response, 400, "A name is up to 100 letters, digits and any of . _ @ + -");
    }
    if (pathname === "/jwks") return sendJson(response, 200, { keys: [this.#jwk] });
    if (pathname === "/.well-known/openid-configuration")
      return sendJson(response, 200, this.#configuration());
    if (pathname === "/token" && name !== null) return sendText(response, 200, await this.token(name));
    if (pathname === "/login") return this.#login(response, name, searchParams.get("return_to"));
    sendText(response, 404, "There is /login?as=NAME&return_to=URL and /token?as=NAME.");
  }

  async #login(response: ServerResponse, name: string | null, returnTo: string | null): Promise<void> {
    if (returnTo !== null && !isLoopback(returnTo)) {
      return sendText(response, 400, "return_to has to be a URL on localhost.");
    }
    if (name === null) return sendHtml(response, loginPage(returnTo));
    const cookie = `CF_Authorization=${await this.token(name)}; Path=/; HttpOnly; SameSite=Lax`;
    response.setHeader("set-cookie", cookie);
    if (returnTo === null) return sendText(response, 200, `You are ${name} on localhost.`);
    response.writeHead(303, { location: returnTo, "cache-control": "no-store" }).end();
  }

  #configuration(): object {
    return {
      issuer: this.issuer,
      jwks_uri: `${this.issuer}/jwks`,
      authorization_endpoint: `${this.issuer}/login`,
      response_types_supported: ["none"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["ES256"],
    };
  }
}

function isLoopback(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed?.protocol === "http:" && isThisMachine(parsed.hostname);
}

function loginPage(returnTo: string | null): string {
  const hidden =
    returnTo === null ? "" : `<input type="hidden" name="return_to" value="${escapeHtml(returnTo)}">`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Sign in to sortie dev</title>
<h1>Sign in to sortie dev</h1>
<form action="/login">
  ${hidden}
  <p><label>Name <input name="as" value="alice" required autofocus></label> <button>Sign in</button></p>
</form>
</html>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}

function sendHtml(response: ServerResponse, page: string): void {
  response.writeHead(200, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": "default-src 'none'; form-action http://localhost:* http://127.0.0.1:*",
    "cache-control": "no-store",
  });
  response.end(page);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" });
  response.end(text);
}
