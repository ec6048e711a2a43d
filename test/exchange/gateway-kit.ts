import { DeployedDirectory, DirectoryMemory } from "../../src/clients/deployed-directory.ts";
import type { GoogleIdentity } from "../../src/credentials/google-tokens.ts";
import type { Secrets } from "../../src/credentials/secrets/store.ts";
import { deployedSpecifications } from "../../src/documents/deployed-specifications.ts";
import { Report } from "../../src/documents/report.ts";
import { EnvironmentAnalytics } from "../../src/egress/analytics/analytics.ts";
import { Audit } from "../../src/egress/audit/audit.ts";
import type { Connection } from "../../src/egress/call.ts";
import type { Clock } from "../../src/egress/deadline.ts";
import { Egress } from "../../src/egress/egress.ts";
import { compileEgressPolicy } from "../../src/egress/egress-policy.ts";
import { internet } from "../../src/egress/internet.ts";
import { PublishedKeySets } from "../../src/egress/key-sets.ts";
import { readTargetServers } from "../../src/egress/target-server.ts";
import { checkEnvironment } from "../../src/environment/check.ts";
import { type DeploymentPlan, planDeployment } from "../../src/environment/deployment.ts";
import { currentKey, type EnvironmentDocument, revisionKey } from "../../src/environment/document.ts";
import { type ConfigStore, Environment } from "../../src/environment/environment.ts";
import { type EnvironmentModel, readEnvironment } from "../../src/environment/read-environment.ts";
import { type ReadRevision, Snapshot } from "../../src/environment/snapshot.ts";
import { addressOf } from "../../src/exchange/address.ts";
import type { DevRequests } from "../../src/exchange/dev-requests.ts";
import { Gateway } from "../../src/exchange/gateway.ts";
import { callProxy } from "../../src/exchange/local-call.ts";
import { disguises } from "../../src/flow/disguised-path.ts";
import { Fault } from "../../src/flow/fault.ts";
import type { Observer } from "../../src/flow/observer.ts";
import { DeployedFunctions } from "../../src/functions/deployed.ts";
import { Scripts } from "../../src/scripts/scripts.ts";
import type { SourceCallServices } from "../../src/sources/source-calls.ts";
import { EnvironmentMaps, entriesOfMaps } from "../../src/stores/environment-maps.ts";
import type { MapKv } from "../../src/stores/stored-maps.ts";
import { TwoLevelCache } from "../../src/stores/two-level-cache.ts";
import { deployedWebhooks, flowSources } from "../../src/worker/flow-sources.ts";
import { MemoryTokens } from "../clients/tokens/memory-tokens.ts";
import { MemoryCounters } from "../stores/counters/memory-counters.ts";
import { memoryMaps } from "../stores/memory-maps.ts";

/** A gateway with an environment deployed to a store in memory. */
export interface TestGateway {
  /** Sends a request and returns the answer; the body is whatever the proxy streams. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Settles when everything that runs after the answers has ended. */
  settled(): Promise<void>;
  /** Structured lines that the egress logged. */
  readonly log: readonly Record<string, unknown>[];
  /** The records of calls that went to the log. */
  readonly records: readonly Record<string, unknown>[];
}

/** Lets paths be written in any way. */
export const anyPath = {
  "environments/local/requests.json": JSON.stringify({ allowInPaths: disguises }),
};

/** Files of an environment by path, as text. */
export type TestFiles = Readonly<Record<string, string>>;

/** What a gateway is given besides its environment. */
export interface GatewayOptions {
  readonly connections?: ReadonlyMap<string, Connection>;
  readonly googleIdentity?: (account: string) => GoogleIdentity;
  /** Secrets by source and name. */
  readonly secretsOf?: Readonly<Record<string, Secrets>>;
  readonly bindings?: SourceCallServices["bindings"];
  readonly users?: SourceCallServices["users"];
  /** What a gateway on a developer's machine does besides. */
  readonly dev?: DevRequests;
  /** Where entries of key value maps are kept; a namespace of its own when it is not given. */
  readonly mapKv?: MapKv;
  /** The platform's when it is not given. */
  readonly clock?: Clock;
  /** What isolates count together; of this gateway alone when it is not given. */
  readonly counters?: MemoryCounters;
  /** The tokens that isolates share; of this gateway alone when they are not given. */
  readonly tokens?: MemoryTokens;
  /** Sees every step. */
  readonly observer?: Observer;
}

function noIdentity(account: string): GoogleIdentity {
  throw new Error(`the test gave the gateway no tokens of ${account}`);
}

/** Deploys an environment, which must be free of errors, and serves it. */
export async function serve(
  files: TestFiles,
  options: GatewayOptions & { allow?: readonly string[]; adjust?: Adjust } = {},
): Promise<TestGateway> {
  const { document, revisions } = await deploy(files, options.allow, options.adjust);
  const values = new Map<string, unknown>([[currentKey("local"), document]]);
  for (const [revision, zip] of revisions) values.set(revisionKey(revision), zip.slice().buffer);
  return gatewayOn({ get: async (key: string) => values.get(key) ?? null } as ConfigStore, options);
}

/** Changes what the files say. */
export type Adjust = (model: EnvironmentModel) => EnvironmentModel;

/** Everything that is wrong with an environment. */
export function check(files: TestFiles, adjust: Adjust = (model) => model) {
  const encoder = new TextEncoder();
  const report = new Report();
  const bytes = new Map(Object.entries(files).map(([path, text]) => [path, encoder.encode(text)]));
  const model = adjust(readEnvironment(bytes, "local", report));
  checkEnvironment(model, report);
  return { model, problems: report.problems };
}

/** Works out the first deployment of an environment, which must be free of errors. */
export async function deploy(
  files: TestFiles,
  allow: readonly string[] = [],
  adjust?: Adjust,
): Promise<DeploymentPlan> {
  const { model, problems } = check(files, adjust);
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(JSON.stringify(errors, null, 1));
  const [organization, now] = ["test", new Date(0)];
  return planDeployment(model, null, { organization, now, advice: "list", allow });
}

/** Serves whatever a store holds. */
export function gatewayOn(
  store: ConfigStore,
  { connections = new Map(), googleIdentity = noIdentity, ...options }: GatewayOptions = {},
): TestGateway {
  const log: Record<string, unknown>[] = [];
  const records: Record<string, unknown>[] = [];
  const pending: Promise<unknown>[] = [];
  const waitUntil = (work: Promise<unknown>) => void pending.push(work);
  const audit = new Audit({
    bindings: {},
    print: (line) => records.push(line),
    log: (line) => log.push(line),
    waitUntil,
    now: Date.now,
    uuid: () => crypto.randomUUID(),
  });
  const scripts = new Scripts();
  const storedMaps = memoryMaps(options.mapKv);
  const memory = options.counters ?? new MemoryCounters(options.clock?.now ?? Date.now);
  const counters = memory.isolate((line) => log.push(line));
  const issuedTokens = (options.tokens ?? new MemoryTokens()).isolate((line) => log.push(line));
  const clients = new DirectoryMemory({
    environment: "local",
    privateKey: undefined,
    log: (line) => log.push(line),
  });
  const makeSnapshot = (document: EnvironmentDocument, readRevision: ReadRevision) => {
    const policy = compileEgressPolicy({ allow: document.egress.allow, advice: "dev" });
    const doors = { internet, connections, log: (line: Record<string, unknown>) => log.push(line), audit };
    const sourceCalls: SourceCallServices = {
      ...doors,
      secrets: { read: (_environment, source) => options.secretsOf?.[source] ?? {} },
      bindings: options.bindings ?? {},
      users: options.users ?? null,
    };
    return new Snapshot(document, {
      readRevision,
      functions: () => new DeployedFunctions(document, readRevision, { ...doors, binding: () => undefined }),
      webhooks: () => deployedWebhooks(document, sourceCalls),
      googleIdentity,
      observer: options.observer,
      capabilities: (snapshot) => ({
        egress: new Egress({ ...doors, policy }),
        targetServers: readTargetServers(document.targetServers),
        sources: flowSources(document, sourceCalls),
        proxies: { call: (...call) => callProxy(snapshot, ...call) },
        functions: {
          signature: () => undefined,
          call: () => Promise.reject(new Error("the test gave the gateway no functions")),
        },
        keyValueMaps: new EnvironmentMaps(
          document,
          [...document.initialEntries, ...entriesOfMaps(document.keyValueMaps)],
          storedMaps,
          document.stores.keyValueMaps.private,
        ),
        keySets: new PublishedKeySets(),
        specifications: deployedSpecifications,
        caches: new TwoLevelCache(null, (line) => log.push(line)),
        counters,
        directory: new DeployedDirectory(document.directory, readRevision, clients),
        issuedTokens,
        scripts,
        analytics: new EnvironmentAnalytics(document.analytics, document.environment, {
          bindings: options.bindings ?? {},
          print: (line) => records.push(line),
          log: (line) => log.push(line),
        }),
        printer: { print: (policy, _flow, text) => log.push({ event: "script.printed", policy, text }) },
      }),
    });
  };
  const environment = new Environment("local", store, makeSnapshot, (document) =>
    audit.follow(document.audit, document.environment),
  );
  const { dev = null, clock } = options;
  const gateway = new Gateway(environment, [storedMaps], dev, clock);
  return {
    log,
    records,
    fetch(path, init) {
      const request = new Request(`http://gateway.test${path}`, { redirect: "manual", ...init });
      const handle = async () => {
        const address = addressOf(request);
        if (address instanceof Fault) throw address;
        return gateway.handle(request, address, { waitUntil });
      };
      return dev === null ? handle() : dev.serve(request, handle);
    },
    async settled() {
      while (pending.length > 0) await pending.shift();
    },
  };
}

/** What a test proxy consists of; everything else takes its default. */
export interface ProxyParts {
  readonly basePath?: string;
  /** Children of ProxyEndpoint besides the connection and routes: PreFlow, Flows, FaultRules, … */
  readonly flows?: string;
  /** RouteRule elements; by default one to the target endpoint `default`, or a null route without a target. */
  readonly routes?: string;
  readonly properties?: Readonly<Record<string, string>>;
  /** Children of TargetEndpoint `default`, its connection among them. */
  readonly target?: string;
  /** Policy XML by name. */
  readonly policies?: Readonly<Record<string, string>>;
}

/** The files of a proxy bundle, below `apiproxies/NAME/`. */
export function proxyFiles(name: string, parts: ProxyParts): TestFiles {
  const folder = `apiproxies/${name}/apiproxy`;
  const route = parts.target ? "<TargetEndpoint>default</TargetEndpoint>" : "";
  const properties = Object.entries(parts.properties ?? {})
    .map(([key, value]) => `<Property name="${key}">${value}</Property>`)
    .join("");
  return {
    [`${folder}/${name}.xml`]: `<APIProxy name="${name}" revision="3"/>`,
    [`${folder}/proxies/default.xml`]: `<ProxyEndpoint name="default">
      ${parts.flows ?? ""}
      <HTTPProxyConnection>
        <BasePath>${parts.basePath ?? `/${name}`}</BasePath>
        <Properties>${properties}</Properties>
      </HTTPProxyConnection>
      ${parts.routes ?? `<RouteRule name="default">${route}</RouteRule>`}
    </ProxyEndpoint>`,
    ...(parts.target && {
      [`${folder}/targets/default.xml`]: `<TargetEndpoint name="default">${parts.target}</TargetEndpoint>`,
    }),
    ...policyFiles(folder, parts.policies),
  };
}

/** The files of a shared flow bundle, below `sharedflows/NAME/`. */
export function sharedFlowFiles(name: string, steps: string, policies: ProxyParts["policies"]): TestFiles {
  const folder = `sharedflows/${name}/sharedflowbundle`;
  return {
    [`${folder}/${name}.xml`]: `<SharedFlowBundle name="${name}" revision="1"/>`,
    [`${folder}/sharedflows/default.xml`]: `<SharedFlow name="default">${steps}</SharedFlow>`,
    ...policyFiles(folder, policies),
  };
}

function policyFiles(folder: string, policies: ProxyParts["policies"] = {}): TestFiles {
  return Object.fromEntries(
    Object.entries(policies).map(([name, xml]) => [`${folder}/policies/${name}.xml`, xml]),
  );
}

/** A step that runs a policy. */
export function step(name: string, condition?: string): string {
  return `<Step><Name>${name}</Name>${condition ? `<Condition>${condition}</Condition>` : ""}</Step>`;
}

/** An HTTPTargetConnection to a URL. */
export function httpTarget(url: string, properties: Readonly<Record<string, string>> = {}): string {
  const all = Object.entries(properties).map(
    ([name, value]) => `<Property name="${name}">${value}</Property>`,
  );
  return `<HTTPTargetConnection><URL>${url.replaceAll("&", "&amp;")}</URL><Properties>${all.join("")}</Properties></HTTPTargetConnection>`;
}

/** An AssignMessage policy that ignores what is not set. */
export function assign(name: string, edits: string): Record<string, string> {
  return {
    [name]: `<AssignMessage name="${name}"><IgnoreUnresolvedVariables>true</IgnoreUnresolvedVariables>${edits}</AssignMessage>`,
  };
}

/** AssignMessage that sets a header of the ambient message to a template. */
export function setHeader(name: string, header: string, template: string): Record<string, string> {
  return assign(name, `<Set><Headers><Header name="${header}">${template}</Header></Headers></Set>`);
}

/** AssignMessage that sets a variable to a template. */
export function setVariable(name: string, variable: string, template: string): Record<string, string> {
  return assign(
    name,
    `<AssignVariable><Name>${variable}</Name><Template>${template}</Template></AssignVariable>`,
  );
}

/**
 * Policies that leave a mark: each appends its name to the variable `marks`. `Show` puts what there is so far
 * into the header `x-marks` of the ambient message.
 */
export function marks(...names: readonly string[]): Record<string, string> {
  const policies = names.map((name) => setVariable(name, "marks", `{marks}${name},`));
  return Object.assign(setHeader("Show", "x-marks", "{marks}"), ...policies);
}

/** RaiseFault with a status and, if given, a payload. */
export function raise(name: string, status: number, payload?: string): Record<string, string> {
  const content = payload === undefined ? "" : `<Payload contentType="text/plain">${payload}</Payload>`;
  return {
    [name]: `<RaiseFault name="${name}"><FaultResponse><Set><StatusCode>${status}</StatusCode>${content}</Set></FaultResponse></RaiseFault>`,
  };
}

/** The default error body. */
export function defaultFault(errorcode: string, faultstring: string): unknown {
  return { fault: { faultstring, detail: { errorcode } } };
}

/** A service in the place of a real one: answers every call with 200, and keeps what was called. */
export function recorder(): Connection & { readonly calls: { url: string; init: RequestInit }[] } {
  const calls: { url: string; init: RequestInit }[] = [];
  return {
    calls,
    async fetch(url, init) {
      calls.push({ url, init });
      return new Response("recorded");
    },
  };
}
