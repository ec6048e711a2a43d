import { realpathSync } from "node:fs";
import { join } from "node:path";
import { didYouMean } from "../../documents/nearest.ts";
import { Report } from "../../documents/report.ts";
import type { MissingParts, PartName } from "../../environment/part-name.ts";
import type {
  BuiltFunction,
  EnvironmentFiles,
  EnvironmentModel,
} from "../../environment/read-environment.ts";
import { reportNotDeployed } from "../../environment/read-environment.ts";
import type { Settings } from "../../environment/settings.ts";
import { builtFunction, checkName, type PublishedFolder } from "./built-function.ts";
import { bundleFunction } from "./bundle-function.ts";
import { checkCode, checkDependencies } from "./check-code.ts";
import { checkEdits } from "./check-edits.ts";
import { checkImports } from "./check-imports.ts";
import { checkSources } from "./check-sources.ts";
import { checkWebhookCalls, type KnownWebhooks } from "./check-webhook-calls.ts";
import type { DeclaredFunction } from "./declared-function.ts";
import { type FunctionFolder, functionFolders } from "./function-folder.ts";
import { type KnownSources, knownSources } from "./known-sources.ts";
import { checkObjectSets } from "./objects-calls.ts";
import { checkDefinitions, type KnownOntology } from "./ontology-sdk.ts";
import { publishPython } from "./python/publish-python.ts";
import { readFunctions } from "./read-functions.ts";
import { type SourceFile, SourceFiles } from "./source-file.ts";

/** Functions ready to be deployed, and the files on disk that they were made from. */
export interface PublishedFunctions {
  readonly functions: readonly BuiltFunction[];
  /** Paths of what their authors wrote. */
  readonly files: readonly string[];
  readonly missing: MissingParts;
}

/**
 * Reads, checks and bundles the functions of an environment that are to be deployed, and reports everything that
 * is wrong with them.
 * @param source the environment's folder on disk
 */
export async function publishFunctions(
  files: EnvironmentFiles,
  source: string,
  model: Pick<EnvironmentModel, "name" | "settings" | "sources" | "webhooks" | "ontology">,
  report: Report,
): Promise<PublishedFunctions> {
  const { name, settings, webhooks } = model;
  const root = realpathSync(source);
  const known: KnownWebhooks = {
    webhooks: webhooks.map(({ webhook }) => webhook),
    aliases: settings.sourceAliases,
    hasFile: (webhook) => files.has(`webhooks/${webhook}.yaml`),
  };
  const sources = knownSources(model);
  const folders = functionFolders(files, report);
  const ontology: KnownOntology = {
    definition: model.ontology?.definition ?? null,
    isWrong: model.ontology === null && [...files.keys()].some((path) => path.startsWith("ontology/")),
    queries: new Set([
      ...folders.map((folder) => folder.name),
      ...webhooks.flatMap(({ webhook }) => (webhook.publishAsFunction ? webhook.name : [])),
    ]),
  };
  const published = await Promise.all(
    folders.map((folder) => {
      const { entry } = folder;
      return entry?.endsWith(".py")
        ? publishPython({ ...folder, entry }, root, files, settings, sources, ontology)
        : publishFolder(folder, root, settings, sources, known, ontology);
    }),
  );
  for (const { problems } of published) {
    for (const { severity, code, message, remedy, ...at } of problems)
      report[severity](code, at, message, remedy);
  }
  const functions = published.flatMap((folder) => folder.functions);
  const names = published.flatMap((folder) => folder.names);
  const leftOut = settings.functions ? names.filter((each) => !settings.functions?.has(each)) : [];
  const ownReport = report.inFolder(`environments/${name}/`);
  checkNamed(settings, new Set(names), ownReport);
  reportNotDeployed(leftOut, "functions", settings.deploymentsAt, ownReport);
  const good = new Set([...functions.map((each) => each.published.name), ...leftOut]);
  return {
    functions,
    files: published.flatMap((each) => each.files),
    missing: {
      wrong: new Set(names.filter((each) => !good.has(each)).map(partOf)),
      leftOut: new Set(leftOut.map(partOf)),
    },
  };
}

const partOf = (name: string): PartName => `functions/${name}`;

/** Whatever `deployments.json` names must be there (FunctionNotFound). */
function checkNamed({ functions }: Settings, found: ReadonlySet<string>, report: Report): void {
  for (const [name, { at }] of functions ?? []) {
    if (found.has(name)) continue;
    report.error(
      "FunctionNotFound",
      at,
      `${name} is to be deployed, but no function has that name.`,
      didYouMean(name, found, `add functions/${name}, or take its name out.`),
    );
  }
}

async function publishFolder(
  { name, entry: path }: FunctionFolder,
  root: string,
  { functions: deployed, wrongFiles }: Settings,
  sources: KnownSources,
  webhooks: KnownWebhooks,
  ontology: KnownOntology,
): Promise<PublishedFolder> {
  const report = new Report();
  const files = new SourceFiles(root, report);
  const entry = path === null ? null : files.read(join(root, path));
  const declared = entry ? readFunctions(entry, name, files, report) : [];
  const names = declared.length > 0 ? declared.map((each) => each.name) : [name];
  const wanted = deployed ? declared.filter((each) => deployed.has(each.name)) : declared;
  // What is not deployed need not be right.
  if (deployed && !names.some((each) => deployed.has(each))) {
    return { names, functions: [], files: [], problems: [] };
  }
  const functions = entry ? await build(wanted, entry, root, files, deployed, ontology, report) : [];
  // Without the aliases, nobody knows which names lead to what is declared.
  if (!wrongFiles.has("aliases.json")) {
    checkSources(declared, files.all, sources, report);
    checkWebhookCalls(declared, files.all, webhooks, report);
  }
  checkEdits(declared, files.all, report);
  for (const file of files.all) {
    checkImports(file, report);
    checkDefinitions(file, ontology, report);
    checkObjectSets(file, report);
    checkCode(file, report);
  }
  return { names, functions, files: files.all.map((file) => file.path), problems: report.problems };
}

async function build(
  declared: readonly DeclaredFunction[],
  entry: SourceFile,
  root: string,
  files: SourceFiles,
  settings: Settings["functions"],
  ontology: KnownOntology,
  report: Report,
): Promise<BuiltFunction[]> {
  const built = await Promise.all(
    declared.map(async (each) => {
      checkName(each, report);
      const bundle = await bundleFunction(each, entry, root, files, ontology, report);
      if (bundle) checkDependencies(bundle.dependencies, files, report);
      return bundle && builtFunction(each, bundle, settings?.get(each.name));
    }),
  );
  return built.filter((each) => each !== null);
}
