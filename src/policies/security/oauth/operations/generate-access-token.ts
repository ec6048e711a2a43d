import { requestFaults } from "../faults.ts";
import { compileGrants, readGrants } from "../grants/supported.ts";
import { storeTokens } from "../issue.ts";
import { jwt, type KindOfToken, opaque } from "../kinds-of-token.ts";
import { defineOperation } from "../operation.ts";
import { compileTokenRequest, readTokenRequest } from "../token-request.ts";

/** Issues an access token to the app that asks for one. */
function generating(kind: KindOfToken) {
  return defineOperation({
    failsWith: "answer",
    takes: ["ExpiresIn", "RefreshTokenExpiresIn", "SupportedGrantTypes"],

    read: (xml, report) => ({
      ...readTokenRequest(xml, report),
      grants: readGrants(xml, report),
      kind: kind.read(xml, report),
    }),

    build(config, context, answer) {
      const request = compileTokenRequest(config, context, answer);
      const grants = compileGrants(config.grants, context);
      const finish = kind.build(config.kind, context);

      return async function generate(flow) {
        request.success.clear(flow);
        const grantType = request.grantType(flow);
        const grant = grants.get(grantType);
        if (!grant) throw requestFaults.grantType(grantType);
        const client = await request.client(flow);
        const granted = await grant.check(flow, client);
        const { hasRefreshToken } = grant;
        const issue = { client, grantType, granted, hasRefreshToken, refreshCount: 0 };
        const tokens = await finish(flow, request.issue(flow, issue));
        if (config.issue.stores) await storeTokens(kind.stored(tokens), context, flow);
        request.success.finish(flow, client, tokens);
      };
    },
  });
}

/** Apigee: "OAuthV2 policy" (GenerateAccessToken). */
export const generateAccessToken = generating(opaque);

/** Apigee: "Using JWT OAuth tokens" (GenerateJWTAccessToken). */
export const generateJwtAccessToken = generating(jwt);
