import type { Program } from "acorn";
import type { Declarations } from "../script.ts";
import { type SyntaxNode, walk } from "./parse-script.ts";

/** What the top level of a script declares: `var` in its blocks too, as JavaScript's own rules say. */
export function declarationsOf(program: Program): Declarations {
  const variables = new Set<string>();
  const others = new Set<string>();
  const topLevel = new Set<unknown>(program.body);
  walk(program as unknown as SyntaxNode, (node) => {
    switch (node.type) {
      case "FunctionDeclaration":
      case "ClassDeclaration":
        if (topLevel.has(node)) for (const name of boundNames(node.id)) others.add(name);
        return false;
      case "FunctionExpression":
      case "ArrowFunctionExpression":
      case "ClassExpression":
        return false;
      case "VariableDeclaration":
        for (const { id } of node.declarations as { id: unknown }[]) {
          for (const name of boundNames(id)) {
            if (node.kind === "var") variables.add(name);
            else if (topLevel.has(node)) others.add(name);
          }
        }
        return true;
      default:
        return true;
    }
  });
  return { variables: [...variables], others: [...others] };
}

/** Every name that a script mentions, whatever it means there. */
export function mentionedNames(program: Program): string[] {
  const names = new Set<string>();
  walk(program as unknown as SyntaxNode, ({ type, name }) => {
    if (type === "Identifier") names.add(String(name));
    return true;
  });
  return [...names];
}

/** The names that a pattern binds. */
function boundNames(pattern: unknown): string[] {
  const names: string[] = [];
  if (typeof pattern !== "object" || pattern === null) return names;
  walk(pattern as SyntaxNode, ({ type, name }) => {
    if (type === "Identifier") names.push(String(name));
    return true;
  });
  return names;
}
