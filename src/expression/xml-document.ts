import { DOMParser, type Document, type Element, type Node, ParseError, XMLSerializer } from "@xmldom/xmldom";
import { ExpressionError } from "./value.ts";

/** An XML document that XPath expressions can be applied to. */
export type XmlDocument = Document;

/** How deep elements may be nested; XPath reads the text of an element by recursion. */
const MAX_DEPTH = 500;

const WITHOUT_REFERENCES = /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>/g;
const serializer = new XMLSerializer();

/**
 * Parses a message's XML. No entities exist but the five of XML itself: a document that declares one or refers to
 * another is refused, and an external DTD is never fetched.
 *
 * @throws {ExpressionError} if the text is not well-formed XML, or nested too deep; the offset is that of the
 * tag or text where the parser stopped.
 */
export function parseXml(text: string): XmlDocument {
  const source = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  const document = readDocument(source);
  if (/<!ENTITY/.test(document.doctype?.internalSubset ?? "")) {
    throw new ExpressionError("The XML declares an entity, which is not allowed", source.indexOf("<!ENTITY"));
  }
  if (source.includes("&") && /&(?!#?\w+;)/.test(source.replace(WITHOUT_REFERENCES, ""))) {
    throw new ExpressionError(
      "The XML is not well-formed: an & that starts no reference must be written &amp;",
    );
  }
  numberNodes(document);
  return document;
}

function readDocument(source: string): Document {
  let reason = "";
  let offset = 0;
  const parser = new DOMParser({
    normalizeLineEndings: (text) => text,
    onError(_level, message, context) {
      // The one thing it reports that breaks no rule.
      if (message.startsWith("Unicode replacement character")) return;
      reason = message;
      offset = offsetOf(source, context.locator);
      throw new ParseError(message);
    },
  });
  try {
    return parser.parseFromString(source, "text/xml");
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new ExpressionError(`The XML is not well-formed: ${reason || error.message}`, offset);
  }
}

function offsetOf(source: string, place: { lineNumber?: number; columnNumber?: number } | undefined): number {
  let lineStart = 0;
  for (let line = 1; line < (place?.lineNumber ?? 1); line++) lineStart = source.indexOf("\n", lineStart) + 1;
  return lineStart + Math.max(0, (place?.columnNumber ?? 1) - 1);
}

/**
 * Numbers all nodes in document order and lets them compare by number. XPath sorts what it finds by
 * `compareDocumentPosition`, which in xmldom looks through all siblings at each comparison.
 */
function numberNodes(document: Document): void {
  const numbers = new Map<Node, number>();
  function compareDocumentPosition(this: Node, other: Node): number {
    const [mine, theirs] = [numbers.get(this) ?? 0, numbers.get(other) ?? 0];
    return mine === theirs ? 0 : mine < theirs ? FOLLOWING : PRECEDING;
  }
  const number = (node: Node) => {
    numbers.set(node, numbers.size);
    node.compareDocumentPosition = compareDocumentPosition;
  };
  let depth = 0;
  let node: Node | null = document;
  while (node !== null) {
    number(node);
    if (isElement(node)) for (const attribute of Array.from(node.attributes)) number(attribute);
    if (node.firstChild !== null) {
      if (++depth > MAX_DEPTH) throw new ExpressionError(`The XML is nested more than ${MAX_DEPTH} deep`);
      node = node.firstChild;
      continue;
    }
    while (node !== null && node.nextSibling === null) {
      node = node.parentNode;
      depth--;
    }
    node = node?.nextSibling ?? null;
  }
}

function isElement(node: Node): node is Element {
  return node.nodeType === node.ELEMENT_NODE;
}

const PRECEDING = 2;
const FOLLOWING = 4;

/** A node as text: an element or document as XML, any other node as the text it holds. */
export function serializeNode(node: Node): string {
  return isElement(node) || node.nodeType === node.DOCUMENT_NODE
    ? serializer.serializeToString(node)
    : (node.nodeValue ?? "");
}
