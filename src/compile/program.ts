import type { HttpConnection } from "../connections/connection.ts";
import type { ProxyProperties } from "../connections/proxy-properties.ts";
import type { CallOrigin } from "../egress/audit/record.ts";
import type { LoadBalancer } from "../egress/load-balancer.ts";
import type { NamedSource } from "../egress/named-source.ts";
import type { FlowContext, ProxyIdentity, Step } from "../flow/context.ts";
import type { EnvironmentCapabilities } from "../policies/capabilities.ts";
import type { buildAuthentication } from "../policies/parts/google-authentication.ts";
import type { Text } from "../policies/policy-type.ts";
import type { ResponsesFrom } from "./response-from.ts";

/** A proxy endpoint ready to serve: everything that can be decided before a request has been decided. */
export interface ProxyProgram {
  readonly identity: ProxyIdentity;
  /** Pre-proxy hook, PreFlow, the first conditional Flow that applies, PostFlow. */
  readonly request: Step;
  /** PreFlow, the first conditional Flow that applies, PostFlow, post-proxy hook. */
  readonly response: Step;
  /** What is left of the response flow from a policy on that continues there. */
  readonly responseFrom: ResponsesFrom;
  /** Null when nothing runs after the client has its answer. */
  readonly postClient: Step | null;
  readonly errors: ErrorProgram;
  /** In document order. The first whose `applies` is true wins. */
  readonly routes: readonly Route[];
  readonly properties: ProxyProperties;
  readonly capabilities: Pick<EnvironmentCapabilities, "egress" | "proxies">;
  /** Whether steps that may wait can run when the target has failed. */
  readonly runsOn: boolean;
  /** Whether something that runs after the target call reads the request's body. */
  readonly keepsRequestBody: boolean;
  /** Whether PostClientFlow reads the body of the answer. */
  readonly keepsResponseBody: boolean;
}

export interface Route {
  readonly name: string;
  /** Buffers what the condition reads; absent when it reads no body. */
  readonly prepare: Step | null;
  applies(flow: FlowContext): boolean;
  /** Null for a null route. */
  readonly target: TargetProgram | null;
}

/** A target endpoint ready to be called. A RouteRule with a URL has one without steps. */
export interface TargetProgram {
  readonly name: string;
  readonly request: Step;
  readonly response: Step;
  readonly responseFrom: ResponsesFrom;
  /** Null for the URL of a RouteRule: there the proxy endpoint's rules handle faults. */
  readonly errors: ErrorProgram | null;
  readonly connection: HttpTarget | LocalTarget;
}

export interface HttpTarget {
  readonly kind: "http";
  /** Who calls when the target is called. */
  readonly origin: CallOrigin;
  readonly settings: HttpConnection;
  /** Null with a load balancer. */
  readonly url: Text | null;
  /** Which variables that the URL's host is made of have no value; null when it is made of none. */
  readonly unset: ((flow: FlowContext) => readonly string[]) | null;
  /** The source that calls to its own URLs go through; null without one. */
  readonly source: NamedSource | null;
  /** The path behind a target server; null without a load balancer or a Path. */
  readonly path: Text | null;
  /** Null when calls carry no Google token. */
  readonly authenticate: ReturnType<typeof buildAuthentication> | null;
  readonly loadBalancer: LoadBalancer | null;
}

export interface LocalTarget {
  readonly kind: "local";
  /** Null where the path alone says which. */
  readonly proxy: Text | null;
  readonly endpoint: Text | null;
  readonly path: Text | null;
}

/** The fault rules of an endpoint, in the order in which they are tried. */
export interface ErrorProgram {
  readonly rules: readonly FaultRuleProgram[];
  readonly fallback: (FaultRuleProgram & { readonly alwaysEnforce: boolean }) | null;
}

export interface FaultRuleProgram {
  readonly name: string;
  readonly prepare: Step | null;
  applies(flow: FlowContext): boolean;
  readonly steps: Step;
}
