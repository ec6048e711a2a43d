import { SourceCatalog } from "../sources/catalog.ts";
import { checkGates, type GateCode } from "../sources/gates.ts";
import { nearestNames } from "../xml/nearest.ts";
import type { Report } from "../xml/report.ts";
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
    const [near] = nearestNames(apiName, apiNames);
    ownReport.error(
      "SourceNotFound",
      at,
      `The alias ${alias} leads to the source ${apiName}, which the environment ${name} does not have.`,
      near === undefined ? "Add the source, or take the alias out." : `Did you mean ${near}?`,
    );
  }
}

/** Gates that somebody shuts for a while: a deployment must be able to bring that about. */
const temporary: ReadonlySet<GateCode> = new Set(["EgressPolicyNotActive", "OutboundApplicationDisabled"]);

/**
 * What keeps functions from the sources that they declare, as far as it is known before they are called: the
 * problems of {@link checkGates}, where the function declares the source.
 */
export function checkFunctionSources(model: EnvironmentModel, report: Report): void {
  const { functions, sources, settings, outboundApplications } = model;
  const catalog = new SourceCatalog(sources, settings.sourceAliases, outboundApplications);
  for (const { published, at: declaredAt, sourcesAt } of functions) {
    for (const { code, source, message, remedy } of checkGates(published.sources, catalog)) {
      if (code === "SourceNotFound" && hasBrokenSources(report)) continue;
      const at = (source !== null && sourcesAt.get(source)) || declaredAt;
      if (temporary.has(code)) {
        report.warning(code, at, `The function ${published.name} will not start: ${message}`, remedy);
      } else report.error(code, at, message, remedy);
    }
  }
}

/** True when a source could not be read: that it is not found is no news then. */
function hasBrokenSources({ problems }: Report): boolean {
  return problems.some(({ severity, file }) => severity === "error" && file.startsWith("sources/"));
}
