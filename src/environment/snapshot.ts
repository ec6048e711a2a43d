import { loadArchive } from "../bundle/load-archive.ts";
import { loadBundle } from "../bundle/load-bundle.ts";
import type { Bundle, SharedFlowBundle } from "../bundle/model.ts";
import { referencesOf } from "../bundle/references.ts";
import { compileProxy } from "../compile/compile.ts";
import type {
  CompileEnvironment,
  EnvironmentResources,
  GoogleServices,
} from "../compile/compile-environment.ts";
import type { ProxyProgram } from "../compile/program.ts";
import { Report } from "../documents/report.ts";
import type { Lifetime } from "../flow/context.ts";
import { disguiseFinder, disguises } from "../flow/disguised-path.ts";
import type { Observer } from "../flow/observer.ts";
import type { DeployedFunctions } from "../functions/deployed.ts";
import { Ontology } from "../ontology/ontology.ts";
import { withLateParts } from "../text/late.ts";
import type { DeployedWebhooks } from "../webhooks/deployed.ts";
import type { BasePathMatch } from "./base-path.ts";
import type { EnvironmentDocument } from "./document.ts";
import { PreparedScripts } from "./prepared-scripts.ts";
import type { DeployedEndpoint, DeployedProxy } from "./proxy-table.ts";
import { resourcesIn } from "./resources.ts";

/** Reads the zip of a revision. Rejects when there is none. */
export type ReadRevision = (revision: string) => Promise<Uint8Array>;

/**
 * One deployed state of an environment, in memory. It never changes; a new deployment makes a new snapshot.
 * Proxies are compiled when their first request comes.
 */
export class Snapshot {
  readonly document: EnvironmentDocument;
  readonly #makeFunctions: () => DeployedFunctions;
  readonly #makeWebhooks: () => DeployedWebhooks;
  #functions: DeployedFunctions | null = null;
  #webhooks: DeployedWebhooks | null = null;
  #ontology: Ontology | null = null;
  /** Says whether a URL, as it came, has a path that is refused; null when none is. */
  readonly refusesPath: ReturnType<typeof disguiseFinder>;
  /** A host, with its port, that is the gateway's own pages' alone; null when there is none. */
  readonly pagesHost: string | null;
  readonly #readRevision: ReadRevision;
  readonly #googleIdentity: GoogleServices["identity"];
  readonly #capabilities: CompileEnvironment["capabilities"];
  readonly #observer: Observer | undefined;
  readonly #programs = new Map<string, ReadonlyMap<string, ProxyProgram>>();
  readonly #loading = new Map<string, Promise<ReadonlyMap<string, ProxyProgram>>>();
  readonly #scripts = new PreparedScripts();
  #resources: Promise<EnvironmentResources> | null = null;
  readonly #sharedFlowReads = new Map<string, Promise<SharedFlowBundle>>();

  constructor(
    document: EnvironmentDocument,
    services: {
      readRevision: ReadRevision;
      /** These are made when they are asked for. */
      functions: () => DeployedFunctions;
      webhooks: () => DeployedWebhooks;
      googleIdentity: GoogleServices["identity"];
      /** What its policies can use. */
      capabilities(snapshot: Snapshot): CompileEnvironment["capabilities"];
      /** Sees every step of its proxies. */
      observer?: Observer | undefined;
    },
  ) {
    this.document = document;
    this.#makeFunctions = services.functions;
    this.#makeWebhooks = services.webhooks;
    const { allowInPaths } = document.requests;
    this.refusesPath = disguiseFinder(disguises.filter((disguise) => !allowInPaths.includes(disguise)));
    const pages = document.identity?.publicUrl ?? null;
    this.pagesHost = pages === null ? null : new URL(pages).host;
    this.#readRevision = services.readRevision;
    this.#googleIdentity = services.googleIdentity;
    this.#capabilities = services.capabilities(this);
    this.#observer = services.observer;
  }

  get functions(): DeployedFunctions {
    this.#functions ??= this.#makeFunctions();
    return this.#functions;
  }

  get webhooks(): DeployedWebhooks {
    this.#webhooks ??= this.#makeWebhooks();
    return this.#webhooks;
  }

  /** Null when the environment has none. */
  get ontology(): Ontology | null {
    const { environment, ontology } = this.document;
    this.#ontology ??= ontology && new Ontology(environment, ontology);
    return this.#ontology;
  }

  /** @param path without query string */
  match(path: string): BasePathMatch<DeployedEndpoint> | null {
    return this.document.proxies.match(path);
  }

  /** A proxy by name; its first endpoint when none is named. */
  find(proxyName: string, endpoint: string | null): { value: DeployedEndpoint; basePath: string } | null {
    const proxy = this.document.proxies.find(proxyName);
    const found = proxy?.endpoints.find(({ name }) => endpoint === null || name === endpoint);
    return proxy && found ? { value: { proxy, endpoint: found.name }, basePath: found.basePath } : null;
  }

  /** The names of the proxies that have been compiled. */
  get active(): readonly string[] {
    return [...this.#programs.keys()];
  }

  /** The program of an endpoint: at once when it is compiled. Rejects when its bundle cannot be loaded. */
  program({ proxy, endpoint }: DeployedEndpoint, lifetime: Lifetime): ProxyProgram | Promise<ProxyProgram> {
    const compiled = this.#programs.get(proxy.name);
    if (compiled) return chosen(compiled, endpoint);
    const loading = this.load(proxy);
    // Others wait for it too, so it must go on when this client leaves.
    lifetime.waitUntil(loading.catch(() => {}));
    return loading.then((programs) => chosen(programs, endpoint));
  }

  /** Reads a shared flow. Rejects when its bundle cannot be loaded. */
  loadSharedFlow({ revision }: EnvironmentDocument["sharedFlows"][number]): Promise<unknown> {
    return this.#sharedFlow(revision);
  }

  /** Compiles a proxy; callers at the same time share the work, and a failure is tried again by the next. */
  load(proxy: DeployedProxy): Promise<ReadonlyMap<string, ProxyProgram>> {
    const running = this.#loading.get(proxy.name);
    if (running) return running;
    const loading = this.#compile(proxy)
      .then((programs) => {
        this.#programs.set(proxy.name, programs);
        return programs;
      })
      .finally(() => this.#loading.delete(proxy.name));
    this.#loading.set(proxy.name, loading);
    return loading;
  }

  async #compile(proxy: DeployedProxy): Promise<ReadonlyMap<string, ProxyProgram>> {
    const report = new Report();
    const bundle = await this.#read(proxy.revision, "apiproxy");
    const [sharedFlows, resources] = await Promise.all([this.#sharedFlows(bundle), this.#ownResources()]);
    const around = this.#compileEnvironment(sharedFlows, resources);
    const programs = await withLateParts(() => compileProxy(bundle, around, report));
    refuseErrors(proxy.name, report);
    for (const { name } of proxy.endpoints) chosen(programs, name);
    return programs;
  }

  #compileEnvironment(
    sharedFlows: ReadonlyMap<string, SharedFlowBundle>,
    resources: EnvironmentResources,
  ): CompileEnvironment {
    const { organization, environment, flowHooks } = this.document;
    return {
      organization,
      name: environment,
      flowHooks,
      sharedFlow: (name) => sharedFlows.get(name),
      resources,
      scripts: this.#scripts,
      google: {
        serviceAccount: (kind, name) => this.#serviceAccount(kind, name),
        identity: this.#googleIdentity,
      },
      capabilities: this.#capabilities,
      observer: this.#observer,
    };
  }

  #serviceAccount(kind: Bundle["kind"], name: string): string | null {
    const { proxies, sharedFlows } = this.document;
    const deployed =
      kind === "apiproxy" ? proxies.find(name) : sharedFlows.find((bundle) => bundle.name === name);
    return deployed?.serviceAccount ?? null;
  }

  async #read<K extends Bundle["kind"]>(revision: string, kind: K): Promise<Bundle & { kind: K }> {
    const report = new Report();
    const bundle = await loadBundle(await this.#files(revision, report), report);
    if (bundle?.kind !== kind) throw new Error(`revision ${revision} holds no ${kind}`);
    refuseErrors(bundle.name, report);
    return bundle as Bundle & { kind: K };
  }

  /** Many proxies call the same shared flows, so each is read once; a failure is tried again by the next. */
  #sharedFlow(revision: string): Promise<SharedFlowBundle> {
    const known = this.#sharedFlowReads.get(revision);
    if (known) return known;
    const reading = this.#read(revision, "sharedflow");
    this.#sharedFlowReads.set(revision, reading);
    reading.catch(() => this.#sharedFlowReads.delete(revision));
    return reading;
  }

  /** The environment's own resources, read once; a failure is tried again by the next. */
  #ownResources(): Promise<EnvironmentResources> {
    if (this.#resources) return this.#resources;
    const reading = this.#readResources();
    this.#resources = reading;
    reading.catch(() => {
      this.#resources = null;
    });
    return reading;
  }

  async #readResources(): Promise<EnvironmentResources> {
    const { resources, environment } = this.document;
    if (resources === null) return { files: new Map(), propertySets: new Map() };
    const report = new Report();
    const files = await this.#files(resources, report);
    const read = await withLateParts(() => resourcesIn(files, environment, report));
    refuseErrors("resources", report);
    return read;
  }

  /** The files of a revision, as they were packed. */
  async #files(revision: string, report: Report): Promise<Map<string, Uint8Array>> {
    const files = await loadArchive(await this.#readRevision(revision), report);
    this.#scripts.take(files);
    return files;
  }

  /** The shared flows that a bundle calls, those that they call, and those on the environment's hooks. */
  async #sharedFlows(bundle: Bundle): Promise<ReadonlyMap<string, SharedFlowBundle>> {
    const { sharedFlows, flowHooks } = this.document;
    const found = new Map<string, SharedFlowBundle>();
    let wanted = [...sharedFlowsCalledBy(bundle), ...Object.values(flowHooks)];
    while (wanted.length > 0) {
      const missing = sharedFlows
        .map(({ name, aliases, revision }) => ({ names: [name, ...aliases], revision }))
        .filter(({ names }) => names.some((name) => wanted.includes(name) && !found.has(name)));
      const loaded = await Promise.all(
        missing.map(async ({ names, revision }) => ({ names, read: await this.#sharedFlow(revision) })),
      );
      for (const { names, read } of loaded) for (const name of names) found.set(name, read);
      wanted = loaded.flatMap(({ read }) => sharedFlowsCalledBy(read));
    }
    return found;
  }
}

/** The first error says enough: deployments are checked before they are written. */
function refuseErrors(name: string, { problems }: Report): void {
  const error = problems.find(({ severity }) => severity === "error");
  if (error) throw new Error(`${name}: ${error.file}:${error.line}: ${error.message}`);
}

function chosen(programs: ReadonlyMap<string, ProxyProgram>, endpoint: string): ProxyProgram {
  const program = programs.get(endpoint);
  if (!program) throw new Error(`the bundle has no proxy endpoint ${endpoint}`);
  return program;
}

/** Names of the shared flows that the policies of a bundle run. */
export function sharedFlowsCalledBy(bundle: Bundle): string[] {
  return referencesOf(bundle).flatMap(({ sharedFlows = [] }) => sharedFlows);
}
