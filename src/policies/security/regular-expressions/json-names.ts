/** What the structure of JSON is made of; strings are taken whole, and what else there is does not matter. */
const TOKEN = /"(?:[^"\\]+|\\.)*"|[{}[\]:]/g;

/**
 * Whether some object has two members of one name. Of these, `JSON.parse` gives the last, and other programs the first.
 * @param json well-formed
 */
export function hasNameTwice(json: string): boolean {
  /** The names of the objects that are open; lists have none. */
  const open: Set<string>[] = [];
  let last = "";
  for (const [token] of json.matchAll(TOKEN)) {
    if (token === "{" || token === "[") open.push(new Set());
    else if (token === "}" || token === "]") open.pop();
    else if (token === ":") {
      const names = open.at(-1);
      const name: string = last.includes("\\") ? JSON.parse(last) : last.slice(1, -1);
      if (names?.has(name)) return true;
      names?.add(name);
    } else last = token;
  }
  return false;
}
