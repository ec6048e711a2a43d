import type { Element, Node } from "@xmldom/xmldom";
import { parseXml } from "../../../expression/xml-document.ts";
import type { JsonOptions } from "./options.ts";

/** A value of JSON; a number that was recognized stays as it was written. */
type Json = null | boolean | string | object | Json[];

/**
 * XML as JSON. Children of the same name become an array; comments, processing instructions and white space around text
 * are dropped. Apigee: "XMLToJSON policy".
 *
 * @throws {ExpressionError} for what is not well-formed XML, or nested too deep
 */
export function xmlToJson(xml: string, options: JsonOptions): string {
  const root = parseXml(xml).documentElement;
  const members = new Members();
  if (root) members.add(nameOf(root, options), convert(root, nameOf(root, options), options), false);
  const stripped = strip(members.finish(), options.stripLevels);
  return options.outputPrefix + JSON.stringify(stripped) + options.outputSuffix;
}

/** @param path the names from the root to the element */
function convert(element: Element, path: string, options: JsonOptions): Json {
  const members = new Members();
  addNamespaces(element, members, options);
  addAttributes(element, members, options);
  const isBare = members.isEmpty;
  for (const node of children(element)) {
    if (isElement(node)) {
      const name = nameOf(node, options);
      const below = `${path}/${name}`;
      members.add(name, convert(node, below, options), arrayAt(below, options) !== undefined);
    } else if (isText(node)) {
      const text = node.nodeValue?.trim() ?? "";
      if (text !== "") members.add(options.textNodeName, scalar(text, options), false);
    }
  }
  if (members.isEmpty) return options.recognizeNull ? null : {};
  const only = members.only;
  if (only?.name === options.textNodeName && isBare && !options.textAlwaysAsProperty) {
    return only.values.length === 1 ? (only.values[0] ?? null) : only.values;
  }
  if (only && arrayAt(`${path}/${only.name}`, options)) return only.values;
  return members.finish();
}

/** Whether a path is one whose values are an array, and unwrapped. Documents make paths long: those are not compared. */
function arrayAt(path: string, { arrays, longestPath }: JsonOptions): boolean | undefined {
  return path.length <= longestPath ? arrays.get(path) : undefined;
}

function addNamespaces(element: Element, members: Members, { namespaces }: JsonOptions): void {
  if (!namespaces) return;
  const block = new Members();
  for (const { name, value } of attributesOf(element)) {
    if (name === "xmlns") block.add(namespaces.defaultName, value, false);
    else if (name.startsWith("xmlns:")) block.add(name.slice("xmlns:".length), value, false);
  }
  if (!block.isEmpty) members.add(namespaces.blockName, block.finish(), false);
}

function addAttributes(element: Element, members: Members, options: JsonOptions): void {
  const block = options.attributeBlockName === null ? members : new Members();
  for (const attribute of attributesOf(element)) {
    if (attribute.name === "xmlns" || attribute.name.startsWith("xmlns:")) continue;
    block.add(options.attributePrefix + nameOf(attribute, options), scalar(attribute.value, options), false);
  }
  if (options.attributeBlockName !== null && !block.isEmpty) {
    members.add(options.attributeBlockName, block.finish(), false);
  }
}

function nameOf(
  { localName, prefix, nodeName }: { localName: string | null; prefix: string | null; nodeName: string },
  { namespaces }: JsonOptions,
): string {
  const name = localName ?? nodeName;
  return namespaces && prefix ? prefix + namespaces.separator + name : name;
}

/** What JSON itself takes for a number. */
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

function scalar(text: string, options: JsonOptions): Json {
  if (options.recognizeNumber && NUMBER.test(text)) return JSON.rawJSON(text);
  if (options.recognizeBoolean && (text === "true" || text === "false")) return text === "true";
  return options.recognizeNull && text === options.nullValue ? null : text;
}

/** Takes off the outer levels, as far as they hold nothing else. */
function strip(json: Json, levels: number): Json {
  let rest = json;
  for (let level = 0; level < levels; level++) {
    if (typeof rest !== "object" || rest === null || Array.isArray(rest) || JSON.isRawJSON(rest)) return rest;
    const values: Json[] = Object.values(rest);
    if (values.length !== 1) return rest;
    rest = values[0] ?? null;
  }
  return rest;
}

/** The members of an object in the order in which their names came first. */
class Members {
  readonly #values = new Map<string, { readonly values: Json[]; readonly isArray: boolean }>();

  add(name: string, value: Json, isArray: boolean): void {
    const known = this.#values.get(name);
    if (known) known.values.push(value);
    else this.#values.set(name, { values: [value], isArray });
  }

  get isEmpty(): boolean {
    return this.#values.size === 0;
  }

  /** The one name there is, with its values; null when there are several. */
  get only(): { readonly name: string; readonly values: Json[] } | null {
    const [first, second] = this.#values;
    return first && !second ? { name: first[0], values: first[1].values } : null;
  }

  finish(): object {
    // Without a prototype every name is a member's, __proto__ too.
    const object: Record<string, Json> = Object.create(null);
    for (const [name, { values, isArray }] of this.#values) {
      object[name] = values.length === 1 && !isArray ? (values[0] ?? null) : values;
    }
    return object;
  }
}

function children(element: Element): readonly Node[] {
  return Array.from(element.childNodes);
}

function attributesOf(element: Element) {
  return Array.from(element.attributes);
}

function isElement(node: Node): node is Element {
  return node.nodeType === node.ELEMENT_NODE;
}

function isText(node: Node): boolean {
  return node.nodeType === node.TEXT_NODE || node.nodeType === node.CDATA_SECTION_NODE;
}
