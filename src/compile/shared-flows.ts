import type { SharedFlowBundle } from "../bundle/model.ts";
import type { Report } from "../documents/report.ts";
import type { PropertySets } from "../flow/property-sets.ts";
import type { CompileContext } from "./compile-context.ts";
import type { FindSharedFlow, SharedFlowProgram } from "./compile-environment.ts";
import { StepCompiler } from "./step-compiler.ts";

/** The shared flows that one proxy uses, each compiled once. Apigee: "Reusable shared flows". */
export class SharedFlows {
  readonly #context: Omit<CompileContext, "sharedFlow">;
  readonly #programs = new Map<string, SharedFlowProgram>();
  readonly #compiling = new Set<string>();
  readonly #propertySets = new Map<string, PropertySets>();

  /** @param context that of the proxy */
  constructor(context: Omit<CompileContext, "sharedFlow">) {
    this.#context = context;
  }

  /** The property sets of those that have some, by shared flow. */
  get propertySets(): ReadonlyMap<string, PropertySets> {
    return this.#propertySets;
  }

  /** Null when no shared flow of that name is deployed, or when it calls itself (the report says so). */
  readonly find: FindSharedFlow = (calledBy) => {
    const { environment } = this.#context;
    const bundle = environment.sharedFlow(calledBy);
    if (!bundle) return null;
    // It may be called by several names.
    const { name } = bundle;
    const known = this.#programs.get(name);
    if (known) return known;
    const report = environment.reportOf?.(name) ?? this.#context.report;
    if (this.#compiling.has(name)) return this.#refuseCycle(name, bundle, report);
    this.#compiling.add(name);
    if (bundle.propertySets.size > 0) this.#propertySets.set(name, bundle.propertySets);
    const mentions = new Set<string>();
    const compiler = new StepCompiler({ ...this.#context, bundle, report, sharedFlow: this.find });
    const step = compiler.steps(bundle.sharedFlow.steps, mentions);
    this.#compiling.delete(name);
    const program = { step, mentions };
    this.#programs.set(name, program);
    return program;
  };

  #refuseCycle(name: string, bundle: SharedFlowBundle, report: Report): null {
    report.error(
      "SharedFlowCycle",
      bundle.sharedFlow.at,
      `The shared flow ${name} calls itself: ${[...this.#compiling, name].join(" -> ")}.`,
      "Take one of the FlowCallout policies of this circle out.",
    );
    return null;
  }
}
