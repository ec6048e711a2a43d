import type { HttpConnection } from "../../egress/connection.ts";
import { type OutboundCall, unlimited } from "../../egress/egress.ts";
import { EgressError } from "../../egress/error.ts";
import { LoadBalancer, type LoadBalancerConfig } from "../../egress/load-balancer.ts";
import { baseUrl, type TargetServer } from "../../egress/target-server.ts";
import { extendUrl } from "../../egress/url.ts";
import { type RequestMessage, ResponseMessage } from "../../flow/message.ts";
import { buildAuthentication, withToken } from "../google-authentication.ts";
import type { PolicyGateway } from "../policy.ts";
import { buildGivenUrl, rememberUrl } from "./called-url.ts";
import type { CalloutFaults } from "./faults.ts";
import { contentOf, type Send } from "./send.ts";

/** What an HTTP callout needs besides its connection. */
export interface HttpCallOptions {
  /** For headers and body together, and for all attempts. */
  readonly timeoutMs: number;
  /** Whether the flow waits for the answer. One that does not is left alone as soon as the call has begun. */
  readonly waits: boolean;
  readonly faults: CalloutFaults;
}

/** Compiles a callout over HTTP. Apigee: "ServiceCallout policy" (HTTPTargetConnection). */
export function buildHttpCall(
  connection: HttpConnection,
  options: HttpCallOptions,
  gateway: PolicyGateway,
): Send {
  const { loadBalancer } = connection;
  const callUrl = buildUrlCall(connection, options, gateway);
  if (loadBalancer === null) return callUrl;
  const given = buildGivenUrl(gateway.policy);
  const callTargetServer = buildBalancedCall(connection, loadBalancer, options, gateway);
  return function callBalancedOrUrl(flow, request) {
    return (given(flow) === null ? callTargetServer : callUrl)(flow, request);
  };
}

function buildUrlCall(
  { url, authentication }: HttpConnection,
  { timeoutMs, faults }: HttpCallOptions,
  gateway: PolicyGateway,
): Send {
  const base = gateway.template(url ?? "");
  const given = buildGivenUrl(gateway.policy);
  const remember = rememberUrl(gateway.policy);
  const authenticate = authentication && buildAuthentication(authentication, gateway);
  const { egress, policy } = gateway;
  return async function callUrl(flow, request) {
    const target = (given(flow) ?? base(flow)).trim();
    const address = extendUrl(target, request.path, request.query);
    remember(flow, address);
    const { method, headers: plain, body } = partsOf(request, faults);
    const { exchange } = flow;
    const end = exchange.now() + timeoutMs;
    const headers = authenticate ? await withToken(plain, authenticate(flow, timeoutMs)(target)) : plain;
    // Timeout is for headers and body together: whoever reads the body holds the whole call to it.
    const call = { url: address, method, headers, body, timeoutMs, by: policy };
    const response = await egress.send(call, unlimited);
    if (exchange.now() > end) throw tooLate(response);
    return ResponseMessage.of(response);
  };
}

/** Apigee: "Load balancing across backend servers". */
function buildBalancedCall(
  { path, sslInfo, properties, authentication }: HttpConnection,
  config: LoadBalancerConfig,
  { timeoutMs, waits, faults }: HttpCallOptions,
  gateway: PolicyGateway,
): Send {
  const balancer = new LoadBalancer(config, (name) => gateway.targetServer(name), Date.now);
  const base = gateway.template(path ?? "");
  const remember = rememberUrl(gateway.policy);
  const prepareToken = authentication && buildAuthentication(authentication, gateway);
  const { egress, policy } = gateway;
  return async function callTargetServer(flow, request) {
    const { exchange } = flow;
    const targetPath = base(flow).trim();
    const uri = absolute(extendUrl(targetPath, request.path, request.query));
    const { method, headers: current, body } = partsOf(request, faults);
    // Later attempts begin when a flow that does not wait may have changed the headers.
    const plain = waits ? current : new Headers(current);
    const authenticate = prepareToken?.(flow, timeoutMs);
    const end = exchange.now() + timeoutMs;
    let flowIsHere = true;
    const attempt = async (server: TargetServer): Promise<Response> => {
      const origin = baseUrl(server, sslInfo);
      const url = origin + uri;
      if (flowIsHere) remember(flow, url);
      const token = authenticate?.(origin + absolute(targetPath));
      const headers = token ? await withToken(plain, token) : plain;
      const left = end - exchange.now();
      if (left <= 0) throw timeout();
      const attemptMs = Math.min(left, properties.ioTimeoutMs);
      return egress.send({ url, method, headers, body, timeoutMs: attemptMs, by: policy }, exchange);
    };
    const sending = balancer.send(attempt, true);
    flowIsHere = waits;
    const { answer, server, failedServers, isFallback } = await sending;
    if (waits) flow.loadBalancing = { targetServer: server?.name ?? null, failedServers, isFallback };
    if (answer instanceof EgressError) throw answer;
    if (exchange.now() > end) throw tooLate(answer);
    return ResponseMessage.of(answer);
  };
}

/** What is sent of a request. */
function partsOf(
  request: RequestMessage,
  faults: CalloutFaults,
): Pick<OutboundCall, "method" | "headers" | "body"> {
  const { verb: method } = request;
  const { headers, body } = contentOf(request);
  if (body !== null && /^(?:get|head)$/i.test(method)) {
    throw faults.failed(`a ${method} request cannot carry a payload`);
  }
  return { method, headers, body };
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
