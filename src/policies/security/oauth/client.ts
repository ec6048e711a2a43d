import { identify, type KnownClient } from "../../../clients/identify.ts";
import { textOf } from "../../../expression/value.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { type BasicCredentials, basicCredentialsIn } from "../../parts/basic-credentials.ts";
import { requestFaults } from "./faults.ts";
import { compileNamedValue, type NamedValue } from "./named-value.ts";
import type { OAuthContext } from "./operation.ts";
import { isSameSecret } from "./same-secret.ts";

/** Characters of an id or a secret: nobody has a longer one. */
const LONGEST = 2048;

/** What says whether another system has let a client in. Apigee: "Using third-party OAuth tokens". */
const EXTERNAL_STATUS = "oauth_external_authorization_status";

export interface ClientRules {
  readonly clientId: NamedValue;
  /** Whether another system may have let the client in. */
  readonly isExternal: boolean;
}

/**
 * Compiles who makes a token request: the app whose id and secret are in the Authorization header, or in the form. It
 * rejects with a fault of `invalid_client` for anybody else, and with DirectoryError.
 * Apigee: "OAuthV2 policy", "Obtaining OAuth 2.0 tokens". Format: RFC 6749, section 2.3.1.
 */
export function compileClient(
  { clientId, isExternal }: ClientRules,
  context: OAuthContext,
): (flow: FlowContext) => Promise<KnownClient> {
  const { directory } = context;
  const idOf = compileNamedValue(clientId, context);
  const formSecret = context.variable("request.formparam.client_secret");
  const external = context.variable(EXTERNAL_STATUS);

  const presentedBy = (flow: FlowContext): BasicCredentials => {
    const basic = basicCredentialsIn(flow.request.headers.get("authorization") ?? "");
    const user = clientId.isChosen ? idOf(flow) : "";
    if (basic && (user === "" || user === basic.user)) return basic;
    return { user: idOf(flow), password: textOf(formSecret.get(flow)) };
  };

  return async function authenticate(flow) {
    const { user, password } = presentedBy(flow);
    if (user === "") throw requestFaults.client("Client identifier is required");
    if (user.length > LONGEST) throw requestFaults.client("ClientId is Invalid");
    const client = await identify(directory, decoded(user), flow.exchange);
    if (typeof client === "string") throw requestFaults.client("ClientId is Invalid").causedBy(client);
    const status = isExternal ? external.get(flow) : null;
    if (status === null ? hasSecret(client, password) : textOf(status) === "true") return client;
    throw requestFaults.client("Client credentials are invalid");
  };
}

function hasSecret({ credential }: KnownClient, password: string): boolean {
  if (password.length > LONGEST) return false;
  return [password, decoded(password)].some((text) => isSameSecret(text, credential.consumerSecret));
}

/** The text that RFC 6749 has clients encode before it becomes Basic credentials, which not all do. */
function decoded(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
