import type { Program } from "acorn";
import type { Uses } from "../script.ts";
import { type SyntaxNode, walk } from "./parse-script.ts";

const ACCESS = new Set(["getVariable", "setVariable", "removeVariable"]);

/** Message objects by the names that scripts have for them, and the variable of each. */
const MESSAGES: ReadonlyMap<string, string> = new Map([
  ["request", "request"],
  ["response", "response"],
  ["message", "message"],
  ["error", "error"],
  ["proxyRequest", "request"],
  ["targetRequest", "request"],
  ["proxyResponse", "response"],
  ["targetResponse", "response"],
  ["errorResponse", "error"],
]);

/** Properties of messages that lie in the payload. */
const PAYLOAD = new Set(["content", "body", "formParams"]);

/** Properties of messages that do not. */
const HEAD = new Set(
  "headers status queryParams method url protocol host port path asJSON asForm asXML length".split(" "),
);

/**
 * Finds out what a script uses. Whatever cannot be told counts as used.
 * @param text of the whole script
 */
export function usesOf(program: Program, text: string): Uses {
  const variables = new Set<string>();
  let anything = false;
  /** Nodes that have been understood as part of a larger one. */
  const understood = new Set<unknown>();
  walk(program as unknown as SyntaxNode, (node) => {
    if (node.type === "CallExpression") {
      const { callee, arguments: values } = node as unknown as {
        callee: SyntaxNode;
        arguments: SyntaxNode[];
      };
      if (!ACCESS.has(propertyOf(callee) ?? "")) return true;
      const [name] = values;
      if (name?.type === "Literal" && typeof name.value === "string") variables.add(name.value);
      else anything = true;
      understood.add(callee);
      return true;
    }
    if (node.type === "MemberExpression") {
      const property = propertyOf(node);
      const message = messageOf(node.object as SyntaxNode);
      if (ACCESS.has(property ?? "") && !understood.has(node)) anything = true;
      if (message !== null) {
        understood.add(node.object);
        if (property !== null && PAYLOAD.has(property)) variables.add(`${message}.content`);
        else if (property === null || !HEAD.has(property)) anything = true;
      }
      if (property !== null && MESSAGES.has(property) && isContext(node.object) && !understood.has(node))
        anything = true;
      if (isContext(node.object)) {
        if (property === null) anything = true;
        understood.add(node.object);
      }
      if (!node.computed) understood.add(node.property);
      return true;
    }
    if (node.type !== "Identifier" || understood.has(node)) return true;
    const name = String(node.name);
    // By another name, the messages of the context would not be found.
    if (name === "eval" || name === "Function" || name === "context" || isGlobalMessage(name))
      anything = true;
    return true;
  });
  const calls = /httpClient|waitForComplete/.test(text);
  return { variables: [...variables], anything, calls };
}

/** The name of a property; null where it is computed, unless by a literal text. */
function propertyOf(node: SyntaxNode): string | null {
  if (node.type !== "MemberExpression") return null;
  const { property, computed } = node as unknown as { property: SyntaxNode; computed: boolean };
  if (!computed) return property.type === "Identifier" ? String(property.name) : null;
  return property.type === "Literal" ? String(property.value) : null;
}

/** The variable of the message that an expression stands for: `response`, `context.proxyResponse`; else null. */
function messageOf(node: SyntaxNode): string | null {
  if (node.type === "Identifier") {
    const name = String(node.name);
    return isGlobalMessage(name) ? (MESSAGES.get(name) ?? null) : null;
  }
  const property = propertyOf(node);
  return property !== null && isContext(node.object) ? (MESSAGES.get(property) ?? null) : null;
}

function isGlobalMessage(name: string): boolean {
  return name === "request" || name === "response" || name === "message" || name === "error";
}

function isContext(node: unknown): boolean {
  return (node as SyntaxNode).type === "Identifier" && (node as SyntaxNode).name === "context";
}
