/** A break of the rules of XML 1.0: how far into the text it stands, in UTF-16 units, and what it is. */
export interface Violation {
  readonly offset: number;
  readonly message: string;
  readonly remedy: string;
}

const COMMENT_CDATA_OR_INSTRUCTION = /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>/g;
const FORBIDDEN_CHARACTER = /[[\p{Cc}\p{Cs}\uFFFE\uFFFF]--[\t\n\r\x7F-\x9F]]/v;
const NUMERIC_REFERENCE = /&#(?:x([0-9a-f]+)|(\d+));/gi;
const MORE_THAN_A_NAME = /<!DOCTYPE(?!\s+[^\s>[]+\s*>)/y;

/**
 * The first violation that xmldom lets pass in a document that it accepts: a bare `&`, `]]>` in text, and
 * characters that XML has no room for, written out or by number.
 */
export function findViolation(source: string): Violation | null {
  const forbidden = FORBIDDEN_CHARACTER.exec(source);
  if (forbidden) return forbiddenCharacter(forbidden.index, forbidden[0].codePointAt(0) ?? 0);

  const markup = source.replace(COMMENT_CDATA_OR_INSTRUCTION, (passage) => " ".repeat(passage.length));
  const ampersand = /&(?!#?\w+;)/.exec(markup);
  if (ampersand) {
    return {
      offset: ampersand.index,
      message: 'A bare "&" is not allowed.',
      remedy: "Write &amp; (and &amp;&amp; for two), or put the text into CDATA.",
    };
  }
  const sectionEnd = markup.indexOf("]]>");
  if (sectionEnd >= 0) {
    return { offset: sectionEnd, message: '"]]>" is not allowed in text.', remedy: "Write ]]&gt;." };
  }
  for (const reference of markup.matchAll(NUMERIC_REFERENCE)) {
    const [, hexadecimal, decimal] = reference;
    const codePoint = hexadecimal ? Number.parseInt(hexadecimal, 16) : Number(decimal);
    const exists = codePoint <= 0x10ffff;
    if (!exists || FORBIDDEN_CHARACTER.test(String.fromCodePoint(codePoint))) {
      return forbiddenCharacter(reference.index, codePoint);
    }
  }
  return null;
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
