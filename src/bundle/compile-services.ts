import type { GoogleIdentity } from "../credentials/google-tokens.ts";
import type { Egress } from "../egress/egress.ts";
import type { NamedSources } from "../egress/named-source.ts";
import type { TargetServer } from "../egress/target-server.ts";
import type { FlowContext, Step } from "../flow/context.ts";
import type { FlowFunctionCall, FunctionSignature, PolicyGateway } from "../policies/policy.ts";
import type { ScriptRunner } from "../scripts/execution.ts";
import type { Report } from "../xml/report.ts";
import type { SharedFlowBundle } from "./model.ts";

/** What the environment gives to the bundles that are compiled for it. */
export interface CompileServices {
  readonly organization: string;
  readonly environment: string;
  readonly flowHooks: FlowHooks;
  sharedFlow(name: string): SharedFlowBundle | undefined;
  /** Where problems in the files of a shared flow are reported; without it, where those of its caller are. */
  readonly reportOf?: (sharedFlow: string) => Report;
  targetServer(name: string): TargetServer | undefined;
  /** The signature of a function; undefined when there is none of that name. */
  function(name: string): FunctionSignature | undefined;
  readonly sources: NamedSources;
  readonly egress: Egress;
  readonly scripts: ScriptRunner;
  /** Takes what a script prints. */
  print(policy: string, flow: FlowContext, text: string): void;
  readonly google: GoogleServices;
  readonly callProxy: PolicyGateway["callProxy"];
  /** @param policy the name of the policy that calls */
  callFunction(policy: string, flow: FlowContext, call: FlowFunctionCall): Promise<string>;
}

/** Who bundles are to Google. */
export interface GoogleServices {
  /** The service account that a bundle was deployed with; null without one. */
  serviceAccount(kind: "apiproxy" | "sharedflow", name: string): string | null;
  /** The tokens of an account. */
  identity(account: string): GoogleIdentity;
}

/** Names of shared flows. Apigee: "Attaching a shared flow using a flow hook". */
export interface FlowHooks {
  readonly preProxy?: string | undefined;
  readonly preTarget?: string | undefined;
  readonly postTarget?: string | undefined;
  readonly postProxy?: string | undefined;
}

/** A shared flow ready to run. */
export interface SharedFlowProgram {
  readonly step: Step;
  /** Messages whose bodies its steps read. */
  readonly mentions: ReadonlySet<string>;
}

/** Finds a shared flow's program; null when none of that name is deployed. */
export type FindSharedFlow = (name: string) => SharedFlowProgram | null;
