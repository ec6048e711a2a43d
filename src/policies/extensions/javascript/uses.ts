import type { ParsedFile } from "../../../scripts/sources.ts";
import { type SyntaxNode, walk } from "../../../scripts/syntax.ts";

/** What a script can see of a request, as far as its text tells. */
export interface Uses {
  /** Variables that it names literally. */
  readonly variables: ReadonlySet<string>;
  /** Whether it may name others, or read the body of any message. */
  readonly anything: boolean;
  /** Whether it may call out, or wait for a call that another script has begun. */
  readonly calls: boolean;
}

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

/** Finds out what the files of a script use. Whatever cannot be told counts as used. */
export function usesOf(files: readonly ParsedFile[]): Uses {
  const variables = new Set<string>();
  let anything = false;
  for (const { program } of files) {
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
        if (property === null && isContext(node.object)) anything = true;
        understood.add(node.property);
        return true;
      }
      if (node.type !== "Identifier" || understood.has(node)) return true;
      const name = String(node.name);
      if (name === "eval" || name === "Function" || (MESSAGES.has(name) && isGlobalMessage(name)))
        anything = true;
      return true;
    });
  }
  const calls = files.some(({ text }) => /httpClient|waitForComplete/.test(text));
  return { variables, anything, calls };
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
