import type { Revocation, TokenKind } from "../../../clients/tokens/issued-tokens.ts";
import { readBoolean } from "../../../documents/read.ts";
import { faultType } from "../../../flow/fault.ts";
import { readSaid, type Said } from "../../parts/said.ts";
import { definePolicy } from "../../policy-type.ts";
import { compileSaid } from "../../traffic/limits/said-value.ts";
import { infoFaults, noting } from "./faults.ts";

const faults = {
  /** Not Apigee's: whose tokens are meant is not known, so that none are revoked. */
  nobody: faultType(
    "sortie.NothingToRevoke",
    500,
    (policy: string) => `Neither the app nor the user of ${policy} has a value`,
  ),
  /** Not Apigee's. */
  invalidTime: faultType(
    "sortie.InvalidRevokeBeforeTimestamp",
    500,
    (policy: string) => `Invalid RevokeBeforeTimestamp in ${policy}`,
  ),
  unavailable: infoFaults.unavailable,
};

/**
 * Revokes the tokens of an app, of a user, or of a user in an app. Apigee: "RevokeOAuthV2 policy".
 *
 * Faults: see `faults`.
 */
export const revokeOAuthV2 = definePolicy({
  element: "RevokeOAuthV2",
  variablePrefix: "oauthV2",
  needs: ["issuedTokens"],
  faults,

  /** Problems: AppIdOrEndUserIdRequired. */
  read(xml, report) {
    const [app, user] = [readSaid(xml.child("AppId")), readSaid(xml.child("EndUserId"))];
    if (isEmpty(app) && isEmpty(user)) {
      report.error(
        "AppIdOrEndUserIdRequired",
        xml,
        "The policy does not say whose tokens it revokes.",
        'Write <AppId ref="…"/>, <EndUserId ref="…"/>, or both.',
      );
    }
    return {
      app,
      user,
      before: readSaid(xml.child("RevokeBeforeTimestamp")),
      cascades: readBoolean(xml.child("Cascade"), true, report),
    };
  },

  refersTo: () => ({ keepsTokens: true }),

  build({ app, user, before, cascades }, context) {
    const { issuedTokens, policy } = context;
    const [appOf, userOf, beforeOf] = [app, user, before].map((said) => compileSaid(said, context));
    const kinds: readonly TokenKind[] = cascades ? ["access", "refresh", "code"] : ["access"];
    return noting(policy, async (flow) => {
      // An element that is there and has no value would mean more tokens than somebody wanted.
      const appId = (appOf?.(flow) ?? "") || null;
      const endUser = (userOf?.(flow) ?? "") || null;
      if ((appId === null && !isEmpty(app)) || (endUser === null && !isEmpty(user)))
        throw faults.nobody(policy);
      const revocation = { appId, endUser } as Revocation;
      // Those that are issued in this very millisecond have been there before.
      const now = flow.exchange.now() + 1;
      const text = beforeOf?.(flow) ?? null;
      const time = text === null ? now : readTime(text);
      if (time === null) throw faults.invalidTime(policy);
      // A time to come would revoke for good what is issued until then.
      await issuedTokens.revoke(revocation, kinds, Math.min(time, now), flow.exchange);
    });
  },
});

function isEmpty({ ref, text }: Said): boolean {
  return ref === null && text === "";
}

/** Epoch milliseconds; null for anything else. */
function readTime(text: string): number | null {
  return /^\s*\d{1,15}\s*$/.test(text) ? Number(text) : null;
}
