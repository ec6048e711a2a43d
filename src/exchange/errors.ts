import type { ErrorProgram, FaultRuleProgram } from "../compile/program.ts";
import { AnsweredFault } from "../flow/answered-fault.ts";
import type { FlowContext } from "../flow/context.ts";
import { ErrorResponse } from "../flow/error-response.ts";
import { Fault, faultBody } from "../flow/fault.ts";
import { ResponseMessage } from "../flow/message.ts";
import { PolicyDefect } from "../flow/policy-defect.ts";
import { mergeRaised, RaisedFault } from "../flow/raised-fault.ts";
import { stoppedAsFault } from "../flow/work-limit.ts";
import { internalError } from "./internal-error.ts";

/**
 * Enters the error state and runs the fault rules of the endpoint whose flow was running. Returns the answer,
 * which is also `flow.error`. Apigee: "Handling faults".
 *
 * @param keepsBody whether something reads the answer's body after it has gone out
 */
export async function runErrorFlow(
  flow: FlowContext,
  fault: Fault,
  program: ErrorProgram,
  keepsBody: boolean,
): Promise<ResponseMessage> {
  let answer = enterErrorState(flow, fault);
  if (answer === flow.response && hasRules(program)) {
    // What the rules make of the pending error message leaves the target's answer as it came.
    answer = answer.copy();
    flow.error = answer;
  }
  try {
    await runRules(flow, program);
    answer = flow.error ?? answer;
    if (keepsBody) await answer.buffer();
    return answer;
  } catch (thrown) {
    // The target's own error answer broke off while its body was read.
    return enterErrorState(flow, faultOf(thrown, flow));
  }
}

function hasRules({ rules, fallback }: ErrorProgram): boolean {
  return rules.length > 0 || fallback !== null;
}

async function runRules(flow: FlowContext, { rules, fallback }: ErrorProgram): Promise<void> {
  const rule = await firstThatApplies(rules, flow);
  const raised = rule !== null && (await runRule(rule, flow));
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
    flow.exchange.watch?.fault(fault);
    flow.fault = fault;
    flow.lastFault = fault;
    flow.error = mergeRaised(flow.error, fault);
    return true;
  }
}

function enterErrorState(flow: FlowContext, fault: Fault): ResponseMessage {
  flow.exchange.watch?.fault(fault);
  const pending = pendingMessage(flow, fault);
  flow.fault = fault;
  flow.lastFault = fault;
  flow.error = pending;
  return pending;
}

/** The target's own answer, what RaiseFault or another policy prepared, or the default error body. */
function pendingMessage(flow: FlowContext, fault: Fault): ResponseMessage {
  if (fault instanceof ErrorResponse) return fault.response;
  const isPrepared = fault instanceof RaisedFault || fault instanceof AnsweredFault;
  const message = isPrepared ? fault.response : new ResponseMessage({ status: fault.status });
  if (message.body.isEmpty) {
    const { contentType, text } = faultBody(fault, flow.request.headers.get("accept"));
    message.setContent(text, contentType);
  }
  return message;
}

/** What a step threw, as a fault; anything but a fault is a defect of the gateway. */
export function faultOf(thrown: unknown, { exchange, identity, flowName }: FlowContext): Fault {
  const fault = stoppedAsFault(thrown);
  if (fault instanceof Fault) return fault;
  const { proxy, revision } = identity;
  const where = { messageid: exchange.id, proxy, revision, flow: flowName };
  if (!(thrown instanceof PolicyDefect)) return internalError(thrown, where);
  const { policy, cause } = thrown;
  return internalError(cause, { ...where, policy }).raisedBy(policy);
}
