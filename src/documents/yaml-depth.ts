import type { CST } from "yaml";

/** How deep the values below a token are nested, without recursion: 1 for one that holds no others. */
export function nestingDepth(root: CST.Token): number {
  let deepest = 0;
  const open: [CST.Token, number][] = [[root, 1]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [token, depth] = next;
    deepest = Math.max(deepest, depth);
    for (const child of childrenOf(token)) open.push([child, depth + 1]);
  }
  return deepest;
}

function childrenOf(token: CST.Token): CST.Token[] {
  if (token.type === "document") return token.value ? [token.value] : [];
  if (!("items" in token)) return [];
  return token.items.flatMap(({ key, value }) => [key ?? [], value ?? []].flat());
}
