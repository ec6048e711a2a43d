/** Characters that move a terminal's cursor, change what it shows, or read in another order than they stand. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const HIDDEN = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * Text of others as a terminal may show it: hidden characters as escapes, and every line but the first indented, so
 * that nobody can write a line in the name of somebody else.
 */
export function visible(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(HIDDEN, escaped)
    .replace(/\n(?! {4})/g, "\n    ");
}

/** The same on one line. */
export function onOneLine(text: string): string {
  return text.replace(HIDDEN, escaped).replaceAll("\n", "\\n");
}

function escaped(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
}
