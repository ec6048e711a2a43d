import type { XmlElement } from "../../../documents/element.ts";
import { readBoolean } from "../../../documents/read.ts";
import type { Report } from "../../../documents/report.ts";
import { type Namespaces, readNamespaces } from "../xml-to-json/options.ts";

/** How JSON becomes XML. Apigee: "JSONToXML policy" (Options). */
export interface XmlOptions {
  /** The text that stands for null. */
  readonly nullValue: string;
  readonly namespaces: Namespaces | null;
  /** The member that is text; null for none. */
  readonly textNodeName: string | null;
  /** The member whose members are attributes; null for none. */
  readonly attributeBlockName: string | null;
  /** What names of attributes begin with; null for none. */
  readonly attributePrefix: string | null;
  /** In place of each character that XML does not allow; null: such JSON cannot be converted. */
  readonly invalidCharsReplacement: string | null;
  readonly objectRootElementName: string;
  readonly arrayRootElementName: string;
  readonly arrayItemElementName: string;
  readonly indent: boolean;
  readonly omitXmlDeclaration: boolean;
}

/** Reads `<Options>`; all of it may be missing. */
export function readXmlOptions(xml: XmlElement, report: Report): XmlOptions {
  const options = xml.child("Options");
  const text = (name: string) => options?.child(name)?.text() || null;
  return {
    nullValue: text("NullValue") ?? "NULL",
    namespaces: options ? readNamespaces(options, report) : null,
    textNodeName: text("TextNodeName"),
    attributeBlockName: text("AttributeBlockName"),
    attributePrefix: text("AttributePrefix"),
    invalidCharsReplacement: options?.child("InvalidCharsReplacement")?.text() ?? null,
    objectRootElementName: text("ObjectRootElementName") ?? "Root",
    arrayRootElementName: text("ArrayRootElementName") ?? "Array",
    arrayItemElementName: text("ArrayItemElementName") ?? "Item",
    indent: readBoolean(options?.child("Indent"), false, report),
    omitXmlDeclaration: readBoolean(options?.child("OmitXmlDeclaration"), false, report),
  };
}
