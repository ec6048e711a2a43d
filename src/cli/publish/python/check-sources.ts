import type { Report } from "../../../documents/report.ts";
import { declaredNames, type KnownSources, remedyForUndeclared } from "../known-sources.ts";
import { libraryName } from "./meaning.ts";
import type { PythonFiles } from "./python-files.ts";
import { textIn } from "./read-decorator.ts";
import type { PythonFunction } from "./read-python.ts";
import { walk } from "./walk.ts";

const ASKING: ReadonlySet<string> = new Set(["functions.sources.get_source", "functions.aliases.source"]);

/**
 * Reports UndeclaredSource: code that asks for a source which its function does not declare. Names that are worked out
 * are checked when the code runs.
 */
export function checkSources(
  { sources }: PythonFunction,
  files: PythonFiles,
  known: KnownSources,
  report: Report,
): void {
  const declared = sources.map((source) => source.name);
  const names = declaredNames(declared, known);
  for (const file of files.all) {
    walk(file.tree, (node) => {
      if (node.kind !== "Call" || !ASKING.has(libraryName(node.func, file, files) ?? "")) return undefined;
      const argument = node.args[0] ?? node.keywords[0]?.value;
      const name = textIn(argument);
      if (!argument || name === null || names.has(name) || name.startsWith("ri.")) return undefined;
      report.error(
        "UndeclaredSource",
        file.at(argument),
        `The function does not declare the source ${name}.`,
        remedyForUndeclared(name, declared, known, (all) => {
          const list = all.map((each) => JSON.stringify(each)).join(", ");
          return `add it to the decorator: @function(sources=[${list}]).`;
        }),
      );
      return undefined;
    });
  }
}
