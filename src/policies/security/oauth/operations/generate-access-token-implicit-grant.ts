import { compileAuthorizationRequest, readAuthorizationRequest, redirect } from "../authorization-request.ts";
import { nothingSaid } from "../grants/grant.ts";
import { compileIssue, readIssue, storeTokens } from "../issue.ts";
import { jwt, type KindOfToken, opaque } from "../kinds-of-token.ts";
import { readNamedValue } from "../named-value.ts";
import { defineOperation } from "../operation.ts";
import { withParameters } from "../redirection.ts";
import { compileSuccess } from "../success.ts";

/**
 * Gives the app that has sent a user an access token at once, in the fragment of its address, where its script in the browser
 * finds it. There is no refresh token. Format: RFC 6749, section 4.2.
 */
function granting(kind: KindOfToken) {
  return defineOperation({
    failsWith: "answer",
    takes: ["ExpiresIn"],
    redirects: true,

    read: (xml, report) => ({
      request: readAuthorizationRequest(xml),
      issue: {
        ...readIssue(xml, report),
        scope: readNamedValue(xml, "Scope", "request.formparam.scope", "request.queryparam.scope"),
      },
      kind: kind.read(xml, report),
    }),

    build({ request, issue, kind: config }, context, answer) {
      const requestOf = compileAuthorizationRequest(request, "token", context);
      const issueFor = compileIssue(issue, context);
      const finish = kind.build(config, context);
      const success = compileSuccess(context, { ...answer, success: null });

      return async function generate(flow) {
        success.clear(flow);
        const { client, redirectUri, state } = await requestOf(flow);
        const issued = issueFor(flow, {
          client,
          grantType: "implicit",
          granted: nothingSaid,
          hasRefreshToken: false,
          refreshCount: 0,
        });
        const tokens = await finish(flow, issued);
        if (issue.stores) await storeTokens(kind.stored(tokens), context, flow);
        success.finish(flow, client, tokens);
        if (answer.success === null) return;
        const { token, scopes, issuedAt, expiresAt } = tokens.access;
        const parameters = {
          access_token: token,
          token_type: answer.isCompliant ? "Bearer" : "BearerToken",
          expires_in: expiresAt === null ? "" : String(Math.floor((expiresAt - issuedAt) / 1000)),
          scope: scopes.join(" "),
          state,
        };
        redirect(context.policy, withParameters(redirectUri, parameters, "fragment"), flow);
      };
    },
  });
}

/** Apigee: "OAuthV2 policy" (GenerateAccessTokenImplicitGrant). */
export const generateAccessTokenImplicitGrant = granting(opaque);

/** Apigee: "Using JWT OAuth tokens" (GenerateJWTAccessTokenImplicitGrant). */
export const generateJwtAccessTokenImplicitGrant = granting(jwt);
