import { readPropertySets, readResources } from "../bundle/resources.ts";
import type { EnvironmentResources } from "../compile/compile-environment.ts";
import type { Report } from "../documents/report.ts";

/** The resources among files of an archive, by their path below the environment's folder. */
export function resourcesIn(
  archive: ReadonlyMap<string, Uint8Array>,
  environment: string,
  report: Report,
): EnvironmentResources {
  const files = [...archive].map(([place, content]) => {
    // From the root: bundles report what is wrong with a file that they use.
    return { path: `/environments/${environment}/${place}`, place, content };
  });
  return { files: readResources(files), propertySets: readPropertySets(files, report) };
}
