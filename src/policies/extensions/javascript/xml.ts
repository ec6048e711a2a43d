import type { Element, Node } from "@xmldom/xmldom";
import { ExpressionError } from "../../../expression/value.ts";
import { parseXml } from "../../../expression/xml-document.ts";
import { ScriptRefusal } from "../../../scripts/error.ts";

/** A text, or an element: its name, its namespace, its attributes as name, namespace and value, and its children. */
export type XmlTree =
  | string
  | readonly [string, string, readonly [string, string, string][], readonly XmlTree[]];

/**
 * A document's root element as scripts are given it: without comments, processing instructions, and the white space
 * between elements. Throws {@link ScriptRefusal} for text that is no XML document.
 */
export function xmlTree(text: string): XmlTree {
  try {
    const { documentElement } = parseXml(text);
    if (documentElement === null) throw new ScriptRefusal("the text is no XML");
    return elementTree(documentElement);
  } catch (error) {
    if (error instanceof ExpressionError) throw new ScriptRefusal(error.message, { cause: error });
    throw error;
  }
}

function elementTree(element: Element): XmlTree {
  const attributes = Array.from(element.attributes, (attribute): [string, string, string] => [
    attribute.name,
    attribute.namespaceURI ?? "",
    attribute.value,
  ]);
  const children = Array.from(element.childNodes)
    .map(treeOf)
    .filter((child) => child !== null);
  return [element.nodeName, element.namespaceURI ?? "", attributes, children];
}

/** Null for what scripts do not see. */
function treeOf(node: Node): XmlTree | null {
  if (node.nodeType === node.ELEMENT_NODE) return elementTree(node as Element);
  const isText = node.nodeType === node.TEXT_NODE || node.nodeType === node.CDATA_SECTION_NODE;
  const text = node.nodeValue ?? "";
  return isText && text.trim() !== "" ? text : null;
}
