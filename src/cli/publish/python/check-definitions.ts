import { didYouMean } from "../../../documents/nearest.ts";
import type { Report } from "../../../documents/report.ts";
import { libraryName } from "./meaning.ts";
import { objectTypeOf } from "./object-types.ts";
import type { PythonFile } from "./python-file.ts";
import type { PythonFiles } from "./python-files.ts";
import type { Place } from "./syntax.ts";
import { walk } from "./walk.ts";

/**
 * Reports UnknownDefinition: an object type that a file names and that the ontology does not define.
 * @param objectTypes API names
 */
export function checkDefinitions(
  file: PythonFile,
  files: PythonFiles,
  objectTypes: ReadonlySet<string>,
  report: Report,
): void {
  const check = (at: Place, name: string) => {
    const object = objectTypeOf(name);
    if (!object || object.objectType === "*" || objectTypes.has(object.objectType)) return;
    report.error(
      "UnknownDefinition",
      file.at(at),
      `The ontology defines no ${object.objectType}.`,
      didYouMean(object.objectType, objectTypes, "define it in a file of ontology/."),
    );
  };
  walk(file.tree, (node) => {
    if (node.kind === "ImportFrom" && node.level === 0) {
      for (const alias of node.names) check(alias, `${node.module}.${alias.name}`);
    } else if (node.kind === "Attribute") {
      // Attributes of the class are not looked at: Employee.object_type
      const whole = libraryName(node, file, files);
      const last = whole === null || libraryName(node.value, file, files)?.split(".").length !== 3;
      if (whole !== null && !last) check(node, whole);
    }
    return undefined;
  });
}
