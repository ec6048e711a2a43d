import type { XmlElement } from "../../../documents/element.ts";
import { readBoolean, readBooleanAttribute } from "../../../documents/read.ts";
import type { Report } from "../../../documents/report.ts";
import { textOf } from "../../../expression/value.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { Message } from "../../../flow/message.ts";
import { definePolicy } from "../../policy-type.ts";
import type { Extracted, Extraction } from "./extraction.ts";
import { faults } from "./faults.ts";
import { buildJsonPayload, type JsonPayload, readJsonPayload } from "./json-payload.ts";
import { buildPatterns, type Patterns, patternElements, readPatterns } from "./patterns.ts";
import { buildXmlPayload, readXmlPayload, type XmlPayload } from "./xml-payload.ts";

/**
 * Sets variables to parts of a message: of its path, query and form parameters, headers, JSON or XML content;
 * or to parts of another variable. The elements are worked through in document order, so what stands later
 * wins. Apigee: "ExtractVariables policy".
 *
 * Faults (all 500), each `steps.extractvariables.…`: `SourceMessageNotAvailable`, `JsonPathParsingFailure`,
 * `InvalidJSONPath`, `ExecutionFailed`, `UnableToCast`, `SetVariableFailed`, `ImmutableVariable`.
 */
export const extractVariables = definePolicy({
  element: "ExtractVariables",
  variablePrefix: "extractvariables",
  faults,

  read(xml, report) {
    const source = xml.child("Source");
    return {
      source: source?.text() || "message",
      clearPayload: source !== undefined && readBooleanAttribute(source, "clearPayload", false, report),
      variablePrefix: xml.child("VariablePrefix")?.text() ?? "",
      ignoreUnresolved: readBoolean(xml.child("IgnoreUnresolvedVariables"), false, report),
      parts: readParts(xml, report),
    };
  },

  build({ source, clearPayload, variablePrefix, ignoreUnresolved, parts }, context) {
    const extraction = { context, source, variablePrefix, ignoreUnresolved };
    const findSource = compileSource(extraction, parts.some(needsMessage));
    const extracts = parts.map((part) => buildPart(part, extraction));
    return function extractInOrder(flow) {
      const from = findSource(flow);
      for (const extract of extracts) extract(flow, from);
      if (clearPayload && from instanceof Message) from.setContent(null);
    };
  },
});

type Part = Patterns | JsonPayload | XmlPayload;

function readParts(xml: XmlElement, report: Report): Part[] {
  const elements = xml.children(...patternElements, "JSONPayload", "XMLPayload");
  if (elements.length === 0) {
    report.error(
      "NothingToExtract",
      xml,
      "The policy does not say what to extract.",
      "Write at least one of URIPath, QueryParam, Header, FormParam, Variable, JSONPayload and XMLPayload.",
    );
  }
  return elements.flatMap((element) => readPart(element, report) ?? []);
}

function readPart(element: XmlElement, report: Report): Part | null {
  if (element.name === "JSONPayload") return readJsonPayload(element, report);
  return element.name === "XMLPayload" ? readXmlPayload(element, report) : readPatterns(element, report);
}

function buildPart(part: Part, extraction: Extraction) {
  switch (part.kind) {
    case "JSONPayload":
      return buildJsonPayload(part, extraction);
    case "XMLPayload":
      return buildXmlPayload(part, extraction);
    case "patterns":
      return buildPatterns(part, extraction);
  }
}

/** Text can only be taken apart as JSON or XML; a Variable does not look at the source. */
function needsMessage(part: Part): boolean {
  return part.kind === "patterns" && part.element !== "Variable";
}

function compileSource(
  { context, source }: Extraction,
  mustBeMessage: boolean,
): (flow: FlowContext) => Extracted {
  const variable = context.variable(source);
  const isContent = variable.contentOf !== null;
  return (flow) => {
    const value = variable.get(flow);
    if (value instanceof Message) return value;
    if (value === null && isContent) throw faults.jsonPathParsingFailure(context.policy, source);
    if (value === null || mustBeMessage) throw faults.sourceMessageNotAvailable(context.policy, source);
    return textOf(value);
  };
}
