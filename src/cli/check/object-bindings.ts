import { runningSteps } from "../../bundle/references.ts";
import { type Problem, Report } from "../../documents/report.ts";
import type { EnvironmentModel } from "../../environment/read-environment.ts";
import { findDurableObjects } from "../kv/wrangler-config.ts";
import { type Mount, pathOnDisk } from "./mount.ts";

/** The Durable Objects that policies need: what of their references says so, and what the policy does there. */
const objects = [
  {
    needed: "sharesCounters",
    code: "CounterBindingMissing",
    binding: "TRAFFIC_COUNTERS",
    className: "TrafficCounter",
    does: (policy: string) => `Isolates count together for the policy ${policy}`,
  },
  {
    needed: "keepsTokens",
    code: "TokenBindingMissing",
    binding: "ISSUED_TOKENS",
    className: "IssuedToken",
    does: (policy: string) => `The policy ${policy} keeps tokens`,
  },
] as const;

/**
 * What a Worker lacks of the Durable Objects that policies need (CounterBindingMissing, TokenBindingMissing): they would
 * fail each request. Nothing where no Wrangler configuration says what the Worker has.
 * @param given the Wrangler configuration; by default the nearest
 * @param severity a warning where another configuration may be meant
 */
export function objectBindingProblems(
  { bundles }: EnvironmentModel,
  mounts: readonly Mount[],
  given: string | undefined,
  severity: "error" | "warning",
): Problem[] {
  const report = new Report();
  const policies = bundles.flatMap(({ bundle, folder }) =>
    [...new Set(runningSteps(bundle).map(({ policy }) => policy))]
      .flatMap((name) => bundle.policies.get(name) ?? [])
      .filter(({ enabled }) => enabled)
      .map((policy) => ({ ...policy, folder })),
  );
  const needing = objects.flatMap((object) =>
    policies
      .filter(({ meaning }) => meaning?.references[object.needed])
      .map((policy) => ({ ...policy, object })),
  );
  const config = needing.length > 0 ? findDurableObjects(given) : null;
  if (config === null) return [];
  for (const { name, meaning, at, folder, object } of needing) {
    const { code, binding, className, does } = object;
    if (config.names.has(binding)) continue;
    report
      .inFolder(folder)
      .forPolicy(name, meaning?.type.element ?? "")
      [severity](
        code,
        at,
        `${does(name)} in the Durable Object ${binding}, which ${config.file} does not have.`,
        `Add [[durable_objects.bindings]] with name = "${binding}" and class_name = "${className}", and its [[migrations]], as docs/deployment.md shows; then run npx wrangler deploy.`,
      );
  }
  return report.problems.map((problem) => ({ ...problem, file: pathOnDisk(mounts, problem.file) }));
}
