import { readArchive, writeArchive } from "../bundle/archive.ts";
import type { Bundle } from "../bundle/model.ts";
import { referencesOf } from "../bundle/references.ts";
import type { Report } from "../documents/report.ts";
import { ScriptSyntaxError } from "../scripts/error.ts";
import { readScript } from "../scripts/read-script.ts";
import type { ReadScript } from "../scripts/script.ts";
import { scriptTextOf } from "../scripts/text-of.ts";
import { PREPARED_SCRIPTS, preparedFile } from "./prepared-scripts.ts";

/** The texts of all scripts that a bundle brings, in files and in policies. */
export function scriptsOf(bundle: Bundle): string[] {
  const written = referencesOf(bundle).flatMap(({ scripts = [] }) => scripts);
  return [...scriptFiles(bundle.resources), ...written];
}

/** The texts of those among resource files. */
export function scriptFiles(resources: Bundle["resources"]): string[] {
  return [...resources].flatMap(([name, { content }]) =>
    name.startsWith("jsc/") ? [scriptTextOf(content)] : [],
  );
}

/**
 * The zip to deploy: with what is known of its scripts where there are some. Reports ArchiveTooLarge when it has become
 * so. A script that cannot be read is left out; whoever uses it reports that.
 */
export function withPreparedScripts(
  zip: Uint8Array,
  files: ReadonlyMap<string, Uint8Array>,
  sources: readonly string[],
  report: Report,
): Uint8Array {
  if (sources.length === 0 && !files.has(PREPARED_SCRIPTS)) return zip;
  const scripts = new Map(sources.flatMap((source) => known(source)));
  const packed = writeArchive(new Map([...files, [PREPARED_SCRIPTS, preparedFile(scripts)]]));
  readArchive(packed, report);
  return packed;
}

function known(source: string): [string, ReadScript][] {
  try {
    return [[source, readScript(source)]];
  } catch (error) {
    if (error instanceof ScriptSyntaxError) return [];
    throw error;
  }
}
