import type { Document } from "@xmldom/xmldom";
import { XMLReader } from "@xmldom/xmldom/lib/sax.js";
import { DomBuilder } from "./dom-builder.ts";
import { explainParserMessage } from "./parser-message.ts";
import type { Violation } from "./well-formed.ts";

/** What xmldom says about a document that holds U+FFFD: not a break of the rules. */
const REPLACEMENT_CHARACTER_NOTICE = /^Unicode replacement character/;

/** What exists without being declared. */
const NAMESPACES = { xml: "http://www.w3.org/XML/1998/namespace" };
const ENTITIES = { amp: "&", apos: "'", gt: ">", lt: "<", quot: '"' };

/** XML that is not well-formed: what is wrong, where, and what to do about it. */
export class XmlError extends Error {
  override readonly name = "XmlError";
  /** How far into the text, in UTF-16 units. */
  readonly offset: number;
  readonly remedy: string;

  constructor({ offset, message, remedy }: Violation) {
    super(message);
    this.offset = offset;
    this.remedy = remedy;
  }
}

/** XML that would take too long, or too much memory: more than its length tells. */
export class TooMuchXml extends XmlError {}

/** How many elements, texts and attributes there may be, about: each takes nearly 1 kB, and an isolate has 128 MB. */
const MOST_NODES = 100_000;

/**
 * How many declarations of prefixes there may be, times how many different ones: the parser copies what prefixes stand
 * for at each element that declares one.
 */
const MOST_COPIES = 4_000_000;

/**
 * Parses XML, without a byte order mark and with line ends as `\n`. It knows no entities but the five of XML itself, and
 * fetches nothing. What the parser lets pass although it is not well-formed, `findViolations` finds.
 *
 * @throws {XmlError} where the parser stops; {@link TooMuchXml} before it begins
 */
export function parseDom(source: string): Document {
  checkNodes(source);
  checkNamespaces(source);
  let refusal: XmlError | null = null;
  const builder = new DomBuilder((message, context) => {
    if (REPLACEMENT_CHARACTER_NOTICE.test(message)) return;
    // The reader reports what is thrown while it reads, too: the first has said it.
    refusal ??= new XmlError(explainParserMessage(message, context, source));
    throw refusal;
  });
  const reader = Object.assign(new XMLReader(), { domBuilder: builder, errorHandler: builder });
  reader.parse(source, NAMESPACES, ENTITIES);
  if (!builder.doc.documentElement) builder.error("missing root element");
  return builder.doc;
}

/** Tags and values of attributes are counted, also where comments and texts hold what looks like one. */
function checkNodes(source: string): void {
  let nodes = 0;
  for (const { index } of source.matchAll(/<|=\s{0,9}["']/g)) {
    if (++nodes <= MOST_NODES) continue;
    const message = `There are more than ${MOST_NODES} tags and attributes.`;
    throw new TooMuchXml({ offset: index, message, remedy: "Split the document." });
  }
}

function checkNamespaces(source: string): void {
  const prefixes = new Set<string>();
  let declarations = 0;
  for (const { 1: prefix = "", index } of source.matchAll(/\bxmlns(?::([^\s=>]{1,100}))?/g)) {
    prefixes.add(prefix);
    if (++declarations * prefixes.size <= MOST_COPIES) continue;
    const message = `There are ${prefixes.size} namespace prefixes, which are declared too often.`;
    throw new TooMuchXml({ offset: index, message, remedy: "Declare each prefix once, at the root." });
  }
}
