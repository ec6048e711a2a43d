/**
 * Compiles the right side of the `Matches` operator (`~`): literal text in which `*` stands for any number
 * of any characters. `%` makes a following `*`, `{`, `}` or `%` literal. The time to match is bounded by
 * the native string search; nothing is retried.
 * Apigee: "Pattern matching in conditional statements".
 */
export function compileGlob(pattern: string): (text: string) => boolean {
  const parts = [""];
  for (const [token, escaped] of pattern.matchAll(/%([*{}%])|./gsu)) {
    if (token === "*") parts.push("");
    else parts.push(`${parts.pop()}${escaped ?? token}`);
  }
  const [first = "", ...middle] = parts;
  const last = middle.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (!text.startsWith(first)) return false;
    let position = first.length;
    for (const part of middle) {
      const found = text.indexOf(part, position);
      if (found < 0) return false;
      position = found + part.length;
    }
    return text.length - position >= last.length && text.endsWith(last);
  };
}
