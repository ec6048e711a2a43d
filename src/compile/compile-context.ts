import type { Bundle } from "../bundle/model.ts";
import type { Report } from "../documents/report.ts";
import type { CompileEnvironment, FindSharedFlow } from "./compile-environment.ts";
import type { IdentityFor } from "./google-identity.ts";
import type { runsOnAfterFaults } from "./runs-on.ts";

/** What the policies of one bundle are compiled with, for the proxy that runs them. */
export interface CompileContext {
  readonly environment: CompileEnvironment;
  /** The name of the proxy. */
  readonly proxy: string;
  /** The bundle that is compiled: the proxy's own, or that of a shared flow. */
  readonly bundle: Bundle;
  readonly sharedFlow: FindSharedFlow;
  readonly identityFor: IdentityFor;
  readonly report: Report;
  /** Whether steps of the proxy that may wait can run after a fault; see {@link runsOnAfterFaults}. */
  readonly runsOn: boolean;
}
