import type { SharedFlowBundle } from "../../src/bundle/model.ts";
import { checkReferences } from "../../src/compile/check-references.ts";
import type { CompileContext } from "../../src/compile/compile-context.ts";
import { PolicyBuilder } from "../../src/compile/policy-builder.ts";
import { parseXml } from "../../src/documents/parse.ts";
import { positionOf, Report } from "../../src/documents/report.ts";
import type { Value } from "../../src/expression/value.ts";
import { type Exchange, FlowContext, type ProxyIdentity, type Step } from "../../src/flow/context.ts";
import { Fault } from "../../src/flow/fault.ts";
import { RequestMessage, type ResponseMessage } from "../../src/flow/message.ts";
import { variable } from "../../src/flow/variable.ts";
import type { Capabilities, EnvironmentCapabilities } from "../../src/policies/capabilities.ts";
import { type PolicyType, thrownBy } from "../../src/policies/policy-type.ts";
import { readScript } from "../../src/scripts/syntax/read-script.ts";
import { notGiven, nothingBut } from "./not-given.ts";

/** What a test says about the exchange; everything else is filled in. */
export interface FlowState {
  readonly request?: RequestMessage;
  /** With a response the flow is in its response part. */
  readonly response?: ResponseMessage;
  /** With an error message the flow is in the error state. */
  readonly error?: ResponseMessage;
  readonly variables?: Readonly<Record<string, Value>>;
  readonly identity?: Partial<ProxyIdentity>;
  readonly exchange?: Partial<Exchange>;
}

/** 2026-01-02 03:04:05.678 UTC, in epoch milliseconds: when every test's exchange happens. */
export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/** The state of an exchange, by default of a GET request to /v1/things that has come in. */
export function flowOf(state: FlowState = {}): FlowContext {
  const identity: ProxyIdentity = {
    organization: "org",
    environment: "test",
    proxy: "things",
    revision: "1",
    endpoint: "default",
    basePath: "/v1",
    propertySets: new Map(),
    sharedFlowPropertySets: new Map(),
    ...state.identity,
  };
  const exchange: Exchange = {
    id: "exchange-1",
    depth: 0,
    received: new Request("https://api.example.com/v1/things"),
    client: { ip: "192.0.2.1", host: "192.0.2.1", port: null, scheme: "https", country: null },
    receivedAt: NOW,
    givenUp: null,
    watch: null,
    now: () => NOW,
    uuid: () => "00000000-0000-4000-8000-000000000000",
    waitUntil: () => undefined,
    within: (_ms, work) => work,
    ...state.exchange,
  };
  const request = state.request ?? new RequestMessage({ path: "/v1/things" });
  const flow = new FlowContext(identity, exchange, request, {
    pathSuffix: "/things",
    url: "https://api.example.com/v1/things",
  });
  if (state.response) {
    flow.response = state.response;
    flow.direction = "response";
  }
  if (state.error) {
    flow.error = state.error;
    flow.fault = new Fault("steps.raisefault.RaiseFault", "Raising fault. Fault name : F");
    flow.lastFault = flow.fault;
  }
  for (const [name, value] of Object.entries(state.variables ?? {})) variable(name).set(flow, value);
  return flow;
}

/** A policy that was read and, when it has no errors, built. */
export interface LoadedPolicy {
  readonly report: Report;
  /** Null when the report holds an error. */
  readonly step: Step | null;
  /** The messages whose content it said that it reads. */
  readonly reads: ReadonlySet<string>;
}

/** What a test gives a policy; what it does not give cannot be used. */
export type GivenCapabilities = Partial<Omit<Capabilities, "resources" | "scriptReader">> & {
  /** Content by type and file, as in `jsc/sign.js`. */
  readonly resources?: ReadonlyMap<string, Uint8Array>;
};

/** Reads a policy from its XML and builds it as the compiler does, with the problems that it finds. */
export function loadPolicy<Config, Need extends keyof Capabilities>(
  type: PolicyType<Config, Need>,
  xml: string,
  given: GivenCapabilities = {},
): LoadedPolicy {
  const report = new Report();
  const root = parseXml(xml, "policies/P.xml", report);
  if (root === null) return { report, step: null, reads: new Set() };
  const name = root.attribute("name") ?? "P";
  for (const attribute of ["enabled", "continueOnError", "async"]) root.attribute(attribute);
  root.ignore("DisplayName", "Properties");
  const ownReport = report.forPolicy(name, type.element);
  const config = type.read(root, ownReport);
  root.reportUnknown(ownReport);
  const compile = compileContext(given, ownReport);
  const policy = { name, enabled: true, continueOnError: false, at: positionOf(root), meaning: null };
  const builder = new PolicyBuilder(policy, type, compile, ownReport);
  if (!report.failed && checkReferences(type.refersTo?.(config) ?? {}, compile)) {
    type.check?.(config, builder.context, ownReport);
  }
  const step = report.failed ? null : withOwnFaults(type, name, type.build(config, builder.context));
  return { report, step, reads: builder.built().contents };
}

export function compileContext(given: GivenCapabilities, report: Report): CompileContext {
  const bundle: SharedFlowBundle = {
    kind: "sharedflow",
    name: "things",
    revision: "1",
    description: "",
    policies: new Map(),
    resources: new Map(
      [...(given.resources ?? [])].map(([key, content]) => [key, { path: `resources/${key}`, content }]),
    ),
    propertySets: new Map(),
    sharedFlow: { name: "default", steps: [], at: { file: "", line: 1, column: 1 } },
  };
  return {
    environment: {
      organization: "org",
      name: "test",
      flowHooks: {},
      sharedFlow: () => bundle,
      resources: { files: new Map(), propertySets: new Map() },
      scripts: { read: readScript },
      google: { serviceAccount: () => null, identity: () => notGiven("google") },
      capabilities: nothingBut<EnvironmentCapabilities>({
        targetServers: new Map(),
        sources: { problems: () => [], get: () => notGiven("sources") },
        ...given,
      }),
    },
    proxy: "things",
    bundle,
    sharedFlow(name) {
      const step = given.sharedFlows?.steps(name);
      return step ? { step, mentions: new Set() } : null;
    },
    runsOn: false,
    identityFor: (_bundle, at) => (given.google ?? notGiven("google")).identity(at),
    report,
  };
}

/** The step with the fault of its policy for a variable that cannot be set, as the runner has it. */
function withOwnFaults<Config, Need extends keyof Capabilities>(
  type: PolicyType<Config, Need>,
  policy: string,
  step: Step,
): Step {
  const fail = (error: unknown) => {
    throw thrownBy(type, policy, error);
  };
  return (flow) => {
    try {
      return step(flow)?.catch(fail);
    } catch (error) {
      return fail(error);
    }
  };
}
