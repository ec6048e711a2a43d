import { Report } from "../../src/documents/report.ts";
import { noAudit } from "../../src/egress/audit/audit.ts";
import { Egress } from "../../src/egress/egress.ts";
import { compileEgressPolicy } from "../../src/egress/egress-policy.ts";
import { readTargetServers } from "../../src/egress/target-server.ts";
import { planDeployment } from "../../src/environment/deployment.ts";
import { currentKey, type EnvironmentDocument, revisionKey } from "../../src/environment/document.ts";
import { type ConfigStore, Environment, WHY_NOTHING } from "../../src/environment/environment.ts";
import { readEnvironment } from "../../src/environment/read-environment.ts";
import { Snapshot } from "../../src/environment/snapshot.ts";
import { DeployedFunctions } from "../../src/functions/deployed.ts";
import type { EnvironmentCapabilities } from "../../src/policies/capabilities.ts";
import { deployedWebhooks, flowSources } from "../../src/worker/flow-sources.ts";
import { ManualClock } from "../egress/clock.ts";
import { nothingBut } from "../policies/not-given.ts";

/** Files of an environment by path, as text. */
export type TestFiles = Readonly<Record<string, string>>;

/** The bytes of files. */
export function filesOf(files: TestFiles): Map<string, Uint8Array> {
  return new Map(Object.entries(files).map(([path, text]) => [path, new TextEncoder().encode(text)]));
}

/** A proxy without policies that answers by itself. */
export function plainProxy(name: string, revision = "1", basePath = `/${name}`): TestFiles {
  const folder = `apiproxies/${name}/apiproxy`;
  return {
    [`${folder}/${name}.xml`]: `<APIProxy name="${name}" revision="${revision}"/>`,
    [`${folder}/proxies/default.xml`]: `<ProxyEndpoint name="default">
      <HTTPProxyConnection><BasePath>${basePath}</BasePath></HTTPProxyConnection>
      <RouteRule name="none"/>
    </ProxyEndpoint>`,
  };
}

/** A shared flow without steps, or with one that calls another. */
export function sharedFlow(name: string, calls?: string): TestFiles {
  const folder = `sharedflows/${name}/sharedflowbundle`;
  const step = calls ? "<Step><Name>FC-Next</Name></Step>" : "";
  return {
    [`${folder}/${name}.xml`]: `<SharedFlowBundle name="${name}" revision="1"/>`,
    [`${folder}/sharedflows/default.xml`]: `<SharedFlow name="default">${step}</SharedFlow>`,
    ...(calls && {
      [`${folder}/policies/FC-Next.xml`]: `<FlowCallout name="FC-Next"><SharedFlowBundle>${calls}</SharedFlowBundle></FlowCallout>`,
    }),
  };
}

/** KV in memory, which counts what is read and can be made to misbehave. */
export class TestStore implements ConfigStore {
  /** Keys in the order of their reading, with the time that Cloudflare may keep them, in seconds. */
  readonly reads: { key: string; cacheTtl: number }[] = [];
  readonly values = new Map<string, unknown>();
  /** What a read does instead of finding the value. */
  answer: ((key: string) => Promise<unknown> | undefined) | null = null;

  get(key: string, options: { type: "json"; cacheTtl: number }): Promise<unknown>;
  get(key: string, options: { type: "arrayBuffer"; cacheTtl: number }): Promise<ArrayBuffer | null>;
  async get(key: string, { cacheTtl }: { cacheTtl: number }): Promise<unknown> {
    this.reads.push({ key, cacheTtl });
    return (await this.answer?.(key)) ?? this.values.get(key) ?? null;
  }

  /** The keys that were read since this was last asked. */
  get newReads(): string[] {
    return this.reads.splice(0).map(({ key }) => key.replace(/^revision\/.*/, "revision"));
  }

  /** Deploys the environment `test` that the files say. */
  async deploy(generation: number, ...files: TestFiles[]): Promise<EnvironmentDocument> {
    const model = readEnvironment(filesOf(Object.assign({}, ...files)), "test", new Report());
    const now = new Date(generation);
    const options = { organization: "org", now, advice: "list" } as const;
    const { document: planned, revisions } = await planDeployment(model, null, options);
    const document = { ...planned, generation };
    for (const [revision, zip] of revisions) this.values.set(revisionKey(revision), zip.slice().buffer);
    this.values.set(currentKey("test"), document);
    return document;
  }
}

/** The environment `test` on a store, with a clock that the test moves. */
export class TestEnvironment {
  readonly store = new TestStore();
  readonly clock = new ManualClock();
  readonly environment: Environment;
  /** Milliseconds. */
  now = 0;
  readonly #background: Promise<unknown>[] = [];

  constructor() {
    this.environment = new Environment(
      "test",
      this.store,
      snapshotOf,
      () => {},
      WHY_NOTHING.deployed,
      this.clock,
    );
  }

  /** The revision of the proxy that serves a path, as its identity names it; null when there is none. */
  async revision(path: string): Promise<string | null> {
    const serving = await this.environment.endpoint(new URL(path, "http://gateway.test"), this.now, this);
    return serving ? serving.program.identity.revision : null;
  }

  waitUntil(work: Promise<unknown>): void {
    this.#background.push(work);
  }

  /** Settles when everything that goes on in the background has ended. */
  async settled(): Promise<void> {
    while (this.#background.length > 0) await this.#background.shift();
  }
}

/** A snapshot that calls nothing outside. */
export function snapshotOf(
  document: EnvironmentDocument,
  readRevision: (revision: string) => Promise<Uint8Array>,
) {
  const refuse = () => Promise.reject(new Error("nothing is called here"));
  const doors = { internet: { fetch: refuse }, connections: new Map(), log: () => {}, audit: noAudit };
  const sourceCalls = { ...doors, secrets: { read: refuse }, bindings: {}, users: null };
  const egress = new Egress({ ...doors, policy: compileEgressPolicy({ allow: [], advice: "dev" }) });
  return new Snapshot(document, {
    readRevision,
    googleIdentity: () => {
      throw new Error("nobody proves anything here");
    },
    functions: () => new DeployedFunctions(document, readRevision, { ...doors, binding: () => undefined }),
    webhooks: () => deployedWebhooks(document, sourceCalls),
    capabilities: () =>
      nothingBut<EnvironmentCapabilities>({
        egress,
        targetServers: readTargetServers(document.targetServers),
        sources: flowSources(document, sourceCalls),
        functions: { signature: () => undefined, call: refuse },
      }),
  });
}
