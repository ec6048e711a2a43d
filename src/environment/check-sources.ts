import { didYouMean } from "../documents/nearest.ts";
import type { Report } from "../documents/report.ts";
import type { EnvironmentModel } from "./read-environment.ts";

/**
 * An alias must lead to a source that the environment has, and must not hide another one. Reports
 * SourceNotFound and AliasConflict. Foundry: "Source aliases".
 */
export function checkSourceAliases({ name, settings, sources }: EnvironmentModel, report: Report): void {
  const apiNames = new Set(sources.map(({ apiName }) => apiName));
  const ownReport = report.inFolder(`environments/${name}/`);
  for (const [alias, apiName] of Object.entries(settings.sourceAliases)) {
    const at = settings.aliasPositions.get(alias) ?? { file: "aliases.json", line: 1, column: 1 };
    if (apiNames.has(alias) && alias !== apiName) {
      ownReport.error(
        "AliasConflict",
        at,
        `The alias ${alias} leads to ${apiName}, and there is a source with the API name ${alias}.`,
        "Give the alias another name.",
      );
    }
    if (apiNames.has(apiName) || hasBrokenSources(report)) continue;
    ownReport.error(
      "SourceNotFound",
      at,
      `The alias ${alias} leads to the source ${apiName}, which the environment ${name} does not have.`,
      didYouMean(apiName, apiNames, "add the source, or take the alias out."),
    );
  }
}

/** True when a source could not be read: that it is not found is no news then. */
export function hasBrokenSources({ problems }: Report): boolean {
  return problems.some(({ severity, file }) => severity === "error" && file.startsWith("sources/"));
}
