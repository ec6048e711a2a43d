import type { Condition, Step as StepModel } from "../bundle/model.ts";
import { runningSteps } from "../bundle/references.ts";
import { remedyFor } from "../connections/expression-remedy.ts";
import type { Report } from "../documents/report.ts";
import { compileCondition } from "../expression/condition.ts";
import { ExpressionError } from "../expression/value.ts";
import type { FlowContext, Step } from "../flow/context.ts";
import { type Observer, observedCondition, observedStep, observedVariable } from "../flow/observer.ts";
import { sequence, withContentOf } from "../flow/sequence.ts";
import { variable } from "../flow/variable.ts";
import type { CompileContext } from "./compile-context.ts";
import { compilePolicy, type PolicyProgram } from "./compile-policy.ts";

/** A compiled condition. */
export interface Test {
  applies(flow: FlowContext): boolean;
  /** Messages whose bodies must be buffered before `applies`. */
  readonly contents: ReadonlySet<string>;
}

/** Compiles the steps and conditions of one bundle; each policy is built once, however often it is attached. */
export class StepCompiler {
  readonly #policies: ReadonlyMap<string, PolicyProgram | null>;
  readonly #report: Report;
  readonly #observer: Observer | null;
  /** A flow's condition is tried in the request and in the response. */
  readonly #tests = new Map<Condition, Test>();

  constructor(context: CompileContext) {
    this.#report = context.report;
    this.#observer = context.environment.observer ?? null;
    const running = new Set(runningSteps(context.bundle).map(({ policy }) => policy));
    this.#policies = new Map(
      [...context.bundle.policies]
        .filter(([name]) => running.has(name))
        .map(([name, policy]) => [name, compilePolicy(policy, context)]),
    );
  }

  /** @param mentions collects the messages whose bodies the steps read */
  steps(models: readonly StepModel[], mentions: Set<string>): Step {
    return sequence(models.flatMap((model) => this.#step(model, mentions) ?? []));
  }

  #step({ policy, condition }: StepModel, mentions: Set<string>): Step | null {
    // That of a step whose policy is wrong is checked as well.
    const test = this.test(condition, mentions);
    const program = this.#policies.get(policy);
    if (!program) return null;
    for (const message of program.mentions) mentions.add(message);
    const step = observedStep(policy, program.step, this.#observer);
    return conditional(test, withContentOf(program.contents, step));
  }

  /** Null when there is no condition, or an empty one. Apigee: "Conditions reference". */
  test(condition: Condition | null, mentions: Set<string>): Test | null {
    if (condition === null || condition.text.trim() === "") return null;
    const test = this.#tests.get(condition) ?? this.#compileTest(condition);
    this.#tests.set(condition, test);
    for (const message of test.contents) mentions.add(message);
    return test;
  }

  #compileTest(condition: Condition): Test {
    const contents = new Set<string>();
    try {
      const lookUp = (name: string) => {
        const { get, contentOf } = observedVariable(variable(name), this.#observer);
        if (contentOf !== null) contents.add(contentOf);
        return get;
      };
      let unclosed = 0;
      const applies = compileCondition<FlowContext>(condition.text, lookUp, () => {
        unclosed++;
      });
      if (unclosed > 0) this.#warnOfUnclosed(condition, unclosed);
      return { applies: observedCondition(condition.text, applies, this.#observer), contents };
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.#report.error(
        "InvalidCondition",
        condition.at,
        `The condition ${JSON.stringify(condition.text.trim())} is not valid: ${error.message}`,
        remedyFor(error, 'Write a comparison as in “Conditions reference”, such as request.verb = "GET".'),
      );
      return { applies: () => false, contents };
    }
  }

  #warnOfUnclosed({ text, at }: Condition, count: number): void {
    const missing = ")".repeat(count);
    this.#report.warning(
      "UnclosedCondition",
      at,
      `The condition ${JSON.stringify(text.trim())} lacks ${missing} at its end; it is read as if that stood there.`,
      `Write ${missing} where it belongs.`,
    );
  }
}

/** The step, run only when the test applies. */
export function conditional(test: Test | null, step: Step): Step {
  if (!test) return step;
  return withContentOf(test.contents, function runIfConditionApplies(flow) {
    return test.applies(flow) ? step(flow) : undefined;
  });
}

/** Buffers what a test reads; null when it reads no body. */
export function preparationOf(test: Test | null): Step | null {
  return test && test.contents.size > 0 ? withContentOf(test.contents, () => {}) : null;
}

/** Whether a test applies; no test always does. */
export function appliesOf(test: Test | null): (flow: FlowContext) => boolean {
  return test ? test.applies : () => true;
}
