// The parts of `@xmldom/xmldom` that are used here. Its main file brings the names of all characters of HTML along, which
// are a good part of its size and exist in no XML.

declare module "@xmldom/xmldom/lib/dom.js" {
  export { DOMImplementation, Node, XMLSerializer } from "@xmldom/xmldom";
}

declare module "@xmldom/xmldom/lib/sax.js" {
  export class XMLReader {
    domBuilder: object;
    errorHandler: object;
    /** @param namespaces by prefix; @param entities by name */
    parse(
      source: string,
      namespaces: Readonly<Record<string, string>>,
      entities: Readonly<Record<string, string>>,
    ): void;
  }
}
