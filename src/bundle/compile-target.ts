import type { GoogleIdentity } from "../credentials/google-tokens.ts";
import {
  type HttpConnection,
  readHttpTargetConnection,
  readLocalTargetConnection,
} from "../egress/connection.ts";
import { LoadBalancer } from "../egress/load-balancer.ts";
import type { NamedSource } from "../egress/named-source.ts";
import { readTargetProperties } from "../egress/properties.ts";
import { readTemplate } from "../egress/read-template.ts";
import { reportSource } from "../egress/report-source.ts";
import { compileTemplate } from "../expression/template.ts";
import type { FlowContext } from "../flow/context.ts";
import { sequence } from "../flow/sequence.ts";
import { variable } from "../flow/variable.ts";
import { buildAuthentication } from "../policies/google-authentication.ts";
import type { Text } from "../policies/policy.ts";
import type { Position, Report } from "../xml/report.ts";
import { compileFaults, compileFlows } from "./compile-flows.ts";
import type { CompileServices } from "./compile-services.ts";
import type { IdentityFor } from "./google-identity.ts";
import type { HookSteps } from "./hook-steps.ts";
import type { ProxyBundle, TargetEndpoint } from "./model.ts";
import type { HttpTarget, LocalTarget, TargetProgram } from "./program.ts";
import type { StepCompiler } from "./step-compiler.ts";

/** Compiles the target endpoints of a proxy, each once. */
export class TargetCompiler {
  /** Messages whose bodies target endpoints read after the call. */
  readonly lateMentions = new Set<string>();
  readonly #proxy: string;
  readonly #services: CompileServices;
  readonly #hooks: HookSteps;
  readonly #identityAt: (at: Position) => GoogleIdentity;
  readonly #report: Report;
  readonly #targets: ReadonlyMap<string, TargetProgram>;

  constructor(
    bundle: ProxyBundle,
    services: CompileServices,
    compiler: StepCompiler,
    hooks: HookSteps,
    identityFor: IdentityFor,
    report: Report,
  ) {
    this.#proxy = bundle.name;
    this.#services = services;
    this.#hooks = hooks;
    this.#identityAt = (at) => identityFor(bundle, at, report);
    this.#report = report;
    this.#targets = new Map(
      [...bundle.targetEndpoints].map(([name, endpoint]) => [name, this.#compile(endpoint, compiler)]),
    );
  }

  named(name: string): TargetProgram | null {
    return this.#targets.get(name) ?? null;
  }

  /** The target of a RouteRule with a URL: no flows and no fault rules of its own, but the environment's hooks. */
  fromUrl(url: string, at: Position): TargetProgram {
    const settings: HttpConnection = {
      url: readTemplate(url, at, this.#report),
      source: null,
      path: null,
      loadBalancer: null,
      sslInfo: null,
      authentication: null,
      properties: readTargetProperties(undefined, this.#report),
    };
    return {
      name: "default",
      request: sequence(this.#hooks.steps("preTarget", new Set())),
      response: sequence(this.#hooks.steps("postTarget", this.lateMentions)),
      errors: null,
      connection: this.#http("default", settings),
    };
  }

  #compile(endpoint: TargetEndpoint, compiler: StepCompiler): TargetProgram {
    const late = this.lateMentions;
    return {
      name: endpoint.name,
      request: sequence([
        ...this.#hooks.steps("preTarget", new Set()),
        compileFlows(endpoint, "request", compiler, new Set()),
      ]),
      response: sequence([
        compileFlows(endpoint, "response", compiler, late),
        ...this.#hooks.steps("postTarget", late),
      ]),
      errors: compileFaults(endpoint, "top to bottom", compiler, late),
      connection: this.#connection(endpoint),
    };
  }

  #connection({ name, connection }: TargetEndpoint): HttpTarget | LocalTarget {
    // That there is none has been reported: it is never called.
    if (connection === null) return { kind: "local", proxy: null, endpoint: null, path: null };
    const { kind, element } = connection;
    if (kind === "http") {
      const settings = readHttpTargetConnection(element, this.#report);
      this.#checkServers(settings, element);
      element.reportUnknown(this.#report);
      return this.#http(name, settings);
    }
    const { proxy, endpoint, path } = readLocalTargetConnection(element, this.#report);
    element.reportUnknown(this.#report);
    return { kind: "local", proxy: text(proxy), endpoint: text(endpoint), path: text(path) };
  }

  /** A connection that is not valid has been reported and will never be called. */
  #http(name: string, settings: HttpConnection): HttpTarget {
    const { targetServer } = this.#services;
    const source = this.#source(settings);
    const usable = settings.loadBalancer?.servers.every(({ name }) => targetServer(name)) ?? false;
    return {
      kind: "http",
      origin: { kind: "target", name, proxy: this.#proxy, source: null, user: null },
      settings,
      url: text(source && settings.source ? source.origin + settings.source.path : settings.url),
      source,
      path: text(settings.path),
      authenticate:
        settings.authentication &&
        buildAuthentication(settings.authentication, { variable, googleIdentity: this.#identityAt }),
      loadBalancer:
        settings.loadBalancer && usable
          ? new LoadBalancer(settings.loadBalancer, targetServer, Date.now)
          : null,
    };
  }

  /** Null without a source, and for one that flows cannot call, which is reported. */
  #source({ source }: HttpConnection): NamedSource | null {
    const { sources } = this.#services;
    return source && reportSource(source, sources, this.#report) ? sources.get(source.name) : null;
  }

  #checkServers({ loadBalancer }: HttpConnection, at: Position): void {
    for (const { name } of loadBalancer?.servers ?? []) {
      if (this.#services.targetServer(name)) continue;
      this.#report.error(
        "TargetServerMissing",
        at,
        `There is no target server ${name} in the environment ${this.#services.environment}.`,
        `Add it to environments/${this.#services.environment}/targetservers.json, or give sortie dev --target-server ${name}=URL.`,
      );
    }
  }
}

/** A template that has been checked; one with an error has been reported and stands for itself. */
function text(template: string | null): Text | null {
  if (template === null) return null;
  try {
    return compileTemplate<FlowContext>(template, (name) => variable(name).get).render;
  } catch {
    return () => template;
  }
}
