import { runningSteps } from "../../bundle/references.ts";
import { type Problem, Report } from "../../documents/report.ts";
import type { EnvironmentModel } from "../../environment/read-environment.ts";
import { findDurableObjects } from "../kv/wrangler-config.ts";
import { type Mount, pathOnDisk } from "./mount.ts";

/** The Durable Object in which isolates count together, by its binding and its class. */
const BINDING = "TRAFFIC_COUNTERS";
const CLASS = "TrafficCounter";

/**
 * What a Worker lacks of which policies count together with all isolates (CounterBindingMissing): they would fail each
 * request. Nothing where no Wrangler configuration says what the Worker has.
 * @param given the Wrangler configuration; by default the nearest
 * @param severity a warning where another configuration may be meant
 */
export function counterBindingProblems(
  { bundles }: EnvironmentModel,
  mounts: readonly Mount[],
  given: string | undefined,
  severity: "error" | "warning",
): Problem[] {
  const report = new Report();
  const counting = bundles.flatMap(({ bundle, folder }) =>
    [...new Set(runningSteps(bundle).map(({ policy }) => policy))]
      .flatMap((name) => bundle.policies.get(name) ?? [])
      .filter(({ enabled, meaning }) => enabled && meaning?.references.sharesCounters)
      .map((policy) => ({ ...policy, folder })),
  );
  const config = counting.length > 0 ? findDurableObjects(given) : null;
  if (config === null || config.names.has(BINDING)) return [];
  for (const { name, meaning, at, folder } of counting) {
    report
      .inFolder(folder)
      .forPolicy(name, meaning?.type.element ?? "")
      [severity](
        "CounterBindingMissing",
        at,
        `Isolates count together for the policy ${name} in the Durable Object ${BINDING}, which ${config.file} does not have.`,
        `Add [[durable_objects.bindings]] with name = "${BINDING}" and class_name = "${CLASS}", and its [[migrations]], as docs/deployment.md shows; then run npx wrangler deploy.`,
      );
  }
  return report.problems.map((problem) => ({ ...problem, file: pathOnDisk(mounts, problem.file) }));
}
