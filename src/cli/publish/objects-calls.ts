import type * as t from "@babel/types";
import type { Report } from "../../documents/report.ts";
import { ONTOLOGY_API } from "./library.ts";
import type { SourceFile } from "./source-file.ts";
import { walk } from "./walk.ts";

/** The object type of `Objects.create().employee(…)`; null for anything else. */
export function createdBy(node: t.Node, file: SourceFile): string | null {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return null;
  const { object, property, computed } = node.callee;
  if (computed || property.type !== "Identifier" || methodOfObjects(object, file) !== "create") return null;
  return property.name.charAt(0).toUpperCase() + property.name.slice(1);
}

/** Methods of sets of objects in TypeScript v1 that are not there. Foundry: "API: Object sets". */
const missing: ReadonlySet<string> = new Set([
  ...["groupBy", "segmentBy", "average", "sum", "max", "min", "cardinality"],
  ...["nearestNeighbors", "orderByRelevance", "withinDistanceOf", "withinPolygon", "withinBoundingBox"],
]);

/** Reports UnsupportedObjectSet: methods of `Objects.search()…` that are not there, by their names. */
export function checkObjectSets(file: SourceFile, report: Report): void {
  walk(file.program, (node) => {
    if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return;
    const { object, property } = node.callee;
    if (property.type !== "Identifier" || !missing.has(property.name) || !isSearch(object, file)) return;
    report.error(
      "UnsupportedObjectSet",
      file.at(property),
      `${property.name} is not supported in TypeScript v1.`,
      "Load the objects and work it out, or write the function in TypeScript v2 with client(…).aggregate(…).",
    );
  });
}

/** Whether a chain of calls begins with `Objects.search()`. */
function isSearch(node: t.Node, file: SourceFile): boolean {
  if (methodOfObjects(node, file) === "search") return true;
  return (
    node.type === "CallExpression" &&
    node.callee.type === "MemberExpression" &&
    isSearch(node.callee.object, file)
  );
}

/** `search` of `Objects.search()`. */
function methodOfObjects(node: t.Node, { imports }: SourceFile): string | null {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return null;
  const { object, property } = node.callee;
  const imported = object.type === "Identifier" ? imports.get(object.name) : undefined;
  if (imported?.module !== ONTOLOGY_API || imported.name !== "Objects") return null;
  return property.type === "Identifier" ? property.name : null;
}
