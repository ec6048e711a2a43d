const [QUOTE, COLON, BACKSLASH] = [0x22, 0x3a, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Whether some object has two members of one name. Of these, `JSON.parse` gives the last, and other programs the first.
 * @param json well-formed
 */
export function hasNameTwice(json: string): boolean {
  /** The names of what is open, innermost last; null while there are none, as in lists. */
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === OPEN_OBJECT || code === OPEN_LIST) open.push(null);
    else if (code === CLOSE_OBJECT || code === CLOSE_LIST) open.pop();
    else if (code === QUOTE) {
      const end = endOfString(json, at);
      if (isColonNext(json, end + 1)) {
        const written = json.slice(at, end + 1);
        const name: string = written.includes("\\") ? JSON.parse(written) : written.slice(1, -1);
        const names = open.pop() ?? new Set();
        if (names.has(name)) return true;
        open.push(names.add(name));
      }
      at = end;
    }
  }
  return false;
}

/** The place of the closing quotation mark. */
function endOfString(json: string, start: number): number {
  let end = json.indexOf('"', start + 1);
  while (isEscaped(json, end)) end = json.indexOf('"', end + 1);
  return end;
}

function isEscaped(json: string, at: number): boolean {
  let before = at - 1;
  while (json.charCodeAt(before) === BACKSLASH) before--;
  return (at - before) % 2 === 0;
}

function isColonNext(json: string, from: number): boolean {
  let at = from;
  while (json.charCodeAt(at) <= 0x20) at++;
  return json.charCodeAt(at) === COLON;
}
