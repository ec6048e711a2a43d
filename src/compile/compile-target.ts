import type { ProxyBundle, TargetEndpoint } from "../bundle/model.ts";
import { usedTargets } from "../bundle/references.ts";
import type { HttpConnection } from "../connections/connection.ts";
import { unsetInOrigin } from "../connections/unset-variables.ts";
import type { Position } from "../documents/report.ts";
import { LoadBalancer } from "../egress/load-balancer.ts";
import { compileTemplate } from "../expression/template.ts";
import { ExpressionError } from "../expression/value.ts";
import type { FlowContext } from "../flow/context.ts";
import { sequence } from "../flow/sequence.ts";
import { variable } from "../flow/variable.ts";
import { buildAuthentication } from "../policies/parts/google-authentication.ts";
import type { Text } from "../policies/policy-type.ts";
import { referencesOfHttp } from "../policies/references.ts";
import { checkReferences } from "./check-references.ts";
import type { CompileContext } from "./compile-context.ts";
import { compileFaults, compileFlows } from "./compile-flows.ts";
import type { HookSteps } from "./hook-steps.ts";
import type { HttpTarget, LocalTarget, TargetProgram } from "./program.ts";
import { responsesFrom } from "./response-from.ts";
import type { StepCompiler } from "./step-compiler.ts";

/** Compiles the target endpoints of a proxy that RouteRules lead to, each once. */
export class TargetCompiler {
  /** Messages whose bodies target endpoints read after the call. */
  readonly lateMentions = new Set<string>();
  readonly #context: CompileContext;
  readonly #hooks: HookSteps;
  readonly #targets: ReadonlyMap<string, TargetProgram>;

  constructor(bundle: ProxyBundle, context: CompileContext, compiler: StepCompiler, hooks: HookSteps) {
    this.#context = context;
    this.#hooks = hooks;
    const used = usedTargets(bundle.proxyEndpoints);
    this.#targets = new Map(
      [...bundle.targetEndpoints]
        .filter(([name]) => used.has(name))
        .map(([name, endpoint]) => [name, this.#compile(endpoint, compiler)]),
    );
  }

  named(name: string): TargetProgram | null {
    return this.#targets.get(name) ?? null;
  }

  /** The target of a RouteRule with a URL: no flows and no fault rules of its own, but the environment's hooks. */
  fromUrl(settings: HttpConnection): TargetProgram {
    return {
      name: "default",
      request: sequence(this.#hooks.steps("preTarget", new Set())),
      response: sequence(this.#hooks.steps("postTarget", this.lateMentions)),
      responseFrom: new Map(),
      errors: null,
      connection: this.#http("default", settings),
    };
  }

  #compile(endpoint: TargetEndpoint, compiler: StepCompiler): TargetProgram {
    const late = this.lateMentions;
    const postTarget = this.#hooks.steps("postTarget", late);
    const compileResponse = (whole: TargetEndpoint) =>
      sequence([compileFlows(whole, "response", compiler, late), ...postTarget]);
    return {
      name: endpoint.name,
      request: sequence([
        ...this.#hooks.steps("preTarget", new Set()),
        compileFlows(endpoint, "request", compiler, new Set()),
      ]),
      response: compileResponse(endpoint),
      responseFrom: responsesFrom(endpoint, this.#context, compileResponse),
      errors: compileFaults(endpoint, "top to bottom", compiler, late),
      connection: this.#connection(endpoint),
    };
  }

  #connection({ name, connection }: TargetEndpoint): HttpTarget | LocalTarget {
    // That there is none has been reported: it is never called.
    if (connection === null) return { kind: "local", proxy: null, endpoint: null, path: null };
    if (connection.kind === "http") return this.#http(name, connection.http);
    const { proxy, endpoint, path } = connection.local;
    return { kind: "local", proxy: text(proxy), endpoint: text(endpoint), path: text(path) };
  }

  /** A connection that is not valid has been reported and will never be called. */
  #http(name: string, settings: HttpConnection): HttpTarget {
    const { environment, proxy, bundle, identityFor, report } = this.#context;
    const usable = checkReferences(referencesOfHttp(settings), this.#context);
    const { loadBalancer, authentication } = settings;
    const source =
      settings.source && usable ? environment.capabilities.sources.get(settings.source.name) : null;
    const google = { identity: (at: Position) => identityFor(bundle, at, report) };
    return {
      kind: "http",
      origin: { kind: "target", name, proxy, source: null, user: null },
      settings,
      url: text(source && settings.source ? source.origin + settings.source.path : settings.url),
      unset: settings.url === null ? null : unsetInOrigin(settings.url, (name) => variable(name).get),
      source,
      path: text(settings.path),
      authenticate: authentication && buildAuthentication(authentication, { variable, google }),
      loadBalancer:
        loadBalancer && usable
          ? new LoadBalancer(
              loadBalancer,
              (server) => environment.capabilities.targetServers.get(server),
              Date.now,
            )
          : null,
    };
  }
}

/** A template that has been checked; one with an error has been reported and stands for itself. */
function text(template: string | null): Text | null {
  if (template === null) return null;
  try {
    return compileTemplate<FlowContext>(template, (name) => variable(name).get).render;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return () => template;
  }
}
