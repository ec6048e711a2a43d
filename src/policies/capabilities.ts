import type { Directory } from "../clients/directory.ts";
import type { IssuedTokens } from "../clients/tokens/issued-tokens.ts";
import type { GoogleIdentity } from "../credentials/google-tokens.ts";
import type { Position } from "../documents/report.ts";
import type { SpecificationReader } from "../documents/specification-reader.ts";
import type { Analytics } from "../egress/analytics/analytics.ts";
import type { Egress } from "../egress/egress.ts";
import type { KeySets } from "../egress/key-sets.ts";
import type { NamedSources } from "../egress/named-source.ts";
import type { TargetServer } from "../egress/target-server.ts";
import type { FlowContext, Step } from "../flow/context.ts";
import type { RequestMessage, ResponseMessage } from "../flow/message.ts";
import type { ScriptRunner } from "../scripts/execution.ts";
import type { ScriptReader } from "../scripts/script.ts";
import type { Caches } from "../stores/caches.ts";
import type { Counters } from "../stores/counters/counters.ts";
import type { KeyValueMaps } from "../stores/key-value-maps.ts";
import type { FlowFunctions } from "./callouts/function-callout/call.ts";
import type { Resources } from "./resources.ts";

/**
 * What policies can use besides variables and messages. A policy type names what it needs, and is given just
 * that: one that does not name `egress` has no way to call out.
 */
export interface Capabilities extends EnvironmentCapabilities, BundleCapabilities {}

/**
 * What an environment gives: the composition root fills one record for each deployed state, and a check of a
 * deployment another one, in which nothing can be called.
 */
export interface EnvironmentCapabilities {
  readonly egress: Egress;
  /** The target servers of the environment, by name. */
  readonly targetServers: ReadonlyMap<string, TargetServer>;
  readonly sources: NamedSources;
  readonly proxies: LocalProxies;
  readonly functions: FlowFunctions;
  readonly keyValueMaps: KeyValueMaps;
  readonly keySets: KeySets;
  readonly caches: Caches;
  readonly counters: Counters;
  /** API products, and who may call them. */
  readonly directory: Directory;
  /** The tokens that were issued to them. */
  readonly issuedTokens: IssuedTokens;
  readonly scripts: ScriptRunner;
  readonly printer: Printer;
  readonly specifications: SpecificationReader;
  readonly analytics: Analytics;
}

/** What the bundle gives that a policy is compiled in. */
export interface BundleCapabilities {
  readonly sharedFlows: SharedFlows;
  readonly google: GoogleAccount;
  readonly resources: Resources;
  readonly scriptReader: ScriptReader;
  readonly policies: BundlePolicies;
}

/** The policies of the bundle. */
export interface BundlePolicies {
  /** What those of a type's root element say, by name; not of those that cannot be used. */
  configs(element: string): ReadonlyMap<string, unknown>;
}

/** The proxies of the environment, which run in this process. */
export interface LocalProxies {
  /** Runs a proxy and resolves with its answer. Rejects with Fault. The signal ends it when the call is given up. */
  call(
    flow: FlowContext,
    to: LocalDestination,
    request: RequestMessage,
    signal?: AbortSignal,
  ): Promise<ResponseMessage>;
}

/** Where a local call goes: to a named proxy (and endpoint), or to whatever serves a path. */
export type LocalDestination =
  | {
      readonly proxy: string;
      readonly endpoint: string | null;
      /** Whether the request's path may begin with the proxy's base path; otherwise it always is the one below. */
      readonly mayHoldBasePath: boolean;
    }
  | { readonly path: string };

/** Takes what scripts print. */
export interface Printer {
  print(policy: string, flow: FlowContext, text: string): void;
}

/** The shared flows of the environment. */
export interface SharedFlows {
  /** The steps of a shared flow; null when none of that name is deployed. */
  steps(name: string): Step | null;
}

/** The service account that the bundle is deployed with. */
export interface GoogleAccount {
  /**
   * The tokens that calls from here can carry. Without an account, the deployment is refused with the position
   * of the element that asks for it.
   */
  identity(at: Position): GoogleIdentity;
}
