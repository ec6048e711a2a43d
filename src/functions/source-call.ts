import {
  AuthorizationRequired,
  CredentialsError,
  type OAuthCredentials,
  type UserCredentials,
} from "../credentials/user-credentials.ts";
import type { OutboundCall } from "../egress/call.ts";
import type { Egress } from "../egress/egress.ts";
import type { EgressPolicy, Refusal } from "../egress/egress-policy.ts";
import { EgressError } from "../egress/error.ts";
import { authenticate, CREDENTIALS_NOT_RESOLVED } from "../sources/authenticate.ts";
import { connectionsOf, domainOf } from "../sources/connection.ts";
import { SourceError } from "../sources/error.ts";
import { replacePlaceholders } from "../sources/placeholders.ts";
import type { Source } from "../sources/source.ts";
import { originOfCall, userOf } from "./call-origin.ts";
import type { DeclaredSource, FunctionPlan } from "./deployed.ts";
import type { LiveCall } from "./live-call.ts";
import { FAILURE_HEADER, type SessionFailure, type SessionToken, SOURCE_HEADER } from "./protocol.ts";
import { refusalAnswer } from "./refusal.ts";

/**
 * Sends a request of a function through the source that it names: with the source's authentication where it goes
 * to the source's own address, and nowhere that its policies do not cover. Redirects come back as answers. A request
 * that names none goes without credentials.
 * @param ended settles when the call has ended
 */
export async function callThroughSource(
  call: LiveCall,
  request: Request,
  credentials: UserCredentials,
  ended: Promise<unknown>,
): Promise<Response> {
  const headers = new Headers(request.headers);
  const name = headers.get(SOURCE_HEADER);
  if (name === null) return callWithoutCredentials([call], request, ended);
  headers.delete(SOURCE_HEADER);
  const declared = call.plan.sources.get(name);
  if (!declared) return failure({ name: "Error", message: "The function does not declare this source." });
  const { source, egress, policy } = declared;
  try {
    const authenticated = withAuthentication(call, declared, { url: request.url, headers }, credentials);
    const replaced = replacePlaceholders(
      authenticated instanceof Promise ? await authenticated : authenticated,
      call.bound,
    );
    const by = originOfCall(call.plan, source, call.user);
    return await send({ plan: call.plan, egress, policy }, request, {
      ...replaced,
      by,
      through: throughOf(call, declared),
      counts: call.counts,
      ended,
      timeoutMs: Math.max(0, call.deadline - Date.now()),
    });
  } catch (error) {
    if (error instanceof CredentialsError || error instanceof SourceError) return failure(error);
    throw error;
  }
}

/**
 * Sends a request of a client of the function's own: no credentials but secrets in place of their placeholders, and
 * nowhere that no policy covers.
 * @param calls those that may have sent it, of one isolate
 * @param ended settles when all of them have ended
 */
export async function callWithoutCredentials(
  calls: readonly LiveCall[],
  request: Request,
  ended: Promise<unknown>,
): Promise<Response> {
  const [call] = calls;
  if (!call) return callEnded();
  const { plan } = call;
  const declared = [...plan.sources.values()].find(({ source }) => domainOf(source, request.url));
  const by = originOfCall(plan, declared?.source ?? null, userOf(calls));
  const deadline = Math.max(...calls.map((each) => each.deadline));
  try {
    const { url, headers } = replacePlaceholders(request, call.bound);
    const bridged = plan.direct.check(url) && plan.bridged.find(({ policy }) => policy.check(url) === null);
    const { egress, policy } = bridged || plan;
    return await send({ plan, egress, policy }, request, {
      url,
      headers,
      by,
      through: bridged ? throughOf(call, bridged) : undefined,
      counts: call.counts,
      ended,
      timeoutMs: Math.max(0, deadline - Date.now()),
    });
  } catch (error) {
    if (error instanceof SourceError) return failure(error);
    throw error;
  }
}

/** The calling user's token for a source, for code that sends it itself. Null where the source has none. */
export async function sessionToken(
  call: LiveCall,
  name: string,
  credentials: UserCredentials,
): Promise<SessionToken | SessionFailure | null> {
  const source = call.plan.sources.get(name)?.source;
  if (!source || !usesOAuth(source)) return null;
  try {
    const { accessToken, expiresAt } = await tokenOf(call, source, credentials);
    return { accessToken, expiresAt };
  } catch (error) {
    if (!(error instanceof CredentialsError || error instanceof SourceError)) throw error;
    return { name: error.name, message: error.message };
  }
}

function throughOf({ secrets }: LiveCall, { name, through }: DeclaredSource): OutboundCall["through"] {
  const values = secrets.get(name);
  return through((secret) => values?.[secret]);
}

/** Whether calls carry a token of the calling user. */
export function usesOAuth(source: Source): boolean {
  return connectionsOf(source).some(({ auth }) => auth.type === "oauth2");
}

/** The answer to whoever has kept the session of a call that has ended. */
export function callEnded(): Response {
  return failure({ name: "Error", message: endedMessage });
}

export const endedMessage = "The call of the function has ended.";

/** The request as the source wants it: unchanged where it goes to anybody else, or where it will be refused. */
function withAuthentication(
  call: LiveCall,
  { name, source, url, policy, authenticates, missingBinding }: DeclaredSource,
  request: Pick<OutboundCall, "url" | "headers">,
  credentials: UserCredentials,
): Pick<OutboundCall, "url" | "headers"> | Promise<Pick<OutboundCall, "url" | "headers">> {
  if (!authenticates && missingBinding === null) return request;
  if (policy.check(request.url) !== null || !isBelow(url, request.url)) return request;
  if (missingBinding !== null) {
    throw new CredentialsError(
      `The source ${name} presents a client certificate through the binding ${missingBinding}, which the Worker does not have.`,
    );
  }
  const secrets = call.secrets.get(name);
  const add = (token: OAuthCredentials | null) =>
    authenticate(source, request, (secret) => secrets?.[secret], token);
  return usesOAuth(source) ? tokenOf(call, source, credentials).then(add) : add(null);
}

/** Whether a URL, as URL parsing writes it, has that origin. */
function isBelow(origin: string | null, url: string): boolean {
  return origin !== null && url.startsWith(origin) && /^[/?#]?$/.test(url.charAt(origin.length));
}

async function tokenOf(
  call: LiveCall,
  { outboundApplication }: Source,
  credentials: UserCredentials,
): Promise<OAuthCredentials> {
  const { caller, plan } = call;
  if (caller.kind !== "user" || outboundApplication === null) {
    throw new SourceError("CredentialsNotResolved", CREDENTIALS_NOT_RESOLVED);
  }
  try {
    const token = await credentials.get(outboundApplication, caller.id, plan.published.mode === "serverless");
    call.conceal(token.accessToken);
    return token;
  } catch (error) {
    if (error instanceof AuthorizationRequired) call.authorization = error;
    throw error;
  }
}

/** The function's own time limit ends the call. */
const untilTheCallEnds = { within: <T>(_ms: number, work: Promise<T>) => work };

async function send(
  door: { readonly plan: FunctionPlan; readonly egress: Egress; readonly policy: EgressPolicy },
  request: Request,
  {
    timeoutMs,
    ended,
    ...call
  }: Pick<OutboundCall, "url" | "headers" | "by" | "through" | "counts" | "timeoutMs"> & {
    readonly ended: Promise<unknown>;
  },
): Promise<Response> {
  if (call.headers.has("upgrade")) return refusalAnswer(door.plan, upgradeRefused(call.url));
  const { method } = request;
  // Asking for the body makes a stream of it.
  const body = method === "GET" || method === "HEAD" || request.body === null ? null : request;
  // Whatever keeps the request open in the isolate, it ends with the call of the function.
  const ending = new AbortController();
  // Without a reason the platform would make an error with a stack for each call, though most have their answer.
  ended.then(() => ending.abort(endedMessage));
  try {
    return withoutFailure(
      await door.egress.send({ ...call, method, body, timeoutMs, signal: ending.signal }, untilTheCallEnds),
    );
  } catch (error) {
    if (!(error instanceof EgressError)) throw error;
    const refusal = door.policy.check(call.url);
    if (refusal) return refusalAnswer(door.plan, refusal);
    return failure({ name: "TypeError", message: `fetch failed: ${error.message}` });
  }
}

function upgradeRefused(url: string): Refusal {
  const { hostname, port } = new URL(url);
  return {
    host: hostname,
    port: port === "" ? null : Number(port),
    reason: "connections cannot be upgraded, to WebSockets for example",
    rule: null,
    remedy: "Use plain HTTP requests.",
  };
}

/** Only the gateway says that something failed. */
function withoutFailure(response: Response): Response {
  if (!response.headers.has(FAILURE_HEADER)) return response;
  const own = new Response(response.body, response);
  own.headers.delete(FAILURE_HEADER);
  return own;
}

function failure({ name, message }: SessionFailure): Response {
  const headers = { [FAILURE_HEADER]: encodeURIComponent(JSON.stringify({ name, message })) };
  return new Response(message, { status: 502, headers });
}
