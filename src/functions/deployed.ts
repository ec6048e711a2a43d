import { createHash } from "node:crypto";
import type { OutboundApplication } from "../credentials/oauth/application.ts";
import type { Connection } from "../egress/call.ts";
import { Egress, type EgressOptions } from "../egress/egress.ts";
import { SourceCatalog } from "../sources/catalog.ts";
import { connectionsOf, originOf } from "../sources/connection.ts";
import { checkGates, type GateProblem } from "../sources/gates.ts";
import { secretNamesOf } from "../sources/secret-names.ts";
import type { Source } from "../sources/source.ts";
import { compileSourcePolicy, type SourcePolicy } from "../sources/source-policy.ts";
import { type WayOut, wayOut } from "../sources/way-out.ts";
import { surroundings } from "./isolate-modules.ts";
import { holdsObjects } from "./object-parameters.ts";
import type { PublishedFunction } from "./published-function.ts";

/** What an environment has deployed of functions and of what they may call. */
export interface FunctionsDocument {
  readonly environment: string;
  readonly functions: readonly PublishedFunction[];
  readonly sources: readonly Source[];
  /** Alias to API name. */
  readonly sourceAliases: Readonly<Record<string, string>>;
  readonly outboundApplications: readonly OutboundApplication[];
}

/** How calls leave. */
export interface Outlets extends Omit<EgressOptions, "policy"> {
  /** A certificate binding of the Worker; undefined when there is none of that name. */
  binding(name: string): Connection | undefined;
}

/** A source that a function declares, ready to call. */
export interface DeclaredSource {
  /** As the function calls it: an alias or an API name. */
  readonly name: string;
  readonly source: Source;
  /** Scheme, host and port of its one HTTPS connection; null when it does not have exactly one. */
  readonly url: string | null;
  /** Whether calls to its own address prove who is calling. */
  readonly authenticates: boolean;
  readonly policy: SourcePolicy;
  readonly egress: Egress;
  readonly through: WayOut["through"];
  /** The binding for its client certificate that the Worker does not have; null when nothing is missing. */
  readonly missingBinding: string | null;
  /** All secrets that it has, those of its authentication among them. */
  readonly secretNames: readonly string[];
}

/** A function and all that its calls need, worked out once for each deployment. */
export interface FunctionPlan {
  readonly environment: string;
  readonly published: PublishedFunction;
  /** By declared name. */
  readonly sources: ReadonlyMap<string, DeclaredSource>;
  /** The first gate that a source does not pass; null when the function may run. */
  readonly problem: GateProblem | null;
  /** What its own clients, which carry no credentials, may call: the policies of all its sources. */
  readonly policy: SourcePolicy;
  /** The same without what is reached through bridges, and the door to that. */
  readonly direct: SourcePolicy;
  readonly egress: Egress;
  /** Those of its sources whose calls go through bridges. */
  readonly bridged: readonly DeclaredSource[];
  /** Whether objects have to be read for its parameters. */
  readonly takesObjects: boolean;
  /** Whether code knows some of its secrets only by placeholders. */
  readonly hasBoundSecrets: boolean;
  /** Names the isolate: another one when code, limits, sources or what is around them are others. */
  readonly isolate: string;
  readModule(): Promise<Uint8Array>;
  /** What runs it. Rejects for a function whose module is complete in itself. */
  readRuntime(): Promise<Uint8Array>;
}

/** The functions of one deployed state of an environment. It never changes. */
export class DeployedFunctions {
  readonly #document: FunctionsDocument;
  readonly #readModule: (revision: string) => Promise<Uint8Array>;
  readonly #outlets: Outlets;
  readonly #catalog: SourceCatalog;
  readonly #plans = new Map<string, FunctionPlan>();

  constructor(
    document: FunctionsDocument,
    readModule: (revision: string) => Promise<Uint8Array>,
    outlets: Outlets,
  ) {
    this.#document = document;
    this.#readModule = readModule;
    this.#outlets = outlets;
    this.#catalog = new SourceCatalog(
      document.sources,
      document.sourceAliases,
      document.outboundApplications,
    );
  }

  get all(): readonly PublishedFunction[] {
    return this.#document.functions;
  }

  find(name: string): FunctionPlan | undefined {
    const known = this.#plans.get(name);
    if (known) return known;
    const published = this.#document.functions.find((each) => each.name === name);
    if (!published) return undefined;
    const plan = this.#plan(published);
    this.#plans.set(name, plan);
    return plan;
  }

  #plan(published: PublishedFunction): FunctionPlan {
    const { environment } = this.#document;
    const [problem = null] = checkGates(published.sources, this.#catalog);
    const found = published.sources.flatMap((name) => {
      const source = this.#catalog.find(name);
      return source ? [{ name, source }] : [];
    });
    const sources = found.map(({ name, source }) => this.#declare(name, source));
    const bridged = sources.filter(({ source }) => source.bridge !== null);
    const policy = compileSourcePolicy(sources.map(({ source }) => source));
    const direct =
      bridged.length === 0
        ? policy
        : compileSourcePolicy(sources.flatMap(({ source }) => (source.bridge === null ? source : [])));
    return {
      environment,
      published,
      sources: new Map(sources.map((declared) => [declared.name, declared])),
      problem,
      policy,
      direct,
      egress: new Egress({ ...this.#outlets, policy: direct }),
      bridged,
      takesObjects: published.parameters.some(({ type }) => holdsObjects(type)),
      hasBoundSecrets: found.some(({ source }) =>
        source.additionalSecrets.some(({ hosts }) => hosts !== null),
      ),
      isolate: isolateName(environment, published, found),
      readModule: () => this.#readModule(published.revision),
      readRuntime: () => this.#readModule(published.runtime ?? ""),
    };
  }

  #declare(name: string, source: Source): DeclaredSource {
    const { internet, connections, binding } = this.#outlets;
    const [domain, ...others] = connectionsOf(source);
    const url = domain && others.length === 0 ? originOf(domain) : null;
    const policy = compileSourcePolicy([source]);
    const certificate = source.clientCertificateBinding;
    const presenting = certificate === null ? undefined : binding(certificate);
    const outlets = {
      internet,
      connections:
        url !== null && presenting ? new Map([...connections, [hostAndPort(url), presenting]]) : connections,
    };
    const way = wayOut(source, this.#document.environment, outlets, binding);
    return {
      name,
      source,
      url,
      authenticates: connectionsOf(source).some(({ auth }) => auth.type !== "none"),
      policy,
      egress: new Egress({ ...this.#outlets, policy, ...way.outlets }),
      through: way.through,
      missingBinding: presenting ? null : certificate,
      secretNames: secretNamesOf(source),
    };
  }
}

function hostAndPort(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
}

/**
 * The platform may keep isolates when another gateway is deployed, so the name tells apart what different gateways put
 * around a function.
 */
export function isolateName(
  environment: string,
  published: PublishedFunction,
  sources: unknown,
  around = surroundings,
): string {
  const digest = createHash("sha256")
    .update(JSON.stringify([published, sources, around]))
    .digest("hex");
  return `${environment}/${published.name}/${published.revision}/${digest}`;
}
