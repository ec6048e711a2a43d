import { after } from "../../../../clients/after.ts";
import { coverageOf, identify, type KnownClient, type Refusal } from "../../../../clients/identify.ts";
import type { IssuedToken } from "../../../../clients/tokens/issued-tokens.ts";
import type { FlowContext } from "../../../../flow/context.ts";
import type { Fault } from "../../../../flow/fault.ts";
import { faultOfRefusal } from "../../clients/faults.ts";
import { faults } from "../faults.ts";
import { compileNamedValue, type NamedValue, readNamedValue } from "../named-value.ts";
import { defineOperation, type OAuthContext } from "../operation.ts";
import { scopesIn } from "../scopes.ts";
import { signedTokens, storedTokens, type TokenSource } from "../token-sources.ts";
import { compileTokenVariables } from "../token-variables.ts";

/** Lets in who has an access token that counts, of an app that may call now, with an API product that covers the request. */
function verifying(source: TokenSource) {
  return defineOperation({
    failsWith: "challenge",
    takes: [],

    /** Problems: the warning InvalidCacheExpiry. */
    read: (xml, report) => ({
      token: readNamedValue(xml, "AccessToken"),
      prefix: xml.child("AccessTokenPrefix")?.text() || "Bearer",
      scopes: scopesIn(xml.child("Scope")?.text() ?? ""),
      source: source.read(xml, report),
    }),

    scopes: ({ scopes }) => scopes,
    urls: (config) => source.urls(config.source),

    build({ token, prefix, scopes, ...config }, context) {
      const { directory, environment } = context;
      const tokenIn = compileToken(token, prefix, context);
      const find = source.build(config.source, context);
      const variables = compileTokenVariables(context.policy);

      const letIn = (flow: FlowContext, found: IssuedToken, client: KnownClient | Refusal): void => {
        if (typeof client === "string") throw faultOfClient(client);
        if (client.app.appId !== found.appId) throw faults.unknownAccessToken();
        // What the app has now counts, and of that what the token was issued for.
        const products = client.products.filter(({ name }) => found.products.includes(name));
        const { proxy } = flow.identity;
        const call = { environment, proxy, pathSuffix: flow.pathSuffix, verb: flow.request.verb };
        const coverage = coverageOf(products, call);
        if (coverage === null) throw faults.noProduct();
        variables.set(flow, found, client, coverage);
      };

      const check = (flow: FlowContext, found: IssuedToken | null): void | Promise<void> => {
        if (found === null) throw faults.unknownAccessToken();
        const fault = faultOfToken(found, scopes, flow.exchange.now());
        if (fault) throw fault;
        return after(identify(directory, found.clientId, flow.exchange), (client) =>
          letIn(flow, found, client),
        );
      };

      return function verify(flow) {
        variables.clear(flow);
        return after(find(flow, tokenIn(flow)), (known) => check(flow, known));
      };
    },
  });
}

/** Apigee: "OAuthV2 policy" (VerifyAccessToken). Format: RFC 6750. */
export const verifyAccessToken = verifying(storedTokens);

/** Apigee: "Using JWT OAuth tokens" (VerifyJWTAccessToken). */
export const verifyJwtAccessToken = verifying(signedTokens);

/** Where a token is: after the prefix in the Authorization header, or in the variable that the policy names. */
function compileToken(
  named: NamedValue,
  prefix: string,
  context: OAuthContext,
): (flow: FlowContext) => string {
  const scheme = `${prefix.toLowerCase()} `;
  const afterPrefix = (text: string) =>
    text.slice(0, scheme.length).toLowerCase() === scheme ? text.slice(scheme.length).trim() : null;
  if (!named.isChosen) {
    return ({ request }) => {
      const text = afterPrefix(request.headers.get("authorization") ?? "");
      if (!text) throw faults.noAccessToken();
      return text;
    };
  }
  const textOf = compileNamedValue(named, context);
  return (flow) => {
    const text = textOf(flow);
    if (text === "") throw faults.unresolvedAccessToken(named.variables[0] ?? "");
    return afterPrefix(text) ?? text;
  };
}

/** What is wrong with a token by itself; null when nothing is. */
function faultOfToken(token: IssuedToken, scopes: readonly string[], now: number): Fault | null {
  if (token.status !== "approved") return faults.notApproved();
  if (token.expiresAt !== null && token.expiresAt <= now) return faults.expired();
  if (scopes.length === 0 || scopes.some((scope) => token.scopes.includes(scope))) return null;
  return faults.insufficientScope(scopes.join(" "));
}

function faultOfClient(refusal: Refusal): Fault {
  return refusal === "unknown key" ? faults.unknownClient() : faultOfRefusal[refusal]();
}
