import type * as t from "@babel/types";
import { didYouMean } from "../../documents/nearest.ts";
import type { Report } from "../../documents/report.ts";
import type { DeclaredFunction } from "./declared-function.ts";
import { type DeclaredEdit, definitionNamed } from "./read-edits.ts";
import type { SourceFile } from "./source-file.ts";
import { walk } from "./walk.ts";

/**
 * Reports UndeclaredEdit: an object type that the code creates objects of, and that no function of it declares to edit.
 * What is worked out is checked when the code runs.
 */
export function checkEdits(
  functions: readonly DeclaredFunction[],
  files: readonly SourceFile[],
  report: Report,
): void {
  const declared = functions.flatMap(({ edits }) => edits.map(({ name }) => name));
  for (const file of files) {
    walk(file.program, (node) => {
      const created = createdType(node, file);
      if (created && !declared.includes(created.name)) reportUndeclared(created, declared, report);
    });
  }
}

/** Reports UndeclaredEdit at the name of an object type. */
export function reportUndeclared(
  { name, at }: DeclaredEdit,
  declared: readonly string[],
  report: Report,
): void {
  report.error(
    "UndeclaredEdit",
    at,
    `The function does not declare to edit ${name}.`,
    didYouMean(
      name,
      declared,
      `add it to the entry file: export const config = { edits: [${[...new Set([...declared, name])].join(", ")}] }.`,
    ),
  );
}

/** The object type of `batch.create(Employee, …)`; null for anything else. */
function createdType(node: t.Node, file: SourceFile): DeclaredEdit | null {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return null;
  const { property, computed } = node.callee;
  const [type] = node.arguments;
  if (!type || computed || property.type !== "Identifier" || property.name !== "create") return null;
  const name = definitionNamed(type, file);
  return name === null ? null : { name, at: file.at(type) };
}
