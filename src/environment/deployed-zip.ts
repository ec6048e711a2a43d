import { readArchive } from "../bundle/read-archive.ts";
import { writeArchive } from "../bundle/write-archive.ts";
import { readZipDirectory } from "../bundle/zip-directory.ts";
import { Report } from "../documents/report.ts";
import { specificationInJson } from "../documents/specifications.ts";
import { ScriptSyntaxError } from "../scripts/error.ts";
import type { ReadScript } from "../scripts/script.ts";
import { readScript } from "../scripts/syntax/read-script.ts";
import { scriptTextOf } from "../scripts/text-of.ts";
import { PREPARED_SCRIPTS, preparedFile } from "./prepared-scripts.ts";

const YAML_SPECIFICATION = /(?:^|\/)oas\/[^/]+\.ya?ml$/i;
const SCRIPT = /(?:^|\/)jsc\/./;

/**
 * A bundle as it is deployed, for a Worker that goes without libraries: its specifications in YAML are written in JSON,
 * under their names, and what is known of its scripts is packed with them. What cannot be read stays as it is; it has
 * been reported where it is used.
 *
 * @param written the scripts in its policies
 */
export function deployedZip(zip: Uint8Array, written: readonly string[] = []): Uint8Array {
  const names = readZipDirectory(zip).map(({ name }) => name);
  // What somebody else may have packed under that name is not taken for what was checked.
  const isPrepared =
    written.length > 0 || names.some((name) => SCRIPT.test(name) || name === PREPARED_SCRIPTS);
  if (!isPrepared && !names.some((name) => YAML_SPECIFICATION.test(name))) return zip;
  const files = readArchive(zip, new Report());
  for (const [path, content] of files) {
    if (YAML_SPECIFICATION.test(path)) files.set(path, specificationInJson({ path, content }));
  }
  if (isPrepared) {
    const inFiles = [...files].flatMap(([path, content]) =>
      SCRIPT.test(path) ? [scriptTextOf(content)] : [],
    );
    files.set(PREPARED_SCRIPTS, preparedFile(new Map([...inFiles, ...written].flatMap(known))));
  }
  return writeArchive(files);
}

function known(source: string): [string, ReadScript][] {
  try {
    return [[source, readScript(source)]];
  } catch (error) {
    if (error instanceof ScriptSyntaxError) return [];
    throw error;
  }
}
