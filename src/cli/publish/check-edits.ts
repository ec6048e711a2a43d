import type * as t from "@babel/types";
import { didYouMean } from "../../documents/nearest.ts";
import type { Report } from "../../documents/report.ts";
import { functionsAround } from "./check-sources.ts";
import type { DeclaredFunction } from "./declared-function.ts";
import { createdBy } from "./objects-calls.ts";
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
  for (const file of files) {
    walk(file.program, (node) => {
      const created = createdType(node, file);
      if (!created) return;
      const users = functionsAround(node, file, functions);
      const declared = users.flatMap(({ edits }) => edits.map(({ name }) => name));
      if (declared.includes(created.name)) return;
      reportUndeclared(created, declared, report, users[0]?.language === "typescript-v1");
    });
  }
}

/** Reports UndeclaredEdit at the name of an object type. */
export function reportUndeclared(
  { name, at }: DeclaredEdit,
  declared: readonly string[],
  report: Report,
  isV1 = false,
): void {
  const types = [...new Set([...declared, name])].join(", ");
  report.error(
    "UndeclaredEdit",
    at,
    `The function does not declare to edit ${name}.`,
    didYouMean(
      name,
      declared,
      isV1
        ? `add it to the method: @Edits(${types}).`
        : `add it to the entry file: export const config = { edits: [${types}] }.`,
    ),
  );
}

/** The object type of `batch.create(Employee, …)` and of `Objects.create().employee(…)`; null for anything else. */
function createdType(node: t.Node, file: SourceFile): DeclaredEdit | null {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return null;
  const byObjects = createdBy(node, file);
  if (byObjects !== null) return { name: byObjects, at: file.at(node.callee.property) };
  const { property, computed } = node.callee;
  const [type] = node.arguments;
  if (!type || computed || property.type !== "Identifier" || property.name !== "create") return null;
  const name = definitionNamed(type, file);
  return name === null ? null : { name, at: file.at(type) };
}
