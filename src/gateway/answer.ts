import type { ProxyProgram } from "../bundle/program.ts";
import type { FlowContext } from "../flow/context.ts";
import type { ResponseMessage } from "../flow/message.ts";
import { faultOf } from "./errors.ts";
import { toResponse } from "./respond.ts";

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
  if (!program.postClient) return response;
  return response instanceof Promise
    ? response.then((made) => followedByPostClient(made, program, flow))
    : followedByPostClient(response, program, flow);
}

function followedByPostClient(response: Response, program: ProxyProgram, flow: FlowContext): Response {
  const { sent, watched } = tellWhenSent(response);
  flow.exchange.waitUntil(sent.then(() => runPostClient(program, flow)));
  return watched;
}

/** The same response, and a promise that settles when its body has gone out or the client has left. */
function tellWhenSent(response: Response): { sent: Promise<void>; watched: Response } {
  if (!response.body) return { sent: Promise.resolve(), watched: response };
  const { readable, writable } = streamOf(response.headers);
  const sent = response.body.pipeTo(writable).catch(() => {});
  return { sent, watched: new Response(readable, response) };
}

/** A length that is known stays known; that of compressed bytes is not, because they are read decompressed. */
function streamOf(headers: Headers): TransformStream {
  const length = headers.has("content-encoding") ? null : headers.get("content-length");
  return length === null ? new IdentityTransformStream() : new FixedLengthStream(Number(length));
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
