import { calculatePKCECodeChallenge, generateRandomCodeVerifier, generateRandomState } from "oauth4webapi";
import type { OutboundApplication } from "./application.ts";
import { clientFor, type PendingConsent } from "./record.ts";

/** How long a user may take to give consent. Milliseconds. */
export const CONSENT_TIMEOUT_MS = 600_000;

/** How many consents of one user and application may be under way; the oldest is dropped first. */
export const MOST_PENDING = 5;

/** Where a consent that was begun sends the browser, and what has to come back. */
export interface BegunConsent {
  /** The authorization server's page. */
  readonly url: string;
  readonly pending: PendingConsent;
}

/**
 * Begins to ask for a consent (RFC 6749, section 4.1.1; PKCE with S256, RFC 7636). Parameters that the
 * application's authorization URL has of its own stay, such as `prompt=consent`.
 */
export async function beginConsent(
  application: OutboundApplication,
  { redirectUri, returnTo }: { readonly redirectUri: string; readonly returnTo: string },
  now: number,
): Promise<BegunConsent> {
  const state = generateRandomState();
  const verifier = application.pkce ? generateRandomCodeVerifier() : null;
  const url = new URL(application.authorizationUrl);
  const { searchParams } = url;
  searchParams.set("response_type", "code");
  searchParams.set("client_id", application.clientId);
  searchParams.set("redirect_uri", redirectUri);
  if (application.scopes.length > 0) searchParams.set("scope", application.scopes.join(" "));
  searchParams.set("state", state);
  if (verifier !== null) {
    searchParams.set("code_challenge", await calculatePKCECodeChallenge(verifier));
    searchParams.set("code_challenge_method", "S256");
  }
  const expiresAt = now + CONSENT_TIMEOUT_MS;
  const client = clientFor(application);
  return { url: url.href, pending: { state, verifier, redirectUri, returnTo, client, expiresAt } };
}

/** The consents that are still under way, with a new one. */
export function withPending(
  pending: readonly PendingConsent[],
  added: PendingConsent,
  now: number,
): PendingConsent[] {
  return [...pending.filter(({ expiresAt }) => expiresAt > now), added].slice(-MOST_PENDING);
}
