import type { Snapshot } from "../environment/snapshot.ts";
import { FlowContext } from "../flow/context.ts";
import { Fault } from "../flow/fault.ts";
import type { RequestMessage, ResponseMessage } from "../flow/message.ts";
import type { LocalDestination } from "../policies/policy.ts";
import { runPostClient } from "./answer.ts";
import { LocalExchange } from "./client-exchange.ts";
import { runExchange } from "./exchange.ts";

/** How many proxies may call each other within one client request. */
export const MAX_CALLOUT_DEPTH = 8;

/**
 * Runs a proxy of the same environment in this process: its own flows, faults and PostClientFlow, with
 * variables of its own. The request's path tells where below its base path it is called.
 * Apigee: "Chaining API proxies together".
 */
export async function callProxy(
  snapshot: Snapshot,
  caller: FlowContext,
  to: LocalDestination,
  request: RequestMessage,
): Promise<ResponseMessage> {
  if (caller.exchange.depth >= MAX_CALLOUT_DEPTH) {
    throw new Fault(
      "sortie.CalloutDepthExceeded",
      `Proxies call each other more than ${MAX_CALLOUT_DEPTH} deep`,
    );
  }
  const found = "path" in to ? snapshot.match(to.path) : snapshot.find(to.proxy, to.endpoint);
  if (!found) {
    throw new Fault(
      "messaging.adaptors.http.flow.ApplicationNotFound",
      `Unable to identify proxy for ${"path" in to ? `url: ${to.path}` : `name: ${to.proxy}`}`,
    );
  }
  const program = await snapshot.program(found.value, caller.exchange);
  const pathSuffix = "pathSuffix" in found ? found.pathSuffix : request.path;
  request.path = "path" in to ? to.path : `${found.basePath === "/" ? "" : found.basePath}${request.path}`;
  const url = `${caller.exchange.client.scheme}://${caller.exchange.client.host}${request.uri}`;
  const flow = new FlowContext(program.identity, new LocalExchange(caller.exchange), request, {
    pathSuffix,
    url,
  });
  const answer = await runExchange(program, flow);
  if (program.keepsResponseBody) await answer.buffer();
  if (program.postClient) flow.exchange.waitUntil(runPostClient(program, flow));
  return answer;
}
