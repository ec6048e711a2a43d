import { join } from "node:path";
import { Report } from "../../../documents/report.ts";
import type { BuiltFunction, EnvironmentFiles } from "../../../environment/read-environment.ts";
import type { Settings } from "../../../environment/settings.ts";
import { encodePythonModule } from "../../../functions/python/module.ts";
import { builtFunction, checkName, type Declaration, type PublishedFolder } from "../built-function.ts";
import { MAX_MODULE_BYTES } from "../bundle-function.ts";
import type { FunctionFolder } from "../function-folder.ts";
import type { KnownSources } from "../known-sources.ts";
import type { KnownOntology } from "../ontology-sdk.ts";
import { checkDefinitions } from "./check-definitions.ts";
import { checkEdits } from "./check-edits.ts";
import { checkImports } from "./check-imports.ts";
import { checkNames } from "./check-names.ts";
import { checkSources } from "./check-sources.ts";
import { ONTOLOGY_MODULE, ontologyModule } from "./ontology-module.ts";
import { readPackages } from "./packages.ts";
import { decodedText, PythonFiles, VENDOR } from "./python-files.ts";
import { pythonRuntime } from "./python-runtime.ts";
import { type PythonFunction, readPython } from "./read-python.ts";

/**
 * Reads a folder with a Python function and reports everything that is wrong with it. None of its code is run.
 * @param disk where the environment is on disk
 */
export async function publishPython(
  { name: folder, entry: path }: FunctionFolder & { readonly entry: string },
  disk: string,
  environment: EnvironmentFiles,
  { functions: deployed, wrongFiles }: Settings,
  sources: KnownSources,
  ontology: KnownOntology,
): Promise<PublishedFolder> {
  const report = new Report();
  const root = `functions/${folder}/`;
  const files = new PythonFiles(root, environment, report);
  const entry = await files.read(path);
  const objectTypes = ontology.isWrong ? null : new Set(Object.keys(ontology.definition?.objectTypes ?? {}));
  const read = entry && readPython(entry, folder, files, report);
  const name = read?.name ?? folder;
  // What is not deployed need not be right.
  if (deployed && !deployed.has(name)) return { names: [name], functions: [], files: [], problems: [] };
  const code = files.paths.map((each) => join(disk, each));
  // Without the aliases, nobody knows which names lead to what is declared.
  if (read && !wrongFiles.has("aliases.json")) checkSources(read, files, sources, report);
  if (read) checkEdits(read, files, report);
  const packages = await readPackages(root, environment, files, report);
  for (const file of files.all) {
    await checkImports(file, files, packages.modules, report);
    checkNames(file, files, report);
    if (objectTypes) checkDefinitions(file, files, objectTypes, report);
  }
  if (!read) return { names: [name], functions: [], files: code, problems: report.problems };
  const declaration: Declaration = { ...read, language: "python", isQuery: false, usesClient: false };
  checkName(declaration, report);
  // What has been read is what runs, whatever files a package brings along.
  const texts = { ...packages.texts, ...textsOf(root, environment) };
  const module = encodePythonModule({
    entry: path.slice(root.length),
    function: read.function,
    files: { ...texts, ...ontologyFile(texts, ontology) },
  });
  checkSize(module, texts, read, report);
  const built = builtFunction(declaration, { module, sourceMap: "" }, deployed?.get(name));
  const functions = built ? [onRuntime(built)] : [];
  return { names: [name], functions, files: code, problems: report.problems };
}

function onRuntime(built: BuiltFunction): BuiltFunction {
  const { revision, bytes } = pythonRuntime();
  return { ...built, published: { ...built.published, runtime: revision }, runtime: bytes };
}

/** What the object types are, for code that asks for them. */
function ontologyFile(
  texts: Readonly<Record<string, string>>,
  { definition }: KnownOntology,
): Readonly<Record<string, string>> {
  const asks = Object.values(texts).some((text) => text.includes("ontology_sdk"));
  return asks && definition ? { [ONTOLOGY_MODULE]: ontologyModule(definition) } : {};
}

/** The files of the function's folder that are text, by path in it, without those that say what it needs. */
function textsOf(root: string, environment: EnvironmentFiles): Record<string, string> {
  const own = [...environment].filter(
    ([path]) => path.startsWith(root) && !path.startsWith(root + VENDOR) && !NOT_SHIPPED.test(path),
  );
  return Object.fromEntries(
    own.flatMap(([path, content]) => {
      const text = decodedText(content);
      return text === null ? [] : [[path.slice(root.length), text] as const];
    }),
  );
}

const NOT_SHIPPED = /\/(?:requirements\.txt|pyproject\.toml|__pycache__\/.*)$/;

/** Reports ModuleTooLarge. */
function checkSize(
  { length }: Uint8Array,
  texts: Readonly<Record<string, string>>,
  { name, at }: PythonFunction,
  report: Report,
): void {
  if (length <= MAX_MODULE_BYTES) return;
  const [largest] = Object.entries(texts).toSorted(([, a], [, b]) => b.length - a.length);
  report.error(
    "ModuleTooLarge",
    at,
    `The module of ${name} has ${length} bytes, and may have ${MAX_MODULE_BYTES}.`,
    `Take out what is large, such as ${largest?.[0]}.`,
  );
}
