import * as oauth from "oauth4webapi";
import { maskOf } from "../mask.ts";
import type { TokenPost } from "../token-request.ts";
import type { OutboundApplication } from "./application.ts";
import { messageOf, OAuthError } from "./error.ts";
import { serverSays } from "./server-words.ts";
import { conformAnswer, refreshTokenIn, type TextAnswer } from "./token-answer.ts";

/** Tokens as an authorization server answered. Times are epoch milliseconds. */
export interface IssuedTokens {
  readonly accessToken: string;
  /** Null when the server gave none. */
  readonly refreshToken: string | null;
  readonly scopes: readonly string[];
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** What a token endpoint is asked with. */
export interface Asking {
  /** Sends a POST and reads the whole answer. Rejects when there is none. */
  send(call: TokenPost): Promise<TextAnswer>;
  /** Null for a public client. */
  readonly clientSecret: string | null;
  now(): number;
}

/** What can stand in an Authorization header as a token. */
const TOKEN = /^[\x21-\x7e]{1,16384}$/;

/** No access token is trusted for longer, whatever its server says. Seconds. */
const LONGEST_LIFETIME_S = 366 * 24 * 3600;

/**
 * Checks what the authorization server sent back with the browser: its name where the application knows it
 * (RFC 9207), the state, and that it is no error. Throws {@link OAuthError}.
 * @param secrets what the server may know and must not get shown when it quotes it
 */
export function readCallback(
  application: OutboundApplication,
  parameters: URLSearchParams,
  state: string,
  secrets: Secrets,
): URLSearchParams {
  const known = new URLSearchParams(parameters);
  // Nobody said whose name it should be.
  if (application.issuer === null) known.delete("iss");
  try {
    return oauth.validateAuthResponse(serverOf(application), clientOf(application), known, state);
  } catch (error) {
    const host = new URL(application.authorizationUrl).host;
    if (error instanceof oauth.AuthorizationResponseError) {
      throw new OAuthError("refused", serverSays(host, error, maskIn(secrets)));
    }
    throw new OAuthError("refused", `The answer of ${host} is not good: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

/** Exchanges the code of a callback that {@link readCallback} returned. Rejects with {@link OAuthError}. */
export async function exchangeCode(
  application: OutboundApplication,
  {
    callback,
    redirectUri,
    verifier,
  }: { callback: URLSearchParams; redirectUri: string; verifier: string | null },
  asking: Asking,
): Promise<IssuedTokens> {
  const [server, client] = [serverOf(application), clientOf(application)];
  const secrets = [asking.clientSecret, callback.get("code"), verifier];
  return ask(application, secrets, async () => {
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      authentication(application, asking),
      callback,
      redirectUri,
      verifier ?? oauth.nopkce,
      optionsFor(asking),
    );
    const answer = await oauth.processAuthorizationCodeResponse(server, client, response);
    return tokensIn(
      answer,
      application,
      { refreshToken: null, scopes: application.scopes },
      secrets,
      asking.now(),
    );
  });
}

/**
 * Renews tokens. The old refresh token stays good where the server gives no new one. Rejects with {@link OAuthError}.
 * @param old the refresh token, and the scopes that were granted with it
 * @param rescue takes a new refresh token out of an answer that is good for nothing else: the server may have made
 *   the old one void
 */
export async function refreshTokens(
  application: OutboundApplication,
  old: { readonly refreshToken: string; readonly scopes: readonly string[] },
  asking: Asking,
  rescue: (refreshToken: string) => Promise<void>,
): Promise<IssuedTokens> {
  const [server, client] = [serverOf(application), clientOf(application)];
  const secrets = [asking.clientSecret, old.refreshToken];
  let arrived: string | null = null;
  const send = async (call: TokenPost) => {
    const answer = await asking.send(call);
    arrived = refreshTokenIn(answer);
    return answer;
  };
  return ask(application, secrets, async () => {
    const authenticate = authentication(application, asking);
    const response = await oauth.refreshTokenGrantRequest(
      server,
      client,
      authenticate,
      old.refreshToken,
      optionsFor({ send }),
    );
    const answer = await oauth.processRefreshTokenResponse(server, client, response);
    return tokensIn(answer, application, old, secrets, asking.now());
  }).catch(async (error) => {
    if (arrived !== null) await rescue(arrived);
    throw error;
  });
}

/** Revokes a token where the application has an endpoint for that (RFC 7009). Rejects with {@link OAuthError}. */
export async function revokeToken(
  application: OutboundApplication,
  token: string,
  asking: Asking,
): Promise<void> {
  const [server, client] = [serverOf(application), clientOf(application)];
  await ask(application, [asking.clientSecret, token], async () => {
    const authenticate = authentication(application, asking);
    const response = await oauth.revocationRequest(server, client, authenticate, token, optionsFor(asking));
    await oauth.processRevocationResponse(response);
  });
}

function serverOf({ issuer, tokenUrl, revocationUrl }: OutboundApplication): oauth.AuthorizationServer {
  return {
    issuer: issuer ?? new URL(tokenUrl).origin,
    token_endpoint: tokenUrl,
    ...(revocationUrl !== null && { revocation_endpoint: revocationUrl }),
    authorization_response_iss_parameter_supported: issuer !== null,
  };
}

function clientOf({ clientId }: OutboundApplication): oauth.Client {
  return { client_id: clientId };
}

function authentication(
  { tokenEndpointAuthMethod }: OutboundApplication,
  { clientSecret }: Asking,
): oauth.ClientAuth {
  if (tokenEndpointAuthMethod === "none" || clientSecret === null) return oauth.None();
  return tokenEndpointAuthMethod === "client_secret_post"
    ? oauth.ClientSecretPost(clientSecret)
    : clientSecretBasic(clientSecret);
}

/** RFC 6749, section 2.3.1. The library's own encodes hyphens, too, which servers that decode nothing take amiss. */
function clientSecretBasic(clientSecret: string): oauth.ClientAuth {
  return (_server, { client_id: clientId }, _body, headers) => {
    headers.set("authorization", `Basic ${btoa(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`)}`);
  };
}

function formEncoded(text: string): string {
  return new URLSearchParams([["", text]]).toString().slice("=".length);
}

/** That http goes to this machine only is checked where applications are read. */
function optionsFor({ send }: Pick<Asking, "send">): oauth.TokenEndpointRequestOptions {
  return {
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: async (url, { headers, body }) =>
      conformAnswer(await send({ url, headers, body: body.toString() })),
  };
}

function tokensIn(
  answer: oauth.TokenEndpointResponse,
  { tokenUrl, accessTokenExpiration }: OutboundApplication,
  old: { readonly refreshToken: string | null; readonly scopes: readonly string[] },
  secrets: Secrets,
  now: number,
): IssuedTokens {
  const { host } = new URL(tokenUrl);
  const {
    access_token: accessToken,
    refresh_token: refreshToken = old.refreshToken,
    token_type: type,
    expires_in: seconds = accessTokenExpiration,
  } = answer;
  if (type !== "bearer") throw new OAuthError("refused", `${host} issues no bearer tokens.`);
  if (!TOKEN.test(accessToken)) throw new OAuthError("refused", `${host} answered with an unusable token.`);
  if (seconds === null) {
    throw new OAuthError(
      "refused",
      `${host} does not say how long its tokens live. Set accessTokenExpiration of the outbound application.`,
    );
  }
  const said = answer.scope === undefined ? null : maskIn(secrets)(answer.scope);
  const scopes = said?.split(" ").filter(Boolean) ?? old.scopes;
  const expiresAt = now + Math.min(seconds, LONGEST_LIFETIME_S) * 1000;
  return { accessToken, refreshToken, scopes, issuedAt: now, expiresAt };
}

/** What was sent, and must not be seen in what comes back. */
type Secrets = readonly (string | null)[];

function maskIn(secrets: Secrets): (text: string) => string {
  return maskOf(secrets.filter((secret) => secret !== null));
}

/** Whatever fails becomes an {@link OAuthError}. */
async function ask<T>(
  { tokenUrl }: OutboundApplication,
  secrets: Secrets,
  work: () => Promise<T>,
): Promise<T> {
  const { host } = new URL(tokenUrl);
  try {
    return await work();
  } catch (error) {
    if (error instanceof OAuthError) throw error;
    if (error instanceof oauth.ResponseBodyError) {
      const kind = error.error === "invalid_grant" ? "grant" : kindOf(error.status, error.error);
      throw new OAuthError(kind, serverSays(host, error, maskIn(secrets)));
    }
    if (error instanceof oauth.OperationProcessingError || error instanceof oauth.UnsupportedOperationError) {
      // Its cause may hold the answer, tokens and all.
      throw new OAuthError("trouble", `${host} answered with something else than tokens: ${error.message}.`);
    }
    throw new OAuthError("trouble", `${host} gave no tokens: ${messageOf(error)}`, { cause: error });
  }
}

function kindOf(status: number, error: string): OAuthError["kind"] {
  const passes = status === 408 || status === 429 || status >= 500;
  return passes || /^(?:temporarily_unavailable|server_error|slow_down)$/.test(error) ? "trouble" : "refused";
}
