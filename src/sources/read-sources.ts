import { didYouMean } from "../documents/nearest.ts";
import type { Report } from "../documents/report.ts";
import { type ReadSource, readSource, type SourceContext } from "./read-source.ts";
import type { Source } from "./source.ts";

const FOLDER = "sources/";

/**
 * The sources of an environment, from `sources/*.yaml`, and everything that is wrong with them; those of other
 * environments are checked and left out. Foundry: "Set up a source".
 *
 * Problems besides those of a single file: UnknownFile, UnknownEnvironment, DuplicateSource.
 *
 * @param files the files of all environments by path
 */
export function readSources(
  files: ReadonlyMap<string, Uint8Array>,
  environment: string,
  context: SourceContext,
  report: Report,
): Source[] {
  const environments = environmentsIn(files);
  const sources = new Map<string, { source: Source; path: string }>();
  for (const path of [...files.keys()].filter((name) => name.startsWith(FOLDER)).sort()) {
    if (!/^[^/]+\.yaml$/.test(path.slice(FOLDER.length))) {
      const at = { file: path, line: 1, column: 1 };
      report.warning(
        "UnknownFile",
        at,
        "The file has no effect.",
        "Remove it, or name it sources/NAME.yaml.",
      );
      continue;
    }
    const read = readSource(path, files.get(path) ?? new Uint8Array(), context, report);
    if (!read) continue;
    checkEnvironments(read, environments, report);
    const { file, source } = read;
    if (file.value.environments && !file.value.environments.includes(environment)) continue;
    const twin = sources.get(source.apiName);
    if (twin) {
      report.error(
        "DuplicateSource",
        file.at(["apiName"]),
        `${twin.path} has the API name ${source.apiName} as well.`,
        "Give one of them another API name, or different environments.",
      );
      continue;
    }
    sources.set(source.apiName, { source, path });
  }
  return [...sources.values()].map(({ source }) => source);
}

/** A misspelled name would leave the source out without a word. */
function checkEnvironments({ file }: ReadSource, known: ReadonlySet<string>, report: Report): void {
  for (const [index, name] of (file.value.environments ?? []).entries()) {
    if (known.size === 0 || known.has(name)) continue;
    report.warning(
      "UnknownEnvironment",
      file.at(["environments", index]),
      `There is no environments/${name}.`,
      didYouMean(name, known, "add the environment, or take its name out."),
    );
  }
}

function environmentsIn(files: ReadonlyMap<string, Uint8Array>): ReadonlySet<string> {
  return new Set([...files.keys()].flatMap((path) => /^environments\/([^/]+)\//.exec(path)?.[1] ?? []));
}
