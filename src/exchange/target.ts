import type { HttpTarget, LocalTarget, ProxyProgram, TargetProgram } from "../compile/program.ts";
import { isSuccess } from "../connections/connection.ts";
import type { FlowContext, Target } from "../flow/context.ts";
import { ErrorResponse } from "../flow/error-response.ts";
import type { ResponseMessage } from "../flow/message.ts";
import { checkTime } from "../flow/time-limit.ts";
import { callHttp } from "./http-target.ts";
import { callLocal } from "./local-target.ts";
import { throwAsFault } from "./transport-fault.ts";

/**
 * Calls a target for a proxy: the target's request flow, the call, the target's response flow. Throws the
 * fault of the target endpoint. Apigee: "Controlling API proxies with flows", "Request and response flow".
 */
export async function runTarget(
  endpoint: TargetProgram,
  program: ProxyProgram,
  flow: FlowContext,
): Promise<void> {
  const { name, connection } = endpoint;
  const url = configuredUrl(connection, flow);
  const target: Target = {
    name,
    url,
    copyPathSuffix: true,
    copyQueryParams: true,
    evaluatedUrl: null,
    sentAt: null,
    receivedAt: null,
  };
  flow.target = target;
  flow.part = "target";
  if (streamsRequest(connection)) flow.request.body = flow.request.body.copy(true);
  const before = endpoint.request(flow);
  if (before) {
    await before;
    checkTime(flow);
  }
  // Variables in the URL may have been set by the target's own flow; a URL that a policy wrote stays.
  if (target.url === url) target.url = configuredUrl(connection, flow);
  if (program.keepsRequestBody) await flow.request.buffer();
  let response: ResponseMessage;
  try {
    response = await call(connection, target, program, flow);
  } catch (error) {
    throwAsFault(error);
  }
  flow.response = response;
  flow.direction = "response";
  if (!isSuccess(response.status, successCodes(connection))) throw new ErrorResponse(response);
  const after = endpoint.response(flow);
  if (after) await after;
}

function configuredUrl(connection: HttpTarget | LocalTarget, flow: FlowContext): string | null {
  return connection.kind === "http" && connection.url ? connection.url(flow).trim() : null;
}

function streamsRequest(connection: HttpTarget | LocalTarget): boolean {
  return connection.kind === "http" && connection.settings.properties.requestStreaming;
}

function successCodes(connection: HttpTarget | LocalTarget) {
  return connection.kind === "http" ? connection.settings.properties.successCodes : null;
}

function call(
  connection: HttpTarget | LocalTarget,
  target: Target,
  program: ProxyProgram,
  flow: FlowContext,
): Promise<ResponseMessage> {
  return connection.kind === "http"
    ? callHttp(connection, target, program, flow)
    : callLocal(connection, target, program, flow);
}
