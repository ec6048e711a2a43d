import type { ErrorProgram, FaultRuleProgram } from "../bundle/program.ts";
import type { FlowContext } from "../flow/context.ts";
import { ErrorResponse } from "../flow/error-response.ts";
import { Fault, faultBody } from "../flow/fault.ts";
import { ResponseMessage } from "../flow/message.ts";
import { mergeRaised, RaisedFault } from "../flow/raised-fault.ts";
import { internalError } from "./internal-error.ts";

/**
 * Enters the error state and runs the fault rules of the endpoint whose flow was running. Afterwards
 * `flow.error` is the answer. Apigee: "Handling faults".
 */
export async function runErrorFlow(
  flow: FlowContext,
  fault: Fault,
  program: ErrorProgram | null,
): Promise<void> {
  enterErrorState(flow, fault);
  const rule = await firstThatApplies(program?.rules ?? [], flow);
  const raised = rule !== null && (await runRule(rule, flow));
  const fallback = program?.fallback ?? null;
  if (fallback === null || raised || (rule !== null && !fallback.alwaysEnforce)) return;
  const enforced = await firstThatApplies([fallback], flow);
  if (enforced) await runRule(enforced, flow);
}

async function firstThatApplies(
  rules: readonly FaultRuleProgram[],
  flow: FlowContext,
): Promise<FaultRuleProgram | null> {
  for (const rule of rules) {
    await rule.prepare?.(flow);
    if (rule.applies(flow)) return rule;
  }
  return null;
}

/** Says whether a RaiseFault ended the rule. Any other fault ends it too and takes the pending one's place. */
async function runRule(rule: FaultRuleProgram, flow: FlowContext): Promise<boolean> {
  flow.flowName = rule.name;
  try {
    await rule.steps(flow);
    return false;
  } catch (thrown) {
    const fault = faultOf(thrown, flow);
    if (!(fault instanceof RaisedFault) || !flow.error) {
      enterErrorState(flow, fault);
      return false;
    }
    flow.fault = fault;
    flow.lastFault = fault;
    flow.error = mergeRaised(flow.error, fault);
    return true;
  }
}

function enterErrorState(flow: FlowContext, fault: Fault): void {
  flow.fault = fault;
  flow.lastFault = fault;
  flow.error = pendingMessage(flow, fault);
}

/** The target's own answer, what RaiseFault prepared, or the default error body. */
function pendingMessage(flow: FlowContext, fault: Fault): ResponseMessage {
  if (fault instanceof ErrorResponse) return fault.response;
  const message =
    fault instanceof RaisedFault ? fault.response : new ResponseMessage({ status: fault.status });
  if (message.body.isEmpty) {
    const { contentType, text } = faultBody(fault, flow.request.headers.get("accept"));
    message.setContent(text, contentType);
  }
  return message;
}

/** What a step threw, as a fault; anything but a fault is a defect of the gateway. */
export function faultOf(thrown: unknown, { exchange, identity, flowName }: FlowContext): Fault {
  if (thrown instanceof Fault) return thrown;
  const { proxy, revision } = identity;
  return internalError(thrown, { messageid: exchange.id, proxy, revision, flow: flowName });
}
