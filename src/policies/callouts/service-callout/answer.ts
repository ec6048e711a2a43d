import { isSuccess, type SuccessCodes } from "../../../connections/success-codes.ts";
import { type Cancelling, cancelling } from "../../../egress/cancelling.ts";
import type { FlowContext, Step } from "../../../flow/context.ts";
import type { RequestMessage, ResponseMessage } from "../../../flow/message.ts";
import type { PolicyContext } from "../../policy-type.ts";
import { noteCalled } from "./called-url.ts";
import { calloutFault, statusFault } from "./faults.ts";
import type { Send } from "./send.ts";

/** How a callout ends. */
export interface AnswerOptions {
  readonly timeoutMs: number;
  /** In bytes. */
  readonly bodyLimit: number;
  readonly successCodes: SuccessCodes | null;
  /** Whether the request's payload is let go once it has been sent. */
  readonly clearPayload: boolean;
}

/**
 * Compiles a callout whose answer goes into a variable, when all of it has arrived in time. A failing status
 * leaves the answer there as well; after any other failure the variable is unset, so that nobody takes an
 * earlier answer for this one.
 */
export function buildWaitingCallout(
  prepare: (flow: FlowContext) => RequestMessage,
  send: Send,
  name: string,
  { timeoutMs, bodyLimit, successCodes, clearPayload }: AnswerOptions,
  context: PolicyContext,
): Step {
  const { policy, runsOn } = context;
  const variable = context.variable(name);

  async function receive(
    flow: FlowContext,
    request: RequestMessage,
    calls: Cancelling,
  ): Promise<ResponseMessage> {
    const answer = await send(flow, request, calls);
    answer.bodyLimit = bodyLimit;
    await answer.buffer();
    return answer;
  }

  return async function callOut(flow) {
    let answer: ResponseMessage;
    const calls = cancelling(runsOn || flow.exchange.depth > 0, flow.exchange);
    try {
      const request = prepare(flow);
      const receiving = receive(flow, request, calls);
      if (clearPayload) clear(request);
      answer = await flow.exchange.within(timeoutMs, receiving);
      variable.set(flow, answer);
    } catch (error) {
      calls.cancel();
      // The flow's own response, where it is the answer's place, is not an earlier answer.
      flow.variables.delete(name);
      noteCalled(policy, flow, error);
      throw calloutFault(policy, error);
    }
    if (!isSuccess(answer.status, successCodes)) throw statusFault(policy, answer.status);
  };
}

/**
 * Compiles a callout that the flow does not wait for. Its request is complete when the flow goes on; whatever
 * comes of it is for the log.
 */
export function buildSeparateCallout(
  prepare: (flow: FlowContext) => RequestMessage,
  send: Send,
  { timeoutMs, successCodes, clearPayload }: AnswerOptions,
  { policy }: PolicyContext,
): Step {
  async function finish(
    flow: FlowContext,
    sending: Promise<ResponseMessage>,
    calls: Cancelling,
  ): Promise<void> {
    let status: number;
    try {
      const answer = await flow.exchange.within(timeoutMs, sending);
      status = answer.status;
      letGo(answer);
    } catch (error) {
      calls.cancel();
      noteCalled(policy, flow, error);
      throw calloutFault(policy, error);
    }
    if (!isSuccess(status, successCodes)) throw statusFault(policy, status);
  }

  return function sendOnly(flow) {
    const request = prepare(flow);
    // The flow goes on meanwhile.
    const calls = cancelling(true, flow.exchange);
    const sending = send(flow, request, calls);
    if (clearPayload) clear(request);
    flow.exchange.waitUntil(finish(flow, sending, calls));
  };
}

function clear(request: RequestMessage): void {
  if (!request.body.isEmpty) request.setContent(null);
}

function letGo({ body }: ResponseMessage): void {
  if (body.source instanceof ReadableStream) body.source.cancel().catch(() => {});
}
