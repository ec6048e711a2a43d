import { runningSteps } from "../bundle/references.ts";
import type { Report } from "../documents/report.ts";
import type { EnvironmentModel } from "./read-environment.ts";

/** Warns of policies that ask which app calls, where the environment has none: nobody would be let in (NoApps). */
export function checkClients({ bundles, settings }: EnvironmentModel, report: Report): void {
  if (settings.clients.apps.length > 0 || settings.wrongFiles.has("developerapps.json")) return;
  for (const { bundle, folder } of bundles) {
    for (const name of new Set(runningSteps(bundle).map(({ policy }) => policy))) {
      const policy = bundle.policies.get(name);
      if (!policy?.enabled || !policy.meaning?.references.identifiesClients) continue;
      report
        .inFolder(folder)
        .forPolicy(name, policy.meaning.type.element)
        .warning(
          "NoApps",
          policy.at,
          `The policy ${name} lets in apps, and the environment has none: every request is refused.`,
          "Add developerapps.json, developers.json and products.json to the environment, or start sortie dev with --app KEY.",
        );
    }
  }
}
