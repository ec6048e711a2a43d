import { SaxesParser } from "saxes";
import { NamespaceScope } from "./namespace-scope.ts";

/** The most that an XML document may hold; endless where there is no limit. Lengths are characters. */
export interface XmlLimits {
  readonly names: {
    readonly element: number;
    readonly attribute: number;
    readonly prefix: number;
    readonly instruction: number;
  };
  readonly depth: number;
  readonly attributes: number;
  readonly namespaces: number;
  readonly children: {
    readonly most: number;
    readonly countsComments: boolean;
    readonly countsElements: boolean;
    readonly countsInstructions: boolean;
    readonly countsTexts: boolean;
  };
  readonly values: {
    readonly text: number;
    readonly attribute: number;
    readonly namespace: number;
    readonly comment: number;
    readonly instruction: number;
  };
}

/** How deep a document may be without a limit of its own: other programs have a stack that ends. */
export const DEEPEST = 10_000;

/** No limits but {@link DEEPEST}. */
export const unlimited: XmlLimits = (() => {
  const most = Number.POSITIVE_INFINITY;
  return {
    names: { element: most, attribute: most, prefix: most, instruction: most },
    depth: most,
    attributes: most,
    namespaces: most,
    children: {
      most,
      countsComments: false,
      countsElements: false,
      countsInstructions: false,
      countsTexts: false,
    },
    values: { text: most, attribute: most, namespace: most, comment: most, instruction: most },
  };
})();

/** An element that begins. */
export interface XmlStart {
  /** Without prefix. */
  readonly name: string;
  /** Empty when it is in none. */
  readonly namespace: string;
  /** Of the root: 0. */
  readonly depth: number;
  /** Counted from 1. */
  readonly line: number;
}

/** Ends the parsing. */
class Threat extends Error {}

/**
 * Looks once through an XML document, without building anything of it. Null when it is well-formed and within the
 * limits; otherwise what is wrong, and where. A document type is always refused: what its entities become is limited
 * by nothing. Format: XML 1.0, Namespaces in XML.
 *
 * @param judge says what is wrong with an element, or null
 */
export function scanXml(
  text: string,
  limits: XmlLimits,
  judge: ((start: XmlStart) => string | null) | null = null,
): string | null {
  // The parser's own look-up of prefixes takes longer the deeper it is.
  const parser = new SaxesParser({ xmlns: false });
  const scope = new NamespaceScope();
  const { names, children, values } = limits;
  const mostDepth = Math.min(limits.depth, DEEPEST);
  const childCounts: number[] = [];
  let attributes = 0;
  let namespaces = 0;
  /** How long the text is since the last tag: comments and CDATA sections part it for the parser only. */
  let textLength = 0;

  const where = () => `at line ${parser.line}(possibly around char ${parser.column})`;
  const fail = (reason: string): never => {
    throw new Threat(`${reason} ${where()}`);
  };
  const limit = (actual: number, most: number, what: string): void => {
    if (actual > most) fail(`${what} exceeded ${most}`);
  };
  const countChild = (counts: boolean): void => {
    const top = childCounts.length - 1;
    if (!counts || top < 0) return;
    const count = (childCounts[top] ?? 0) + 1;
    childCounts[top] = count;
    limit(count, children.most, "Children count");
  };

  parser.on("error", (error) => {
    const isEnd = /unclosed tag|document must contain a root|unexpected end/i.test(error.message);
    throw new Threat(
      isEnd
        ? `Premature end of document while parsing at line ${parser.line}(possibly  around char 0)`
        : `${error.message.replace(/^\d+:\d+: /, "").replace(/[.]?$/, "")} ${where()}`,
    );
  });
  parser.on("doctype", () => fail("Document type declarations are not allowed"));
  parser.on("opentagstart", ({ name }) => {
    attributes = 0;
    namespaces = 0;
    textLength = 0;
    countChild(children.countsElements);
    limit(localName(name).length, names.element, "Element name length");
    limit(prefixOf(name).length, names.prefix, "Namespace prefix length");
    childCounts.push(0);
    limit(childCounts.length, mostDepth, "Node depth");
  });
  parser.on("attribute", ({ name, value }) => {
    if (name === "xmlns" || name.startsWith("xmlns:")) {
      limit(++namespaces, limits.namespaces, "Namespace count");
      limit(name === "xmlns" ? 0 : localName(name).length, names.prefix, "Namespace prefix length");
      limit(value.length, values.namespace, "Namespace URI length");
      return;
    }
    limit(++attributes, limits.attributes, "Attribute count");
    limit(localName(name).length, names.attribute, "Attribute name length");
    limit(prefixOf(name).length, names.prefix, "Namespace prefix length");
    limit(value.length, values.attribute, "Attribute value length");
  });
  parser.on("opentag", ({ name, attributes: held }) => {
    const problem = scope.enter(name, held);
    if (problem !== null) fail(problem);
    if (judge === null) return;
    const start = { name: localName(name), namespace: scope.namespaceOf(name) };
    const wrong = judge({ ...start, depth: childCounts.length - 1, line: parser.line });
    if (wrong !== null) throw new Threat(wrong);
  });
  parser.on("closetag", () => {
    scope.leave();
    textLength = 0;
    childCounts.pop();
  });
  const takeText = (content: string): void => {
    if (content.trim() === "") return;
    countChild(children.countsTexts);
    textLength += content.length;
    limit(textLength, values.text, "Text length");
  };
  parser.on("text", takeText);
  parser.on("cdata", takeText);
  parser.on("comment", (content) => {
    countChild(children.countsComments);
    limit(content.length, values.comment, "Comment length");
  });
  parser.on("processinginstruction", ({ target, body }) => {
    countChild(children.countsInstructions);
    limit(target.length, names.instruction, "Processing instruction target length");
    limit(body.length, values.instruction, "Processing instruction data length");
  });

  try {
    parser.write(text).close();
    return null;
  } catch (error) {
    if (error instanceof Threat) return error.message;
    throw error;
  }
}

function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

function prefixOf(name: string): string {
  return name.slice(0, Math.max(0, name.indexOf(":")));
}
