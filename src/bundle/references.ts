import type { Report } from "../xml/report.ts";
import type { Bundle, Endpoint, ProxyEndpoint, Step } from "./model.ts";

/** Every step of a bundle, in no particular order. */
export function stepsOf(bundle: Bundle): readonly Step[] {
  if (bundle.kind === "sharedflow") return bundle.sharedFlow.steps;
  return [
    ...bundle.proxyEndpoints.flatMap((endpoint) => [...endpointSteps(endpoint), ...endpoint.postClientFlow]),
    ...[...bundle.targetEndpoints.values()].flatMap(endpointSteps),
  ];
}

/**
 * Checks that each step's policy is in the bundle (StepPolicyMissing), and warns about policies that no step
 * uses (UnattachedPolicy).
 */
export function checkSteps(bundle: Bundle, report: Report): void {
  const steps = stepsOf(bundle);
  for (const { policy, at } of steps) {
    if (bundle.policies.has(policy)) continue;
    report.error(
      "StepPolicyMissing",
      at,
      `The step's policy "${policy}" is not in the bundle.`,
      "Add a policy whose name attribute is that name, or correct the step.",
    );
  }
  const attached = new Set(steps.map((step) => step.policy));
  for (const { name, element } of bundle.policies.values()) {
    if (attached.has(name)) continue;
    report
      .forPolicy(name)
      .warning(
        "UnattachedPolicy",
        element,
        `No step uses the policy "${name}".`,
        "Attach it, or remove its file.",
      );
  }
}

/** Checks that each RouteRule's target endpoint is one of the given names (RouteTargetMissing). */
export function checkRoutes(
  endpoints: readonly ProxyEndpoint[],
  targets: ReadonlySet<string>,
  report: Report,
): void {
  for (const { name, to, at } of endpoints.flatMap((endpoint) => endpoint.routeRules)) {
    if (to.kind !== "target" || targets.has(to.name)) continue;
    report.error(
      "RouteTargetMissing",
      at,
      `The RouteRule "${name}" leads to the target endpoint "${to.name}", which is not in the bundle.`,
      "Add a TargetEndpoint of that name, or correct the RouteRule.",
    );
  }
}

/** Checks that no two proxy endpoints have the same base path (BasePathDuplicate). */
export function checkBasePaths(endpoints: readonly ProxyEndpoint[], report: Report): void {
  const owners = new Map<string, string>();
  for (const { name, basePath, at } of endpoints) {
    const owner = owners.get(basePath);
    if (owner === undefined) owners.set(basePath, name);
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

function endpointSteps(endpoint: Endpoint): Step[] {
  const flows = [endpoint.preFlow, ...endpoint.flows, endpoint.postFlow];
  const rules = [...endpoint.faultRules, ...(endpoint.defaultFaultRule ? [endpoint.defaultFaultRule] : [])];
  return [
    ...flows.flatMap((flow) => [...flow.request, ...flow.response]),
    ...rules.flatMap((rule) => rule.steps),
  ];
}
