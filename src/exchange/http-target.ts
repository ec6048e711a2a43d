import type { HttpTarget, ProxyProgram } from "../compile/program.ts";
import { cancelling } from "../egress/cancelling.ts";
import { EgressError } from "../egress/error.ts";
import type { LoadBalancer } from "../egress/load-balancer.ts";
import { baseUrl } from "../egress/target-server.ts";
import { extendUrl } from "../egress/url.ts";
import { type FlowContext, loadBalancing, type Target } from "../flow/context.ts";
import type { RequestMessage } from "../flow/message.ts";
import { withToken } from "../policies/parts/google-authentication.ts";
import { addForwardedFor, forwardedHeaders, forwardedQuery } from "./forwarding.ts";
import { bodyToSend } from "./outgoing-body.ts";
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
  const prepared = bodyToSend(flow, properties.compression);
  const body = prepared instanceof Promise ? await prepared : prepared;
  const plain = withCoding(forwardedHeaders(request, properties), request, body);
  const replayable = !request.body.isStream;
  const suffix = target.copyPathSuffix ? flow.pathSuffix : "";
  const query = target.copyQueryParams ? forwardedQuery(request, properties) : "";
  const timeLeft = (now: number) => Math.max(1, Math.min(properties.ioTimeoutMs, flow.endsAt - now));
  // Time stands still until something waits.
  const sentAt = exchange.now();
  const authenticate = connection.authenticate?.(flow, timeLeft(sentAt));
  // A load balancer may try another server.
  const calls = cancelling(
    program.runsOn || exchange.depth > 0 || connection.loadBalancer !== null,
    exchange,
  );
  const unset = connection.unset && (() => unsetVariables(connection, target, flow));
  const send = (base: string): Promise<Response> => {
    const url = extendUrl(base, suffix, query);
    target.evaluatedUrl = url;
    const method = request.verb;
    const { source } = connection;
    const sendWith = (headers: Headers, now: number) => {
      const timeoutMs = timeLeft(now);
      const sent = replayable && body instanceof Request ? body.clone() : body;
      const call = {
        url,
        unset,
        method,
        headers,
        body: sent,
        timeoutMs,
        by: connection.origin,
        ...calls.next(),
      };
      return source?.owns(url)
        ? source.send(call, exchange, exchange)
        : program.capabilities.egress.send(call, exchange);
    };
    if (!authenticate) return sendWith(plain, connection.loadBalancer ? exchange.now() : sentAt);
    return withToken(plain, authenticate(base)).then((headers) => sendWith(headers, exchange.now()));
  };
  target.sentAt = { start: sentAt, end: sentAt };
  const response = await toTargetOrServer(connection, target, flow, replayable, send);
  const receivedAt = exchange.now();
  target.receivedAt = { start: receivedAt, end: receivedAt };
  const answer = new TargetResponse(response, timeLeft(receivedAt), exchange, calls);
  answer.applyProperties(properties, properties.responseStreaming || program.properties.responseStreaming);
  return answer;
}

/** A URL that a policy wrote is made of no variables. */
function unsetVariables({ url, unset }: HttpTarget, target: Target, flow: FlowContext): readonly string[] {
  return target.url === url?.(flow).trim() ? (unset?.(flow) ?? []) : [];
}

/** A body that goes on as it came has the coding that it came with, also when a policy has read it decoded. */
function withCoding(headers: Headers, { contentCoding }: RequestMessage, body: unknown): Headers {
  if (contentCoding === null || !(body instanceof Request)) return headers;
  const own = new Headers(headers);
  own.set("content-encoding", contentCoding);
  return own;
}

function toTargetOrServer(
  connection: HttpTarget,
  target: Target,
  flow: FlowContext,
  replayable: boolean,
  send: (base: string) => Promise<Response>,
): Promise<Response> {
  const { loadBalancer } = connection;
  if (loadBalancer === null || target.url !== null) return send(target.url ?? "");
  return balanced(connection, loadBalancer, flow, replayable, send);
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
  const targetServer = path && server ? server.name : null;
  flow.keep(loadBalancing, { targetServer, failedServers, isFallback });
  if (answer instanceof EgressError) throw answer;
  return answer;
}
