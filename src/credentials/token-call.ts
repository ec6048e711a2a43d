import { SignJWT } from "jose";
import type { ServiceAccountKey } from "./service-account.ts";
import type { TokenCall, TokenRequest } from "./token-request.ts";

/** How far the assertion's times lie back, for a clock here that is ahead of Google's. Seconds. */
const CLOCK_SKEW = 60;

/** Google accepts no assertion that is valid for longer. Seconds. */
const ASSERTION_LIFETIME = 3600;

/** The scope that the IAM Credentials API asks of its callers. */
export const IAM_SCOPE = "https://www.googleapis.com/auth/cloud-platform";

/**
 * A call to the key's token endpoint: an assertion signed with the key, for an access token with scopes or an
 * ID token with an audience (RFC 7523).
 * @param now epoch milliseconds
 */
export async function assertionCall(
  key: ServiceAccountKey,
  request: TokenRequest,
  now: number,
): Promise<TokenCall> {
  const issued = Math.floor(now / 1000) - CLOCK_SKEW;
  const claims =
    request.kind === "access"
      ? { scope: request.scopes.join(" ") }
      : { sub: key.account, target_audience: request.audience };
  const assertion = await new SignJWT(claims)
    .setProtectedHeader({ alg: "RS256", typ: "JWT", ...(key.keyId !== null && { kid: key.keyId }) })
    .setIssuer(key.account)
    .setAudience(key.tokenUri)
    .setIssuedAt(issued)
    .setExpirationTime(issued + ASSERTION_LIFETIME)
    .sign(await key.privateKey());
  const form = new URLSearchParams({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion });
  return {
    url: key.tokenUri,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: form.toString(),
    secrets: [assertion],
  };
}

/**
 * A call to the IAM Credentials API, which makes tokens for any account that the caller may act as, and those
 * that a token endpoint cannot make.
 * @param api its address, such as `https://iamcredentials.googleapis.com`
 * @param authorization the caller's access token for {@link IAM_SCOPE}, as `Bearer TOKEN`
 */
export function iamCall(
  api: string,
  account: string,
  request: TokenRequest,
  authorization: string,
): TokenCall {
  const [method, body] =
    request.kind === "access"
      ? ["generateAccessToken", { scope: request.scopes, lifetime: `${request.lifetime}s` }]
      : ["generateIdToken", { audience: request.audience, includeEmail: request.includeEmail }];
  return {
    url: `${api}/v1/projects/-/serviceAccounts/${encodeURIComponent(account)}:${method}`,
    headers: { "content-type": "application/json", authorization },
    body: JSON.stringify(body),
    secrets: [authorization, authorization.replace(/^Bearer /, "")],
  };
}
