import { didYouMean } from "../documents/nearest.ts";
import type { Report } from "../documents/report.ts";
import type { NamedSource, NamedSources } from "../egress/named-source.ts";
import { SourceCatalog } from "../sources/catalog.ts";
import { FlowSources } from "../sources/flow-sources.ts";
import { inert, inertBut } from "./inert.ts";
import type { EnvironmentModel } from "./read-environment.ts";

/**
 * An alias must lead to a source that the environment has, and must not hide another one. Reports
 * SourceNotFound and AliasConflict. Foundry: "Source aliases".
 */
export function checkSourceAliases(model: EnvironmentModel, report: Report): void {
  const { name, settings, sources } = model;
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
    if (apiNames.has(apiName) || explainedCodes(model, report).has("SourceNotFound")) continue;
    ownReport.error(
      "SourceNotFound",
      at,
      `The alias ${alias} leads to the source ${apiName}, which the environment ${name} does not have.`,
      didYouMean(apiName, apiNames, "add the source, or take the alias out."),
    );
  }
}

/**
 * The sources of an environment for flows that are checked: their problems without those that only follow from
 * what has been reported ({@link explainedCodes}). Whatever is built with one never runs.
 */
export function checkedSources(model: EnvironmentModel, report: Report): NamedSources {
  const { name, settings, sources, outboundApplications } = model;
  const catalog = new SourceCatalog(sources, settings.sourceAliases, outboundApplications);
  const known = new FlowSources({
    catalog,
    environment: name,
    knowsCallers: settings.identity !== null,
    services: inert,
  });
  return {
    problems: (source) => {
      const explained = explainedCodes(model, report);
      return known.problems(source).filter(({ code }) => !explained.has(code));
    },
    get: () => inertBut<NamedSource>({ origin: "https://source" }),
  };
}

/** The codes of problems with sources that say nothing new, because a file that may be the cause is wrong. */
export function explainedCodes({ settings }: EnvironmentModel, report: Report): ReadonlySet<string> {
  const { wrongFiles } = settings;
  const isSourceWrong = hasErrorsIn("sources/", report);
  const isApplicationWrong = isSourceWrong || hasErrorsIn("outbound-applications/", report);
  return new Set([
    ...(isSourceWrong || wrongFiles.has("aliases.json") ? ["SourceNotFound"] : []),
    ...(isApplicationWrong ? ["AuthenticationNotResolved"] : []),
    ...(wrongFiles.has("identity.json") ? ["CallersNotIdentified"] : []),
  ]);
}

function hasErrorsIn(folder: string, { problems }: Report): boolean {
  return problems.some(({ severity, file }) => severity === "error" && file.startsWith(folder));
}
