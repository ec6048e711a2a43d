import type { Report } from "../documents/report.ts";
import type { NamedSources } from "../egress/named-source.ts";
import type { SourceUrl } from "./read-source-url.ts";

/** Reports what keeps flows from the source of a URL. True when none of it is an error. */
export function reportSource({ name, at }: SourceUrl, sources: NamedSources, report: Report): boolean {
  // A URL that is none has been reported.
  const problems = name === "" ? [] : sources.problems(name);
  for (const { severity, code, message, remedy } of problems) report[severity](code, at, message, remedy);
  return name !== "" && problems.every(({ severity }) => severity === "warning");
}
