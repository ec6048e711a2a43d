import type { Program } from "acorn";
import type { Objection } from "../script.ts";
import { type SyntaxNode, walk } from "./parse-script.ts";

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

/** Properties that do something else here than in Rhino. */
const DIFFERENT: ReadonlyMap<string, string> = new Map([
  ["toLocaleString", "it knows no languages here, and prints as toString does, or in the American way"],
  ["toLocaleDateString", "it knows no languages here, and prints dates in the American way"],
  ["toLocaleTimeString", "it knows no languages here, and prints times in the American way"],
  ["toSource", "only Rhino has it, and calling it fails here"],
  ["getClass", "values are no objects of Java here, and calling it fails"],
  ["hashCode", "values are no objects of Java here, and calling it fails"],
]);

/** What a script uses that cannot work here, and what works differently. */
export function objectionsTo(program: Program): Objection[] {
  const declared = new Set<string>();
  const found: { readonly name: string; readonly why: string; readonly node: SyntaxNode }[] = [];
  const properties = new Set<unknown>();
  const differences: Objection[] = [];
  const warn = (node: SyntaxNode, name: string, why: string) =>
    differences.push({ kind: "RhinoDiffers", name, why, ...placeOf(node) });
  walk(program as unknown as SyntaxNode, (node) => {
    if (node.type === "VariableDeclarator" || node.type === "FunctionDeclaration") {
      const { name } = (node.id ?? {}) as { name?: unknown };
      if (typeof name === "string") declared.add(name);
    }
    if (node.type === "MemberExpression" && node.computed === false) {
      const property = node.property as SyntaxNode;
      properties.add(property);
      const difference = DIFFERENT.get(String(property.name));
      if (difference !== undefined) warn(property, String(property.name), difference);
      const why = PROPERTIES.get(String(property.name));
      if (why !== undefined) found.push({ name: String(property.name), why, node: property });
    }
    if (node.type === "BinaryExpression" && isXmlTypeTest(node)) {
      warn(node, "typeof", 'XML is of the type "object" here');
    }
    if (node.type === "Property" && node.computed === false) properties.add(node.key);
    if (node.type === "Identifier" && !properties.has(node)) {
      const why = NAMES.get(String(node.name));
      if (why !== undefined) found.push({ name: String(node.name), why, node });
    }
    return true;
  });
  const problems = found.filter(({ name, node }) => properties.has(node) || !declared.has(name));
  return [
    ...differences,
    ...problems.map(({ name, why, node }) => ({ kind: "RhinoOnly" as const, name, why, ...placeOf(node) })),
  ];
}

function placeOf(node: SyntaxNode): { line: number; column: number } {
  const { line, column } = (node.loc as { start: { line: number; column: number } }).start;
  return { line, column: column + 1 };
}

/** `typeof value === "xml"`, which is true for XML in Rhino. */
function isXmlTypeTest({ left, right }: SyntaxNode): boolean {
  const sides = [left, right] as SyntaxNode[];
  const asksType = sides.some(({ type, operator }) => type === "UnaryExpression" && operator === "typeof");
  return asksType && sides.some(({ type, value }) => type === "Literal" && value === "xml");
}
