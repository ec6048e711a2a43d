import type { IssuedToken } from "../../../src/clients/tokens/issued-tokens.ts";

const HOUR_MS = 3_600_000;

/** A token that was issued a second ago, for an hour. */
export function issuedToken(more: Partial<IssuedToken> = {}): IssuedToken {
  return {
    kind: "access",
    token: crypto.randomUUID(),
    sibling: null,
    clientId: "key",
    appId: crypto.randomUUID(),
    products: ["p"],
    scopes: ["read"],
    grantType: "client_credentials",
    endUser: null,
    attributes: [{ name: "a", value: "1", display: true }],
    status: "approved",
    issuedAt: Date.now() - 1000,
    expiresAt: Date.now() + HOUR_MS,
    refreshCount: 0,
    redirectUri: null,
    state: null,
    ...more,
  };
}
