import type { ProxyProgram } from "../bundle/program.ts";
import type { FlowContext } from "../flow/context.ts";
import type { ResponseMessage } from "../flow/message.ts";
import { faultOf } from "./errors.ts";
import { toResponse } from "./respond.ts";

/**
 * Hands the answer to the platform and lets PostClientFlow run once the client has it.
 * Apigee: "Controlling API proxies with flows" (PostClientFlow).
 */
export async function answerClient(
  answer: ResponseMessage,
  program: ProxyProgram,
  flow: FlowContext,
): Promise<Response> {
  if (program.keepsResponseBody) await answer.buffer();
  const response = toResponse(answer, flow.request.verb);
  if (!program.postClient) return response;
  const { sent, counted } = tellWhenSent(response);
  flow.exchange.waitUntil(sent.then(() => runPostClient(program, flow)));
  return counted;
}

/** The same response, and a promise that settles when its body has gone out or the client has left. */
function tellWhenSent(response: Response): { sent: Promise<void>; counted: Response } {
  if (!response.body) return { sent: Promise.resolve(), counted: response };
  const { readable, writable } = new TransformStream();
  const sent = response.body.pipeTo(writable).catch(() => {});
  return { sent, counted: new Response(readable, response) };
}

/** Runs PostClientFlow. The answer is gone, so a failure can only be logged. */
export async function runPostClient({ postClient }: ProxyProgram, flow: FlowContext): Promise<void> {
  const now = flow.exchange.now();
  flow.clientSentAt = { start: now, end: now };
  flow.flowName = "PostClientFlow";
  try {
    await postClient?.(flow);
  } catch (thrown) {
    const { code, message } = faultOf(thrown, flow);
    const { proxy } = flow.identity;
    const line = { level: "warn", event: "post-client-flow-failed", proxy, messageid: flow.exchange.id };
    console.warn(JSON.stringify({ ...line, code, message }));
  }
}
