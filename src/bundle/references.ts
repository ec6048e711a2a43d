import type { XmlElement } from "../documents/element.ts";
import { didYouMean, nearestNames } from "../documents/nearest.ts";
import type { Report } from "../documents/report.ts";
import { type References, referencesOfHttp } from "../policies/references.ts";
import type {
  Bundle,
  Endpoint,
  ProxyBundle,
  ProxyEndpoint,
  SharedFlowBundle,
  Step,
  TargetConnection,
} from "./model.ts";
import { isProtective } from "./protective.ts";

/** What of a bundle holds steps. */
type Flows =
  | Pick<SharedFlowBundle, "kind" | "sharedFlow">
  | Pick<ProxyBundle, "kind" | "proxyEndpoints" | "targetEndpoints">;

/** Every step of a bundle, in no particular order. */
export function stepsOf(bundle: Flows): readonly Step[] {
  if (bundle.kind === "sharedflow") return bundle.sharedFlow.steps;
  return [
    ...bundle.proxyEndpoints.flatMap((endpoint) => [...endpointSteps(endpoint), ...endpoint.postClientFlow]),
    ...[...bundle.targetEndpoints.values()].flatMap(endpointSteps),
  ];
}

/** The steps that may run: not those of target endpoints that no RouteRule leads to. */
export function runningSteps(bundle: Flows): readonly Step[] {
  if (bundle.kind === "sharedflow") return stepsOf(bundle);
  const used = usedTargets(bundle.proxyEndpoints);
  const targets = [...bundle.targetEndpoints].filter(([name]) => used.has(name));
  return stepsOf({ ...bundle, targetEndpoints: new Map(targets) });
}

/** The names of the target endpoints that RouteRules lead to. */
export function usedTargets(endpoints: readonly ProxyEndpoint[]): ReadonlySet<string> {
  const rules = endpoints.flatMap(({ routeRules }) => routeRules);
  return new Set(rules.flatMap(({ to }) => (to.kind === "target" ? [to.name] : [])));
}

/** What the policies, targets and route rules of a bundle refer to outside of it. */
export function referencesOf(bundle: Bundle): readonly References[] {
  const ofPolicies = [...bundle.policies.values()].flatMap(({ meaning }) => meaning?.references ?? []);
  if (bundle.kind === "sharedflow") return ofPolicies;
  const routes = bundle.proxyEndpoints.flatMap(({ routeRules }) => routeRules.map(({ to }) => to));
  const connections = [
    ...[...bundle.targetEndpoints.values()].map(({ connection }) => connection),
    ...routes.map((to) => (to.kind === "http" ? to : null)),
  ];
  return [...ofPolicies, ...connections.map(referencesOfConnection)];
}

/** What a target refers to. */
function referencesOfConnection(connection: TargetConnection | null): References {
  if (connection === null) return {};
  return connection.kind === "local" ? { proxies: [connection.local] } : referencesOfHttp(connection.http);
}

/**
 * Checks that each step's policy is in the bundle (StepPolicyMissing).
 * @param unread names of policies whose files are wrong, which has been reported
 */
export function checkSteps(bundle: Bundle, unread: ReadonlySet<string>, report: Report): void {
  const running = new Set(runningSteps(bundle));
  for (const step of stepsOf(bundle)) {
    const { policy, at } = step;
    if (bundle.policies.has(policy) || unread.has(policy)) continue;
    (running.has(step) ? report : report.warnsOnly()).error(
      "StepPolicyMissing",
      at,
      `The step's policy "${policy}" is not in the bundle.`,
      didYouMean(
        policy,
        bundle.policies.keys(),
        "add the file of a policy whose name attribute is that name.",
        quoted,
      ),
    );
  }
}

/**
 * Warns about policies that no step names, also none that is not read (UnattachedPolicy); and of none that one was
 * probably meant to name.
 * @param named what all steps name
 */
export function checkUnattached(
  bundle: Bundle,
  policies: ReadonlyMap<string, XmlElement>,
  named: readonly string[],
  report: Report,
): void {
  const misspelt = named.filter((name) => !bundle.policies.has(name));
  const attached = new Set([
    ...named,
    ...misspelt.flatMap((name) => nearestNames(name, bundle.policies.keys())),
  ]);
  for (const element of policies.values()) {
    const name = element.attribute("name")?.trim();
    // A step may name what has lost its name.
    if (!name || attached.has(name)) continue;
    report
      .forPolicy(name, element.name)
      .warning(
        "UnattachedPolicy",
        element,
        `No step uses the policy "${name}".`,
        isProtective(element.name)
          ? "Attach it where it has to protect the API: as it is, it checks nothing."
          : "Attach it, or remove its file.",
      );
  }
}

/**
 * Checks that each RouteRule's target endpoint is in the bundle (RouteTargetMissing).
 * @param unread names of target endpoints whose files are wrong, which has been reported
 */
export function checkRoutes(
  endpoints: readonly ProxyEndpoint[],
  targets: ReadonlyMap<string, unknown>,
  unread: ReadonlySet<string>,
  report: Report,
): void {
  for (const { name, to, at } of endpoints.flatMap((endpoint) => endpoint.routeRules)) {
    if (to.kind !== "target" || targets.has(to.name) || unread.has(to.name)) continue;
    report.error(
      "RouteTargetMissing",
      at,
      `The RouteRule "${name}" leads to the target endpoint "${to.name}", which is not in the bundle.`,
      didYouMean(to.name, targets.keys(), "add a TargetEndpoint of that name to targets/.", quoted),
    );
  }
}

/** Checks that no two proxy endpoints have the same base path (BasePathDuplicate). */
export function checkBasePaths(endpoints: readonly ProxyEndpoint[], report: Report): void {
  const owners = new Map<string, string>();
  for (const { name, basePath, at } of endpoints) {
    const path = basePath.replace(/\/$/, "");
    const owner = owners.get(path);
    if (owner === undefined) owners.set(path, name);
    else {
      report.error(
        "BasePathDuplicate",
        at,
        `The proxy endpoints "${owner}" and "${name}" have the same base path "${basePath}".`,
        "Give each its own base path.",
      );
    }
  }
}

function quoted(name: string): string {
  return `"${name}"`;
}

function endpointSteps(endpoint: Endpoint): Step[] {
  const flows = [endpoint.preFlow, ...endpoint.flows, endpoint.postFlow];
  const rules = [...endpoint.faultRules, ...(endpoint.defaultFaultRule ? [endpoint.defaultFaultRule] : [])];
  return [
    ...flows.flatMap((flow) => [...flow.request, ...flow.response]),
    ...rules.flatMap((rule) => rule.steps),
  ];
}
