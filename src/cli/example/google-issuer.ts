import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { json, text } from "node:stream/consumers";
import {
  calculateJwkThumbprint,
  decodeJwt,
  exportJWK,
  exportPKCS8,
  type GenerateKeyPairResult,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from "jose";
import * as v from "valibot";
import { sendJson } from "./send-json.ts";

/** What a caller of the IAM Credentials API needs in its access token. */
const CLOUD_PLATFORM = "https://www.googleapis.com/auth/cloud-platform";

const GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/** A service account that the issuer knows. */
export interface IssuerAccount {
  /** The public part of its key; null for an account that others act for. */
  readonly publicKey: JWK | null;
  /** The accounts that may ask for its tokens through the IAM Credentials API. */
  readonly actors: readonly string[];
}

/**
 * Issues tokens as Google does, on this machine:
 *
 * | route | |
 * |---|---|
 * | `POST /token` | an access or ID token for an assertion, whose signature, audience, times and claims are checked |
 * | `POST /v1/projects/-/serviceAccounts/ACCOUNT:generateAccessToken`, `…:generateIdToken` | the IAM Credentials API |
 * | `GET /jwks` | the public key that verifies the tokens; access tokens are signed, too |
 */
export class GoogleIssuer {
  readonly url: string;
  readonly #accounts = new Map<string, IssuerAccount>();
  readonly #keys: GenerateKeyPairResult;
  readonly #jwk: JWK;
  readonly #actsForAnyone: string | null;
  readonly #server: Server;

  private constructor(
    url: string,
    server: Server,
    keys: GenerateKeyPairResult,
    jwk: JWK,
    actsForAnyone: string | null,
  ) {
    this.url = url;
    this.#server = server;
    this.#keys = keys;
    this.#jwk = jwk;
    this.#actsForAnyone = actsForAnyone;
  }

  /**
   * Starts an issuer without accounts on a free port of this machine.
   * @param options.actsForAnyone an account that may ask for the tokens of any other, known or not
   */
  static async start(options: { actsForAnyone?: string } = {}): Promise<GoogleIssuer> {
    const keys = await generateKeyPair("RS256", { extractable: true });
    const publicKey = await exportJWK(keys.publicKey);
    const jwk = { ...publicKey, kid: await calculateJwkThumbprint(publicKey), alg: "RS256", use: "sig" };
    let listener: RequestListener = () => {};
    const server = createServer((request, response) => listener(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const issuer = new GoogleIssuer(url, server, keys, jwk, options.actsForAnyone ?? null);
    listener = issuer.#listener;
    return issuer;
  }

  addAccount(email: string, account: IssuerAccount): void {
    this.#accounts.set(email, account);
  }

  /** Makes an account with a new key, and returns the key file that Google would give out for it. */
  async createAccount(email: string): Promise<string> {
    const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
    this.addAccount(email, { publicKey: await exportJWK(publicKey), actors: [email] });
    return JSON.stringify({
      type: "service_account",
      client_email: email,
      private_key: await exportPKCS8(privateKey),
      token_uri: `${this.url}/token`,
    });
  }

  /** Closes the port and every open connection. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  readonly #listener: RequestListener = async (request, response) => {
    try {
      const body = await this.#answer(request);
      sendJson(response, 200, body);
    } catch (error) {
      const { status, body } =
        error instanceof Refusal ? error : refuseToken("invalid_request", String(error));
      sendJson(response, status, body);
    }
  };

  async #answer(request: IncomingMessage): Promise<object> {
    const { pathname } = new URL(request.url ?? "/", this.url);
    if (request.method === "GET" && pathname === "/jwks") return { keys: [this.#jwk] };
    if (request.method === "POST" && pathname === "/token") return this.#exchange(await text(request));
    const [, account, method] = /^\/v1\/projects\/-\/serviceAccounts\/([^/:]+):(\w+)$/.exec(pathname) ?? [];
    if (request.method !== "POST" || account === undefined) throw refuseCall(404, "NOT_FOUND", "Not found");
    const caller = await this.#caller(request.headers.authorization ?? "");
    return this.#generate(caller, decodeURIComponent(account), method ?? "", await json(request));
  }

  /** RFC 7523, as Google's "Using OAuth 2.0 for Server to Server Applications" describes it. */
  async #exchange(form: string): Promise<object> {
    const parameters = new URLSearchParams(form);
    if (parameters.get("grant_type") !== GRANT)
      throw refuseToken("unsupported_grant_type", "Invalid grant_type");
    const {
      iss,
      sub,
      scope,
      target_audience: audience,
    } = await this.#verify(parameters.get("assertion") ?? "");
    if (typeof audience === "string" && audience !== "" && sub === iss) {
      return { id_token: await this.#sign({ sub: String(iss), aud: audience }, 3600) };
    }
    if (typeof scope !== "string" || !scope.split(" ").every(isScope)) {
      throw refuseToken("invalid_scope", "Invalid OAuth scope or ID token audience provided.");
    }
    const accessToken = await this.#sign({ sub: String(iss), scope }, 3600);
    return { access_token: accessToken, expires_in: 3599, token_type: "Bearer" };
  }

  async #verify(assertion: string): Promise<JWTPayload> {
    try {
      const email = String(decodeJwt(assertion).iss);
      const key = this.#accounts.get(email)?.publicKey;
      if (!key) throw new Error("account not found");
      const { payload } = await jwtVerify(assertion, await importJWK(key, "RS256"), {
        algorithms: ["RS256"],
        audience: `${this.url}/token`,
        requiredClaims: ["iat", "exp"],
        maxTokenAge: "1h",
      });
      if (Number(payload.exp) - Number(payload.iat) > 3600) throw new Error("valid for more than an hour");
      return payload;
    } catch (error) {
      throw refuseToken("invalid_grant", `Invalid JWT: ${error instanceof Error ? error.message : error}`);
    }
  }

  /** The account that a call's access token belongs to. */
  async #caller(authorization: string): Promise<string> {
    try {
      const { payload } = await jwtVerify(authorization.replace(/^Bearer /, ""), this.#keys.publicKey, {
        issuer: this.url,
        algorithms: ["RS256"],
      });
      if (payload.scope === CLOUD_PLATFORM) return String(payload.sub);
    } catch {
      throw refuseCall(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.");
    }
    throw refuseCall(403, "PERMISSION_DENIED", "Request had insufficient authentication scopes.");
  }

  /** The service account methods of "IAM Service Account Credentials API". */
  async #generate(caller: string, email: string, method: string, body: unknown): Promise<object> {
    const account = this.#accounts.get(email);
    if (!account && caller !== this.#actsForAnyone) {
      throw refuseCall(404, "NOT_FOUND", "Unknown service account");
    }
    if (!account?.actors.includes(caller) && caller !== this.#actsForAnyone) {
      throw refuseCall(403, "PERMISSION_DENIED", "Permission 'iam.serviceAccounts.getAccessToken' denied");
    }
    if (method === "generateAccessToken") {
      const { scope, lifetime } = valid(accessTokenBody, body);
      const expireTime = new Date(Date.now() + lifetime * 1000).toISOString();
      return { accessToken: await this.#sign({ sub: email, scope: scope.join(" ") }, lifetime), expireTime };
    }
    if (method !== "generateIdToken") throw refuseCall(404, "NOT_FOUND", "Not found");
    const { audience, includeEmail } = valid(idTokenBody, body);
    const claims = includeEmail ? { email, email_verified: true } : {};
    return { token: await this.#sign({ sub: email, aud: audience, ...claims }, 3600) };
  }

  #sign(claims: JWTPayload, seconds: number): Promise<string> {
    return new SignJWT(claims)
      .setProtectedHeader({ alg: "RS256", kid: String(this.#jwk.kid) })
      .setIssuer(this.url)
      .setIssuedAt()
      .setExpirationTime(`${seconds}s`)
      .sign(this.#keys.privateKey);
  }
}

const scope = v.pipe(v.string(), v.check(isScope));

const accessTokenBody = v.object({
  scope: v.pipe(v.array(scope), v.minLength(1)),
  lifetime: v.pipe(
    v.optional(v.string(), "3600s"),
    v.regex(/^\d{1,5}s$/),
    v.transform((duration) => Number.parseInt(duration, 10)),
    v.minValue(1),
    v.maxValue(3600),
  ),
});

const idTokenBody = v.object({
  audience: v.pipe(v.string(), v.nonEmpty()),
  includeEmail: v.optional(v.boolean(), false),
});

function isScope(text: string): boolean {
  return /^https:\/\/www\.googleapis\.com\/auth\/[\w.-]+$/.test(text);
}

function valid<T>(schema: v.GenericSchema<unknown, T>, body: unknown): T {
  const result = v.safeParse(schema, body);
  if (result.success) return result.output;
  throw refuseCall(400, "INVALID_ARGUMENT", "Request contains an invalid argument.");
}

/** An error answer. */
class Refusal extends Error {
  readonly status: number;
  readonly body: object;

  constructor(status: number, body: object) {
    super(JSON.stringify(body));
    this.status = status;
    this.body = body;
  }
}

/** As OAuth's token endpoints answer. */
function refuseToken(error: string, description: string): Refusal {
  return new Refusal(400, { error, error_description: description });
}

/** As Google's APIs answer. */
function refuseCall(code: number, status: string, message: string): Refusal {
  return new Refusal(code, { error: { code, message, status } });
}
