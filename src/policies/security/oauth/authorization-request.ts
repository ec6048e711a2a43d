import { identify, type KnownClient } from "../../../clients/identify.ts";
import type { XmlElement } from "../../../documents/element.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { ContinueAtResponse } from "../../../flow/continue-at-response.ts";
import { ResponseMessage } from "../../../flow/message.ts";
import { requestFaults } from "./faults.ts";
import { bounded } from "./issue.ts";
import { compileNamedValue, type NamedValue, readNamedValue } from "./named-value.ts";
import type { OAuthContext } from "./operation.ts";
import { redirectionOf } from "./redirection.ts";

/** A request that a user's browser brings, for the app that has sent the user. */
export interface AuthorizationRequest {
  readonly client: KnownClient;
  /** Where the answer goes. */
  readonly redirectUri: string;
  /** What the app wants back with it; empty where it wants nothing. */
  readonly state: string;
}

export type AuthorizationRequestConfig = ReturnType<typeof readAuthorizationRequest>;

/** Reads where the parts of an authorization request are. Apigee: "OAuthV2 policy" (ResponseType, RedirectUri, State). */
export function readAuthorizationRequest(xml: XmlElement) {
  const parameter = (element: string, name: string): NamedValue =>
    readNamedValue(xml, element, `request.formparam.${name}`, `request.queryparam.${name}`);
  return {
    responseType: parameter("ResponseType", "response_type"),
    clientId: parameter("ClientId", "client_id"),
    redirectUri: parameter("RedirectUri", "redirect_uri"),
    state: parameter("State", "state"),
  };
}

/**
 * Compiles the check of an authorization request: of its app, which shows no secret, and of where the answer goes. It rejects
 * with what is wrong, which is told to the user and not to an address that nobody has registered.
 * Apigee: "OAuth HTTP error response reference" (Authorization Code). Format: RFC 6749, section 4.1.1.
 * @param type what the response type has to be
 */
export function compileAuthorizationRequest(
  config: AuthorizationRequestConfig,
  type: "code" | "token",
  context: OAuthContext,
): (flow: FlowContext) => Promise<AuthorizationRequest> {
  const { directory } = context;
  const typeOf = compileNamedValue(config.responseType, context);
  const idOf = compileNamedValue(config.clientId, context);
  const redirectUriOf = compileNamedValue(config.redirectUri, context);
  const stateOf = compileNamedValue(config.state, context);
  return async (flow) => {
    const asked = typeOf(flow);
    if (asked === "") throw requestFaults.missingParameter("response_type");
    if (asked.toLowerCase() !== type) throw requestFaults.responseType(type);
    const id = idOf(flow);
    if (id === "") throw requestFaults.missingParameter("client_id");
    const client = await identify(directory, bounded(id, "The client id"), flow.exchange);
    if (typeof client === "string") throw requestFaults.requester(id).causedBy(client);
    const redirectUri = redirectionOf(redirectUriOf(flow), client.app);
    return { client, redirectUri, state: bounded(stateOf(flow), "The state") };
  };
}

/** Sends the user's browser back to the app. */
export function redirect(policy: string, location: string, flow: FlowContext): void {
  const response = new ResponseMessage({ status: 302 });
  response.ownHeaders.set("location", location);
  response.ownHeaders.set("cache-control", "no-store");
  flow.response = response;
  if (flow.direction === "request") throw new ContinueAtResponse(policy);
}
