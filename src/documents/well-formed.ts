/** A break of the rules of XML 1.0: how far into the text it stands, in UTF-16 units, and what it is. */
export interface Violation {
  readonly offset: number;
  readonly message: string;
  readonly remedy: string;
}

const COMMENT_CDATA_OR_INSTRUCTION = /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
const FORBIDDEN_CHARACTER = /[\0-\x08\x0B\x0C\x0E-\x1F\uD800-\uDFFF\uFFFE\uFFFF]/gu;
const NUMERIC_REFERENCE = /&#(?:x([0-9a-f]+)|(\d+));/gi;
const MORE_THAN_A_NAME = /<!DOCTYPE(?!\s+[^\s>[]+\s*>)/y;

/** How many violations of one document are told. */
const MOST_VIOLATIONS = 20;

/**
 * The first violations, in the order of the text, that xmldom lets pass in a document that it accepts: a bare `&`,
 * `]]>` in text, and characters that XML has no room for, written out or by number.
 */
export function findViolations(source: string): Violation[] {
  const markup = source.replace(COMMENT_CDATA_OR_INSTRUCTION, (passage) => " ".repeat(passage.length));
  return [
    ...someOf(forbiddenCharacters(source)),
    ...someOf(bareAmpersands(markup)),
    ...someOf(sectionEnds(markup)),
    ...someOf(forbiddenReferences(markup)),
  ]
    .sort((one, other) => one.offset - other.offset)
    .slice(0, MOST_VIOLATIONS);
}

function someOf(violations: Iterable<Violation>): Violation[] {
  const some: Violation[] = [];
  for (const violation of violations) {
    some.push(violation);
    if (some.length === MOST_VIOLATIONS) break;
  }
  return some;
}

function* forbiddenCharacters(source: string): Generator<Violation> {
  for (const { 0: character, index } of source.matchAll(FORBIDDEN_CHARACTER)) {
    yield forbiddenCharacter(index, character.codePointAt(0) ?? 0);
  }
}

/** Two in a row are one. */
function* bareAmpersands(markup: string): Generator<Violation> {
  let last = -2;
  for (const { index } of markup.matchAll(/&(?!#?\w+;)/g)) {
    const isSecond = index === last + 1;
    last = index;
    if (isSecond) continue;
    yield {
      offset: index,
      message: 'A bare "&" is not allowed.',
      remedy: "Write &amp; (and &amp;&amp; for two), or put the text into CDATA.",
    };
  }
}

function* sectionEnds(markup: string): Generator<Violation> {
  for (const { index } of markup.matchAll(/\]\]>/g)) {
    yield { offset: index, message: '"]]>" is not allowed in text.', remedy: "Write ]]&gt;." };
  }
}

function* forbiddenReferences(markup: string): Generator<Violation> {
  for (const { 1: hexadecimal, 2: decimal, index } of markup.matchAll(NUMERIC_REFERENCE)) {
    const codePoint = hexadecimal ? Number.parseInt(hexadecimal, 16) : Number(decimal);
    const exists = codePoint <= 0x10ffff;
    if (!exists || isForbidden(String.fromCodePoint(codePoint))) yield forbiddenCharacter(index, codePoint);
  }
}

function isForbidden(character: string): boolean {
  return character.search(FORBIDDEN_CHARACTER) === 0;
}

function forbiddenCharacter(offset: number, codePoint: number): Violation {
  return {
    offset,
    message: `The character U+${codePoint.toString(16).toUpperCase().padStart(4, "0")} is not allowed in XML.`,
    remedy: "Remove the character.",
  };
}

/** Where a document type declaration stands that says more than the root element's name, or -1. */
export function findDoctype(source: string): number {
  let at = 0;
  for (;;) {
    while (/\s/.test(source.charAt(at))) at++;
    const end = source.startsWith("<!--", at) ? "-->" : source.startsWith("<?", at) ? "?>" : null;
    if (end === null) break;
    const found = source.indexOf(end, at);
    if (found < 0) return -1;
    at = found + end.length;
  }
  MORE_THAN_A_NAME.lastIndex = at;
  return MORE_THAN_A_NAME.test(source) ? at : -1;
}
