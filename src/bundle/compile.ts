import { ANY_MESSAGE, sequence } from "../flow/sequence.ts";
import type { Report } from "../xml/report.ts";
import { compileFaults, compileFlows } from "./compile-flows.ts";
import type { CompileServices } from "./compile-services.ts";
import { TargetCompiler } from "./compile-target.ts";
import { callersIdentity, identitiesIn } from "./google-identity.ts";
import { HookSteps } from "./hook-steps.ts";
import type { ProxyBundle, ProxyEndpoint, RouteRule, SharedFlowBundle } from "./model.ts";
import type { ProxyProgram, Route, TargetProgram } from "./program.ts";
import { readProxyProperties } from "./proxy-properties.ts";
import { SharedFlows } from "./shared-flows.ts";
import { appliesOf, preparationOf, StepCompiler } from "./step-compiler.ts";

/**
 * Compiles a proxy: every policy, condition and template is checked and turned into closures, by proxy
 * endpoint. The programs may be used only when the report shows no error.
 */
export function compileProxy(
  bundle: ProxyBundle,
  services: CompileServices,
  report: Report,
): ReadonlyMap<string, ProxyProgram> {
  const identityFor = identitiesIn(bundle, services);
  const sharedFlow = new SharedFlows(bundle.name, services, identityFor, report).find;
  const compiler = new StepCompiler(bundle, bundle.name, services, sharedFlow, identityFor, report);
  const hooks = new HookSteps(services.flowHooks, sharedFlow);
  const targets = new TargetCompiler(bundle, services, compiler, hooks, identityFor, report);
  return new Map(
    bundle.proxyEndpoints.map((endpoint) => [
      endpoint.name,
      compileEndpoint(endpoint, bundle, services, compiler, hooks, targets, report),
    ]),
  );
}

/** Checks a shared flow on its own, as a deployment of it does. */
export function checkSharedFlow(bundle: SharedFlowBundle, services: CompileServices, report: Report): void {
  const sharedFlow = new SharedFlows(bundle.name, services, callersIdentity, report).find;
  const compiler = new StepCompiler(bundle, bundle.name, services, sharedFlow, callersIdentity, report);
  compiler.steps(bundle.sharedFlow.steps, new Set());
  for (const set of bundle.propertySets.keys()) {
    report.warning(
      "PropertySetWithoutEffect",
      bundle.sharedFlow.at,
      `The property set ${set} of the shared flow ${bundle.name} is not read: variables see those of the calling proxy.`,
      `Put resources/properties/${set}.properties into the proxies that call it.`,
    );
  }
}

function compileEndpoint(
  endpoint: ProxyEndpoint,
  bundle: ProxyBundle,
  services: CompileServices,
  compiler: StepCompiler,
  hooks: HookSteps,
  targets: TargetCompiler,
  report: Report,
): ProxyProgram {
  const routes = endpoint.routeRules.map((rule) => compileRoute(rule, compiler, targets));
  const early = new Set<string>();
  const late = new Set<string>(targets.lateMentions);
  const afterAnswer = new Set<string>();
  const request = sequence([
    ...hooks.steps("preProxy", early),
    compileFlows(endpoint, "request", compiler, early),
  ]);
  const response = sequence([
    compileFlows(endpoint, "response", compiler, late),
    ...hooks.steps("postProxy", late),
  ]);
  const errors = compileFaults(endpoint, "bottom to top", compiler, late);
  const postClient =
    endpoint.postClientFlow.length > 0 ? compiler.steps(endpoint.postClientFlow, afterAnswer) : null;
  return {
    identity: {
      organization: services.organization,
      environment: services.environment,
      proxy: bundle.name,
      revision: bundle.revision,
      endpoint: endpoint.name,
      basePath: endpoint.basePath,
      propertySets: bundle.propertySets,
    },
    request,
    response,
    postClient,
    errors,
    routes,
    properties: readProxyProperties(endpoint, report),
    services,
    keepsRequestBody: mentionsAny([...late, ...afterAnswer], "request", ANY_MESSAGE),
    keepsResponseBody: mentionsAny([...afterAnswer], "response", "message", "error", ANY_MESSAGE),
  };
}

function mentionsAny(mentions: readonly string[], ...messages: readonly string[]): boolean {
  return mentions.some((message) => messages.includes(message));
}

function compileRoute(rule: RouteRule, compiler: StepCompiler, targets: TargetCompiler): Route {
  const test = compiler.test(rule.condition, new Set());
  return {
    name: rule.name,
    prepare: preparationOf(test),
    applies: appliesOf(test),
    target: routeTarget(rule, targets),
  };
}

/** A route to a target endpoint that does not exist has been reported when the bundle was read. */
function routeTarget({ to }: RouteRule, targets: TargetCompiler): TargetProgram | null {
  if (to.kind === "null") return null;
  return to.kind === "url" ? targets.fromUrl(to.url, to.at) : targets.named(to.name);
}
