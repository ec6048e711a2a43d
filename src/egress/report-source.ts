import type { Report } from "../xml/report.ts";
import type { NamedSources } from "./named-source.ts";
import type { SourceUrl } from "./read-source-url.ts";

/** Reports what keeps flows from the source of a URL. True when nothing does. */
export function reportSource({ name, at }: SourceUrl, sources: NamedSources, report: Report): boolean {
  // A URL that is none has been reported.
  const problems = name === "" ? [] : sources.problems(name);
  for (const { code, message, remedy } of problems) report.error(code, at, message, remedy);
  return name !== "" && problems.length === 0;
}
