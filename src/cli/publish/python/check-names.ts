import type { Report } from "../../../documents/report.ts";
import { FUNCTION, libraryName } from "./meaning.ts";
import type { PythonFile } from "./python-file.ts";
import type { PythonFiles } from "./python-files.ts";
import { senselessName } from "./refused-modules.ts";
import { walk } from "./walk.ts";

/**
 * Reports what a file uses of modules that a function may import, and that makes no sense in one: UnsupportedImport;
 * and `@function` without its import: MissingImport.
 */
export function checkNames(file: PythonFile, files: PythonFiles, report: Report): void {
  walk(file.tree, (node) => {
    if (node.kind === "Attribute") {
      const refused = senselessName(libraryName(node, file, files) ?? "");
      if (refused) report.error("UnsupportedImport", file.at(node), refused.message, refused.remedy);
    }
    if (node.kind !== "FunctionDef" && node.kind !== "AsyncFunctionDef") return undefined;
    for (const decorator of node.decorator_list) {
      const callee = decorator.kind === "Call" ? decorator.func : decorator;
      const isBare = callee.kind === "Name" && callee.id === "function" && !file.names.has("function");
      if (!isBare || libraryName(callee, file, files) === FUNCTION) continue;
      report.error(
        "MissingImport",
        file.at(decorator),
        "@function is not imported.",
        "Write from functions.api import function at the top of the file.",
      );
    }
    return undefined;
  });
}
