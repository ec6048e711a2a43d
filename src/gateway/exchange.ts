import type { ErrorProgram, ProxyProgram, Route } from "../bundle/program.ts";
import type { FlowContext } from "../flow/context.ts";
import { Fault } from "../flow/fault.ts";
import { ResponseMessage } from "../flow/message.ts";
import { faultOf, runErrorFlow } from "./errors.ts";
import { runTarget } from "./target.ts";

/**
 * Runs one exchange through a proxy endpoint: its request flow, the target, its response flow, or its
 * faults. Returns the answer. Apigee: "Controlling API proxies with flows".
 */
export async function runExchange(program: ProxyProgram, flow: FlowContext): Promise<ResponseMessage> {
  const endpoint = { errors: program.errors as ErrorProgram | null };
  try {
    const request = program.request(flow);
    if (request) await request;
    const route = await chooseRoute(program.routes, flow);
    flow.route = { name: route.name, target: route.target?.name ?? "" };
    checkTime(program, flow);
    if (program.keepsRequestBody) await flow.request.buffer();
    if (route.target) {
      endpoint.errors = route.target.errors ?? program.errors;
      await runTarget(route.target, program, flow);
      endpoint.errors = program.errors;
    } else {
      flow.response ??= new ResponseMessage();
    }
    flow.direction = "response";
    const response = program.response(flow);
    if (response) await response;
    checkTime(program, flow);
    return flow.response ?? new ResponseMessage();
  } catch (thrown) {
    const fault = faultOf(thrown, flow);
    await runErrorFlow(flow, fault, endpoint.errors);
    return flow.error ?? new ResponseMessage({ status: fault.status });
  }
}

async function chooseRoute(routes: readonly Route[], flow: FlowContext): Promise<Route> {
  for (const route of routes) {
    if (route.prepare) await route.prepare(flow);
    if (route.applies(flow)) return route;
  }
  throw new Fault("messaging.runtime.RouteFailed", "Unable to route the message to a TargetEndpoint");
}

/** Apigee: "Endpoint properties reference" (api.timeout). */
function checkTime({ properties }: ProxyProgram, { exchange }: FlowContext): void {
  if (exchange.now() - exchange.receivedAt > properties.apiTimeoutMs) {
    throw new Fault("flow.APITimedOut", "API timed out");
  }
}
