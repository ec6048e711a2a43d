import type { ProxyProgram } from "../compile/program.ts";
import type { FlowContext } from "../flow/context.ts";
import type { ResponseMessage } from "../flow/message.ts";
import { flowsAreOver } from "../flow/over.ts";
import { faultOf } from "./errors.ts";
import { faultFacts } from "./fault-facts.ts";
import { toResponse } from "./respond.ts";
import { TargetResponse } from "./target-response.ts";

/**
 * Hands the answer to the platform and lets PostClientFlow run once the client has it.
 * Apigee: "Controlling API proxies with flows" (PostClientFlow).
 *
 * @param method the client's own, whatever the flow made of it
 */
export function answerClient(
  answer: ResponseMessage,
  method: string,
  program: ProxyProgram,
  flow: FlowContext,
): Response | Promise<Response> {
  const response = toResponse(answer, method, program.properties.compression);
  if (!program.postClient) {
    flowsAreOver(flow);
    return response;
  }
  const follow = (made: Response) => {
    const { sent, watched } = tellWhenSent(made, lengthOf(answer));
    flow.exchange.waitUntil(sent.then(() => runPostClient(program, flow)));
    return watched;
  };
  return response instanceof Promise ? response.then(follow) : follow(response);
}

/** The same response, and a promise that settles when its body has gone out or the client has left. */
function tellWhenSent(response: Response, length: number | null): { sent: Promise<void>; watched: Response } {
  if (!response.body) return { sent: Promise.resolve(), watched: response };
  const { readable, writable } =
    length === null ? new IdentityTransformStream() : new FixedLengthStream(length);
  const sent = response.body.pipeTo(writable).catch(() => {});
  return { sent, watched: new Response(readable, response) };
}

/**
 * In bytes; null when it is not known. That of a compressed body is not, because it is read decompressed; and
 * what a policy wrote into Content-Length need not be true.
 */
function lengthOf(answer: ResponseMessage): number | null {
  if (answer.headers.has("content-encoding")) return null;
  if (!answer.body.isStream) return answer.body.bytes.byteLength;
  return answer instanceof TargetResponse ? answer.receivedLength : null;
}

/** Runs PostClientFlow. The answer is gone, so a failure can only be logged. */
export async function runPostClient({ postClient }: ProxyProgram, flow: FlowContext): Promise<void> {
  const now = flow.exchange.now();
  flow.clientSentAt = { start: now, end: now };
  flow.flowName = "PostClientFlow";
  flow.part = "proxy";
  try {
    await postClient?.(flow);
  } catch (thrown) {
    const facts = faultFacts(faultOf(thrown, flow));
    const { proxy } = flow.identity;
    const line = { level: "warn", event: "post-client-flow-failed", proxy, messageid: flow.exchange.id };
    console.warn(JSON.stringify({ ...line, ...facts }));
  }
  flowsAreOver(flow);
}
