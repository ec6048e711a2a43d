import type { KnownClient } from "../../../clients/identify.ts";
import type { XmlElement } from "../../../documents/element.ts";
import { readBoolean } from "../../../documents/read.ts";
import type { Report } from "../../../documents/report.ts";
import type { FlowContext } from "../../../flow/context.ts";
import type { AnswerSettings } from "./answer-settings.ts";
import { compileClient } from "./client.ts";
import { requestFaults } from "./faults.ts";
import { compileIssue, type Issue, readIssue, type Tokens } from "./issue.ts";
import { compileNamedValue, readNamedValue } from "./named-value.ts";
import type { OAuthContext } from "./operation.ts";
import { compileSuccess, type Success } from "./success.ts";

export type TokenRequestConfig = ReturnType<typeof readTokenRequest>;

/** Reads what all requests to a token endpoint have: a grant type, a client, and what is issued for them. */
export function readTokenRequest(xml: XmlElement, report: Report) {
  const grantType = ["request.formparam.grant_type", "request.queryparam.grant_type"];
  return {
    grantType: readNamedValue(xml, "GrantType", ...grantType),
    client: {
      clientId: readNamedValue(xml, "ClientId", "request.formparam.client_id"),
      isExternal: readBoolean(xml.child("ExternalAuthorization"), false, report, "error"),
    },
    issue: readIssue(xml, report),
  };
}

/** What a token endpoint does with a request. */
export interface TokenRequest {
  /** The grant type that a request names. Throws `invalid_request` when it names none. */
  grantType(flow: FlowContext): string;
  client(flow: FlowContext): Promise<KnownClient>;
  issue(flow: FlowContext, issue: Issue): Tokens;
  readonly success: Success;
}

export function compileTokenRequest(
  { grantType, client, issue }: TokenRequestConfig,
  context: OAuthContext,
  answer: AnswerSettings,
): TokenRequest {
  const grantTypeOf = compileNamedValue(grantType, context);
  return {
    grantType(flow) {
      const type = grantTypeOf(flow);
      if (type === "") throw requestFaults.missing("grant_type");
      return type;
    },
    client: compileClient(client, context),
    issue: compileIssue(issue, context),
    success: compileSuccess(context, answer),
  };
}
