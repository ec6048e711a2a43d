import type { Bundle, Endpoint, ProxyBundle, Step } from "../bundle/model.ts";
import type { Capabilities } from "../policies/capabilities.ts";

/** What lets a step wait for something outside. */
const waiting: ReadonlySet<keyof Capabilities> = new Set(["egress", "functions", "proxies", "sharedFlows"]);

/**
 * Whether a step of the bundle that may call out can run when the flow has failed: in fault rules and in the
 * PostClientFlow.
 */
export function runsOnAfterFaults(bundle: Bundle): boolean {
  if (bundle.kind === "sharedflow") return false;
  return lateSteps(bundle).some(({ policy }) => {
    const needs = bundle.policies.get(policy)?.meaning?.type.needs ?? [];
    return needs.some((need) => waiting.has(need));
  });
}

function lateSteps({ proxyEndpoints, targetEndpoints }: ProxyBundle): readonly Step[] {
  const rulesOf = ({ faultRules, defaultFaultRule }: Endpoint) => [
    ...faultRules,
    ...(defaultFaultRule ? [defaultFaultRule] : []),
  ];
  const endpoints = [...proxyEndpoints, ...targetEndpoints.values()];
  return [
    ...endpoints.flatMap(rulesOf).flatMap(({ steps }) => steps),
    ...proxyEndpoints.flatMap(({ postClientFlow }) => postClientFlow),
  ];
}
