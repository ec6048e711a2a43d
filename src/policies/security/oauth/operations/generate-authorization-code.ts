import type { IssuedToken } from "../../../../clients/tokens/issued-tokens.ts";
import { OwnVariables } from "../../../parts/own-variables.ts";
import { compileAttributes, readAttributes } from "../attributes.ts";
import { compileAuthorizationRequest, readAuthorizationRequest, redirect } from "../authorization-request.ts";
import { compileExpiry, readExpiry } from "../expiry.ts";
import { faults } from "../faults.ts";
import { bounded, compileTokenText, storeTokens } from "../issue.ts";
import { compileNamedValue, readNamedValue } from "../named-value.ts";
import { defineOperation } from "../operation.ts";
import { withParameters } from "../redirection.ts";
import { allowedScopes, grantedScopes, scopesIn } from "../scopes.ts";

/** Characters. */
const CODE_LENGTH = 32;

/**
 * Gives the app that has sent a user a code, with which it gets tokens. Who the user is, and whether this one agrees, is for
 * the flow to find out. Apigee: "OAuthV2 policy" (GenerateAuthorizationCode). Format: RFC 6749, section 4.1.
 */
export const generateAuthorizationCode = defineOperation({
  failsWith: "answer",
  takes: ["ExpiresIn"],
  redirects: true,

  read: (xml, report) => ({
    request: readAuthorizationRequest(xml),
    scope: readNamedValue(xml, "Scope", "request.formparam.scope", "request.queryparam.scope"),
    endUser: readNamedValue(xml, "AppEndUser"),
    attributes: readAttributes(xml, report),
    expiresIn: readExpiry(xml, "ExpiresIn", report),
    code: readNamedValue(xml, "ExternalAuthorizationCode"),
  }),

  build(config, context, answer) {
    const { policy } = context;
    const requestOf = compileAuthorizationRequest(config.request, "code", context);
    const scopeOf = compileNamedValue(config.scope, context);
    const endUserOf = compileNamedValue(config.endUser, context);
    const attributesOf = compileAttributes(config.attributes, context);
    const expiryOf = compileExpiry(config.expiresIn, context, "code");
    const codeFrom = compileTokenText(config.code, CODE_LENGTH, faults.unresolvedCode, context);
    const variables = new OwnVariables(`oauthv2authcode.${policy}.`);

    return async function generate(flow) {
      variables.clear(flow);
      const { client, redirectUri, state } = await requestOf(flow);
      const asked = scopesIn(bounded(scopeOf(flow), "The scope"));
      const { credential, app, products } = client;
      const code: IssuedToken = {
        kind: "code",
        token: codeFrom(flow),
        sibling: null,
        clientId: credential.consumerKey,
        appId: app.appId,
        products: products.map(({ name }) => name),
        scopes: grantedScopes(asked, allowedScopes(client), null),
        grantType: "authorization_code",
        endUser: bounded(endUserOf(flow), "The end user") || null,
        attributes: attributesOf(flow),
        status: "approved",
        issuedAt: flow.exchange.now(),
        expiresAt: expiryOf(flow),
        refreshCount: 0,
        redirectUri,
        state: state || null,
      };
      await storeTokens([code], context, flow);
      const scope = code.scopes.join(" ");
      variables.set(flow, [
        ["", "code", code.token],
        ["", "redirect_uri", redirectUri],
        ["", "scope", scope],
        ["", "client_id", code.clientId],
        ["", "state", state],
      ]);
      if (answer.success === null) return;
      redirect(policy, withParameters(redirectUri, { code: code.token, scope, state }, "query"), flow);
    };
  },
});
