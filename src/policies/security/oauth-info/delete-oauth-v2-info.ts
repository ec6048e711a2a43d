import type { TokenKind } from "../../../clients/tokens/issued-tokens.ts";
import { reportMissing } from "../../parts/required.ts";
import { readSaid } from "../../parts/said.ts";
import { definePolicy } from "../../policy-type.ts";
import { compileSaid } from "../../traffic/limits/said-value.ts";
import { faultsOfKind, infoFaults, noting } from "./faults.ts";

const { unknownAccessToken, unknownCode, unavailable } = infoFaults;

/**
 * Deletes an access token or an authorization code; its refresh token stays. Apigee: "DeleteOAuthV2Info policy".
 *
 * Faults: see `faults`.
 */
export const deleteOAuthV2Info = definePolicy({
  element: "DeleteOAuthV2Info",
  variablePrefix: "oauthV2",
  needs: ["issuedTokens"],
  faults: { unknownAccessToken, unknownCode, unavailable },

  /** Problems: TokenValueRequired. */
  read(xml, report) {
    const code = xml.child("AuthorizationCode");
    const said = readSaid(xml.child("AccessToken") ?? code);
    if (said.ref === null && said.text === "") {
      reportMissing(xml, "AccessToken", "TokenValueRequired", "the variable that holds it in ref", report);
    }
    const kind: TokenKind = xml.child("AccessToken") || !code ? "access" : "code";
    return { kind, said };
  },

  refersTo: () => ({ keepsTokens: true }),

  build({ kind, said }, context) {
    const { issuedTokens, policy } = context;
    const textOf = compileSaid(said, context);
    return noting(policy, async (flow) => {
      const text = textOf(flow) ?? "";
      const taken = text === "" ? null : await issuedTokens.take(kind, text, flow.exchange);
      if (!taken) throw faultsOfKind[kind].unknown();
    });
  },
});
