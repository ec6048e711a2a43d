import type { Report } from "../xml/report.ts";
import type { CompileServices, FindSharedFlow, SharedFlowProgram } from "./compile-services.ts";
import type { IdentityFor } from "./google-identity.ts";
import type { SharedFlowBundle } from "./model.ts";
import { StepCompiler } from "./step-compiler.ts";

/** The shared flows that one proxy uses, each compiled once. Apigee: "Reusable shared flows". */
export class SharedFlows {
  readonly #proxy: string;
  readonly #services: CompileServices;
  readonly #identityFor: IdentityFor;
  readonly #report: Report;
  readonly #programs = new Map<string, SharedFlowProgram>();
  readonly #compiling = new Set<string>();

  constructor(proxy: string, services: CompileServices, identityFor: IdentityFor, report: Report) {
    this.#proxy = proxy;
    this.#services = services;
    this.#identityFor = identityFor;
    this.#report = report;
  }

  /** Null when no shared flow of that name is deployed, or when it calls itself (the report says so). */
  readonly find: FindSharedFlow = (name) => {
    const known = this.#programs.get(name);
    if (known) return known;
    const bundle = this.#services.sharedFlow(name);
    if (!bundle) return null;
    const report = this.#services.reportOf?.(name) ?? this.#report;
    if (this.#compiling.has(name)) return this.#refuseCycle(name, bundle, report);
    this.#compiling.add(name);
    const mentions = new Set<string>();
    const compiler = new StepCompiler(
      bundle,
      this.#proxy,
      this.#services,
      this.find,
      this.#identityFor,
      report,
    );
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
