import type { GoogleIdentity } from "../credentials/google-tokens.ts";
import type { CallOrigin } from "../egress/audit.ts";
import type { Egress } from "../egress/egress.ts";
import type { NamedSource, NamedSources } from "../egress/named-source.ts";
import type { TargetServer } from "../egress/target-server.ts";
import type { Value } from "../expression/value.ts";
import type { FlowContext, Step } from "../flow/context.ts";
import { Fault, type FaultType } from "../flow/fault.ts";
import type { RequestMessage, ResponseMessage } from "../flow/message.ts";
import { Unsettable } from "../flow/unsettable.ts";
import type { Variable } from "../flow/variable.ts";
import type { ScriptRunner } from "../scripts/execution.ts";
import type { XmlElement } from "../xml/element.ts";
import type { Position, Report } from "../xml/report.ts";

/**
 * A policy type: one object in one file, listed in `index.ts`. What all policies share (name, enabled,
 * continueOnError, conditions, `*.failed` variables) belongs to the runner.
 */
export interface PolicyType<Config = unknown> {
  /** The root element's name. */
  readonly element: string;
  /** The first part of the variables that say whether it failed, such as `servicecallout` in `servicecallout.NAME.failed`. */
  readonly variablePrefix: string;
  /** The documented errors that it raises. */
  readonly faults?: Readonly<Record<string, Pick<FaultType, "code" | "status">>>;
  /**
   * The fault of a step that tried to give a variable a value that it cannot have;
   * by default `steps.TYPE.SetVariableFailed`. Steps let {@link Unsettable} pass: the runner turns it into this.
   */
  unsettable?(cause: Unsettable, policy: string): Fault;
  /** Deployment: checks the XML and turns it into plain data. Reports everything that is wrong. */
  read(xml: XmlElement, report: Report): Config;
  /** Deployment: checks what only the environment knows. Runs after `read` found no error. */
  check?(config: Config, environment: PolicyEnvironment, report: Report): void;
  /** Loading: turns the data of a valid policy into a step. */
  build(config: Config, gateway: PolicyGateway): Step;
}

/** Declares a policy type, so that `build` gets exactly what `read` returns. */
export function definePolicy<Config>(type: PolicyType<Config>): PolicyType<Config> {
  return type;
}

/** What a step threw, as it leaves the policy: with its own fault for a variable that cannot be set. */
export function thrownBy(type: PolicyType, policy: string, thrown: unknown): unknown {
  if (!(thrown instanceof Unsettable)) return thrown;
  const fault = type.unsettable?.(thrown, policy) ?? setVariableFailed(type, policy, thrown.variable);
  return fault.causedBy(thrown);
}

function setVariableFailed({ element }: PolicyType, policy: string, variable: string): Fault {
  const code = `steps.${element.toLowerCase()}.SetVariableFailed`;
  return new Fault(code, `${element}[${policy}]: unable to set variable ${variable}`);
}

/** What a policy can learn about the environment that it is deployed to. */
export interface PolicyEnvironment {
  /** Its name. */
  readonly environment: string;
  /** A target server of the environment; undefined when there is none of that name. */
  targetServer(name: string): TargetServer | undefined;
  /** The signature of a function of the environment; undefined when there is none of that name. */
  function(name: string): FunctionSignature | undefined;
  /** The sources that its flows may call. */
  readonly sources: NamedSources;
  /** The resources of the bundle, by type and file, as in `jsc/sign.js`. */
  readonly resources: ReadonlyMap<string, Uint8Array>;
}

/** What a function wants to be called with. */
export interface FunctionSignature {
  readonly parameters: readonly { readonly name: string; readonly optional: boolean }[];
}

/** A call of a function by a flow. */
export interface FlowFunctionCall {
  /** The function's name. */
  readonly name: string;
  /** By name; null where there is none. They are read as the function's signature says. */
  readonly parameters: ReadonlyMap<string, Value>;
  /** Milliseconds; null for the function's own limit. */
  readonly timeoutMs: number | null;
}

/** A template ready to use; see `compileTemplate`. */
export type Text = (flow: FlowContext) => string;

/** Where a local call goes: to a named proxy (and endpoint), or to whatever serves a path. */
export type LocalDestination =
  | { readonly proxy: string; readonly endpoint: string | null }
  | { readonly path: string };

/**
 * What a policy can use when it is built. Everything that a step will read is asked for here, once: so the
 * compiler knows which bodies must be buffered before the step runs.
 */
export interface PolicyGateway {
  /** The policy's name. */
  readonly policy: string;
  /** Who calls when the policy does. */
  readonly origin: CallOrigin;
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
  readonly egress: Egress;
  readonly scripts: ScriptRunner;
  /** Takes what a script prints. */
  print(flow: FlowContext, text: string): void;
  /**
   * The Google tokens that calls from here can carry: those of the service account of the deployment. Without
   * one, the deployment is refused with the position of the element that asks for it.
   */
  googleIdentity(at: Position): GoogleIdentity;
  /** A target server of the environment; undefined when there is none of that name. */
  targetServer(name: string): TargetServer | undefined;
  /** A source that the environment's check found no problem with. */
  source(name: string): NamedSource;
  /** Runs a proxy of the same environment in this process. */
  callProxy(flow: FlowContext, to: LocalDestination, request: RequestMessage): Promise<ResponseMessage>;
  /**
   * Calls a function for the client of the flow. Resolves with the JSON text of what it returned; rejects with
   * the faults of the policy FunctionCallout.
   */
  callFunction(flow: FlowContext, call: FlowFunctionCall): Promise<string>;
  /** The steps of a shared flow; null when none of that name is deployed. */
  sharedFlow(name: string): Step | null;
}
