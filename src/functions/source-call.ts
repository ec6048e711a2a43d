import {
  AuthorizationRequired,
  CredentialsError,
  type OAuthCredentials,
  type UserCredentials,
} from "../credentials/user-credentials.ts";
import type { Egress } from "../egress/egress.ts";
import { EgressError } from "../egress/error.ts";
import type { EgressPolicy } from "../egress/policy.ts";
import type { DeclaredSource, FunctionPlan } from "./deployed.ts";
import type { LiveCall } from "./live-call.ts";
import { FAILURE_HEADER, type SessionFailure, type SessionToken, SOURCE_HEADER } from "./protocol.ts";
import { refuse, unsupported } from "./refusal.ts";
import { authenticate } from "./standin/sources.ts";

export interface SourceCallServices {
  readonly credentials: UserCredentials;
  log(line: Record<string, unknown>): void;
}

/**
 * Sends a request of a function through the source that it names: with the source's authentication where it goes
 * to the source's own address, and nowhere that its policies do not cover. Redirects come back as answers.
 */
export async function callThroughSource(
  call: LiveCall,
  request: Request,
  { credentials, log }: SourceCallServices,
): Promise<Response> {
  const source = call.plan.sources.get(request.headers.get(SOURCE_HEADER) ?? "");
  if (!source) return failure({ name: "Error", message: "The function does not declare this source." });
  const refused = check(call.plan, source.policy, request, log);
  if (refused) return refused;
  const { url } = request;
  const headers = new Headers(request.headers);
  headers.delete(SOURCE_HEADER);
  try {
    if (!isOwn(source, url)) return await send(source.egress, call.plan, request, url, headers);
    if (source.missingBinding !== null) throw missingCertificate(source, source.missingBinding);
    const secrets = call.secrets.get(source.name);
    const token = usesOAuth(source) ? await tokenOf(call, source, credentials) : null;
    const authenticated = authenticate(source.source, { url, headers }, (name) => secrets?.[name], token);
    return await send(source.egress, call.plan, request, authenticated.url, authenticated.headers);
  } catch (error) {
    if (error instanceof CredentialsError) return failure(error);
    if (error instanceof EgressError) return unreachable(error);
    throw error;
  }
}

/** Sends a request of a client of the function's own: no credentials, and nowhere that no policy covers. */
export async function callWithoutCredentials(
  plan: FunctionPlan,
  request: Request,
  log: (line: Record<string, unknown>) => void,
): Promise<Response> {
  const refused = check(plan, plan.policy, request, log);
  if (refused) return refused;
  try {
    return await send(plan.egress, plan, request, request.url, request.headers);
  } catch (error) {
    if (error instanceof EgressError) return unreachable(error);
    throw error;
  }
}

/** The calling user's token for a source, for code that sends it itself. Null where the source has none. */
export async function sessionToken(
  call: LiveCall,
  name: string,
  credentials: UserCredentials,
): Promise<SessionToken | SessionFailure | null> {
  const source = call.plan.sources.get(name);
  if (!source || !usesOAuth(source)) return null;
  try {
    const { accessToken, expiresAt } = await tokenOf(call, source, credentials);
    return { accessToken, expiresAt };
  } catch (error) {
    if (error instanceof CredentialsError) return { name: error.name, message: error.message };
    throw error;
  }
}

/** Whether calls carry a token of the calling user. */
export function usesOAuth({ source }: DeclaredSource): boolean {
  return source.domains.some(({ auth }) => auth.type === "oauth2");
}

async function tokenOf(
  call: LiveCall,
  { source }: DeclaredSource,
  credentials: UserCredentials,
): Promise<OAuthCredentials> {
  const { outboundApplication } = source;
  if (call.caller.kind !== "user" || outboundApplication === null) {
    throw new CredentialsError("Resolved source credentials are not present on the Source.");
  }
  const mayRefresh = call.plan.published.mode === "serverless";
  try {
    const token = await credentials.get(outboundApplication, call.caller.id, mayRefresh);
    call.conceal(token.accessToken);
    return token;
  } catch (error) {
    if (error instanceof AuthorizationRequired) call.authorization = error;
    throw error;
  }
}

function check(
  plan: FunctionPlan,
  policy: EgressPolicy,
  request: Request,
  log: (line: Record<string, unknown>) => void,
): Response | null {
  const refusal = request.headers.has("upgrade")
    ? unsupported(
        request.url,
        "connections cannot be upgraded, to WebSockets for example",
        "Use plain HTTP requests.",
      )
    : policy.check(request.url);
  return refusal && refuse(plan, refusal, log);
}

/** The function's own time limit ends the call. */
const untilTheCallEnds = { within: <T>(_ms: number, work: Promise<T>) => work };

async function send(
  egress: Egress,
  { published }: FunctionPlan,
  request: Request,
  url: string,
  headers: Headers,
): Promise<Response> {
  const body = request.body === null ? null : request;
  const { method } = request;
  const outbound = { url, method, headers, body, timeoutMs: published.limits.timeoutMs, by: published.name };
  const response = await egress.send(outbound, untilTheCallEnds);
  if (!response.headers.has(FAILURE_HEADER)) return response;
  // Only the gateway says that something failed.
  const own = new Response(response.body, response);
  own.headers.delete(FAILURE_HEADER);
  return own;
}

function isOwn({ url: own }: DeclaredSource, url: string): boolean {
  return own !== null && new URL(url).origin === new URL(own).origin;
}

function missingCertificate({ name }: DeclaredSource, binding: string): CredentialsError {
  return new CredentialsError(
    `The source ${name} presents a client certificate through the binding ${binding}, which the Worker does not have.`,
  );
}

export const endedMessage = "The call of the function has ended.";

/** The answer to whoever has kept the session of a call that has ended. */
export function callEnded(): Response {
  return failure({ name: "Error", message: endedMessage });
}

function unreachable({ message }: EgressError): Response {
  return failure({ name: "TypeError", message: `fetch failed: ${message}` });
}

function failure({ name, message }: SessionFailure): Response {
  const headers = { [FAILURE_HEADER]: encodeURIComponent(JSON.stringify({ name, message })) };
  return new Response(message, { status: 502, headers });
}
