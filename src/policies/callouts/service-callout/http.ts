import type { HttpConnection } from "../../../connections/connection.ts";
import { unsetInOrigin } from "../../../connections/unset-variables.ts";
import { AuthorizationRequired } from "../../../credentials/user-credentials.ts";
import { type OutboundCall, unlimited } from "../../../egress/call.ts";
import { carriesBody, isBodiless } from "../../../egress/egress.ts";
import { EgressError } from "../../../egress/error.ts";
import { LoadBalancer, type LoadBalancerConfig } from "../../../egress/load-balancer.ts";
import type { NamedSource } from "../../../egress/named-source.ts";
import { baseUrl, type TargetServer } from "../../../egress/target-server.ts";
import { extendUrl } from "../../../egress/url.ts";
import { type FlowContext, loadBalancing } from "../../../flow/context.ts";
import { type RequestMessage, ResponseMessage } from "../../../flow/message.ts";
import { buildAuthentication, withToken } from "../../parts/google-authentication.ts";
import type { PolicyContext } from "../../policy-type.ts";
import { buildGivenUrl, rememberUrl } from "./called-url.ts";
import { faults } from "./faults.ts";
import { contentOf, type Send } from "./send.ts";

/** What an HTTP callout needs besides its connection. */
export interface HttpCallOptions {
  /** For headers and body together, and for all attempts. */
  readonly timeoutMs: number;
  /** Whether the flow waits for the answer. One that does not is left alone as soon as the call has begun. */
  readonly waits: boolean;
}

type HttpCallContext = PolicyContext<"egress" | "google" | "sources" | "targetServers">;

/** Compiles a callout over HTTP. Apigee: "ServiceCallout policy" (HTTPTargetConnection). */
export function buildHttpCall(
  connection: HttpConnection,
  options: HttpCallOptions,
  context: HttpCallContext,
): Send {
  const { loadBalancer } = connection;
  const callUrl = buildUrlCall(connection, options, context);
  if (loadBalancer === null) return callUrl;
  const given = buildGivenUrl(context.policy);
  const callTargetServer = buildBalancedCall(connection, loadBalancer, options, context);
  return function callBalancedOrUrl(flow, request, calls) {
    return (given(flow) === null ? callTargetServer : callUrl)(flow, request, calls);
  };
}

function buildUrlCall(
  { url, source: named, authentication }: HttpConnection,
  { timeoutMs, waits }: HttpCallOptions,
  context: HttpCallContext,
): Send {
  const outlivesClient = !waits;
  const source = named && context.sources.get(named.name);
  const base = context.template(named && source ? source.origin + named.path : (url ?? ""));
  const given = buildGivenUrl(context.policy);
  const unset = url === null ? null : unsetInOrigin<FlowContext>(url, (name) => context.variable(name).get);
  const remember = rememberUrl(context.policy);
  const authenticate = authentication && buildAuthentication(authentication, context);
  const { egress, policy, origin } = context;
  return async function callUrl(flow, request, calls) {
    const target = (given(flow) ?? base(flow)).trim();
    const address = extendUrl(target, request.path, request.query);
    remember(flow, address);
    const { method, headers: plain, body } = partsOf(request, policy);
    const { exchange } = flow;
    const end = exchange.now() + timeoutMs;
    const headers = authenticate ? await withToken(plain, authenticate(flow, timeoutMs)(target)) : plain;
    // Timeout is for headers and body together: whoever reads the body holds the whole call to it.
    const call = {
      url: address,
      unset: unset && (() => (given(flow) === null ? unset(flow) : [])),
      method,
      headers,
      body,
      timeoutMs,
      outlivesClient,
      by: origin,
      ...calls.next(),
    };
    const response = source?.owns(address)
      ? await throughSource(source, call, flow, policy)
      : await egress.send(call, unlimited, exchange);
    if (exchange.now() > end) throw tooLate(response);
    return ResponseMessage.of(response);
  };
}

/** A caller who has to consent first finds out where, in the variable `servicecallout.NAME.authorizepath`. */
async function throughSource(source: NamedSource, call: OutboundCall, flow: FlowContext, policy: string) {
  try {
    return await source.send(call, flow.exchange, unlimited);
  } catch (error) {
    if (error instanceof AuthorizationRequired) {
      flow.variables.set(`servicecallout.${policy}.authorizepath`, error.authorizePath);
    }
    throw error;
  }
}

/** Apigee: "Load balancing across backend servers". */
function buildBalancedCall(
  { path, sslInfo, properties, authentication }: HttpConnection,
  config: LoadBalancerConfig,
  { timeoutMs, waits }: HttpCallOptions,
  context: HttpCallContext,
): Send {
  const balancer = new LoadBalancer(config, (name) => context.targetServers.get(name), Date.now);
  const base = context.template(path ?? "");
  const remember = rememberUrl(context.policy);
  const prepareToken = authentication && buildAuthentication(authentication, context);
  const { egress, origin, policy } = context;
  return async function callTargetServer(flow, request, calls) {
    const { exchange } = flow;
    const targetPath = base(flow).trim();
    const uri = absolute(extendUrl(targetPath, request.path, request.query));
    const { method, headers: current, body } = partsOf(request, policy);
    // Later attempts begin when a flow that does not wait may have changed the headers.
    const plain = waits ? current : new Headers(current);
    const authenticate = prepareToken?.(flow, timeoutMs);
    const end = exchange.now() + timeoutMs;
    let flowIsHere = true;
    const attempt = async (server: TargetServer): Promise<Response> => {
      const start = baseUrl(server, sslInfo);
      const url = start + uri;
      if (flowIsHere) remember(flow, url);
      const token = authenticate?.(start + absolute(targetPath));
      const headers = token ? await withToken(plain, token) : plain;
      const left = end - exchange.now();
      if (left <= 0) throw timeout();
      const attemptMs = Math.min(left, properties.ioTimeoutMs);
      const attempted = { url, method, headers, body, timeoutMs: attemptMs, by: origin };
      const call = { ...attempted, outlivesClient: !waits, ...calls.next() };
      return egress.send(call, exchange);
    };
    const sending = balancer.send(attempt, true);
    flowIsHere = waits;
    const { answer, server, failedServers, isFallback } = await sending;
    if (waits) flow.keep(loadBalancing, { targetServer: server?.name ?? null, failedServers, isFallback });
    if (answer instanceof EgressError) throw answer;
    if (exchange.now() > end) throw tooLate(answer);
    return ResponseMessage.of(answer);
  };
}

/** What is sent of a request. */
function partsOf(request: RequestMessage, policy: string): Pick<OutboundCall, "method" | "headers" | "body"> {
  const { verb: method } = request;
  const { headers, body } = contentOf(request);
  if (body === null || !isBodiless(method)) return { method, headers, body };
  const received = request.body.carrier();
  if (!carriesBody(received, method))
    throw faults.executionFailed(policy, `a ${method} request cannot carry a payload`);
  if (request.contentCoding === null) return { method, headers, body: received };
  const coded = new Headers(headers);
  coded.set("content-encoding", request.contentCoding);
  return { method, headers: coded, body: received };
}

function absolute(uri: string): string {
  return uri === "" || uri.startsWith("/") ? uri : `/${uri}`;
}

function timeout(): EgressError {
  return new EgressError("timeout", "No answer within the time of the callout.");
}

/** An answer that nobody waits for any more is not read. */
function tooLate(response: Response): EgressError {
  response.body?.cancel().catch(() => {});
  return timeout();
}
