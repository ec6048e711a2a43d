import type { Policy } from "../bundle/model.ts";
import type { FlowContext, Step } from "../flow/context.ts";
import { ContinueAtResponse } from "../flow/continue-at-response.ts";
import { Fault } from "../flow/fault.ts";
import { PolicyDefect } from "../flow/policy-defect.ts";
import { type PolicyType, thrownBy } from "../policies/policy-type.ts";
import { checkReferences } from "./check-references.ts";
import type { CompileContext } from "./compile-context.ts";
import { PolicyBuilder } from "./policy-builder.ts";

/** A policy ready to run. */
export interface PolicyProgram {
  readonly step: Step;
  /** Messages whose bodies must be buffered before the step runs. */
  readonly contents: ReadonlySet<string>;
  /** Messages whose bodies are read here or in shared flows that are called from here. */
  readonly mentions: ReadonlySet<string>;
}

/**
 * Builds a policy, with what all policies share: enabled, continueOnError and the variables that say whether it
 * failed. Null when it cannot be used; the report says why. Apigee: "Policy reference overview".
 */
export function compilePolicy(policy: Policy, compile: CompileContext): PolicyProgram | null {
  const { name, meaning, enabled } = policy;
  if (meaning === null) return enabled ? null : switchedOff;
  const { type, config, references } = meaning;
  const report = (enabled ? compile.report : compile.report.warnsOnly()).forPolicy(name, type.element);
  const errorsBefore = report.errorCount;
  const builder = new PolicyBuilder(policy, type, compile, report);
  const isComplete = checkReferences(references, compile, report);
  if (isComplete) type.check?.(config, builder.context, report);
  if (!enabled) return switchedOff;
  if (!isComplete || report.errorCount > errorsBefore) return null;
  const step = recordingFailure(type.build(config, builder.context), policy, type);
  return { step, ...builder.built() };
}

/** A policy with enabled="false": it does nothing and reads nothing, and what is wrong with it is only warned of. */
const switchedOff: PolicyProgram = { step: () => {}, contents: new Set(), mentions: new Set() };

/**
 * Sets `PREFIX.NAME.failed`, and lets the flow go on after a fault when continueOnError is true.
 * Apigee: "What you need to know about policy errors". A fault that was raised on purpose always is one.
 */
function recordingFailure(step: Step, { name, continueOnError }: Policy, type: PolicyType): Step {
  const failed = `${type.variablePrefix}.${name}.failed`;
  const succeed = (flow: FlowContext) => {
    flow.variables.set(failed, false);
  };
  const fail = (flow: FlowContext, error: unknown) => {
    if (error instanceof ContinueAtResponse) {
      flow.variables.set(failed, error.hasFailed);
      throw error;
    }
    const thrown = thrownBy(type, name, error);
    flow.variables.set(failed, true);
    // A shared flow's policy comes first, that which called it after it.
    if (thrown instanceof PolicyDefect) throw thrown;
    if (!(thrown instanceof Fault)) throw new PolicyDefect(name, thrown);
    flow.lastFault = thrown.raisedBy(name);
    if (!continueOnError || thrown.isDeliberate) throw thrown;
    flow.exchange.watch?.fault(thrown);
  };
  return function runPolicy(flow) {
    try {
      const pending = step(flow);
      if (pending)
        return pending.then(
          () => succeed(flow),
          (thrown) => fail(flow, thrown),
        );
    } catch (thrown) {
      return fail(flow, thrown);
    }
    succeed(flow);
  };
}
