import { didYouMean } from "../../../documents/nearest.ts";
import type { Report } from "../../../documents/report.ts";
import type { PythonFiles } from "./python-files.ts";
import type { PythonFunction } from "./read-python.ts";
import type { Attribute, PythonNode } from "./syntax.ts";
import { walk } from "./walk.ts";

const CHANGES: ReadonlySet<string> = new Set(["create", "edit", "delete"]);

/**
 * Reports UndeclaredEdit: an object type that the code changes objects of, and that its function does not declare to
 * edit. What is worked out is checked when the code runs.
 * Foundry: "Ontology edits" (Python).
 */
export function checkEdits({ edits }: PythonFunction, files: PythonFiles, report: Report): void {
  const declared = edits.map(({ name }) => name);
  for (const file of files.all) {
    walk(file.tree, (node) => {
      const changed = changedType(node);
      if (!changed || declared.includes(changed.attr)) return undefined;
      report.error(
        "UndeclaredEdit",
        file.at(changed),
        `The function does not declare to edit ${changed.attr}.`,
        didYouMean(
          changed.attr,
          declared,
          `add it to the decorator: @function(edits=[${[...declared, changed.attr].join(", ")}]).`,
        ),
      );
      return undefined;
    });
  }
}

/** `….objects.Employee` of `….objects.Employee.create(…)`; null for anything else. */
function changedType(node: PythonNode): Attribute | null {
  if (node.kind !== "Call" || node.func.kind !== "Attribute" || !CHANGES.has(node.func.attr)) return null;
  const { value: type } = node.func;
  return type.kind === "Attribute" && type.value.kind === "Attribute" && type.value.attr === "objects"
    ? type
    : null;
}
