import type { Bundle, ProxyBundle, ProxyEndpoint, RouteRule, SharedFlowBundle } from "../bundle/model.ts";
import type { Report } from "../documents/report.ts";
import type { ProxyIdentity } from "../flow/context.ts";
import { ANY_MESSAGE, sequence } from "../flow/sequence.ts";
import type { CompileContext } from "./compile-context.ts";
import type { CompileEnvironment } from "./compile-environment.ts";
import { compileFaults, compileFlows } from "./compile-flows.ts";
import { TargetCompiler } from "./compile-target.ts";
import { callersIdentity, type IdentityFor, identitiesIn } from "./google-identity.ts";
import { HookSteps } from "./hook-steps.ts";
import type { ProxyProgram, Route, TargetProgram } from "./program.ts";
import { responsesFrom } from "./response-from.ts";
import { runsOnAfterFaults } from "./runs-on.ts";
import { SharedFlows } from "./shared-flows.ts";
import { appliesOf, preparationOf, StepCompiler } from "./step-compiler.ts";

/**
 * Compiles a proxy: every policy, condition and template is checked and turned into closures, by proxy
 * endpoint. The programs may be used only when the report shows no error.
 */
export function compileProxy(
  bundle: ProxyBundle,
  environment: CompileEnvironment,
  report: Report,
): ReadonlyMap<string, ProxyProgram> {
  const { context, sharedFlows } = contextOf(bundle, environment, identitiesIn(bundle, environment), report);
  const compiler = new StepCompiler(context);
  const hooks = new HookSteps(environment.flowHooks, context.sharedFlow);
  const targets = new TargetCompiler(bundle, context, compiler, hooks);
  const sets = new Map([...environment.resources.propertySets, ...bundle.propertySets]);
  const propertySets = { propertySets: sets, sharedFlowPropertySets: sharedFlows.propertySets };
  const parts = { bundle, context, compiler, hooks, targets, propertySets };
  return new Map(bundle.proxyEndpoints.map((endpoint) => [endpoint.name, compileEndpoint(endpoint, parts)]));
}

/** Checks a shared flow on its own, as a deployment of it does. */
export function checkSharedFlow(
  bundle: SharedFlowBundle,
  environment: CompileEnvironment,
  report: Report,
): void {
  const { context } = contextOf(bundle, environment, callersIdentity, report);
  new StepCompiler(context).steps(bundle.sharedFlow.steps, new Set());
}

function contextOf(
  bundle: Bundle,
  environment: CompileEnvironment,
  identityFor: IdentityFor,
  report: Report,
): { context: CompileContext; sharedFlows: SharedFlows } {
  const runsOn = runsOnAfterFaults(bundle);
  const alone = { environment, proxy: bundle.name, bundle, identityFor, report, runsOn };
  const sharedFlows = new SharedFlows(alone);
  return { context: { ...alone, sharedFlow: sharedFlows.find }, sharedFlows };
}

/** What the endpoints of a proxy are compiled with. */
interface ProxyParts {
  readonly bundle: ProxyBundle;
  readonly context: CompileContext;
  readonly compiler: StepCompiler;
  readonly hooks: HookSteps;
  readonly targets: TargetCompiler;
  readonly propertySets: Pick<ProxyIdentity, "propertySets" | "sharedFlowPropertySets">;
}

function compileEndpoint(
  endpoint: ProxyEndpoint,
  { bundle, context, compiler, hooks, targets, propertySets }: ProxyParts,
): ProxyProgram {
  const { environment } = context;
  const routes = endpoint.routeRules.map((rule) => compileRoute(rule, compiler, targets));
  const early = new Set<string>();
  const late = new Set<string>(targets.lateMentions);
  const afterAnswer = new Set<string>();
  const request = sequence([
    ...hooks.steps("preProxy", early),
    compileFlows(endpoint, "request", compiler, early),
  ]);
  const postProxy = hooks.steps("postProxy", late);
  const compileResponse = (whole: ProxyEndpoint) =>
    sequence([compileFlows(whole, "response", compiler, late), ...postProxy]);
  const errors = compileFaults(endpoint, "bottom to top", compiler, late);
  const postClient =
    endpoint.postClientFlow.length > 0 ? compiler.steps(endpoint.postClientFlow, afterAnswer) : null;
  return {
    identity: {
      organization: environment.organization,
      environment: environment.name,
      proxy: bundle.name,
      revision: bundle.revision,
      endpoint: endpoint.name,
      basePath: endpoint.basePath,
      ...propertySets,
    },
    request,
    response: compileResponse(endpoint),
    responseFrom: responsesFrom(endpoint, context, compileResponse),
    postClient,
    errors,
    routes,
    properties: endpoint.properties,
    capabilities: environment.capabilities,
    runsOn: context.runsOn,
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
  return to.kind === "http" ? targets.fromUrl(to.http) : targets.named(to.name);
}
