import type { Value } from "../expression/value.ts";
import type { FlowContext, Step } from "./context.ts";
import type { Variable } from "./variable.ts";

/**
 * Sees what the steps of a flow do, one after the other. A program is compiled with an observer or without; without
 * one nothing of this is there.
 */
export interface Observer {
  /**
   * A policy's step begins: `flow` holds the messages as they are before.
   * @returns is called when the step has ended, with what it threw, or null
   */
  step(flow: FlowContext, policy: string): (thrown: unknown) => void;
  /** A condition was tried. */
  condition(flow: FlowContext, text: string, applied: boolean): void;
  /** A step or condition read a variable; null is unset. */
  read(flow: FlowContext, name: string, value: Value): void;
  /** A step gave a variable a value; null when it removed it. */
  wrote(flow: FlowContext, name: string, value: Value): void;
}

/** The step, as it is without an observer. */
export function observedStep(policy: string, step: Step, observer: Observer | null): Step {
  if (!observer) return step;
  return function runObserved(flow) {
    const ended = observer.step(flow, policy);
    const failed = (thrown: unknown): never => {
      ended(thrown);
      throw thrown;
    };
    try {
      const pending = step(flow);
      if (pending) return pending.then(() => ended(null), failed);
    } catch (thrown) {
      failed(thrown);
    }
    ended(null);
    return undefined;
  };
}

/** The variable, as it is without an observer. A write that is refused is not seen. */
export function observedVariable(variable: Variable, observer: Observer | null): Variable {
  if (!observer) return variable;
  const { name, contentOf } = variable;
  return {
    name,
    contentOf,
    get(flow) {
      const value = variable.get(flow);
      observer.read(flow, name, value);
      return value;
    },
    set(flow, value) {
      variable.set(flow, value);
      observer.wrote(flow, name, value);
    },
    remove(flow) {
      variable.remove(flow);
      observer.wrote(flow, name, null);
    },
  };
}

/** The condition, as it is without an observer. */
export function observedCondition(
  text: string,
  applies: (flow: FlowContext) => boolean,
  observer: Observer | null,
): (flow: FlowContext) => boolean {
  if (!observer) return applies;
  return (flow) => {
    const applied = applies(flow);
    observer.condition(flow, text, applied);
    return applied;
  };
}
