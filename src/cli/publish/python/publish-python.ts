import { join } from "node:path";
import { Report } from "../../../documents/report.ts";
import type { EnvironmentFiles } from "../../../environment/read-environment.ts";
import type { Settings } from "../../../environment/settings.ts";
import { encodePythonModule } from "../../../functions/python/module.ts";
import { builtFunction, checkName, type Declaration, type PublishedFolder } from "../built-function.ts";
import type { FunctionFolder } from "../function-folder.ts";
import type { KnownOntology } from "../ontology-sdk.ts";
import { checkDefinitions } from "./check-definitions.ts";
import { checkImports } from "./check-imports.ts";
import { checkNames } from "./check-names.ts";
import { checkSources } from "./check-sources.ts";
import { ONTOLOGY_MODULE, ontologyModule } from "./ontology-module.ts";
import { PythonFiles } from "./python-files.ts";
import { readPython } from "./read-python.ts";

/**
 * Reads a folder with a Python function and reports everything that is wrong with it. None of its code is run.
 * @param disk where the environment is on disk
 */
export async function publishPython(
  { name: folder, entry: path }: FunctionFolder & { readonly entry: string },
  disk: string,
  environment: EnvironmentFiles,
  { functions: deployed, sourceAliases, wrongFiles }: Settings,
  ontology: KnownOntology,
): Promise<PublishedFolder> {
  const report = new Report();
  const root = `functions/${folder}/`;
  const files = new PythonFiles(root, environment, report);
  const entry = await files.read(path);
  const objectTypes = ontology === "wrong" ? null : new Set(Object.keys(ontology?.objectTypes ?? {}));
  const read = entry && readPython(entry, folder, files, report);
  const name = read?.name ?? folder;
  // What is not deployed need not be right.
  if (deployed && !deployed.has(name)) return { names: [name], functions: [], files: [], problems: [] };
  const code = files.paths.map((each) => join(disk, each));
  if (!read) return { names: [name], functions: [], files: code, problems: report.problems };
  const declaration: Declaration = { ...read, language: "python", isQuery: false, usesClient: false };
  checkName(declaration, report);
  const texts = Object.fromEntries(
    files.paths.map((each) => [each.slice(root.length), textOf(environment.get(each))]),
  );
  // Without the aliases, nobody knows which names lead to what is declared.
  if (!wrongFiles.has("aliases.json")) checkSources(read, files, sourceAliases, report);
  for (const file of files.all) {
    await checkImports(file, files, new Set(), report);
    checkNames(file, files, report);
    if (objectTypes) checkDefinitions(file, files, objectTypes, report);
  }
  const module = encodePythonModule({
    entry: path.slice(root.length),
    function: read.function,
    files: { ...texts, ...ontologyFile(texts, ontology) },
  });
  const built = builtFunction(declaration, { module, sourceMap: "" }, deployed?.get(name));
  return { names: [name], functions: built ? [built] : [], files: code, problems: report.problems };
}

/** What the object types are, for code that asks for them. */
function ontologyFile(
  texts: Readonly<Record<string, string>>,
  ontology: KnownOntology,
): Readonly<Record<string, string>> {
  const asks = Object.values(texts).some((text) => text.includes("ontology_sdk"));
  return asks && ontology !== null && ontology !== "wrong"
    ? { [ONTOLOGY_MODULE]: ontologyModule(ontology) }
    : {};
}

function textOf(content: Uint8Array | undefined): string {
  return new TextDecoder().decode(content);
}
