import type { FlowContext, Step } from "./context.ts";
import { checkTime } from "./time-limit.ts";
import { messageFinder } from "./variable.ts";

/**
 * Runs steps in order as one step; stays synchronous as long as they do. Time passes only in steps that wait,
 * so it is checked after those.
 */
export function sequence(steps: readonly Step[]): Step {
  const [only] = steps;
  if (steps.length === 1 && only) return only;
  return function runSteps(flow) {
    return runFrom(0, steps, flow);
  };
}

function runFrom(start: number, steps: readonly Step[], flow: FlowContext): void | Promise<void> {
  for (let index = start; index < steps.length; index++) {
    const pending = steps[index]?.(flow);
    if (pending) return runAfter(pending, index + 1, steps, flow);
  }
}

function runAfter(
  pending: Promise<void>,
  next: number,
  steps: readonly Step[],
  flow: FlowContext,
): Promise<void> {
  return pending.then(() => {
    checkTime(flow);
    return runFrom(next, steps, flow);
  });
}

/** Stands for every message of the flow, where a bundle decides only at run time which one it reads. */
export const ANY_MESSAGE = "*";

/** The step, preceded by buffering the bodies of the named messages where that has not happened yet. */
export function withContentOf(messages: ReadonlySet<string>, step: Step): Step {
  if (messages.size === 0) return step;
  const finders = messages.has(ANY_MESSAGE)
    ? ["request", "response", "error"].map(messageFinder)
    : [...messages].map(messageFinder);
  return function bufferThenRun(flow) {
    let waiting: Promise<void>[] | undefined;
    for (const find of finders) {
      const pending = find(flow)?.buffer();
      if (pending) waiting = [...(waiting ?? []), pending];
    }
    return waiting ? Promise.all(waiting).then(() => step(flow)) : step(flow);
  };
}
