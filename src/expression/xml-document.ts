import type { Document, Element, Node } from "@xmldom/xmldom";
import { XMLSerializer } from "@xmldom/xmldom/lib/dom.js";
import { parseDom, TooMuchXml, XmlError } from "../documents/dom.ts";
import { findViolations } from "../documents/well-formed.ts";
import { ExpressionError } from "./value.ts";
import { TooMuchWork } from "./work.ts";

/** An XML document that XPath expressions can be applied to. */
export type XmlDocument = Document;

/** How deep elements may be nested; XPath reads the text of an element by recursion. */
const MAX_DEPTH = 500;

/** CDATA with its content; comments and instructions, in which the same characters are none, without. */
const SECTION = /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>/g;

const serializer = new XMLSerializer();

/**
 * Parses a message's XML. No entities exist but the five of XML itself: a document that declares one or refers to
 * another is refused, and an external DTD is never fetched.
 *
 * @throws {ExpressionError} if the text is not well-formed XML, at the offset to look at, or nested too deep;
 *   {@link TooMuchWork} for more nodes or namespaces than the parser can take in
 */
export function parseXml(text: string): XmlDocument {
  const source = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  const document = readDocument(source);
  if (/<!ENTITY/.test(document.doctype?.internalSubset ?? "")) {
    throw new ExpressionError("The XML declares an entity, which is not allowed", source.indexOf("<!ENTITY"));
  }
  numberNodes(document);
  return document;
}

function readDocument(source: string): Document {
  const document = parsed(source);
  const [violation] = findViolations(source);
  if (violation) throw new ExpressionError(violation.message, violation.offset, violation.remedy);
  return source.includes("<![CDATA[") ? parsed(withoutSections(source)) : document;
}

/** CDATA as the text that it is: XPath 1.0 knows only text nodes, and what stands together is one of them (5.7). */
function withoutSections(wellFormed: string): string {
  return wellFormed.replace(SECTION, (found, inside?: string) =>
    inside === undefined
      ? found
      : inside.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
  );
}

function parsed(source: string): Document {
  try {
    return parseDom(source);
  } catch (error) {
    if (error instanceof TooMuchXml) throw new TooMuchWork();
    if (!(error instanceof XmlError)) throw error;
    throw new ExpressionError(error.message, error.offset, error.remedy);
  }
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
