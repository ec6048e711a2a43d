import type { IssuedToken } from "../../../clients/tokens/issued-tokens.ts";
import type { XmlElement } from "../../../documents/element.ts";
import { readBoolean } from "../../../documents/read.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { OwnVariables, type Told } from "../../parts/own-variables.ts";
import { readSaid, type Said } from "../../parts/said.ts";
import { definePolicy } from "../../policy-type.ts";
import { compileSaid } from "../../traffic/limits/said-value.ts";
import { infoFaults, noting } from "./faults.ts";
import { findToken } from "./find-token.ts";
import { clientOf } from "./token-client.ts";
import { accessTokenFacts, clientIdFacts, codeFacts, refreshTokenFacts } from "./token-facts.ts";

/** What a policy can ask about, and where its variables begin. */
const subjects = {
  AccessToken: "oauthv2accesstoken",
  AuthorizationCode: "oauthv2authcode",
  ClientId: "oauthv2client",
  RefreshToken: "oauthv2refreshtoken",
} as const;

type Subject = keyof typeof subjects;

const DEFAULT: Said = { ref: "request.formparam.access_token", text: "" };

/**
 * Tells in variables what is known of a token, a code or a client. Apigee: "GetOAuthV2Info policy".
 *
 * Faults: see `infoFaults`.
 */
export const getOAuthV2Info = definePolicy({
  element: "GetOAuthV2Info",
  variablePrefix: "oauthV2",
  needs: ["directory", "issuedTokens"],
  faults: infoFaults,

  /** Problems: SeveralSubjects. */
  read(xml, report) {
    const named = (Object.keys(subjects) as Subject[]).flatMap((subject) => {
      const element = xml.child(subject);
      return element ? [{ subject, element }] : [];
    });
    const [first, second] = named;
    if (second) {
      report.error(
        "SeveralSubjects",
        second.element,
        `The policy asks about <${first?.subject}> and <${second.subject}>, and can tell of one.`,
        "Make a policy for each.",
      );
    }
    return {
      subject: first?.subject ?? ("AccessToken" as const),
      said: saidOf(first?.element),
      ignoresStatus: readBoolean(xml.child("IgnoreAccessTokenStatus"), false, report),
    };
  },

  refersTo: () => ({ identifiesClients: true, keepsTokens: true }),

  build({ subject, said, ignoresStatus }, context) {
    const { directory, issuedTokens, policy } = context;
    const textOf = compileSaid(said, context);
    const variables = new OwnVariables(`${subjects[subject]}.${policy}.`);
    const clientOfToken = async ({ appId }: IssuedToken, flow: FlowContext) =>
      clientOf(directory, await directory.app({ appId }, flow.exchange), flow.exchange);

    const tell: Readonly<Record<Subject, (text: string, flow: FlowContext) => Promise<readonly Told[]>>> = {
      async AccessToken(text, flow) {
        const token = await findToken(issuedTokens, "access", text, flow, ignoresStatus);
        const { sibling } = token;
        const refresh =
          sibling === null ? null : await issuedTokens.find("refresh", sibling, 0, flow.exchange);
        return accessTokenFacts(token, refresh, await clientOfToken(token, flow), flow);
      },
      async AuthorizationCode(text, flow) {
        return codeFacts(await findToken(issuedTokens, "code", text, flow, ignoresStatus), flow);
      },
      async ClientId(text, flow) {
        const app = await directory.app({ consumerKey: text }, flow.exchange);
        const credential = app?.credentials.find(({ consumerKey }) => consumerKey === text);
        if (!app || !credential) throw infoFaults.unknownClient();
        return clientIdFacts(text, credential.consumerSecret, await clientOf(directory, app, flow.exchange));
      },
      async RefreshToken(text, flow) {
        const token = await findToken(issuedTokens, "refresh", text, flow, ignoresStatus);
        return refreshTokenFacts(token, await clientOfToken(token, flow), flow);
      },
    };

    return noting(policy, async (flow) => {
      variables.clear(flow);
      variables.set(flow, await tell[subject](textOf(flow) ?? "", flow));
    });
  },
});

function saidOf(element: XmlElement | undefined): Said {
  return element ? readSaid(element) : DEFAULT;
}
