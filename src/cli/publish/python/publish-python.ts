import { join } from "node:path";
import { Report } from "../../../documents/report.ts";
import type { EnvironmentFiles } from "../../../environment/read-environment.ts";
import type { Settings } from "../../../environment/settings.ts";
import { encodePythonModule } from "../../../functions/python/module.ts";
import { builtFunction, checkName, type Declaration, type PublishedFolder } from "../built-function.ts";
import type { FunctionFolder } from "../function-folder.ts";
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
  { functions: deployed }: Settings,
): Promise<PublishedFolder> {
  const report = new Report();
  const root = `functions/${folder}/`;
  const files = new PythonFiles(root, environment, report);
  const entry = await files.read(path);
  const read = entry && readPython(entry, folder, files, null, report);
  const name = read?.name ?? folder;
  // What is not deployed need not be right.
  if (deployed && !deployed.has(name)) return { names: [name], functions: [], files: [], problems: [] };
  const code = files.paths.map((each) => join(disk, each));
  if (!read) return { names: [name], functions: [], files: code, problems: report.problems };
  const declaration: Declaration = { ...read, language: "python", isQuery: false, usesClient: false };
  checkName(declaration, report);
  const module = encodePythonModule({
    entry: path.slice(root.length),
    function: read.function,
    files: Object.fromEntries(
      files.paths.map((each) => [each.slice(root.length), textOf(environment.get(each))]),
    ),
  });
  const built = builtFunction(declaration, { module, sourceMap: "" }, deployed?.get(name));
  return { names: [name], functions: built ? [built] : [], files: code, problems: report.problems };
}

function textOf(content: Uint8Array | undefined): string {
  return new TextDecoder().decode(content);
}
