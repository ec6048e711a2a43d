import type { Report } from "../../documents/report.ts";
import type { DeclaredFunction } from "./declared-function.ts";
import type { SourceFile, SourceFiles } from "./source-file.ts";
import { exportedClasses, isPublishedClass, readVersion1 } from "./typescript-v1.ts";
import { defaultExport, readVersion2 } from "./typescript-v2.ts";

/**
 * The functions that an entry file declares: with decorators it is TypeScript v1, with a default export v2.
 * Reports NoFunction and MixedVersions, and what is wrong with each function.
 * @param folder the name of its folder
 */
export function readFunctions(
  entry: SourceFile,
  folder: string,
  files: SourceFiles,
  report: Report,
): DeclaredFunction[] {
  const classes = exportedClasses(entry, files).filter(isPublishedClass);
  const exported = defaultExport(entry);
  if (classes.length > 0) {
    if (exported && exported.type !== "ClassDeclaration") {
      report.error(
        "MixedVersions",
        entry.at(exported),
        "The file has methods with decorators (TypeScript v1) and a default export (TypeScript v2).",
        "Move one of them to a folder of its own.",
      );
    }
    return classes.flatMap((each) => readVersion1(each, files, report));
  }
  if (exported) return [readVersion2(exported, folder, entry, files, report)];
  report.error(
    "NoFunction",
    { ...entry.at(entry.program), line: 1, column: 1 },
    "The entry file exports no function.",
    "Write export default async function, or export a class with @Function() on its methods.",
  );
  return [];
}
