import { scalarOf } from "../../parts/exact-json.ts";
import { declaredBy, isDeclarable } from "../../parts/namespace-scope.ts";
import { isPlainObject } from "../../parts/plain-object.ts";
import type { XmlOptions } from "./options.ts";

/** JSON that no XML stands for; the message says why. */
export class NotXml extends Error {}

/** How deep JSON may be nested. */
const MAX_DEPTH = 500;

/** The longest document, in characters: a name is written out again for each item of its array. */
const LONGEST = 32 * 1024 * 1024;

/**
 * JSON as XML. An object with one member has that as its root, everything else one of the options' names; the items
 * of an array are elements of the same name. Apigee: "JSONToXML policy".
 *
 * @param json as `parseExactJson` reads it
 * @throws {NotXml}
 */
export function jsonToXml(json: unknown, options: XmlOptions): string {
  const declaration = `<?xml version="1.0" encoding="UTF-8"?>${options.indent ? "\n" : ""}`;
  const writer = new Writer(options);
  const root = rootOf(json, options);
  writer.element(root.name, root.value, 0);
  return options.omitXmlDeclaration ? writer.text : declaration + writer.text;
}

function rootOf(json: unknown, options: XmlOptions): { name: string; value: unknown } {
  if (Array.isArray(json)) {
    return { name: options.arrayRootElementName, value: { [options.arrayItemElementName]: json } };
  }
  const [first, ...others] = isPlainObject(json) ? Object.entries(json) : [];
  if (!first || others.length > 0 || Array.isArray(first[1]) || !isElementName(first[0], options)) {
    return { name: options.objectRootElementName, value: json };
  }
  return { name: first[0], value: first[1] };
}

class Writer {
  text = "";
  readonly #options: XmlOptions;
  /** Whether the start tag that was written last still lacks its end, which depends on what follows. */
  #isOpen = false;
  #endsWithTag = false;
  /** How many of the elements that are open declare a prefix. */
  readonly #prefixes = new Map<string, number>([["xml", 1]]);

  constructor(options: XmlOptions) {
    this.#options = options;
  }

  element(name: string, value: unknown, depth: number): void {
    if (depth > MAX_DEPTH) throw new NotXml(`The JSON is nested more than ${MAX_DEPTH} deep`);
    const members = isPlainObject(value) ? Object.entries(value) : [];
    const declared = this.#namespacesIn(members);
    for (const prefix of declared.keys()) this.#declare(prefix, 1);
    const tag = this.#name(name);
    this.#endStartTag();
    this.#newLine(depth);
    this.text += `<${tag}`;
    if (this.text.length > LONGEST) throw new NotXml("The XML would be too long");
    const written = new Set<string>();
    const attribute = (key: string, text: string) => {
      if (written.has(key)) throw new NotXml(`An element would have the attribute ${key} twice`);
      written.add(key);
      this.#attribute(key, text);
    };
    for (const [prefix, uri] of declared) attribute(prefix === "" ? "xmlns" : `xmlns:${prefix}`, uri);
    for (const [key, held] of this.#attributesIn(members)) attribute(this.#name(key), textOfScalar(held));
    this.#isOpen = true;
    this.#content(value, members, depth + 1);
    if (this.#isOpen) this.text += "/>";
    else {
      if (this.#endsWithTag && members.length > 0) this.#newLine(depth);
      this.text += `</${tag}>`;
    }
    this.#isOpen = false;
    this.#endsWithTag = true;
    for (const prefix of declared.keys()) this.#declare(prefix, -1);
  }

  #declare(prefix: string, by: 1 | -1): void {
    this.#prefixes.set(prefix, (this.#prefixes.get(prefix) ?? 0) + by);
  }

  #endStartTag(): void {
    if (this.#isOpen) this.text += ">";
    this.#isOpen = false;
  }

  #content(value: unknown, members: readonly [string, unknown][], depth: number): void {
    if (Array.isArray(value)) this.#elements(this.#options.arrayItemElementName, value, depth);
    else if (!isPlainObject(value)) this.#scalar(value);
    for (const [name, held] of members) {
      if (name === this.#options.textNodeName && !isPlainObject(held)) {
        for (const text of Array.isArray(held) ? held : [held]) this.#scalar(text);
      } else if (isElementName(name, this.#options)) this.#elements(name, held, depth);
    }
  }

  /** The items of an array are elements of one name; an array in it is an element with items. */
  #elements(name: string, value: unknown, depth: number): void {
    for (const item of Array.isArray(value) ? value : [value]) this.element(name, item, depth);
  }

  #scalar(value: unknown): void {
    const text = textOfScalar(value);
    if (text === "" || text === this.#options.nullValue) return;
    this.#endStartTag();
    this.text += this.#escape(text);
    this.#endsWithTag = false;
  }

  #attribute(name: string, value: string): void {
    const text = value === this.#options.nullValue ? "" : value;
    const prefix = declaredBy(name);
    if (prefix !== null && !isDeclarable(prefix, text.trim())) {
      throw new NotXml(`No namespace can be declared by ${name}="${text.slice(0, 100)}"`);
    }
    this.text += ` ${name}="${this.#escape(text).replaceAll('"', "&quot;").replaceAll("\n", "&#10;").replaceAll("\t", "&#9;")}"`;
  }

  #newLine(depth: number): void {
    if (this.#options.indent && this.text !== "") this.text += `\n${"  ".repeat(depth)}`;
  }

  /** Prefix to URI; the default namespace has an empty prefix. */
  #namespacesIn(members: readonly [string, unknown][]): Map<string, string> {
    const { namespaces } = this.#options;
    const block = members.find(([name]) => name === namespaces?.blockName)?.[1];
    if (!namespaces || !isPlainObject(block)) return new Map();
    return new Map(
      Object.entries(block).map(([prefix, uri]) => [
        prefix === namespaces.defaultName ? "" : this.#localName(prefix),
        textOfScalar(uri),
      ]),
    );
  }

  #attributesIn(members: readonly [string, unknown][]): [string, unknown][] {
    const { attributeBlockName, namespaces } = this.#options;
    const attributePrefix = this.#options.attributePrefix ?? "";
    const unprefixed = (attributes: [string, unknown][]) =>
      attributes.map(([name, value]): [string, unknown] => [
        name.startsWith(attributePrefix) ? name.slice(attributePrefix.length) : name,
        value,
      ]);
    return members.flatMap(([name, value]) => {
      if (name === namespaces?.blockName) return [];
      // XMLToJSON with the same options puts the prefix before the names in the block as well.
      if (name === attributeBlockName && isPlainObject(value)) return unprefixed(Object.entries(value));
      return attributePrefix !== "" && name.startsWith(attributePrefix) ? unprefixed([[name, value]]) : [];
    });
  }

  /** A name as XML takes it: a prefix stands only where it is declared. */
  #name(name: string): string {
    const separator = this.#options.namespaces?.separator ?? ":";
    const at = name.indexOf(separator);
    const prefix = at > 0 ? name.slice(0, at) : "";
    if (prefix !== "" && this.#prefixes.get(prefix)) {
      return `${prefix}:${this.#localName(name.slice(at + separator.length))}`;
    }
    return this.#localName(name);
  }

  #localName(name: string): string {
    if (NC_NAME.test(name)) return name;
    const replacement = this.#options.invalidCharsReplacement;
    const repaired =
      replacement === null
        ? ""
        : name.replace(NOT_FIRST_CHARACTER, replacement).replace(NOT_NAME_CHARACTER, replacement);
    if (NC_NAME.test(repaired)) return repaired;
    throw new NotXml(`${JSON.stringify(name.slice(0, 100))} is not the name of an XML element`);
  }

  #escape(text: string): string {
    const replacement = this.#options.invalidCharsReplacement;
    if (NOT_CHARACTER.test(text) && replacement === null) {
      throw new NotXml("A text holds a character that XML does not allow");
    }
    return text
      .replaceAll(new RegExp(NOT_CHARACTER, "gu"), replacement ?? "")
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll("\r", "&#13;");
  }
}

/** Whether a member is an element, and not attributes, namespaces or text. */
function isElementName(name: string, options: XmlOptions): boolean {
  const { attributePrefix, attributeBlockName, namespaces, textNodeName } = options;
  if (attributePrefix !== null && name.startsWith(attributePrefix)) return false;
  return name !== attributeBlockName && name !== namespaces?.blockName && name !== textNodeName;
}

/** Null is the empty text. What is no scalar stands in attributes as JSON. */
function textOfScalar(value: unknown): string {
  if (value === null) return "";
  return String(scalarOf(value) ?? JSON.stringify(value));
}

// Names: "Namespaces in XML 1.0" (NCName). Characters: "XML 1.0" (Char).
const FIRST =
  "A-Z_a-z\\u{C0}-\\u{D6}\\u{D8}-\\u{F6}\\u{F8}-\\u{2FF}\\u{370}-\\u{37D}\\u{37F}-\\u{1FFF}\\u{200C}-\\u{200D}\\u{2070}-\\u{218F}\\u{2C00}-\\u{2FEF}\\u{3001}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFFD}\\u{10000}-\\u{EFFFF}";
const OTHER = `${FIRST}\\-.0-9\\u{B7}\\u{300}-\\u{36F}\\u{203F}-\\u{2040}`;
const NC_NAME = new RegExp(`^[${FIRST}][${OTHER}]*$`, "u");
const NOT_FIRST_CHARACTER = new RegExp(`^[^${FIRST}]`, "u");
const NOT_NAME_CHARACTER = new RegExp(`[^${OTHER}]`, "gu");
const NOT_CHARACTER = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
