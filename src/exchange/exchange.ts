import type { ErrorProgram, ProxyProgram, Route, TargetProgram } from "../compile/program.ts";
import type { FlowContext } from "../flow/context.ts";
import { ContinueAtResponse } from "../flow/continue-at-response.ts";
import { faultType } from "../flow/fault.ts";
import { finishing } from "../flow/finishing.ts";
import { ResponseMessage } from "../flow/message.ts";
import { checkTime } from "../flow/time-limit.ts";
import { faultOf, runErrorFlow } from "./errors.ts";
import { runTarget } from "./target.ts";

export const routeFailed = faultType(
  "messaging.runtime.RouteFailed",
  500,
  () => "Unable to route the message to a TargetEndpoint",
);

/**
 * Runs one exchange through a proxy endpoint: its request flow, the target, its response flow, or its
 * faults. Returns the answer. Apigee: "Controlling API proxies with flows".
 */
export async function runExchange(program: ProxyProgram, flow: FlowContext): Promise<ResponseMessage> {
  const answer = await runFlows(program, flow);
  flow.kept(finishing)?.(answer);
  return answer;
}

async function runFlows(program: ProxyProgram, flow: FlowContext): Promise<ResponseMessage> {
  flow.endsAt = flow.exchange.receivedAt + program.properties.apiTimeoutMs;
  let errors: ErrorProgram = program.errors;
  let target: TargetProgram | null = null;
  let respond = program.response;
  try {
    try {
      const request = program.request(flow);
      if (request) {
        await request;
        checkTime(flow);
      }
      const chosen = chooseRoute(program.routes, flow);
      const route = chosen instanceof Promise ? await chosen : chosen;
      target = route.target;
      flow.route = { name: route.name, target: target?.name ?? "" };
      if (target) {
        errors = target.errors ?? program.errors;
        await runTarget(target, program, flow);
      }
    } catch (thrown) {
      if (!(thrown instanceof ContinueAtResponse)) throw thrown;
      flow.direction = "response";
      await target?.responseFrom.get(thrown.policy)?.(flow);
      respond = program.responseFrom.get(thrown.policy) ?? respond;
    }
    errors = program.errors;
    flow.response ??= new ResponseMessage();
    flow.part = "proxy";
    flow.direction = "response";
    const response = respond(flow);
    if (response) {
      await response;
      checkTime(flow);
    }
    if (program.keepsResponseBody) await flow.response?.buffer();
    return flow.response ?? new ResponseMessage();
  } catch (thrown) {
    if (errors === program.errors) flow.part = "proxy";
    return runErrorFlow(flow, faultOf(thrown, flow), errors, program.keepsResponseBody);
  }
}

/** Waits only for a body that a condition reads, and begins anew when it is there: conditions change nothing. */
function chooseRoute(routes: readonly Route[], flow: FlowContext): Route | Promise<Route> {
  for (const route of routes) {
    const pending = route.prepare?.(flow);
    if (pending) return pending.then(() => chooseRoute(routes, flow));
    if (route.applies(flow)) return route;
  }
  throw routeFailed();
}
