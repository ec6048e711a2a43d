import type { LocalTarget, ProxyProgram } from "../compile/program.ts";
import { cancelling } from "../egress/cancelling.ts";
import { extendUrl, splitQuery } from "../egress/url.ts";
import type { FlowContext, Target } from "../flow/context.ts";
import { RequestMessage, type ResponseMessage } from "../flow/message.ts";

/**
 * Sends the flow's request to another proxy of the environment, in this process. Rejects with EgressError of
 * kind `timeout` when the exchange's time is over. Apigee: "Chaining API proxies together".
 */
export async function callLocal(
  { proxy, endpoint, path }: LocalTarget,
  target: Target,
  program: ProxyProgram,
  flow: FlowContext,
): Promise<ResponseMessage> {
  const { request, exchange } = flow;
  const suffix = target.copyPathSuffix ? flow.pathSuffix : "";
  const query = target.copyQueryParams ? request.query : "";
  const uri = extendUrl(path ? absolute(path(flow).trim()) : "", suffix, query);
  const [calledPath, calledQuery] = splitQuery(uri);
  target.evaluatedUrl = uri;
  const forwarded = new RequestMessage({
    verb: request.verb,
    path: calledPath,
    query: calledQuery,
    headers: new Headers(request.headers),
  });
  forwarded.body = request.body.copy();
  forwarded.contentCoding = request.contentCoding;
  const to = proxy
    ? {
        proxy: proxy(flow).trim(),
        endpoint: endpoint?.(flow).trim() || null,
        mayHoldBasePath: path !== null,
      }
    : { path: calledPath };
  const timeLeft = Math.max(1, flow.endsAt - exchange.now());
  const calls = cancelling(program.runsOn || exchange.depth > 0, exchange);
  const { signal } = calls.next();
  try {
    return await exchange.within(timeLeft, program.capabilities.proxies.call(flow, to, forwarded, signal));
  } catch (error) {
    calls.cancel();
    throw error;
  }
}

function absolute(path: string): string {
  return path.startsWith("/") ? path : `/${path}`;
}
