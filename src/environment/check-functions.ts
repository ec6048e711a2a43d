import type { Report } from "../xml/report.ts";
import type { EnvironmentModel } from "./read-environment.ts";

/** A name belongs to one function of an environment. Reports DuplicateFunction. */
export function checkFunctions({ functions }: EnvironmentModel, report: Report): void {
  const seen = new Map<string, string>();
  for (const { published, at } of functions) {
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
  }
}
