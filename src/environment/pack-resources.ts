import { readArchive } from "../bundle/read-archive.ts";
import { writeArchive } from "../bundle/write-archive.ts";
import type { EnvironmentResources } from "../compile/compile-environment.ts";
import type { Report } from "../documents/report.ts";
import { resourcesIn } from "./resources.ts";

/** The resources of an environment, and the zip that is deployed of them; null where there are none. */
export interface PackedResources extends EnvironmentResources {
  readonly zip: Uint8Array | null;
}

const none: PackedResources = { files: new Map(), propertySets: new Map(), zip: null };

/**
 * Reads `environments/NAME/resources/TYPE/FILE`, as Apigee's local development lays them out. They are packed first,
 * so that they are held to the limits of what can be deployed. Reports PropertySetInvalid, what {@link readArchive}
 * reports, and UnknownFile for a file that is in no folder of a type.
 * @param files of the environment's folder, by path there
 * @param report for that folder
 */
export function packResources(
  files: ReadonlyMap<string, Uint8Array>,
  environment: string,
  report: Report,
): PackedResources {
  const own = new Map([...files].filter(([path]) => /^resources\/[^/]+\/./.test(path)));
  for (const path of files.keys()) {
    if (!/^resources\/[^/]+$/.test(path)) continue;
    const remedy = `Move it to resources/TYPE/${path.slice("resources/".length)}, or remove it.`;
    report.warning("UnknownFile", { file: path, line: 1, column: 1 }, "The file has no effect.", remedy);
  }
  if (own.size === 0) return none;
  const zip = writeArchive(own);
  return { ...resourcesIn(readArchive(zip, report), environment, report), zip };
}
