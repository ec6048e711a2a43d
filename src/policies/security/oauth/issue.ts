import type { KnownClient } from "../../../clients/identify.ts";
import {
  type IssuedToken,
  type TokenAttribute,
  TokenStoreError,
} from "../../../clients/tokens/issued-tokens.ts";
import type { XmlElement } from "../../../documents/element.ts";
import { readBoolean } from "../../../documents/read.ts";
import type { Report } from "../../../documents/report.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { compileAttributes, readAttributes } from "./attributes.ts";
import { compileExpiry, readExpiry } from "./expiry.ts";
import { faults, requestFaults } from "./faults.ts";
import type { Granted } from "./grants/grant.ts";
import { compileNamedValue, readNamedValue } from "./named-value.ts";
import { newToken } from "./new-token.ts";
import type { OAuthContext } from "./operation.ts";
import { allowedScopes, grantedScopes, scopesIn } from "./scopes.ts";

/** Characters, as Apigee has them. */
const ACCESS_TOKEN_LENGTH = 28;
const REFRESH_TOKEN_LENGTH = 32;

/** Bytes of what a request says beside a token, and of a token from elsewhere. */
const LONGEST = 2048;

/** An access token and, where there is one, its refresh token. */
export interface Tokens {
  readonly access: IssuedToken;
  readonly refresh: IssuedToken | null;
}

/** Whom tokens are issued to, and what for. */
export interface Issue {
  readonly client: KnownClient;
  readonly grantType: string;
  readonly granted: Granted;
  readonly hasRefreshToken: boolean;
  readonly refreshCount: number;
}

export type IssueConfig = ReturnType<typeof readIssue>;

/** Reads what tokens are issued like. Reports what is wrong with expiries and attributes. */
export function readIssue(xml: XmlElement, report: Report) {
  return {
    scope: readNamedValue(xml, "Scope"),
    endUser: readNamedValue(xml, "AppEndUser"),
    attributes: readAttributes(xml, report),
    expiresIn: readExpiry(xml, "ExpiresIn", report),
    refreshExpiresIn: readExpiry(xml, "RefreshTokenExpiresIn", report),
    accessToken: readNamedValue(xml, "ExternalAccessToken"),
    refreshToken: readNamedValue(xml, "ExternalRefreshToken"),
    stores: readBoolean(xml.child("StoreToken"), true, report),
  };
}

/**
 * Compiles how tokens are issued: by the gateway, or with the texts that another system has made. They are not stored yet.
 * Apigee: "OAuthV2 policy", "Using third-party OAuth tokens".
 */
export function compileIssue(
  config: IssueConfig,
  context: OAuthContext,
): (flow: FlowContext, issue: Issue) => Tokens {
  const scopeOf = compileNamedValue(config.scope, context);
  const endUserOf = compileNamedValue(config.endUser, context);
  const attributesOf = compileAttributes(config.attributes, context);
  const accessEnds = compileExpiry(config.expiresIn, context);
  const refreshEnds = compileExpiry(config.refreshExpiresIn, context);
  const tokenFrom = compileTokenText(
    config.accessToken,
    ACCESS_TOKEN_LENGTH,
    faults.unresolvedAccessToken,
    context,
  );
  const refreshFrom = compileTokenText(
    config.refreshToken,
    REFRESH_TOKEN_LENGTH,
    faults.unresolvedRefreshToken,
    context,
  );

  return (flow, { client, grantType, granted, hasRefreshToken, refreshCount }) => {
    const asked = scopesIn(bounded(scopeOf(flow), "The scope"));
    const shared = {
      clientId: client.credential.consumerKey,
      appId: client.app.appId,
      products: client.products.map(({ name }) => name),
      scopes: grantedScopes(asked, allowedScopes(client), granted.scopes),
      grantType,
      endUser: bounded(endUserOf(flow), "The end user") || granted.endUser,
      attributes: merged(granted.attributes, attributesOf(flow)),
      status: "approved",
      issuedAt: flow.exchange.now(),
      refreshCount,
      redirectUri: null,
      state: null,
    } as const;
    const access = tokenFrom(flow);
    const refresh = hasRefreshToken ? refreshFrom(flow) : null;
    return {
      access: { ...shared, kind: "access", token: access, sibling: refresh, expiresAt: accessEnds(flow) },
      refresh:
        refresh === null
          ? null
          : { ...shared, kind: "refresh", token: refresh, sibling: access, expiresAt: refreshEnds(flow) },
    };
  };
}

/** The text of a token: that of the variable which the policy names, or a new one. */
export function compileTokenText(
  named: IssueConfig["accessToken"],
  length: number,
  unresolved: typeof faults.unresolvedAccessToken,
  context: OAuthContext,
): (flow: FlowContext) => string {
  if (!named.isChosen) return () => newToken(length);
  const textOf = compileNamedValue(named, context);
  return (flow) => {
    const text = textOf(flow);
    if (text === "") throw unresolved(named.variables[0] ?? "");
    return bounded(text, "The token");
  };
}

/** A text that a client may have chosen, if it is not longer than one may be. */
export function bounded(text: string, what: string): string {
  if (Buffer.byteLength(text) > LONGEST) throw requestFaults.tooLong(what);
  return text;
}

/** Of two attributes with the same name, the later one. */
function merged(
  before: readonly TokenAttribute[],
  after: readonly TokenAttribute[],
): readonly TokenAttribute[] {
  return [...new Map([...before, ...after].map((attribute) => [attribute.name, attribute])).values()];
}

/**
 * Stores tokens. One from elsewhere that is there already is replaced if it is of the same app and was not revoked;
 * nobody gets a token that somebody else has.
 */
export async function storeTokens(
  tokens: readonly IssuedToken[],
  { issuedTokens }: OAuthContext,
  { exchange }: FlowContext,
): Promise<void> {
  if (await issuedTokens.add(tokens, exchange)) return;
  for (const token of tokens) {
    const found = await issuedTokens.find(token.kind, token.token, 0, exchange);
    const isOwn = found === null || (found.clientId === token.clientId && found.status === "approved");
    if (!isOwn) throw requestFaults.invalidGrant("The token is in use");
    const isStored = found
      ? issuedTokens.change(found, token, exchange)
      : issuedTokens.add([token], exchange);
    if (!(await isStored)) throw new TokenStoreError("A token is being changed by somebody else.");
  }
}
