import type { KnownClient } from "../../../clients/identify.ts";
import { requestFaults } from "./faults.ts";

/** The scopes in a text, with white space between them, each once. */
export function scopesIn(text: string): readonly string[] {
  return [...new Set(text.split(/\s+/).filter((scope) => scope !== ""))];
}

/**
 * What is granted of the scopes that a request asks for: those that the app may have, and all of these where it asks for
 * none. It may be nothing, which is for the flow to judge. Who asks for more than a grant has is refused.
 * Apigee: "Working with OAuth2 scopes". Format: RFC 6749, section 6.
 * @param ofGrant null for a grant that says nothing of scopes
 */
export function grantedScopes(
  asked: readonly string[],
  ofApp: readonly string[],
  ofGrant: readonly string[] | null,
): readonly string[] {
  if (ofGrant && asked.some((scope) => !ofGrant.includes(scope))) throw requestFaults.invalidScope();
  const most = ofGrant ? ofGrant.filter((scope) => ofApp.includes(scope)) : ofApp;
  return asked.length === 0 ? most : asked.filter((scope) => most.includes(scope));
}

/** The scopes that an app's key can be granted: those of its products and, where it has some of its own, only these. */
export function allowedScopes({ credential, products }: KnownClient): readonly string[] {
  const scopes = scopesIn(products.flatMap((product) => product.scopes).join(" "));
  const own = scopesIn(credential.scopes.join(" "));
  return own.length === 0 ? scopes : scopes.filter((scope) => own.includes(scope));
}
