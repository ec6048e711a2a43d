import type { ProxyProgram } from "../compile/program.ts";
import { BasePaths } from "../environment/base-path.ts";
import type { Snapshot } from "../environment/snapshot.ts";
import { FlowContext } from "../flow/context.ts";
import { faultType } from "../flow/fault.ts";
import type { RequestMessage, ResponseMessage } from "../flow/message.ts";
import { flowsAreOver } from "../flow/over.ts";
import type { LocalDestination } from "../policies/capabilities.ts";
import { runPostClient } from "./answer.ts";
import { LocalExchange } from "./client-exchange.ts";
import { applyProperties } from "./client-request.ts";
import { runExchange } from "./exchange.ts";

/** How many proxies may call each other within one client request. */
export const MAX_CALLOUT_DEPTH = 8;

/** Not Apigee's: proxies that call each other deeper than the limit. */
export const calloutDepthExceeded = faultType(
  "sortie.CalloutDepthExceeded",
  508,
  () => `Proxies call each other more than ${MAX_CALLOUT_DEPTH} deep`,
);

/** Apigee: "ApplicationNotFound". The text names what was asked for, nothing of what is deployed. */
export const applicationNotFound = faultType(
  "messaging.adaptors.http.flow.ApplicationNotFound",
  404,
  (asked: string) => `Unable to identify proxy for ${asked}`,
);

/**
 * Runs a proxy of the same environment in this process: its own flows, faults and PostClientFlow, with
 * variables of its own. The request's path is the whole one of a call by path, and the one below the base path
 * of a call by name; its calls end when the signal is aborted. Apigee: "Chaining API proxies together".
 */
export async function callProxy(
  snapshot: Snapshot,
  caller: FlowContext,
  to: LocalDestination,
  request: RequestMessage,
  signal?: AbortSignal,
): Promise<ResponseMessage> {
  if (caller.exchange.depth >= MAX_CALLOUT_DEPTH) {
    throw calloutDepthExceeded();
  }
  const called = await find(snapshot, caller, to, request.path);
  const { program, pathSuffix } = called;
  request.path = called.path;
  applyProperties(request, program.properties);
  const { scheme, host } = caller.exchange.client;
  const url = `${scheme}://${host}${request.uri}`;
  const exchange = new LocalExchange(caller.exchange, signal);
  const flow = new FlowContext(program.identity, exchange, request, { pathSuffix, url });
  const answer = await runExchange(program, flow);
  if (program.postClient) exchange.waitUntil(runPostClient(program, flow));
  else flowsAreOver(flow);
  return answer;
}

interface Called {
  readonly program: ProxyProgram;
  readonly path: string;
  readonly pathSuffix: string;
}

async function find(
  snapshot: Snapshot,
  { exchange }: FlowContext,
  to: LocalDestination,
  requested: string,
): Promise<Called> {
  if ("path" in to) {
    const path = normalised(to.path);
    const match = snapshot.match(path) ?? notFound(`url: ${path}`);
    const program = await snapshot.program(match.value, exchange);
    return { program, path, pathSuffix: match.pathSuffix };
  }
  const found = snapshot.find(to.proxy, to.endpoint) ?? notFound(`name: ${to.proxy}`);
  const program = await snapshot.program(found.value, exchange);
  const whole = to.mayHoldBasePath ? normalised(requested) : null;
  const match = whole === null ? null : BasePaths.of([[found.basePath, null]]).match(whole);
  if (whole !== null && match !== null) return { program, path: whole, pathSuffix: match.pathSuffix };
  const path = normalised(found.basePath.replace(/\/$/, "") + requested);
  return { program, path, pathSuffix: requested };
}

/** As the path of a request from outside is: without dot segments, whatever a template made of it. */
function normalised(path: string): string {
  return new URL(`http://local${path.startsWith("/") ? "" : "/"}${path}`).pathname;
}

function notFound(what: string): never {
  throw applicationNotFound(what);
}
