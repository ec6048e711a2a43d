import type { Report } from "../../../documents/report.ts";
import type { DeclaredSource } from "../declared-function.ts";
import type { Signature } from "../read-signature.ts";
import { dottedName, FUNCTION, libraryName } from "./meaning.ts";
import type { PythonFile } from "./python-file.ts";
import type { PythonFiles } from "./python-files.ts";
import { AnnotationReader } from "./read-annotation.ts";
import { type Decoration, readDecorator } from "./read-decorator.ts";
import { readSignature } from "./read-signature.ts";
import type { Expression, FunctionDef } from "./syntax.ts";
import { walk } from "./walk.ts";

/** A function as its code declares it. */
export interface PythonFunction extends Omit<Decoration, "apiName"> {
  readonly name: string;
  readonly at: DeclaredSource["at"];
  /** What it is called in its file. */
  readonly function: string;
  /** Null when it is wrong. */
  readonly signature: Signature | null;
}

/**
 * The function that an entry file declares. Reports NoFunction, SeveralFunctions, NameMismatch and what is wrong with
 * the function. Foundry: "Make API calls from functions" (Python).
 * @param folder the name of the function's folder, which is its name unless `api_name` gives another one
 */
export function readPython(
  entry: PythonFile,
  folder: string,
  files: PythonFiles,
  report: Report,
): PythonFunction | null {
  const errors = report.errorCount;
  const published = publishedIn(entry, files, report);
  const [first, second] = published;
  if (!first) {
    if (report.errorCount === errors) reportNone(entry, folder, report);
    return null;
  }
  if (second) {
    report.error(
      "SeveralFunctions",
      entry.at(second.node),
      `The file has ${published.length} functions with @function: ${published.map(({ node }) => node.name).join(", ")}.`,
      `Move each but one to a folder of its own: functions/${second.node.name}/${second.node.name}.py.`,
    );
  }
  const { node, decorator } = first;
  const { apiName, ...decoration } = readDecorator(decorator, entry, files, report);
  if (!apiName && node.name !== folder.replaceAll("-", "_")) {
    report.error(
      "NameMismatch",
      entry.at(node),
      `The function is called ${node.name}, and its folder ${folder}.`,
      `Give both one name, or write @function(api_name="${folder}").`,
    );
  }
  const types = new AnnotationReader(files, report);
  return {
    ...decoration,
    name: apiName?.name ?? folder,
    at: apiName?.at ?? entry.at(node),
    function: node.name,
    signature: readSignature(node, entry, files, types, report),
  };
}

interface Published {
  readonly node: FunctionDef;
  readonly decorator: Expression;
}

/** The functions of a file with `@function`; those that stand inside of others are reported: UnsupportedSignature. */
function publishedIn(file: PythonFile, files: PythonFiles, report: Report): Published[] {
  const found: Published[] = [];
  const outermost = new Set(
    [...file.names.values()].map((binding) => ("node" in binding ? binding.node : null)),
  );
  walk(file.tree, (node) => {
    if (node.kind !== "FunctionDef" && node.kind !== "AsyncFunctionDef") return undefined;
    const decorator = node.decorator_list.find((each) => isFunction(each, file, files));
    if (!decorator) return undefined;
    if (outermost.has(node)) found.push({ node, decorator });
    else {
      report.error(
        "UnsupportedSignature",
        file.at(node),
        `${node.name} is inside of a class or function, or replaced further down.`,
        "Move the function with @function out of it, to the left margin of the file.",
      );
    }
    return undefined;
  });
  return found;
}

/** Whether a decorator is Foundry's; without an import it is meant all the same, and its import is reported. */
function isFunction(decorator: Expression, file: PythonFile, files: PythonFiles): boolean {
  const callee = decorator.kind === "Call" ? decorator.func : decorator;
  if (libraryName(callee, file, files) === FUNCTION) return true;
  return dottedName(callee) === "function" && !file.names.has("function");
}

function reportNone(entry: PythonFile, folder: string, report: Report): void {
  const binding = entry.names.get(folder.replaceAll("-", "_"));
  const isThere = binding?.kind === "function";
  report.error(
    "NoFunction",
    isThere ? entry.at(binding.node) : { file: entry.path, line: 1, column: 1 },
    isThere ? `Nothing publishes ${binding.node.name}.` : "The file publishes no function.",
    `Write @function above it, with from functions.api import function at the top.`,
  );
}
