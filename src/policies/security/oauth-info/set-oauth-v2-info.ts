import type { IssuedToken, IssuedTokens, TokenAttribute } from "../../../clients/tokens/issued-tokens.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { faultType } from "../../../flow/fault.ts";
import { OwnVariables } from "../../parts/own-variables.ts";
import { reportMissing } from "../../parts/required.ts";
import { readSaid } from "../../parts/said.ts";
import { definePolicy } from "../../policy-type.ts";
import { compileSaid } from "../../traffic/limits/said-value.ts";
import { compileAttributes, MOST_ATTRIBUTES, readAttributes } from "../oauth/attributes.ts";
import { oauthFaults } from "../oauth/faults.ts";
import { infoFaults, noting } from "./faults.ts";
import { findToken } from "./find-token.ts";
import { accessTokenFacts } from "./token-facts.ts";

const { unknownAccessToken, expiredAccessToken, revokedAccessToken, unavailable } = infoFaults;

const faults = {
  /** An attribute is too long. */
  invalidRequest: oauthFaults.invalidRequest,
  unknownAccessToken,
  expiredAccessToken,
  revokedAccessToken,
  /** Not Apigee's. */
  tooMany: faultType("sortie.TooManyTokenAttributes", 500, () => "The token has too many attributes"),
  unavailable,
};

/** What a token has that is no custom attribute. */
const FIXED: ReadonlySet<string> = new Set([
  "scope",
  "status",
  "expires_in",
  "developer_email",
  "client_id",
  "org_name",
  "refresh_count",
]);

/** How often a change is tried while others change the same token. */
const MOST_TRIES = 5;

/**
 * Adds custom attributes to an access token, or changes them; its refresh token keeps them for the tokens to come.
 * Apigee: "SetOAuthV2Info policy".
 *
 * Faults: see `faults`.
 */
export const setOAuthV2Info = definePolicy({
  element: "SetOAuthV2Info",
  variablePrefix: "oauthV2",
  needs: ["issuedTokens"],
  faults,

  /** Problems: TokenValueRequired, AttributeNotChangeable, and those of {@link readAttributes}. */
  read(xml, report) {
    const said = readSaid(xml.child("AccessToken"));
    if (said.ref === null && said.text === "") {
      reportMissing(xml, "AccessToken", "TokenValueRequired", "the variable that holds it in ref", report);
    }
    const attributes = readAttributes(xml, report);
    for (const { name } of attributes.filter(({ name }) => FIXED.has(name))) {
      report.error(
        "AttributeNotChangeable",
        xml.child("Attributes") ?? xml,
        `${name} is no custom attribute of a token, and cannot be changed.`,
        "Take it out, or give the attribute another name.",
      );
    }
    return { said, attributes };
  },

  refersTo: () => ({ keepsTokens: true }),

  build({ said, attributes }, context) {
    const { issuedTokens, policy } = context;
    const textOf = compileSaid(said, context);
    const attributesOf = compileAttributes(attributes, context);
    const variables = new OwnVariables(`oauthv2accesstoken.${policy}.`);
    return noting(policy, async (flow) => {
      variables.clear(flow);
      const token = await findToken(issuedTokens, "access", textOf(flow) ?? "", flow);
      const changed = await changeAttributes(issuedTokens, token, attributesOf(flow), flow);
      const { sibling } = changed;
      const refresh = sibling === null ? null : await issuedTokens.find("refresh", sibling, 0, flow.exchange);
      if (refresh) await changeAttributes(issuedTokens, refresh, attributesOf(flow), flow);
      variables.set(flow, accessTokenFacts(changed, refresh, { app: null, developer: null }, flow));
    });
  },
});

/** Changes a token as it is then, which others may change at the same time. */
async function changeAttributes(
  tokens: IssuedTokens,
  token: IssuedToken,
  attributes: readonly TokenAttribute[],
  flow: FlowContext,
): Promise<IssuedToken> {
  let found: IssuedToken | null = token;
  for (let tries = 0; found && tries < MOST_TRIES; tries++) {
    const merged = new Map([...found.attributes, ...attributes].map((each) => [each.name, each]));
    if (merged.size > MOST_ATTRIBUTES) throw faults.tooMany();
    const changed: IssuedToken = { ...found, attributes: [...merged.values()] };
    if (await tokens.change(found, changed, flow.exchange)) return changed;
    found = await tokens.find(token.kind, token.token, 0, flow.exchange);
  }
  throw found ? unavailable() : unknownAccessToken();
}
