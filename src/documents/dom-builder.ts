import type { Document, Element, Node } from "@xmldom/xmldom";
import { DOMImplementation } from "@xmldom/xmldom/lib/dom.js";

/** Where something stands in the text; both count from 1. */
export interface PlaceInSource {
  readonly lineNumber?: number;
  readonly columnNumber?: number;
}

/** The attributes of a start tag, as the reader has them. */
interface ReadAttributes {
  readonly length: number;
  getURI(index: number): string | null;
  getQName(index: number): string;
  getValue(index: number): string;
  getLocator(index: number): PlaceInSource;
}

/** Builds the document that xmldom's reader reads. Every node knows its place. */
export class DomBuilder {
  readonly mimeType = "text/xml";
  readonly doc: Document = new DOMImplementation().createDocument(null, "");
  /** The reader moves it on. */
  locator: PlaceInSource = { lineNumber: 0 };
  /** The open element. The reader puts a text here that stands outside of the root. */
  currentElement: Node | null = null;
  readonly #refuse: (message: string, builder: DomBuilder) => void;
  #isCdata = false;

  /** @param refuse throws for what is not well-formed */
  constructor(refuse: (message: string, builder: DomBuilder) => void) {
    this.#refuse = refuse;
  }

  startDocument(): void {}
  endDocument(): void {
    this.doc.normalize();
  }

  startElement(namespace: string | null, _localName: string, name: string, attributes: ReadAttributes): void {
    const element: Element = this.doc.createElementNS(namespace, name);
    this.#append(element);
    this.currentElement = element;
    for (let index = 0; index < attributes.length; index++) {
      const attribute = this.doc.createAttributeNS(attributes.getURI(index), attributes.getQName(index));
      placeAt(attributes.getLocator(index), attribute);
      attribute.value = attribute.nodeValue = attributes.getValue(index);
      element.setAttributeNode(attribute);
    }
  }
  endElement(): void {
    this.currentElement = this.currentElement?.parentNode ?? null;
  }
  startPrefixMapping(): void {}
  endPrefixMapping(): void {}

  characters(text: string, start: number, length: number): void {
    const characters = text.substring(start, start + length);
    if (characters === "") return;
    this.#append(
      this.#isCdata ? this.doc.createCDATASection(characters) : this.doc.createTextNode(characters),
    );
  }
  startCDATA(): void {
    this.#isCdata = true;
  }
  endCDATA(): void {
    this.#isCdata = false;
  }
  comment(text: string, start: number, length: number): void {
    this.#append(this.doc.createComment(text.substring(start, start + length)));
  }
  processingInstruction(target: string, data: string): void {
    this.#append(this.doc.createProcessingInstruction(target, data));
  }

  startDTD(name: string, publicId: string, systemId: string, internalSubset: string): void {
    const doctype = this.doc.implementation.createDocumentType(name, publicId, systemId, internalSubset);
    this.#append(doctype);
    Object.assign(this.doc, { doctype });
  }
  endDTD(): void {}

  warning(message: string): void {
    this.#refuse(message, this);
  }
  error(message: string): void {
    this.#refuse(message, this);
  }
  fatalError(message: string): void {
    this.#refuse(message, this);
  }

  #append(node: Node): void {
    (this.currentElement ?? this.doc).appendChild(node);
    placeAt(this.locator, node);
  }
}

function placeAt({ lineNumber, columnNumber }: PlaceInSource, node: PlaceInSource): void {
  Object.assign(node, { lineNumber, columnNumber });
}
