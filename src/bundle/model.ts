import type { HttpConnection, LocalConnection } from "../connections/connection.ts";
import type { ProxyProperties } from "../connections/proxy-properties.ts";
import type { Position } from "../documents/report.ts";
import type { PropertySets } from "../flow/property-sets.ts";
import type { PolicyType } from "../policies/policy-type.ts";
import type { References } from "../policies/references.ts";
import type { ResourceFiles } from "../policies/resources.ts";

/** A bundle as it is written: read, with names resolved, but nothing compiled. */
export type Bundle = ProxyBundle | SharedFlowBundle;

interface BundleBase {
  readonly name: string;
  readonly revision: string;
  readonly description: string;
  /** By the policy's `name` attribute. */
  readonly policies: ReadonlyMap<string, Policy>;
  readonly resources: ResourceFiles;
  readonly propertySets: PropertySets;
}

export interface ProxyBundle extends BundleBase {
  readonly kind: "apiproxy";
  readonly proxyEndpoints: readonly ProxyEndpoint[];
  readonly targetEndpoints: ReadonlyMap<string, TargetEndpoint>;
}

export interface SharedFlowBundle extends BundleBase {
  readonly kind: "sharedflow";
  readonly sharedFlow: SharedFlow;
}

export interface Policy {
  readonly name: string;
  /** Apigee: "Policy reference overview" (enabled, continueOnError). */
  readonly enabled: boolean;
  readonly continueOnError: boolean;
  readonly at: Position;
  /** Null for one that cannot be used, which has been reported. */
  readonly meaning: PolicyMeaning | null;
}

/** What a policy says, in the terms of its type: `config` is what the type's `read` returned. */
export interface PolicyMeaning {
  readonly type: PolicyType;
  readonly config: unknown;
  readonly references: References;
}

/** Apigee: "API proxy configuration reference" (ProxyEndpoint). */
export interface ProxyEndpoint extends Endpoint {
  readonly basePath: string;
  /** The steps that run after the client has its answer. */
  readonly postClientFlow: readonly Step[];
  readonly routeRules: readonly RouteRule[];
  readonly properties: ProxyProperties;
}

/** Apigee: "API proxy configuration reference" (TargetEndpoint). */
export interface TargetEndpoint extends Endpoint {
  /** Null when it has none that can be used, which has been reported. */
  readonly connection: TargetConnection | null;
}

export interface Endpoint {
  readonly name: string;
  readonly description: string;
  readonly preFlow: Flow;
  readonly flows: readonly Flow[];
  readonly postFlow: Flow;
  /** In document order, whatever order they are tried in. */
  readonly faultRules: readonly FaultRule[];
  readonly defaultFaultRule: DefaultFaultRule | null;
  readonly at: Position;
}

/** HTTPTargetConnection or LocalTargetConnection. */
export type TargetConnection =
  | { readonly kind: "http"; readonly http: HttpConnection }
  | { readonly kind: "local"; readonly local: LocalConnection };

export interface SharedFlow {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly at: Position;
}

/** A PreFlow or PostFlow has no condition. */
export interface Flow {
  readonly name: string;
  readonly description: string;
  readonly condition: Condition | null;
  readonly request: readonly Step[];
  readonly response: readonly Step[];
}

export interface Step {
  /** The name of a policy; one that does not exist has been reported. */
  readonly policy: string;
  readonly condition: Condition | null;
  readonly at: Position;
}

/** A condition's text, and where its element stands. */
export interface Condition {
  readonly text: string;
  readonly at: Position;
}

export interface FaultRule {
  readonly name: string;
  readonly condition: Condition | null;
  readonly steps: readonly Step[];
  readonly at: Position;
}

export interface DefaultFaultRule extends FaultRule {
  readonly alwaysEnforce: boolean;
}

export interface RouteRule {
  readonly name: string;
  readonly condition: Condition | null;
  readonly to: RouteTarget;
  readonly at: Position;
}

/** `null` is a route without a target call. */
export type RouteTarget =
  | { readonly kind: "target"; readonly name: string }
  | { readonly kind: "http"; readonly http: HttpConnection }
  | { readonly kind: "null" };
