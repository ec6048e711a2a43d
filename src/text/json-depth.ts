const [QUOTE, BACKSLASH, LIST, LIST_END, OBJECT, OBJECT_END] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Whether JSON has more than so many lists and objects in each other. Looked for before it is parsed: a parser takes
 * many times as long for what is deep, and what goes on with it may have no stack for that.
 */
export function isJsonDeeperThan(levels: number, json: string): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const sign = json.charCodeAt(at);
    if (sign === QUOTE) at = endOfText(json, at + 1);
    else if (sign === LIST_END || sign === OBJECT_END) depth--;
    else if ((sign === LIST || sign === OBJECT) && ++depth > levels) return true;
  }
  return false;
}

/** The quote that ends a text; the end of everything where there is none. */
function endOfText(json: string, start: number): number {
  for (let at = json.indexOf('"', start); at >= 0; at = json.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (at - backslashes > start && json.charCodeAt(at - backslashes - 1) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return at;
  }
  return json.length;
}
