import type { Policy } from "../bundle/model.ts";
import type { Report } from "../documents/report.ts";
import { compileTemplate } from "../expression/template.ts";
import type { FlowContext, Step } from "../flow/context.ts";
import { observedVariable } from "../flow/observer.ts";
import { type Variable, variable } from "../flow/variable.ts";
import type { BundleCapabilities, Capabilities, EnvironmentCapabilities } from "../policies/capabilities.ts";
import type { PolicyContext, PolicyType } from "../policies/policy-type.ts";
import type { ResourceFile, ResourceReference } from "../policies/resources.ts";
import { findResource, resourcesOfType } from "./check-references.ts";
import type { CompileContext } from "./compile-context.ts";

/** Which bodies a policy reads. */
interface Reading {
  readonly contents: Set<string>;
  readonly mentions: Set<string>;
}

/** Gives a policy what it is built with, and notes which bodies it will read. */
export class PolicyBuilder {
  /** What the policy is built with: just the capabilities that its type names. */
  readonly context: PolicyContext<keyof Capabilities>;
  readonly #reading: Reading = { contents: new Set(), mentions: new Set() };
  #isBuilt = false;
  readonly #policy: Policy;
  readonly #compile: CompileContext;
  readonly #report: Report;

  constructor(policy: Policy, { needs = [] }: PolicyType, compile: CompileContext, report: Report) {
    this.#policy = policy;
    this.#compile = compile;
    this.#report = report;
    const { environment, proxy, bundle, identityFor } = compile;
    const ofBundle: BundleCapabilities = {
      sharedFlows: { steps: (name) => this.#sharedFlow(name) },
      google: { identity: (at) => identityFor(bundle, at, report) },
      resources: {
        file: (reference) => foundResource(reference, compile),
        ofType: (type) => resourcesOfType(type, compile),
      },
      scriptReader: environment.scripts,
      policies: { configs: (element) => configsOf(element, compile) },
    };
    this.context = {
      policy: policy.name,
      sharedFlow: bundle.kind === "sharedflow" ? bundle.name : null,
      environment: environment.name,
      origin: { kind: "policy", name: policy.name, proxy, source: null, user: null },
      runsOn: policy.continueOnError || compile.runsOn,
      variable: (name) => this.#variable(name),
      template: (text, options = {}) =>
        compileTemplate<FlowContext>(text, (name) => this.#variable(name).get, options).render,
      readsContentOf: (message) => this.#readsContentOf(message),
      ...picked(ofBundle, environment.capabilities, needs),
    };
  }

  /** Ends the building: what a running policy asks for by name comes from outside, and is not noted. */
  built(): Reading {
    this.#isBuilt = true;
    return this.#reading;
  }

  #variable(name: string): Variable {
    const compiled = observedVariable(variable(name), this.#compile.environment.observer ?? null);
    if (compiled.contentOf !== null) this.#readsContentOf(compiled.contentOf);
    return compiled;
  }

  #readsContentOf(message: string): void {
    if (this.#isBuilt) return;
    this.#reading.contents.add(message);
    this.#reading.mentions.add(message);
  }

  #sharedFlow(name: string): Step | null {
    const { environment, sharedFlow } = this.#compile;
    const program = sharedFlow(name);
    for (const message of program?.mentions ?? []) this.#reading.mentions.add(message);
    if (program) return program.step;
    // One that calls itself has been reported where it is.
    if (environment.sharedFlow(name)) return null;
    const otherwise = "add the shared flow to the environment.";
    const remedy = environment.remedyForMissing?.("sharedflows", name, otherwise);
    if (remedy === null) return null;
    this.#report.warning(
      "SharedFlowNotFound",
      this.#policy.at,
      `The shared flow ${name} is not deployed; calling it fails with flow.SharedFlowNotFound.`,
      remedy ?? "Add the shared flow to the environment.",
    );
    return null;
  }
}

function configsOf(element: string, { bundle }: CompileContext): ReadonlyMap<string, unknown> {
  const policies = [...bundle.policies].flatMap(([name, { meaning }]) =>
    meaning?.type.element === element ? [[name, meaning.config] as const] : [],
  );
  return new Map(policies);
}

function foundResource(reference: ResourceReference, compile: CompileContext): ResourceFile {
  const file = findResource(reference, compile);
  if (!file) throw new Error(`${reference.url} was not among what the policy refers to`);
  return file;
}

/** The named capabilities alone. Who builds a policy of any type does not know which; the policy does. */
function picked(
  bundle: BundleCapabilities,
  environment: EnvironmentCapabilities,
  names: readonly (keyof Capabilities)[],
): Capabilities {
  const chosen = names.map((name) => [
    name,
    name in bundle
      ? bundle[name as keyof BundleCapabilities]
      : environment[name as keyof EnvironmentCapabilities],
  ]);
  return Object.fromEntries(chosen) as Capabilities;
}
