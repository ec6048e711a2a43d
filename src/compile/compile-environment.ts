import type { SharedFlowBundle } from "../bundle/model.ts";
import type { GoogleIdentity } from "../credentials/google-tokens.ts";
import type { Report } from "../documents/report.ts";
import type { Step } from "../flow/context.ts";
import type { Observer } from "../flow/observer.ts";
import type { PropertySets } from "../flow/property-sets.ts";
import type { BundleCapabilities, EnvironmentCapabilities } from "../policies/capabilities.ts";
import type { ResourceFiles } from "../policies/resources.ts";

/** The environment that bundles are compiled for. */
export interface CompileEnvironment {
  readonly organization: string;
  /** Its name. */
  readonly name: string;
  readonly flowHooks: FlowHooks;
  sharedFlow(name: string): SharedFlowBundle | undefined;
  /** Where problems in the files of a shared flow are reported; without it, where those of its caller are. */
  readonly reportOf?: (sharedFlow: string) => Report;
  /** What bundles that have no such file themselves find here. */
  readonly resources: EnvironmentResources;
  /** Knows the scripts of bundles and resources: reads them while a deployment is checked, and has them when it serves. */
  readonly scripts: BundleCapabilities["scriptReader"];
  /**
   * While a deployment is checked: what to do about a shared flow or target server that there is not; null when it
   * is there and wrong, which has been reported.
   */
  readonly remedyForMissing?: (
    kind: "sharedflows" | "targetservers",
    name: string,
    otherwise: string,
  ) => string | null;
  readonly google: GoogleServices;
  readonly capabilities: EnvironmentCapabilities;
  /** Sees every step. */
  readonly observer?: Observer | undefined;
}

/** The files in the `resources/` of an environment. Apigee: "Managing resources". */
export interface EnvironmentResources {
  readonly files: ResourceFiles;
  readonly propertySets: PropertySets;
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
