import type { CallOrigin } from "../egress/audit.ts";
import { compileTemplate } from "../expression/template.ts";
import type { FlowContext, Step } from "../flow/context.ts";
import { Fault } from "../flow/fault.ts";
import { type Variable, variable } from "../flow/variable.ts";
import { policyTypes } from "../policies/index.ts";
import { type PolicyEnvironment, type PolicyGateway, type PolicyType, thrownBy } from "../policies/policy.ts";
import { readBooleanAttribute } from "../xml/read.ts";
import type { Position, Report } from "../xml/report.ts";
import type { CompileServices, FindSharedFlow } from "./compile-services.ts";
import type { Policy } from "./model.ts";

/** A policy ready to run. */
export interface PolicyProgram {
  readonly step: Step;
  /** Messages whose bodies must be buffered before the step runs. */
  readonly contents: ReadonlySet<string>;
  /** Messages whose bodies are read here or in shared flows that are called from here. */
  readonly mentions: ReadonlySet<string>;
}

/**
 * Reads and builds a policy, with what all policies share: enabled, continueOnError and the variables that
 * say whether it failed. Null when it is not valid; the report says why. Apigee: "Policy reference overview".
 *
 * @param proxy the one that runs it
 */
export function compilePolicy(
  policy: Policy,
  proxy: string,
  services: CompileServices,
  sharedFlow: FindSharedFlow,
  googleIdentity: PolicyGateway["googleIdentity"],
  resources: PolicyEnvironment["resources"],
  report: Report,
): PolicyProgram | null {
  const type = policyTypes.get(policy.type);
  if (!type) {
    report.error(
      "UnknownPolicyType",
      policy.element,
      `The policy type ${policy.type} is not supported.`,
      `Detach and remove the policy. Supported types: ${[...policyTypes.keys()].join(", ")}.`,
    );
    return null;
  }
  const ownReport = report.forPolicy(policy.name);
  const common = readCommon(policy, ownReport);
  const errorsBefore = countErrors(report);
  const config = type.read(policy.element, ownReport);
  policy.element.reportUnknown(ownReport);
  if (countErrors(report) === errorsBefore) {
    type.check?.(config, environmentOf(services, resources), ownReport);
  }
  if (countErrors(report) > errorsBefore) return null;
  if (!common.enabled) return switchedOff;
  const gateway = new RecordingGateway(policy, proxy, services, sharedFlow, googleIdentity, ownReport);
  const built = type.build(config, gateway);
  const step = recordingFailure(built, policy.name, type, common.continueOnError);
  return { step, contents: gateway.contents, mentions: gateway.mentions };
}

function environmentOf(
  { environment, sources, ...services }: CompileServices,
  resources: PolicyEnvironment["resources"],
): PolicyEnvironment {
  return {
    environment,
    sources,
    resources,
    targetServer: (name) => services.targetServer(name),
    function: (name) => services.function(name),
  };
}

function readCommon({ element }: Policy, report: Report): { enabled: boolean; continueOnError: boolean } {
  return {
    enabled: readBooleanAttribute(element, "enabled", true, report),
    continueOnError: readBooleanAttribute(element, "continueOnError", false, report),
  };
}

const countErrors = (report: Report) => report.problems.filter(({ severity }) => severity === "error").length;

/** A policy with enabled="false": it does nothing and reads nothing. */
const switchedOff: PolicyProgram = { step: () => {}, contents: new Set(), mentions: new Set() };

/**
 * Sets `PREFIX.NAME.failed`, and lets the flow go on after a fault when continueOnError is true.
 * Apigee: "What you need to know about policy errors". A fault that was raised on purpose always is one.
 */
function recordingFailure(step: Step, name: string, type: PolicyType, continueOnError: boolean): Step {
  const failed = `${type.variablePrefix}.${name}.failed`;
  const succeed = (flow: FlowContext) => {
    flow.variables.set(failed, false);
  };
  const fail = (flow: FlowContext, error: unknown) => {
    const thrown = thrownBy(type, name, error);
    flow.variables.set(failed, true);
    if (thrown instanceof Fault) flow.lastFault = thrown.raisedBy(name);
    if (!continueOnError || !(thrown instanceof Fault) || thrown.isDeliberate) throw thrown;
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

/** Notes which bodies a policy will read while it is being built. */
class RecordingGateway implements PolicyGateway {
  readonly policy: string;
  readonly origin: CallOrigin;
  readonly googleIdentity: PolicyGateway["googleIdentity"];
  readonly contents = new Set<string>();
  readonly mentions = new Set<string>();
  readonly #at: Position;
  readonly #report: Report;
  readonly #services: CompileServices;
  readonly #findSharedFlow: FindSharedFlow;

  constructor(
    policy: Policy,
    proxy: string,
    services: CompileServices,
    sharedFlow: FindSharedFlow,
    googleIdentity: PolicyGateway["googleIdentity"],
    report: Report,
  ) {
    this.googleIdentity = googleIdentity;
    this.policy = policy.name;
    this.origin = { kind: "policy", name: policy.name, proxy, source: null, user: null };
    this.#at = policy.element;
    this.#report = report;
    this.#services = services;
    this.#findSharedFlow = sharedFlow;
  }

  get egress() {
    return this.#services.egress;
  }

  get scripts() {
    return this.#services.scripts;
  }

  print = (flow: FlowContext, text: string) => this.#services.print(this.policy, flow, text);

  variable(name: string): Variable {
    const compiled = variable(name);
    if (compiled.contentOf !== null) this.readsContentOf(compiled.contentOf);
    return compiled;
  }

  template(text: string, options: Parameters<PolicyGateway["template"]>[1] = {}) {
    return compileTemplate<FlowContext>(text, (name) => this.variable(name).get, options).render;
  }

  readsContentOf(message: string): void {
    this.contents.add(message);
    this.mentions.add(message);
  }

  targetServer(name: string) {
    return this.#services.targetServer(name);
  }

  source(name: string) {
    return this.#services.sources.get(name);
  }

  callProxy(...call: Parameters<PolicyGateway["callProxy"]>) {
    return this.#services.callProxy(...call);
  }

  callFunction(...call: Parameters<PolicyGateway["callFunction"]>) {
    return this.#services.callFunction(this.policy, ...call);
  }

  sharedFlow(name: string): Step | null {
    const program = this.#findSharedFlow(name);
    for (const message of program?.mentions ?? []) this.mentions.add(message);
    if (program) return program.step;
    // One that calls itself has been reported where it is.
    if (this.#services.sharedFlow(name)) return null;
    this.#report.warning(
      "SharedFlowNotFound",
      this.#at,
      `The shared flow ${name} is not deployed; calling it fails with flow.SharedFlowNotFound.`,
      "Add the shared flow to the environment, or correct its name.",
    );
    return null;
  }
}
