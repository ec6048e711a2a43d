import type { KnownClient } from "../../../../clients/identify.ts";
import type { IssuedToken } from "../../../../clients/tokens/issued-tokens.ts";
import { requestFaults } from "../faults.ts";
import { compileNamedValue, readNamedValue } from "../named-value.ts";
import { registeredRedirections } from "../redirection.ts";
import { defineGrant } from "./grant.ts";

/**
 * A user has agreed, for which the app has got a code. It counts once, also for who presents it wrongly.
 * Apigee: "OAuthV2 policy" (Code, RedirectUri), "OAuth HTTP error response reference". Format: RFC 6749, section 4.1.3.
 */
export const authorizationCode = defineGrant({
  hasRefreshToken: true,

  read: (xml) => ({
    code: readNamedValue(xml, "Code", "request.formparam.code"),
    redirectUri: readNamedValue(xml, "RedirectUri", "request.formparam.redirect_uri"),
  }),

  build(config, context) {
    const codeOf = compileNamedValue(config.code, context);
    const redirectUriOf = compileNamedValue(config.redirectUri, context);
    return async (flow, client) => {
      const presented = codeOf(flow);
      if (presented === "") throw requestFaults.missing("code");
      const code = await context.issuedTokens.take("code", presented, flow.exchange);
      if (code?.clientId !== client.credential.consumerKey || code.status !== "approved") {
        throw requestFaults.invalidGrant("Invalid Authorization Code");
      }
      if (code.expiresAt !== null && code.expiresAt <= flow.exchange.now()) {
        throw requestFaults.invalidGrant("Authorization Code expired");
      }
      checkRedirection(redirectUriOf(flow), code, client);
      return code;
    };
  },
});

/** The address is named again, but where the app has registered only one. */
function checkRedirection(named: string, { redirectUri }: IssuedToken, { app }: KnownClient): void {
  if (named !== "") {
    if (named !== redirectUri) throw requestFaults.otherRedirection(named);
    return;
  }
  const [only, another] = registeredRedirections(app);
  if (only !== redirectUri || another !== undefined) throw requestFaults.missing("redirect_uri");
}
