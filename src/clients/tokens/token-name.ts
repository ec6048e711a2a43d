import type { Revocation, TokenKind } from "./issued-tokens.ts";

const encoder = new TextEncoder();

/** The name of the Durable Object of a token: whoever reads it learns nothing of the token. */
export async function tokenName(environment: string, kind: TokenKind, token: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", encoder.encode(token));
  return JSON.stringify([environment, kind, Buffer.from(digest).toString("base64url")]);
}

/** The name of the Durable Object that says until when tokens of an app, of a user, or of a user in an app are revoked. */
export async function revocationName(
  environment: string,
  { appId, endUser }: Revocation | { readonly appId: string | null; readonly endUser: string | null },
): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", encoder.encode(JSON.stringify([appId, endUser])));
  return JSON.stringify([environment, "revocation", Buffer.from(digest).toString("base64url")]);
}
