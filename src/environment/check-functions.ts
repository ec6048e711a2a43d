import { SourceCatalog } from "../sources/catalog.ts";
import { checkGates } from "../sources/gates.ts";
import type { Report } from "../xml/report.ts";
import type { EnvironmentModel } from "./read-environment.ts";

/**
 * Checks functions against each other and against the environment's sources: two functions with one name
 * (DuplicateFunction), and every gate between a function and the sources that it declares.
 */
export function checkFunctions(model: EnvironmentModel, report: Report): void {
  const { functions, sources, settings, outboundApplications } = model;
  const seen = new Map<string, string>();
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
      report.error(code, (source !== null && sourcesAt.get(source)) || at, message, remedy);
    }
  }
}
