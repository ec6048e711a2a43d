import type { FlowContext } from "../../../flow/context.ts";
import { Message, RequestMessage } from "../../../flow/message.ts";
import { Unsettable } from "../../../flow/unsettable.ts";
import { buildMessageEdits } from "../../parts/message-edits/build.ts";
import type { PolicyContext } from "../../policy-type.ts";
import { faults } from "./faults.ts";
import type { CalloutRequest } from "./read-request.ts";

/** A request that a ServiceCallout made for one execution. It stays readable afterwards, but is never sent again. */
class OneTimeRequest extends RequestMessage {}

/** Compiles what finds or makes the request of a callout, and changes it as the policy says. */
export function buildRequest(
  { variable: name, clearPayload, ignoreUnresolved, edits }: CalloutRequest,
  context: PolicyContext,
): (flow: FlowContext) => RequestMessage {
  const { policy } = context;
  const variable = context.variable(name);
  context.readsContentOf(name);
  const edit = buildMessageEdits(edits, context, {
    edited: name,
    ignoreUnresolved,
    faults: {
      unresolved: faults.unresolved,
      notMessage: (source) =>
        faults.executionFailed(policy, `value of variable ${source} is not of type Message`),
    },
  });

  function make(flow: FlowContext): RequestMessage {
    const request = clearPayload ? new OneTimeRequest() : new RequestMessage();
    try {
      variable.set(flow, request);
    } catch (error) {
      throw error instanceof Unsettable ? faults.notRequest(policy, name) : error;
    }
    return request;
  }

  return function prepareRequest(flow) {
    const found = variable.get(flow);
    if (found === null || (clearPayload && found instanceof OneTimeRequest)) {
      const request = make(flow);
      edit(flow, request);
      return request;
    }
    if (!(found instanceof Message)) throw faults.notMessage(policy, name);
    if (!(found instanceof RequestMessage)) throw faults.notRequest(policy, name);
    edit(flow, found);
    return found;
  };
}
