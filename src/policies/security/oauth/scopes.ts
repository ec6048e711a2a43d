import type { KnownClient } from "../../../clients/identify.ts";
import { requestFaults } from "./faults.ts";

/** The scopes in a text, with white space between them, each once. */
export function scopesIn(text: string): readonly string[] {
  return [...new Set(text.split(/\s+/).filter((scope) => scope !== ""))];
}

/**
 * What is granted of the scopes that a request asks for: those that may be granted, and all of these where it asks for
 * none. Who asks only for others gets nothing, unless there is nothing to grant at all.
 * Apigee: "Working with OAuth2 scopes".
 */
export function grantedScopes(asked: readonly string[], allowed: readonly string[]): readonly string[] {
  if (asked.length === 0 || allowed.length === 0) return allowed;
  const granted = asked.filter((scope) => allowed.includes(scope));
  if (granted.length === 0) throw requestFaults.invalidScope();
  return granted;
}

/** The scopes that an app's key can be granted: those of its products and, where it has some of its own, only these. */
export function allowedScopes({ credential, products }: KnownClient): readonly string[] {
  const scopes = scopesIn(products.flatMap((product) => product.scopes).join(" "));
  const own = scopesIn(credential.scopes.join(" "));
  return own.length === 0 ? scopes : scopes.filter((scope) => own.includes(scope));
}
