import type { HttpTarget, LocalTarget, ProxyProgram, TargetProgram } from "../bundle/program.ts";
import { isSuccess } from "../egress/connection.ts";
import { EgressError, type EgressErrorKind } from "../egress/error.ts";
import type { LoadBalancer } from "../egress/load-balancer.ts";
import { baseUrl } from "../egress/target-server.ts";
import { extendUrl } from "../egress/url.ts";
import { Body } from "../flow/body.ts";
import type { FlowContext, Target } from "../flow/context.ts";
import { ErrorResponse } from "../flow/error-response.ts";
import { Fault, type FaultCode } from "../flow/fault.ts";
import { RequestMessage, ResponseMessage } from "../flow/message.ts";
import { compressRequest } from "./compression.ts";
import { addForwardedFor, forwardedHeaders, forwardedQuery, retainResponseHeaders } from "./forwarding.ts";

/**
 * Calls a target for a proxy: the target's request flow, the call, the target's response flow. Throws the
 * fault of the target endpoint. Apigee: "Controlling API proxies with flows", "Request and response flow".
 */
export async function runTarget(
  target: TargetProgram,
  program: ProxyProgram,
  flow: FlowContext,
): Promise<void> {
  const { connection } = target;
  flow.target = {
    name: target.name,
    url: connection.kind === "http" && connection.url ? connection.url(flow).trim() : null,
    copyPathSuffix: true,
    copyQueryParams: true,
    evaluatedUrl: null,
    sentAt: null,
    receivedAt: null,
  };
  const before = target.request(flow);
  if (before) await before;
  const remainingMs = program.properties.apiTimeoutMs - (flow.exchange.now() - flow.exchange.receivedAt);
  if (remainingMs <= 0) throw new Fault("flow.APITimedOut", "API timed out");
  flow.response =
    connection.kind === "http"
      ? await callHttp(connection, flow.target, program, flow, remainingMs)
      : await callLocal(connection, flow.target, program, flow, remainingMs);
  flow.direction = "response";
  const codes = connection.kind === "http" ? connection.settings.properties.successCodes : null;
  if (!isSuccess(flow.response.status, codes)) throw new ErrorResponse(flow.response);
  const after = target.response(flow);
  if (after) await after;
}

async function callHttp(
  connection: HttpTarget,
  target: Target,
  program: ProxyProgram,
  flow: FlowContext,
  remainingMs: number,
): Promise<ResponseMessage> {
  const { request, exchange } = flow;
  const { properties } = connection.settings;
  if (program.properties.xForwardedFor) addForwardedFor(flow);
  const body = compressRequest(request, null);
  const headers = forwardedHeaders(request, properties);
  const suffix = target.copyPathSuffix ? flow.pathSuffix : "";
  const query = target.copyQueryParams ? forwardedQuery(request, properties) : "";
  const send = (base: string) => {
    target.evaluatedUrl = extendUrl(base, suffix, query);
    const timeoutMs = Math.min(properties.ioTimeoutMs, remainingMs);
    const call = {
      url: target.evaluatedUrl,
      method: request.verb,
      headers,
      body,
      timeoutMs,
      by: target.name,
    };
    return program.services.egress.send(call, exchange);
  };
  const sentAt = exchange.now();
  try {
    const { loadBalancer } = connection;
    const response =
      loadBalancer && target.url === null
        ? await balanced({ ...connection, loadBalancer }, flow, send)
        : await send(target.url ?? "");
    target.sentAt = { start: sentAt, end: sentAt };
    const receivedAt = exchange.now();
    target.receivedAt = { start: receivedAt, end: receivedAt };
    return received(response, connection, program);
  } catch (error) {
    throw error instanceof EgressError ? transportFault(error) : error;
  }
}

async function balanced(
  { settings, path, loadBalancer }: HttpTarget & { readonly loadBalancer: LoadBalancer },
  flow: FlowContext,
  send: (base: string) => Promise<Response>,
): Promise<Response> {
  const replayable = !flow.request.body.isStream;
  const { answer, server, failedServers, isFallback } = await loadBalancer.send(
    (server) => send(extendUrl(baseUrl(server, settings.sslInfo), path?.(flow) ?? "", "")),
    replayable,
  );
  // Apigee sets the server's name only when there is a Path.
  flow.loadBalancing = { targetServer: path && server ? server.name : null, failedServers, isFallback };
  if (answer instanceof EgressError) throw answer;
  return answer;
}

function received(response: Response, { settings }: HttpTarget, program: ProxyProgram): ResponseMessage {
  const { properties } = settings;
  const message = ResponseMessage.of(response);
  if (properties.responseStreaming || program.properties.responseStreaming) {
    message.body = new Body(response.body, true);
  }
  message.bodyLimit = properties.responseBodyLimit;
  retainResponseHeaders(message, properties);
  return message;
}

async function callLocal(
  connection: LocalTarget,
  target: Target,
  program: ProxyProgram,
  flow: FlowContext,
  remainingMs: number,
): Promise<ResponseMessage> {
  const { request } = flow;
  const suffix = target.copyPathSuffix ? flow.pathSuffix : "";
  const query = target.copyQueryParams ? request.query : "";
  const configured = connection.path?.(flow).trim();
  const path = configured === undefined ? suffix : extendUrl(configured, suffix, "");
  const to =
    configured === undefined
      ? { proxy: connection.proxy?.(flow).trim() ?? "", endpoint: connection.endpoint?.(flow).trim() || null }
      : { path };
  target.evaluatedUrl = path;
  const { verb, headers } = request;
  const forwarded = new RequestMessage({
    verb,
    path,
    query,
    headers: new Headers(headers),
    body: request.outgoing,
  });
  try {
    return await flow.exchange.within(remainingMs, program.services.callProxy(flow, to, forwarded));
  } catch (error) {
    throw error instanceof EgressError ? transportFault(error) : error;
  }
}

/** Apigee: "Runtime error code reference" (transport errors between the gateway and the target). */
const transportFaults: Readonly<Record<EgressErrorKind, readonly [FaultCode, string]>> = {
  refused: ["messaging.adaptors.http.flow.ServiceUnavailable", "The Service is temporarily unavailable"],
  invalid: ["messaging.adaptors.http.flow.ServiceUnavailable", "The Service is temporarily unavailable"],
  unreachable: ["messaging.adaptors.http.flow.ServiceUnavailable", "The Service is temporarily unavailable"],
  noActiveTargets: ["messaging.adaptors.http.flow.NoActiveTargets", "The Service is temporarily unavailable"],
  tls: ["messaging.adaptors.http.flow.SslHandshakeFailed", "SSL Handshake failed"],
  timeout: ["messaging.adaptors.http.flow.GatewayTimeout", "Gateway Timeout"],
  closed: ["messaging.adaptors.http.flow.UnexpectedEOFAtTarget", "Unexpected EOF at target"],
};

function transportFault(error: EgressError): Fault {
  const [code, faultString] = transportFaults[error.kind];
  return new Fault(code, faultString, { cause: error });
}
