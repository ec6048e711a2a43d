import type { PythonNode } from "./syntax.ts";

/**
 * Calls `visit` for each node, from the outside in and in the order of the file. Where it answers false, the node's
 * own parts are left out.
 */
export function walk(root: PythonNode, visit: (node: PythonNode) => boolean | undefined): void {
  const pending: unknown[] = [root];
  while (pending.length > 0) {
    const value = pending.pop();
    if (Array.isArray(value)) for (const each of value.toReversed()) pending.push(each);
    else if (isNode(value) && visit(value) !== false) pending.push(...Object.values(value).toReversed());
  }
}

function isNode(value: unknown): value is PythonNode {
  return typeof value === "object" && value !== null && "kind" in value;
}
