import type { HttpTarget, ProxyProgram } from "../bundle/program.ts";
import { EgressError } from "../egress/error.ts";
import type { LoadBalancer } from "../egress/load-balancer.ts";
import { baseUrl } from "../egress/target-server.ts";
import { extendUrl } from "../egress/url.ts";
import type { BodySource } from "../flow/body.ts";
import type { FlowContext, Target } from "../flow/context.ts";
import type { RequestMessage } from "../flow/message.ts";
import { withToken } from "../policies/google-authentication.ts";
import { ClientRequest } from "./client-request.ts";
import { compressRequest } from "./compression.ts";
import { addForwardedFor, forwardedHeaders, forwardedQuery } from "./forwarding.ts";
import { TargetResponse } from "./target-response.ts";

/**
 * Sends the flow's request to an HTTP target and resolves with its answer, whatever its status.
 * Rejects with EgressError. Apigee: "Endpoint properties reference".
 */
export async function callHttp(
  connection: HttpTarget,
  target: Target,
  program: ProxyProgram,
  flow: FlowContext,
): Promise<TargetResponse> {
  const { request, exchange } = flow;
  const { properties } = connection.settings;
  if (program.properties.xForwardedFor) addForwardedFor(flow);
  const compressed = compressRequest(request, properties.compression);
  const body = compressed instanceof Promise ? await compressed : compressed;
  const sent = receivedAs(request, body) ?? body;
  const plain = forwardedHeaders(request, properties);
  const suffix = target.copyPathSuffix ? flow.pathSuffix : "";
  const query = target.copyQueryParams ? forwardedQuery(request, properties) : "";
  const timeLeft = (now: number) => Math.max(1, Math.min(properties.ioTimeoutMs, flow.endsAt - now));
  const authenticate = connection.authenticate?.(flow, timeLeft(exchange.now()));
  const send = (base: string): Promise<Response> => {
    const url = extendUrl(base, suffix, query);
    target.evaluatedUrl = url;
    const method = request.verb;
    const sendWith = (headers: Headers) => {
      const timeoutMs = timeLeft(exchange.now());
      const call = { url, method, headers, body: sent, timeoutMs, by: target.name };
      return program.services.egress.send(call, exchange);
    };
    return authenticate ? withToken(plain, authenticate(base)).then(sendWith) : sendWith(plain);
  };
  const sentAt = exchange.now();
  target.sentAt = { start: sentAt, end: sentAt };
  const response = await toTargetOrServer(connection, target, flow, body, send);
  const receivedAt = exchange.now();
  target.receivedAt = { start: receivedAt, end: receivedAt };
  const answer = new TargetResponse(response, timeLeft(receivedAt), exchange);
  answer.applyProperties(properties, properties.responseStreaming || program.properties.responseStreaming);
  return answer;
}

/**
 * The client's request when it stands for its own unread body. Workers send a body with GET or HEAD only in
 * that form; one that a flow has read or made cannot be sent.
 */
function receivedAs(request: RequestMessage, body: BodySource): Request | null {
  if (body === null || !(request instanceof ClientRequest)) return null;
  const { received, verb } = request;
  const isItsOwn = received.body === body && received.method === verb;
  return isItsOwn && (verb === "GET" || verb === "HEAD") ? received : null;
}

function toTargetOrServer(
  connection: HttpTarget,
  target: Target,
  flow: FlowContext,
  body: BodySource,
  send: (base: string) => Promise<Response>,
): Promise<Response> {
  const { loadBalancer } = connection;
  if (loadBalancer === null || target.url !== null) return send(target.url ?? "");
  return balanced(connection, loadBalancer, flow, !(body instanceof ReadableStream), send);
}

async function balanced(
  { settings, path }: HttpTarget,
  loadBalancer: LoadBalancer,
  flow: FlowContext,
  replayable: boolean,
  send: (base: string) => Promise<Response>,
): Promise<Response> {
  const { answer, server, failedServers, isFallback } = await loadBalancer.send(
    (server) => send(extendUrl(baseUrl(server, settings.sslInfo), path?.(flow).trim() ?? "", "")),
    replayable,
  );
  // Apigee sets the server's name only when there is a Path.
  flow.loadBalancing = { targetServer: path && server ? server.name : null, failedServers, isFallback };
  if (answer instanceof EgressError) throw answer;
  return answer;
}
