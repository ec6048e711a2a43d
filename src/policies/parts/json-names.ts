/**
 * Whether an object in a JSON text has a name twice: readers differ in which of its values counts.
 *
 * @param value what the text was parsed to
 */
export function hasDuplicateNames(text: string, value: unknown): boolean {
  return namesIn(text) > fieldsOf(value);
}

/** How many names there are: as many as colons outside of strings. */
function namesIn(text: string): number {
  let names = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x3a) names++;
    else if (code === 0x22) {
      at++;
      for (let inside = text.charCodeAt(at); inside !== 0x22; inside = text.charCodeAt(at)) {
        at += inside === 0x5c ? 2 : 1;
      }
    }
  }
  return names;
}

function fieldsOf(root: unknown): number {
  let fields = 0;
  const open = [root];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== "object" || value === null || JSON.isRawJSON(value)) continue;
    const inside: unknown[] = Object.values(value);
    if (!Array.isArray(value)) fields += inside.length;
    for (const each of inside) if (typeof each === "object" && each !== null) open.push(each);
  }
  return fields;
}
