import { remedyFor } from "../../../connections/expression-remedy.ts";
import type { XmlElement } from "../../../documents/element.ts";
import { readBooleanAttribute } from "../../../documents/read.ts";
import type { Report } from "../../../documents/report.ts";
import { bestMatch, compilePattern } from "../../../expression/extract-pattern.ts";
import { ExpressionError, textOf, type Value } from "../../../expression/value.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { Message, RequestMessage } from "../../../flow/message.ts";
import { messageProperty } from "../../../flow/message-properties.ts";
import { readName } from "../../parts/message-edits/read-name.ts";
import { compileAssignment, type Extract, type Extracted, type Extraction } from "./extraction.ts";

/** The elements that hold patterns. */
export const patternElements = ["URIPath", "QueryParam", "Header", "FormParam", "Variable"] as const;

type PatternElement = (typeof patternElements)[number];

/** One of these elements: where the text comes from, and the patterns that are tried on it. */
export interface Patterns {
  readonly kind: "patterns";
  readonly element: PatternElement;
  /** Of the parameter, header or variable; empty for URIPath. */
  readonly name: string;
  readonly patterns: readonly { readonly text: string; readonly ignoreCase: boolean }[];
}

/**
 * Problems: MissingName, InvalidPattern, PatternWithoutVariable, and the warning NoPattern for an element
 * that extracts nothing.
 */
export function readPatterns(xml: XmlElement, report: Report): Patterns | null {
  const element = patternElements.find((name) => name === xml.name);
  if (element === undefined) return null;
  const name = element === "URIPath" ? "" : readName(xml, report);
  const patterns = xml.children("Pattern").map((pattern) => readPattern(pattern, kindOf(element), report));
  if (patterns.length === 0) {
    const message = `<${element}> has no <Pattern> and extracts nothing.`;
    report.warning(
      "NoPattern",
      xml,
      message,
      "Write a <Pattern> with a variable in braces, or remove the element.",
    );
  }
  return name === null ? null : { kind: "patterns", element, name, patterns };
}

function readPattern(xml: XmlElement, kind: PatternKind, report: Report): Patterns["patterns"][number] {
  const text = xml.text();
  try {
    if (compilePattern(text, { kind, ignoreCase: false }).variables.length === 0) {
      report.warning(
        "PatternWithoutVariable",
        xml,
        `The pattern ${text} has no variable and extracts nothing.`,
        "Write the name of the variable to set in braces, such as {id}.",
      );
    }
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    report.error(
      "InvalidPattern",
      xml,
      `${error.message.replace(/\.$/, "")}.`,
      remedyFor(error, "Write text with names in braces; % before a brace makes it a part of the text."),
    );
  }
  return { text, ignoreCase: readBooleanAttribute(xml, "ignoreCase", false, report) };
}

type PatternKind = "path" | "text";

function kindOf(element: PatternElement): PatternKind {
  return element === "URIPath" ? "path" : "text";
}

/** Extracts by the pattern that matches with the most segments; the first of several. */
export function buildPatterns({ element, name, patterns }: Patterns, extraction: Extraction): Extract {
  const read = compileText(element, name, extraction);
  const compiled = patterns.map(({ text, ignoreCase }) =>
    compilePattern(text, { kind: kindOf(element), ignoreCase }),
  );
  const names = new Set(compiled.flatMap(({ variables }) => variables));
  const variables = new Map([...names].map((name) => [name, compileAssignment(extraction, name)]));
  return function extractByPattern(flow, source) {
    const text = read(flow, source);
    const match = text === null ? null : bestMatch(compiled, text);
    for (const [variable, value] of match ?? []) variables.get(variable)?.set(flow, value);
  };
}

/** The text that the patterns are tried on; null when there is none. */
export function compileText(
  element: PatternElement,
  name: string,
  { context, source }: Pick<Extraction, "context" | "source">,
): (flow: FlowContext, source: Extracted) => string | null {
  switch (element) {
    case "URIPath":
      return (flow, from) => (from instanceof RequestMessage ? flow.pathSuffix : null);
    case "Variable": {
      const variable = context.variable(name);
      return (flow) => textIn(variable.get(flow));
    }
    case "QueryParam":
    case "Header":
    case "FormParam": {
      const property = messageProperty(`${element.toLowerCase()}.${name}`);
      if (property?.readsContent) context.readsContentOf(source);
      return (_flow, from) => (property && from instanceof Message ? textIn(property.get(from)) : null);
    }
  }
}

/** A list without values is a header or parameter that is not there. */
function textIn(value: Value): string | null {
  const isMissing =
    value === null || value instanceof Message || (Array.isArray(value) && value.length === 0);
  return isMissing ? null : textOf(value);
}
