import type { KnownClient } from "../../../clients/identify.ts";
import type { IssuedToken } from "../../../clients/tokens/issued-tokens.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { ContinueAtResponse } from "../../../flow/continue-at-response.ts";
import { OwnVariables, type Told } from "../../parts/own-variables.ts";
import type { AnswerSettings } from "./answer-settings.ts";
import type { Tokens } from "./issue.ts";
import type { OAuthContext } from "./operation.ts";
import { type Field, writeAnswer } from "./write-answer.ts";

/** Takes tokens that were issued: sets variables, and answers where the policy does that. */
export interface Success {
  /** Takes away what an earlier run has set. */
  clear(flow: FlowContext): void;
  /** Throws ContinueAtResponse where the request is answered. */
  finish(flow: FlowContext, client: KnownClient, tokens: Tokens): void;
}

/** Compiles what becomes of new tokens. Apigee: "OAuthV2 policy" (GenerateResponse; flow variables). */
export function compileSuccess({ policy }: OAuthContext, answer: AnswerSettings): Success {
  const variables = new OwnVariables(`oauthv2accesstoken.${policy}.`);
  return {
    clear: (flow) => variables.clear(flow),
    finish(flow, client, tokens) {
      const fields = fieldsOf(flow, client, tokens, answer.isCompliant);
      const { access } = tokens;
      variables.set(flow, [
        // Published flows read them by either name; of two with the same, the field counts.
        ...access.attributes.map(({ name, value }): Told => ["", name, value]),
        ...fields.map(([name, value]): Told => ["", name, variableOf(value)]),
        ...access.attributes.map(({ name, value }): Told => ["accesstoken.", name, value]),
      ]);
      flow.variables.set("apigee.access_token", access.token);
      flow.variables.set("apigee.client_id", access.clientId);
      if (answer.success === null) return;
      const shown = access.attributes.flatMap(({ name, value, display }): Field[] =>
        display ? [[name, value]] : [],
      );
      flow.response = writeAnswer(200, answer.success, [...shown, ...fields], answer);
      if (flow.direction === "request") throw new ContinueAtResponse(policy);
    },
  };
}

/** A scope that is empty is none. */
function variableOf(value: Field[1]): Told[2] {
  return typeof value === "object" ? value : String(value) || null;
}

function fieldsOf(
  { identity }: FlowContext,
  { owner }: KnownClient,
  { access, refresh }: Tokens,
  isCompliant: boolean,
): readonly Field[] {
  const seconds = (token: IssuedToken | null, forEver: string): string | number => {
    const lasts = token && lifetimeOf(token);
    return lasts === null ? forEver : isCompliant ? lasts : String(lasts);
  };
  const fields: Field[] = [
    ["refresh_token_expires_in", seconds(refresh, "0")],
    ["api_product_list", `[${access.products.join(", ")}]`],
    ["api_product_list_json", access.products],
    ["organization_name", identity.organization],
    ["developer.email", owner.kind === "developer" ? owner.developer.email : ""],
    ["token_type", isCompliant ? "Bearer" : "BearerToken"],
    ["issued_at", String(access.issuedAt)],
    ["client_id", access.clientId],
    ["access_token", access.token],
    ["application_name", access.appId],
    ["scope", access.scopes.join(" ")],
    ["expires_in", seconds(access, "-1")],
    ["refresh_count", String(access.refreshCount)],
    ["status", access.status],
    ...(refresh === null ? [] : refreshFields(refresh)),
  ];
  // In RFC 6749 a lifetime is a number, and a token without an end has none.
  return isCompliant
    ? fields.filter(([name, value]) => !(name.endsWith("expires_in") && typeof value === "string"))
    : fields;
}

function refreshFields({ token, issuedAt, status }: IssuedToken): Field[] {
  return [
    ["refresh_token", token],
    ["refresh_token_issued_at", String(issuedAt)],
    ["refresh_token_status", status],
  ];
}

/** Seconds from when it was issued; null for ever. */
function lifetimeOf({ issuedAt, expiresAt }: IssuedToken): number | null {
  return expiresAt === null ? null : Math.floor((expiresAt - issuedAt) / 1000);
}
