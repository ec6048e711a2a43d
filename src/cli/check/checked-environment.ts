import { basename } from "node:path";
import { rootCertificates } from "node:tls";
import { didYouMean } from "../../documents/nearest.ts";
import { type Problem, Report } from "../../documents/report.ts";
import { checkEnvironment, sortedProblems } from "../../environment/check.ts";
import { type EnvironmentModel, readEnvironment } from "../../environment/read-environment.ts";
import { CommandFailure } from "../command-failure.ts";
import type { PublishedFunctions } from "../publish/publish-functions.ts";
import type { EnvironmentFolder } from "./environment-folder.ts";
import { meantFolders, pathOnDisk } from "./mount.ts";

/** An environment and everything that is wrong with it; with an error in it, it must not be deployed. */
export interface CheckedEnvironment {
  readonly model: EnvironmentModel;
  /** Files are paths on disk, relative to where the command was started. */
  readonly problems: readonly Problem[];
  readonly failed: boolean;
  /** Paths on disk of the code that its functions were made from. */
  readonly code: readonly string[];
}

/**
 * Reads and checks an environment, and bundles its functions. Rejects with {@link CommandFailure} when the folder has environments but not that.
 * @param adjust changes what the files say before it is checked
 */
export async function checkedEnvironment(
  folder: EnvironmentFolder,
  name: string,
  adjust: (model: EnvironmentModel) => EnvironmentModel = (model) => model,
): Promise<CheckedEnvironment> {
  if (folder.names.length > 0 && !folder.names.includes(name)) {
    throw new CommandFailure(
      `There is no environments/${name}; there is ${folder.names.join(", ")}. ${didYouMean(name, folder.names, "choose one with --env.")}`,
    );
  }
  const report = new Report();
  const read = adjust(readEnvironment(folder.files, name, report, rootCertificates));
  const whole = folder.mounts.find(({ at }) => at === "");
  for (const { source, meant } of whole ? meantFolders(whole.source) : []) {
    report.warning(
      "UnknownFolder",
      { file: basename(source), line: 1, column: 1 },
      "Nothing in the folder is read.",
      `Did you mean ${meant}?`,
    );
  }
  let published: PublishedFunctions = { functions: [], files: [], missing: read.missing };
  if (whole && mayHaveFunctions(folder, read)) {
    // Environments without functions need no compiler, and are checked sooner without it.
    const { publishFunctions } = await import("../publish/publish-functions.ts");
    published = await publishFunctions(folder.files, whole.source, read, report);
  }
  const missing = {
    wrong: new Set([...read.missing.wrong, ...published.missing.wrong]),
    leftOut: new Set([...read.missing.leftOut, ...published.missing.leftOut]),
  };
  const model = { ...read, functions: published.functions, missing };
  checkEnvironment(model, report);
  const { bundles, functions, webhooks, ontology } = model;
  if (bundles.length + functions.length + webhooks.length === 0 && !ontology && !report.failed) {
    throw new CommandFailure(
      `The environment ${name} deploys no proxy, no shared flow, no function, no webhook and no ontology.`,
    );
  }
  const located = report.problems.map((problem) => ({
    ...problem,
    file: pathOnDisk(folder.mounts, problem.file),
  }));
  return { model, problems: sortedProblems(located), failed: report.failed, code: published.files };
}

function mayHaveFunctions({ files }: EnvironmentFolder, { settings }: EnvironmentModel): boolean {
  return settings.functions !== null || [...files.keys()].some((path) => path.startsWith("functions/"));
}
