import type { IssuedToken } from "../../../../clients/tokens/issued-tokens.ts";
import { readBoolean } from "../../../../documents/read.ts";
import type { FlowContext } from "../../../../flow/context.ts";
import { faults, requestFaults } from "../faults.ts";
import { storeTokens, type Tokens } from "../issue.ts";
import { jwt, type KindOfToken, opaque } from "../kinds-of-token.ts";
import { compileNamedValue, readNamedValue } from "../named-value.ts";
import { defineOperation, type OAuthContext } from "../operation.ts";
import { compileTokenRequest, readTokenRequest } from "../token-request.ts";

/** How a request for a new token names its grant. Format: RFC 6749, section 6. */
const GRANT_TYPE = "refresh_token";

/** Issues a new access token to the app that has a refresh token. */
function refreshing(kind: KindOfToken) {
  return defineOperation({
    failsWith: "answer",
    takes: ["ExpiresIn", "RefreshTokenExpiresIn"],

    read: (xml, report) => ({
      ...readTokenRequest(xml, report),
      presented: readNamedValue(xml, "RefreshToken", "request.formparam.refresh_token"),
      reuses: readBoolean(xml.child("ReuseRefreshToken"), false, report),
      kind: kind.read(xml, report),
    }),

    build(config, context, answer) {
      const request = compileTokenRequest(config, context, answer);
      const presentedOf = compileNamedValue(config.presented, context);
      const keep = config.reuses ? reuse : rotate;
      const finish = kind.build(config.kind, context);

      const presentedIn = (flow: FlowContext): string => {
        const text = presentedOf(flow);
        if (text !== "") return text;
        const { isChosen, variables } = config.presented;
        throw isChosen
          ? faults.unresolvedRefreshToken(variables[0] ?? "")
          : requestFaults.missing(GRANT_TYPE);
      };

      return async function refresh(flow) {
        request.success.clear(flow);
        const grantType = request.grantType(flow);
        if (grantType !== GRANT_TYPE) throw requestFaults.grantType(grantType);
        const presented = presentedIn(flow);
        const client = await request.client(flow);
        const granted = await findRefreshToken(presented, client.credential.consumerKey, context, flow);
        const refreshCount = granted.refreshCount + 1;
        const issue = { client, grantType, granted, hasRefreshToken: true, refreshCount };
        const issued = await finish(flow, request.issue(flow, issue));
        const kept = await keep(granted, issued, context, flow);
        // A refresh token that stays has been stored by then.
        const stored = kind.stored(config.reuses ? { ...kept, refresh: null } : kept);
        await storeTokens(stored, context, flow);
        request.success.finish(flow, client, kept);
      };
    },
  });
}

/** Apigee: "OAuthV2 policy" (RefreshAccessToken). */
export const refreshAccessToken = refreshing(opaque);

/** Apigee: "Using JWT OAuth tokens" (RefreshJWTAccessToken). */
export const refreshJwtAccessToken = refreshing(jwt);

/** The refresh token, if it counts and is that of the app. */
async function findRefreshToken(
  token: string,
  clientId: string,
  { issuedTokens }: OAuthContext,
  { exchange }: FlowContext,
): Promise<IssuedToken> {
  const found = await issuedTokens.find("refresh", token, 0, exchange);
  if (found?.clientId !== clientId || found.status !== "approved") throw unknown();
  if (found.expiresAt === null || found.expiresAt > exchange.now()) return found;
  throw requestFaults.invalidGrant("Refresh Token expired");
}

function unknown() {
  return requestFaults.invalidGrant("Invalid Refresh Token");
}

/** The refresh token makes room for a new one: of several who present it at the same time, one gets that. */
async function rotate(
  found: IssuedToken,
  { access, refresh }: Tokens,
  context: OAuthContext,
  flow: FlowContext,
): Promise<Tokens> {
  const taken = await context.issuedTokens.take("refresh", found.token, flow.exchange);
  if (taken?.status !== "approved") throw unknown();
  // Who asks for less this time may ask for all of it the next.
  return { access, refresh: refresh && { ...refresh, scopes: found.scopes } };
}

/** The refresh token stays, until it expires. */
async function reuse(
  found: IssuedToken,
  { access, refresh: issued }: Tokens,
  context: OAuthContext,
  flow: FlowContext,
): Promise<Tokens> {
  // Where the access token is not stored it is not named, either.
  const sibling = issued?.sibling ?? null;
  const refresh = { ...found, sibling, refreshCount: access.refreshCount };
  if (!(await context.issuedTokens.change(found, refresh, flow.exchange))) throw unknown();
  return { access: { ...access, sibling: found.token }, refresh };
}
