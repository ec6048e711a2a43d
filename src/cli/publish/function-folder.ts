import { extname } from "node:path";
import { nearestNames } from "../../documents/nearest.ts";
import type { Report } from "../../documents/report.ts";
import type { EnvironmentFiles } from "../../environment/read-environment.ts";

/** A folder below `functions/`, whose code is one function, or several of TypeScript v1. */
export interface FunctionFolder {
  readonly name: string;
  /** Path of its entry file in the environment; null when there is none, which has been reported. */
  readonly entry: string | null;
}

/**
 * The folders of functions, by name. Names that start with `_` are left out: they hold code that functions share.
 * Reports MissingEntry and AmbiguousEntry, and warns of code that is in none of them: UnknownFile.
 */
export function functionFolders(files: EnvironmentFiles, report: Report): FunctionFolder[] {
  for (const file of files.keys()) {
    if (!/^functions\/[^/]+\.(?:ts|py)$/.test(file) || file.endsWith(".d.ts")) continue;
    const [name, extension] = file.slice("functions/".length).split(/\.(?=[^.]+$)/);
    report.warning(
      "UnknownFile",
      { file, line: 1, column: 1 },
      "The file has no effect: a function has a folder.",
      `Move it to functions/${name}/${name}.${extension}.`,
    );
  }
  const names = [...files.keys()].flatMap((path) => /^functions\/([^/]+)\/./.exec(path)?.[1] ?? []);
  return [...new Set(names)].sort().flatMap((name) => {
    if (name.startsWith("_")) return [];
    const folder = `functions/${name}/`;
    const [entry, ...others] = entriesOf(name).filter((path) => files.has(folder + path));
    if (entry === undefined) reportMissingEntry(name, filesIn(folder, files), report);
    const other = others.find((path) => extname(path) !== extname(entry ?? path));
    if (other) reportTwoLanguages(folder + other, entry ?? other, report);
    return [{ name, entry: entry === undefined ? null : folder + entry }];
  });
}

function reportMissingEntry(name: string, others: readonly string[], report: Report): void {
  const entries = entriesOf(name);
  const near = entries.flatMap((entry) =>
    nearestNames(entry, others).map((other) => `Rename ${other} to ${entry}.`),
  );
  report.error(
    "MissingEntry",
    { file: `functions/${name}`, line: 1, column: 1 },
    "The folder has no entry file.",
    near[0] ??
      `Add ${entries.slice(0, -1).join(", ")} or ${entries.at(-1)}, or let the folder's name start with _ when it holds shared code.`,
  );
}

function reportTwoLanguages(file: string, entry: string, report: Report): void {
  report.error(
    "AmbiguousEntry",
    { file, line: 1, column: 1 },
    `The folder has an entry file in another language as well: ${entry}.`,
    "Move one of them to a folder of its own.",
  );
}

function filesIn(folder: string, files: EnvironmentFiles): string[] {
  return [...files.keys()].flatMap((path) => (path.startsWith(folder) ? path.slice(folder.length) : []));
}

/** Where an entry file is looked for, in this order. */
function entriesOf(name: string): readonly [string, string, string, ...string[]] {
  return [`${name}.ts`, "index.ts", `${name}.py`, "main.py", `src/${name}.ts`, "src/index.ts"];
}
