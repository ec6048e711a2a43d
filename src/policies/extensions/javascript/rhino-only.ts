import type { Program } from "acorn";
import type { Position, Report } from "../../../documents/report.ts";
import { type SyntaxNode, walk } from "../../../scripts/syntax.ts";

/** What Rhino has and no engine on Workers: names, and what to use in their place. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ["Packages", "Java classes cannot be reached from Workers"],
  ["java", "Java classes cannot be reached from Workers"],
  ["javax", "Java classes cannot be reached from Workers"],
  ["importPackage", "Java classes cannot be reached from Workers"],
  ["importClass", "Java classes cannot be reached from Workers"],
]);

/** Properties that only Apigee's wrappers of Java have. */
const PROPERTIES: ReadonlyMap<string, string> = new Map([
  ["wsSecRsaSign", "signing SOAP messages is not supported"],
  ["wsSecRsaValidate", "checking signatures of SOAP messages is not supported"],
]);

/** Reports RhinoOnly for each use of what cannot work here. Says whether there is none. */
export function checkRhinoOnly(
  program: Program,
  at: (place: { line: number; column: number }) => Position,
  report: Report,
): boolean {
  const declared = new Set<string>();
  const found: { readonly name: string; readonly why: string; readonly node: SyntaxNode }[] = [];
  const properties = new Set<unknown>();
  walk(program as unknown as SyntaxNode, (node) => {
    if (node.type === "VariableDeclarator" || node.type === "FunctionDeclaration") {
      const { name } = (node.id ?? {}) as { name?: unknown };
      if (typeof name === "string") declared.add(name);
    }
    if (node.type === "MemberExpression" && node.computed === false) {
      const property = node.property as SyntaxNode;
      properties.add(property);
      const why = PROPERTIES.get(String(property.name));
      if (why !== undefined) found.push({ name: String(property.name), why, node: property });
    }
    if (node.type === "Property" && node.computed === false) properties.add(node.key);
    if (node.type === "Identifier" && !properties.has(node)) {
      const why = NAMES.get(String(node.name));
      if (why !== undefined) found.push({ name: String(node.name), why, node });
    }
    return true;
  });
  const problems = found.filter(({ name, node }) => properties.has(node) || !declared.has(name));
  for (const { name, why, node } of problems) {
    const { line, column } = (node.loc as { start: { line: number; column: number } }).start;
    report.error(
      "RhinoOnly",
      at({ line, column: column + 1 }),
      `The script uses ${name}: ${why}.`,
      "Do it without, or in a function.",
    );
  }
  return problems.length === 0;
}
