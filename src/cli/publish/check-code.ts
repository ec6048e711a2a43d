import { readFileSync } from "node:fs";
import { parse } from "@babel/parser";
import type * as t from "@babel/types";
import type { Report } from "../../documents/report.ts";
import { dynamicCodeIn, mentionsDynamicCode } from "./dynamic-code.ts";
import type { SourceFile, SourceFiles } from "./source-file.ts";

/** Reports DynamicCode in a file of a function. */
export function checkCode(file: SourceFile, report: Report): void {
  for (const { node, what } of dynamicCodeIn(file.program)) {
    report.error(
      "DynamicCode",
      file.at(node),
      `${what} is refused where functions run.`,
      "Write the code so that it is all there when the function is published.",
    );
  }
}

/**
 * Warns of dynamic code in the packages that are bundled. Much of it never runs: libraries try it and do without.
 * @param paths on disk
 */
export function checkDependencies(paths: readonly string[], files: SourceFiles, report: Report): void {
  for (const path of paths) {
    const text = /\.[cm]?[jt]sx?$/.test(path) ? readFileSync(path, "utf8") : "";
    if (!mentionsDynamicCode(text)) continue;
    const file = files.nameOf(path);
    const program = programOf(path, text);
    if (program === null) {
      report.warning(
        "UncheckedCode",
        { file, line: 1, column: 1 },
        "The package's file could not be searched for dynamic code.",
        "Try what the function does with it.",
      );
      continue;
    }
    for (const { node, what } of dynamicCodeIn(program)) {
      const { line = 1, column = 0 } = node.loc?.start ?? {};
      report.warning(
        "DynamicCode",
        { file, line, column: column + 1 },
        `${what} is in a package that the function uses, and is refused where functions run.`,
        "Try what the function does with it, or use another package.",
      );
    }
  }
}

/** Null for what the bundler understands and the parser does not. */
function programOf(path: string, text: string): t.Program | null {
  try {
    return parse(text, {
      sourceType: "unambiguous",
      allowReturnOutsideFunction: true,
      plugins: /\.[cm]?tsx?$/.test(path) ? ["typescript"] : ["jsx"],
    }).program;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return null;
    throw error;
  }
}
