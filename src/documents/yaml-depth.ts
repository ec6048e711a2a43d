import type { CST } from "yaml";

/** Where the values of a document are first nested deeper than `limit`, or -1. Found without recursion. */
export function findTooDeepYaml(document: CST.Token, limit: number): number {
  let first = -1;
  const open: [CST.Token, number][] = [[document, 0]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [token, depth] = next;
    if (depth >= limit) first = first === -1 ? token.offset : Math.min(first, token.offset);
    else for (const child of childrenOf(token)) open.push([child, depth + 1]);
  }
  return first;
}

function childrenOf(token: CST.Token): CST.Token[] {
  if (token.type === "document") return token.value ? [token.value] : [];
  if (!("items" in token)) return [];
  return token.items.flatMap(({ key, value }) => [key ?? [], value ?? []].flat());
}
