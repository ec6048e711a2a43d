import { readArchive, writeArchive } from "../bundle/archive.ts";
import { Report } from "../documents/report.ts";
import { specificationInJson } from "../documents/specifications.ts";

/**
 * A bundle as it is deployed: its specifications in YAML are written in JSON, under their names, which a Worker reads
 * without a library. What cannot be read stays; it has been reported where it is used.
 */
export function deployedZip(zip: Uint8Array, names: Iterable<string>): Uint8Array {
  if (![...names].some((name) => YAML_SPECIFICATION.test(name))) return zip;
  const files = readArchive(zip, new Report());
  return writeArchive(
    new Map(
      [...files].map(([path, content]) => [
        path,
        YAML_SPECIFICATION.test(path) ? specificationInJson({ path, content }) : content,
      ]),
    ),
  );
}

const YAML_SPECIFICATION = /(?:^|\/)oas\/[^/]+\.ya?ml$/i;
