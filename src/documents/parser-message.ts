import type { PlaceInSource } from "./dom-builder.ts";
import type { Violation } from "./well-formed.ts";
import { wordsForXml } from "./xml-words.ts";

/** How much of a parser's message is passed on; it may quote a good part of the document. */
const MAX_QUOTED_LENGTH = 200;

/** What xmldom tells about the state it was in: the open element, and the start of the last tag or text. */
interface ParserContext {
  readonly locator?: PlaceInSource;
  readonly currentElement?: (PlaceInSource & { readonly nodeName?: string }) | null;
}

const UNFINISHED_REFERENCE = /&#?\w+(?![\w;])/;

/** Puts a message of xmldom into terms of the document, at the place where its author has to look. */
export function explainParserMessage(message: string, context: ParserContext, source: string): Violation {
  const here = offsetOf(context.locator, source);
  if (/^(?:entity not |EntityRef: )/.test(message)) {
    const reference = /:(&.*)$/s.exec(message)?.[1];
    return {
      offset: findFrom(source, here, reference),
      message: reference
        ? `The entity reference "${reference.slice(0, MAX_QUOTED_LENGTH)}" is not known.`
        : 'A bare "&" is not allowed.',
      remedy: "Write &amp; for an ampersand; other characters as they are or as numeric references.",
    };
  }
  if (/^(?:Opening and ending tag mismatch|unclosed xml tag)/.test(message) && context.currentElement) {
    const open = context.currentElement.nodeName?.slice(0, MAX_QUOTED_LENGTH);
    return {
      offset: offsetOf(context.currentElement, source),
      message: `<${open}> is not closed before another end tag or the end of the document.`,
      remedy: `Write </${open}> where it ends, or the same name in the end tag that does not match.`,
    };
  }
  if (message === "missing root element") {
    return {
      offset: 0,
      message: "The document has no root element.",
      remedy: "Write the element that belongs into the file, or remove the file.",
    };
  }
  return { offset: here, ...wordsForXml(message) };
}

function offsetOf({ lineNumber = 1, columnNumber = 1 }: PlaceInSource = {}, source: string): number {
  let lineStart = 0;
  for (let line = 1; line < lineNumber; line++) lineStart = source.indexOf("\n", lineStart) + 1;
  return lineStart + Math.max(0, columnNumber - 1);
}

/** The place of the first reference, or the first that has no end, at or after a place. */
function findFrom(source: string, start: number, reference: string | undefined): number {
  const rest = source.slice(start);
  const found = reference === undefined ? rest.search(UNFINISHED_REFERENCE) : rest.indexOf(reference);
  return start + Math.max(0, found);
}
