import type { IssuedToken } from "../../../../src/clients/tokens/issued-tokens.ts";
import { AnsweredFault } from "../../../../src/flow/answered-fault.ts";
import type { FlowContext } from "../../../../src/flow/context.ts";
import { ContinueAtResponse } from "../../../../src/flow/continue-at-response.ts";
import { Fault } from "../../../../src/flow/fault.ts";
import { RequestMessage, type ResponseMessage } from "../../../../src/flow/message.ts";
import { oauthV2 } from "../../../../src/policies/security/oauth/oauth-v2.ts";
import { type ClientFiles, directoryOf } from "../../../clients/memory-directory.ts";
import { flowOf, type GivenCapabilities, NOW, runPolicy } from "../../policy-kit.ts";
import { RecordedTokens } from "./recorded-tokens.ts";

/** An app of Ann, whose key `key-1` with the secret `secret-1` is for two products. */
export const clients = {
  products: [
    {
      name: "gold",
      proxies: ["things"],
      scopes: ["READ", "WRITE"],
      attributes: [{ name: "Tier", value: "1" }],
      quota: "100",
      quotaInterval: "1",
      quotaTimeUnit: "hour",
    },
    { name: "silver", proxies: ["others"], scopes: ["READ", "LIST"] },
  ],
  developers: [{ email: "ann@example.com", developerId: "dev-1", firstName: "Ann", status: "active" }],
  apps: [
    {
      name: "shop",
      appId: "app-1",
      developerId: "dev-1",
      status: "approved",
      attributes: [
        { name: "plan", value: "big" },
        { name: "request.verb", value: "DELETE" },
      ],
      credentials: [
        {
          consumerKey: "key-1",
          consumerSecret: "secret-1",
          status: "approved",
          apiProducts: [
            { apiproduct: "gold", status: "approved" },
            { apiproduct: "silver", status: "approved" },
          ],
        },
        { consumerKey: "key-2", consumerSecret: "secret-2", apiProducts: [{ apiproduct: "gold" }] },
      ],
    },
  ],
} as const satisfies ClientFiles;

export type World = GivenCapabilities & { readonly issuedTokens: RecordedTokens };

/** Clients and a store of tokens. */
export async function world(files: ClientFiles = clients, ...tokens: readonly IssuedToken[]): Promise<World> {
  const issuedTokens = new RecordedTokens();
  await issuedTokens.add(tokens, flowOf().exchange);
  return { issuedTokens, directory: (await directoryOf(files)).directory };
}

/** A token of the app, issued a minute ago for an hour. */
export function tokenOf(token: Partial<IssuedToken> = {}): IssuedToken {
  return {
    kind: "access",
    token: "token-1",
    sibling: null,
    clientId: "key-1",
    appId: "app-1",
    products: ["gold", "silver"],
    scopes: ["READ", "LIST"],
    grantType: "client_credentials",
    endUser: null,
    attributes: [],
    status: "approved",
    issuedAt: NOW - 60_000,
    expiresAt: NOW + 3_540_000,
    refreshCount: 0,
    redirectUri: null,
    state: null,
    ...token,
  };
}

export const policy = (operation: string, inside = "", attributes = "") =>
  `<OAuthV2 name="O" ${attributes}><Operation>${operation}</Operation>${inside}</OAuthV2>`;

export const basic = (user: string, password: string) => `Basic ${btoa(`${user}:${password}`)}`;

/** A request to a token endpoint. */
export function tokenRequest(
  form: Readonly<Record<string, string>>,
  authorization: string | null = basic("key-1", "secret-1"),
): FlowContext {
  const headers = new Headers({ "content-type": "application/x-www-form-urlencoded" });
  if (authorization !== null) headers.set("authorization", authorization);
  const body = String(new URLSearchParams(form));
  return flowOf({ request: new RequestMessage({ verb: "POST", path: "/v1/token", headers, body }) });
}

/** A request with a token. */
export function calling(authorization: string | null, variables: Readonly<Record<string, string>> = {}) {
  const headers = new Headers(authorization === null ? {} : { authorization });
  return flowOf({ request: new RequestMessage({ path: "/v1/things", headers }), variables });
}

/** How a run ended: with an answer to the client, or by going on. */
export interface Ended {
  readonly flow: FlowContext;
  readonly fault: Fault | null;
  readonly isOver: boolean;
  readonly response: ResponseMessage | null;
}

export async function run(xml: string, flow: FlowContext, given: GivenCapabilities): Promise<Ended> {
  try {
    await runPolicy(oauthV2, xml, flow, given);
    return { flow, fault: null, isOver: false, response: flow.response };
  } catch (thrown) {
    if (thrown instanceof ContinueAtResponse)
      return { flow, fault: flow.lastFault, isOver: true, response: flow.response };
    if (!(thrown instanceof Fault)) throw thrown;
    const response = thrown instanceof AnsweredFault ? thrown.response : null;
    return { flow, fault: thrown, isOver: false, response };
  }
}

export function jsonOf(response: ResponseMessage | null): Record<string, unknown> {
  return JSON.parse(response?.content ?? "null");
}
