import { type TemplateFunction, textFunction } from "./template-function.ts";

/** Texts made safe inside JSON, XML and HTML. The reference calls `encodeHTML` by both of its names. */
export const escapeFunctions: Readonly<Record<string, TemplateFunction>> = {
  escapeJSON: textFunction(["value"], (text) => JSON.stringify(text).slice(1, -1)),
  escapeXML: textFunction(["value"], escapeXML10),
  escapeXML11: textFunction(["value"], escapeXML11),
  encodeHTML: textFunction(["value"], encodeHTML),
  escapeHTML: textFunction(["value"], encodeHTML),
};

const XML_ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Characters that no XML 1.0 document can hold, not even as a reference. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to remove
const NOT_IN_XML10 = /[\0-\x08\x0B\x0C\x0E-\x1F\uD800-\uDFFF\uFFFE\uFFFF]/gu;
const NOT_IN_XML11 = /[\0\uD800-\uDFFF\uFFFE\uFFFF]/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.1 allows these only as references
const ONLY_AS_REFERENCE = /[\x01-\x08\x0B\x0C\x0E-\x1F\x7F-\x84\x86-\x9F]/g;

function escapeXML10(text: string): string {
  return text.replace(NOT_IN_XML10, "").replace(/[&<>"']/g, (character) => XML_ENTITIES[character] ?? "");
}

function escapeXML11(text: string): string {
  return text
    .replace(NOT_IN_XML11, "")
    .replace(/[&<>"']/g, (character) => XML_ENTITIES[character] ?? "")
    .replace(ONLY_AS_REFERENCE, (character) => `&#${character.charCodeAt(0)};`);
}

function encodeHTML(text: string): string {
  return text.replace(/[&<>"']/g, (character) =>
    character === "'" ? "&#39;" : (XML_ENTITIES[character] ?? ""),
  );
}
