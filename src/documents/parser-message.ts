import { wordsForXml } from "./xml-words.ts";

/** How much of a parser's message is passed on; it may quote a good part of the document. */
const MAX_QUOTED_LENGTH = 200;

/** What xmldom tells about the state it was in: the open element, and the start of the last tag or text. */
interface ParserContext {
  readonly locator?: PlaceInSource;
  readonly currentElement?: PlaceInSource & { readonly nodeName?: string };
}

interface PlaceInSource {
  readonly lineNumber?: number;
  readonly columnNumber?: number;
}

/** A parser's message made useful: where to look, what is wrong, what to do. */
export interface ParserMessage {
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly remedy: string;
}

const UNFINISHED_REFERENCE = /&#?\w+(?![\w;])/;

/** Puts a message of xmldom into terms of the document, at the place where its author has to look. */
export function explainParserMessage(message: string, context: ParserContext, source: string): ParserMessage {
  const here = placeOf(context.locator);
  if (/^(?:entity not |EntityRef: )/.test(message)) {
    const reference = /:(&.*)$/s.exec(message)?.[1];
    return {
      ...findFrom(source, here, reference),
      message: reference
        ? `The entity reference "${reference.slice(0, MAX_QUOTED_LENGTH)}" is not known.`
        : 'A bare "&" is not allowed.',
      remedy: "Write &amp; for an ampersand; other characters as they are or as numeric references.",
    };
  }
  if (/^(?:Opening and ending tag mismatch|unclosed xml tag)/.test(message) && context.currentElement) {
    const open = context.currentElement.nodeName?.slice(0, MAX_QUOTED_LENGTH);
    return {
      ...placeOf(context.currentElement),
      message: `<${open}> is not closed before another end tag or the end of the document.`,
      remedy: `Write </${open}> where it ends, or the same name in the end tag that does not match.`,
    };
  }
  if (message === "missing root element") {
    return {
      line: 1,
      column: 1,
      message: "The document has no root element.",
      remedy: "Write the element that belongs into the file, or remove the file.",
    };
  }
  return { ...here, ...wordsForXml(message) };
}

function placeOf(place: PlaceInSource | undefined): { line: number; column: number } {
  return { line: place?.lineNumber || 1, column: place?.columnNumber || 1 };
}

/** The place of the first reference, or the first that has no end, at or after a place. */
function findFrom(source: string, from: { line: number; column: number }, reference: string | undefined) {
  let lineStart = 0;
  for (let line = 1; line < from.line; line++) lineStart = source.indexOf("\n", lineStart) + 1;
  const start = lineStart + from.column - 1;
  const rest = source.slice(start);
  const found = reference === undefined ? rest.search(UNFINISHED_REFERENCE) : rest.indexOf(reference);
  return found < 0 ? from : placeAt(source, start + found);
}

/** The 1-based line and column of an offset in a text whose lines end in `\n`. */
export function placeAt(source: string, offset: number): { line: number; column: number } {
  const before = source.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: offset - lineStart + 1 };
}
