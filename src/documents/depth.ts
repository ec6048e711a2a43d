/** What stands between tags: how it starts, and what ends it. */
const BETWEEN_TAGS = [
  ["<!--", "-->"],
  ["<![CDATA[", "]]>"],
  ["<?", "?>"],
  ["<!", ">"],
] as const;

const TAG = /<[^"'<>]*(?:"[^"]*"[^"'<>]*|'[^']*'[^"'<>]*)*>/y;

/**
 * Where the first element starts that is nested deeper than `limit`, or -1. Looked for before parsing, because
 * a parser's work can grow with depth. Stops at the first tag that is not one: there the parser stops too.
 */
export function findTooDeep(source: string, limit: number): number {
  let depth = 0;
  for (let at = source.indexOf("<"); at >= 0; at = source.indexOf("<", at)) {
    const between = BETWEEN_TAGS.find(([start]) => source.startsWith(start, at));
    if (between !== undefined) {
      const [start, end] = between;
      const found = source.indexOf(end, at + start.length);
      if (found < 0) return -1;
      at = found + end.length;
      continue;
    }
    TAG.lastIndex = at;
    if (!TAG.test(source)) return -1;
    if (source[at + 1] === "/") depth--;
    else if (depth === limit) return at;
    else if (source[TAG.lastIndex - 2] !== "/") depth++;
    at = TAG.lastIndex;
  }
  return -1;
}
