import type { XmlElement } from "../documents/element.ts";
import type { Report } from "../documents/report.ts";
import type { CallOrigin } from "../egress/audit/record.ts";
import type { FlowContext, Step } from "../flow/context.ts";
import { Fault, type FaultType } from "../flow/fault.ts";
import { Unsettable } from "../flow/unsettable.ts";
import type { Variable } from "../flow/variable.ts";
import { stoppedAsFault } from "../flow/work-limit.ts";
import type { Capabilities } from "./capabilities.ts";
import type { References } from "./references.ts";

/**
 * A policy type: one object in one file, listed in `index.ts`. What all policies share (name, enabled,
 * continueOnError, conditions, `*.failed` variables) belongs to the runner.
 */
export interface PolicyType<Config = unknown, Need extends keyof Capabilities = keyof Capabilities> {
  /** The root element's name. */
  readonly element: string;
  /** The first part of the variables that say whether it failed, such as `servicecallout` in `servicecallout.NAME.failed`. */
  readonly variablePrefix: string;
  /** What it uses besides variables and messages. */
  readonly needs?: readonly Need[];
  /** The documented errors that it raises. */
  readonly faults?: Readonly<Record<string, Pick<FaultType, "code" | "status">>>;
  /**
   * The fault of a step that tried to give a variable a value that it cannot have;
   * by default `steps.TYPE.SetVariableFailed`. Steps let {@link Unsettable} pass: the runner turns it into this.
   */
  unsettable?(cause: Unsettable, policy: string): Fault;
  /** Whether its step may throw `ContinueAtResponse`. */
  readonly continuesAtResponse?: true;
  /** Reading: checks the XML and turns it into plain data. Reports everything that is wrong. */
  read(xml: XmlElement, report: Report): Config;
  /** What it refers to outside of itself: found by others, and there when the policy is built. */
  refersTo?(config: Config): References;
  /** Compiling: checks what else only the environment knows. Runs after `read` found no error. */
  check?(config: Config, context: PolicyContext<Need>, report: Report): void;
  /** Compiling: turns the data of a valid policy into a step. */
  build(config: Config, context: PolicyContext<Need>): Step;
}

/** Declares a policy type, so that `build` gets exactly what `read` returns, and what `needs` names. */
export function definePolicy<Config, Need extends keyof Capabilities = never>(
  type: PolicyType<Config, Need>,
): PolicyType<Config, Need> {
  return type;
}

/** A template ready to use; see `compileTemplate`. */
export type Text = (flow: FlowContext) => string;

/**
 * What a policy is built with, and with it the capabilities that it needs. Everything that a step will read is
 * asked for here, once: so the compiler knows which bodies must be buffered before the step runs.
 */
export type PolicyContext<Need extends keyof Capabilities = never> = BasicContext & Pick<Capabilities, Need>;

interface BasicContext {
  /** The policy's name. */
  readonly policy: string;
  /** The shared flow in which it stands; null where that is the proxy itself. */
  readonly sharedFlow: string | null;
  /** The name of the environment. */
  readonly environment: string;
  /** Who calls when the policy does. */
  readonly origin: CallOrigin;
  /**
   * Whether something that waits may still run in this proxy when the policy has failed: then calls that are given up
   * have to be cancelled. See `cancelling`.
   */
  readonly runsOn: boolean;
  /** A flow variable, to be read and set. */
  variable(name: string): Variable;
  /**
   * A message template. `unresolved` says what a variable without a value becomes; by default the empty
   * string, and it may throw a fault.
   */
  template(
    text: string,
    options?: { prefix?: string; suffix?: string; unresolved?: (name: string) => string },
  ): Text;
  /** Declares that the step reads the body of a message: a variable's name, or `*` for whichever it will be. */
  readsContentOf(message: string): void;
}

/** What a step threw, as it leaves the policy: with its own fault for a variable that cannot be set. */
export function thrownBy(type: PolicyType, policy: string, thrown: unknown): unknown {
  if (!(thrown instanceof Unsettable)) return stoppedAsFault(thrown);
  const fault = type.unsettable?.(thrown, policy) ?? setVariableFailed(type, policy, thrown.variable);
  return fault.causedBy(thrown);
}

function setVariableFailed({ element }: PolicyType, policy: string, variable: string): Fault {
  const code = `steps.${element.toLowerCase()}.SetVariableFailed`;
  return new Fault(code, `${element}[${policy}]: unable to set variable ${variable}`);
}
