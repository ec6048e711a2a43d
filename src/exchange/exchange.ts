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
  flow.endsAt = flow.exchange.receivedAt + program.properties.apiTimeoutMs;
  let errors: ErrorProgram = program.errors;
  let target: TargetProgram | null = null;
  let respond = program.response;
  let answer: ResponseMessage;
  try {
    try {
      const request = program.request(flow);
      if (request) {
        await request;
        checkTime(flow);
      }
      const chosen = chooseRoute(program.routes, flow);
      target = take(chosen instanceof Promise ? await chosen : chosen, flow);
      if (target) {
        errors = target.errors ?? program.errors;
        await runTarget(target, program, flow);
      }
    } catch (thrown) {
      if (!(thrown instanceof ContinueAtResponse)) throw thrown;
      target ??= await targetWith(thrown.policy, program, flow);
      flow.direction = "response";
      const rest = target?.responseFrom.get(thrown.policy);
      if (target && rest) {
        errors = target.errors ?? program.errors;
        flow.part = "target";
        await rest(flow);
      }
      respond = program.responseFrom.get(thrown.policy) ?? respond;
    }
    errors = program.errors;
    flow.response ??= ResponseMessage.answering(flow.request);
    flow.part = "proxy";
    flow.direction = "response";
    const response = respond(flow);
    if (response) {
      await response;
      checkTime(flow);
    }
    if (program.keepsResponseBody) await flow.response?.buffer();
    answer = flow.response ?? new ResponseMessage();
  } catch (thrown) {
    if (errors === program.errors) flow.part = "proxy";
    answer = await runErrorFlow(flow, faultOf(thrown, flow), errors, program.keepsResponseBody);
  }
  flow.kept(finishing)?.(answer);
  return answer;
}

/** Notes the route that a request takes, and says which target it leads to. */
function take({ name, target }: Route, flow: FlowContext): TargetProgram | null {
  flow.route = { name, target: target?.name ?? "" };
  return target;
}

/**
 * The target in whose response flow a policy stands that has answered in the proxy's request flow, if it does not
 * stand in the proxy's: that of the route which the request would have taken.
 */
async function targetWith(
  policy: string,
  { routes, responseFrom }: ProxyProgram,
  flow: FlowContext,
): Promise<TargetProgram | null> {
  if (responseFrom.has(policy) || !routes.some(({ target }) => target?.responseFrom.has(policy))) return null;
  const route = await findRoute(routes, flow);
  return route && take(route, flow);
}

function chooseRoute(routes: readonly Route[], flow: FlowContext): Route | Promise<Route> {
  const found = findRoute(routes, flow);
  return found instanceof Promise ? found.then(routeOrFault) : routeOrFault(found);
}

function routeOrFault(route: Route | null): Route {
  if (route === null) throw routeFailed();
  return route;
}

/** Waits only for a body that a condition reads, and begins anew when it is there: conditions change nothing. */
function findRoute(routes: readonly Route[], flow: FlowContext): Route | null | Promise<Route | null> {
  for (const route of routes) {
    const pending = route.prepare?.(flow);
    if (pending) return pending.then(() => findRoute(routes, flow));
    if (route.applies(flow)) return route;
  }
  return null;
}
