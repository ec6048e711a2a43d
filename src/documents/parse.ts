import type { Element } from "@xmldom/xmldom";
import { decodeXml, EncodingError } from "./decode.ts";
import { findTooDeep } from "./depth.ts";
import { parseDom, XmlError } from "./dom.ts";
import { XmlElement } from "./element.ts";
import { Lines } from "./lines.ts";
import type { Position, Report } from "./report.ts";
import { findDoctype, findViolations } from "./well-formed.ts";

/** The largest XML document that is read, in bytes (UTF-16 units when given as text). */
export const MAX_XML_SIZE = 1024 * 1024;

/** How deep elements may be nested; the root element is at depth 1. */
export const MAX_XML_DEPTH = 100;

/**
 * The root element of an XML document, or null when it cannot be read; the report then says why. An element may come
 * with an error as well, so that the rest of the file is checked.
 * Positions count lines and columns from 1, columns in UTF-16 units; `\r\n` is one line end.
 *
 * Problems: InvalidXML (not well-formed, not UTF-8, too large, too deep), DoctypeNotAllowed (a DOCTYPE with
 * more than a name: entities other than `&lt; &gt; &amp; &quot; &apos;` do not exist in bundles).
 */
export function parseXml(document: string | Uint8Array, file: string, report: Report): XmlElement | null {
  const start = { file, line: 1, column: 1 };
  if (document.length > MAX_XML_SIZE) {
    const message = `The document is larger than ${MAX_XML_SIZE} bytes.`;
    report.error("InvalidXML", start, message, "Move large content into a resource file.");
    return null;
  }
  const source = readSource(document, start, report);
  if (source === null) return null;

  const doctype = findDoctype(source);
  if (doctype >= 0) {
    report.error(
      "DoctypeNotAllowed",
      { file, ...new Lines(source).placeOf(doctype) },
      "A DOCTYPE with declarations or an external identifier is not allowed.",
      "Remove the DOCTYPE and write entities out, or as numeric character references.",
    );
    return null;
  }
  const tooDeep = findTooDeep(source, MAX_XML_DEPTH);
  if (tooDeep >= 0) {
    const message = `Elements are nested more than ${MAX_XML_DEPTH} deep.`;
    report.error(
      "InvalidXML",
      { file, ...new Lines(source).placeOf(tooDeep) },
      message,
      "Nest fewer elements.",
    );
    return null;
  }
  const root = readRoot(source, file, report);
  if (root === null) return null;

  // What the parser lets pass hides nothing else in the file.
  for (const { offset, message, remedy } of findViolations(source)) {
    report.error("InvalidXML", { file, ...new Lines(source).placeOf(offset) }, message, remedy);
  }
  return new XmlElement(root, file);
}

function readSource(document: string | Uint8Array, start: Position, report: Report): string | null {
  try {
    return decodeXml(document);
  } catch (error) {
    if (!(error instanceof EncodingError)) throw error;
    report.error("InvalidXML", start, error.message, "Save the file as UTF-8.");
    return null;
  }
}

function readRoot(source: string, file: string, report: Report): Element | null {
  try {
    return parseDom(source).documentElement;
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    report.error(
      "InvalidXML",
      { file, ...new Lines(source).placeOf(error.offset) },
      error.message,
      error.remedy,
    );
    return null;
  }
}
