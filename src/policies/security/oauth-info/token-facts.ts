import type { App, Developer } from "../../../clients/entities.ts";
import type { IssuedToken } from "../../../clients/tokens/issued-tokens.ts";
import type { FlowContext } from "../../../flow/context.ts";
import type { Told } from "../../parts/own-variables.ts";

/** Whose a token or a key is, as far as that is still deployed. */
export interface TokenClient {
  readonly app: App | null;
  /** Null also where the app is an app group's. */
  readonly developer: Developer | null;
}

/** Seconds that are left, as a text; `-1` for ever. */
export function secondsLeft({ expiresAt }: IssuedToken, now: number): string {
  return expiresAt === null ? "-1" : String(Math.max(0, Math.floor((expiresAt - now) / 1000)));
}

/**
 * What is told of an access token. Apigee: "GetOAuthV2Info policy" (Access token variables).
 * @param refresh its refresh token, where that is still known
 */
export function accessTokenFacts(
  token: IssuedToken,
  refresh: IssuedToken | null,
  client: TokenClient,
  { identity, exchange }: FlowContext,
): Told[] {
  const now = exchange.now();
  return [
    ...attributesOf("accesstoken.", token),
    ["", "access_token", token.token],
    ["", "token_type", "BearerToken"],
    ["", "scope", token.scopes.join(" ")],
    ["", "status", token.status],
    ["", "client_id", token.clientId],
    ["", "grant_type", token.grantType],
    ["", "issued_at", String(token.issuedAt)],
    ["", "expires_in", secondsLeft(token, now)],
    ["", "refresh_count", String(token.refreshCount)],
    ["", "refresh_token", token.sibling ?? ""],
    ["", "api_product_list", `[${token.products.join(",")}]`],
    ["", "organization_name", identity.organization],
    ...(token.endUser === null ? [] : [["", "app_enduser", token.endUser] as const]),
    ...(refresh ? refreshFacts(refresh, now) : []),
    ...clientFacts(client),
  ];
}

/** Apigee: "GetOAuthV2Info policy" (Refresh token variables). */
export function refreshTokenFacts(
  token: IssuedToken,
  client: TokenClient,
  { identity, exchange }: FlowContext,
): Told[] {
  return [
    ...attributesOf("accesstoken.", token),
    ["", "access_token", token.sibling ?? ""],
    ["", "refresh_token", token.token],
    ["", "client_id", token.clientId],
    ["", "scope", token.scopes.join(" ")],
    ["", "refresh_count", String(token.refreshCount)],
    ["", "organization_name", identity.organization],
    ...refreshFacts(token, exchange.now()),
    ...clientFacts(client),
  ];
}

/** Apigee: "GetOAuthV2Info policy" (Authorization code variables). */
export function codeFacts(token: IssuedToken, { exchange }: FlowContext): Told[] {
  return [
    ...attributesOf("", token),
    ["", "code", token.token],
    ["", "id", token.token],
    ["", "scope", token.scopes.join(" ")],
    ["", "redirect_uri", token.redirectUri ?? ""],
    ["", "client_id", token.clientId],
    ["", "state", token.state],
    ["", "status", token.status],
    ["", "issued_at", String(token.issuedAt)],
    ["", "expires_in", secondsLeft(token, exchange.now())],
  ];
}

/** Apigee: "GetOAuthV2Info policy" (Client ID variables). */
export function clientIdFacts(consumerKey: string, consumerSecret: string, client: TokenClient): Told[] {
  const { app } = client;
  return [
    ...(app?.attributes ?? []).map(({ name, value }): Told => ["", name, value]),
    ["", "client_id", consumerKey],
    ["", "client_secret", consumerSecret],
    ["", "redirection_uris", app?.callbackUrl ?? ""],
    ...clientFacts(client),
  ];
}

function clientFacts({ app, developer }: TokenClient): Told[] {
  return [
    ...(app
      ? ([
          ["developer.app.", "name", app.name],
          ["developer.app.", "id", app.appId],
        ] as const)
      : []),
    ...(developer
      ? ([
          ["developer.", "id", developer.developerId],
          ["developer.", "email", developer.email],
        ] as const)
      : []),
  ];
}

function refreshFacts(refresh: IssuedToken, now: number): Told[] {
  return [
    ["", "refresh_token_status", refresh.status],
    ["", "refresh_token_issued_at", String(refresh.issuedAt)],
    ["", "refresh_token_expires_in", secondsLeft(refresh, now)],
  ];
}

function attributesOf(group: string, { attributes }: IssuedToken): Told[] {
  return attributes.map(({ name, value }) => [group, name, value]);
}
