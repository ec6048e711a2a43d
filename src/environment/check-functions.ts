import type { Report } from "../documents/report.ts";
import { SourceCatalog } from "../sources/catalog.ts";
import { checkGates, TEMPORARY_GATES } from "../sources/gates.ts";
import { explainedCodes } from "./check-sources.ts";
import type { EnvironmentModel } from "./read-environment.ts";

/**
 * Checks functions against each other and against the environment's sources: two functions with one name
 * (DuplicateFunction), and every gate between a function and the sources that it declares. A gate that
 * is shut for a while is a warning.
 */
export function checkFunctions(model: EnvironmentModel, report: Report): void {
  const { functions, sources, settings, outboundApplications } = model;
  const seen = new Map<string, string>();
  const explained = explainedCodes(model, report);
  const catalog = new SourceCatalog(sources, settings.sourceAliases, outboundApplications);
  for (const { published, at, sourcesAt } of functions) {
    const other = seen.get(published.name);
    if (other !== undefined) {
      report.error(
        "DuplicateFunction",
        at,
        `There is another function ${published.name} in ${other}.`,
        "Rename one of them.",
      );
    }
    seen.set(published.name, at.file);
    for (const { code, source, message, remedy } of checkGates(published.sources, catalog)) {
      if (explained.has(code)) continue;
      const place = (source !== null && sourcesAt.get(source)) || at;
      if (TEMPORARY_GATES.has(code)) {
        report.warning(code, place, `The function ${published.name} will not start: ${message}`, remedy);
      } else report.error(code, place, message, remedy);
    }
  }
}
