import { remedyFor } from "../../../connections/expression-remedy.ts";
import type { XmlElement } from "../../../documents/element.ts";
import { readBooleanAttribute, readOneOfAttribute } from "../../../documents/read.ts";
import type { Report } from "../../../documents/report.ts";
import { xpaths } from "../../../expression/late-parts.ts";
import { ExpressionError, type Value } from "../../../expression/value.ts";
import type { XmlDocument, XPath, XPathResult } from "../../../expression/xpath.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { readName } from "../../parts/message-edits/read-name.ts";
import { cast, type ValueType, valueTypes } from "./cast.ts";
import { compileAssignment, type Extract, type Extraction, payloadOf } from "./extraction.ts";
import { faults } from "./faults.ts";

/** The element XMLPayload: variables, and the XPath of what each is set to. */
export interface XmlPayload {
  readonly kind: "XMLPayload";
  /** Whether the first variable that is set is the last. */
  readonly stopPayloadProcessing: boolean;
  /** Prefix to URI. */
  readonly namespaces: ReadonlyMap<string, string>;
  readonly variables: readonly XmlVariable[];
}

interface XmlVariable {
  readonly name: string;
  readonly type: ValueType;
  readonly xpath: string;
}

/**
 * Problems: NoXPathsToEvaluate, EmptyXPathExpression, XPathCompilationFailed, CannotBeConvertedToNodeset,
 * NONEmptyPrefixMappedToEmptyURI, DuplicatePrefix, MissingPrefix, MissingName.
 */
export function readXmlPayload(payload: XmlElement, report: Report): XmlPayload {
  const namespaces = readNamespaces(payload.child("Namespaces"), report);
  const variables = payload.children("Variable");
  if (variables.length === 0) reportNoXPath(payload, report);
  return {
    kind: "XMLPayload",
    stopPayloadProcessing: readBooleanAttribute(payload, "stopPayloadProcessing", false, report),
    namespaces,
    variables: variables.flatMap((variable) => readVariable(variable, namespaces, report) ?? []),
  };
}

/** Prefix to URI. Problems: NONEmptyPrefixMappedToEmptyURI, DuplicatePrefix, MissingPrefix. */
export function readNamespaces(element: XmlElement | undefined, report: Report): Map<string, string> {
  const namespaces = new Map<string, string>();
  for (const namespace of element?.children("Namespace") ?? []) {
    const prefix = namespace.attribute("prefix")?.trim() ?? "";
    const uri = namespace.text();
    const problem = namespaceProblem(prefix, uri, namespaces);
    if (problem !== null) report.error(problem.code, namespace, problem.message, problem.remedy);
    namespaces.set(prefix, uri);
  }
  return namespaces;
}

function namespaceProblem(prefix: string, uri: string, earlier: ReadonlyMap<string, string>) {
  if (prefix === "") {
    const message = "<Namespace> has no prefix, and XPath has no default namespace.";
    return {
      code: "MissingPrefix",
      message,
      remedy: 'Write prefix="…" into it, and the prefix into each XPath.',
    };
  }
  if (earlier.has(prefix)) {
    const message = `The prefix ${prefix} is declared twice.`;
    return { code: "DuplicatePrefix", message, remedy: "Keep one <Namespace> of that prefix." };
  }
  if (uri !== "") return null;
  const message = `The prefix ${prefix} stands for no URI.`;
  return {
    code: "NONEmptyPrefixMappedToEmptyURI",
    message,
    remedy: "Write the namespace's URI into <Namespace>.",
  };
}

function readVariable(
  variable: XmlElement,
  namespaces: ReadonlyMap<string, string>,
  report: Report,
): XmlVariable | null {
  const name = readName(variable, report);
  const type = readOneOfAttribute(variable, "type", valueTypes, "string", report);
  const element = variable.child("XPath");
  if (element === undefined) {
    reportNoXPath(variable, report);
    return null;
  }
  const xpath = element.text();
  if (xpath === "") {
    report.error("EmptyXPathExpression", element, "<XPath> is empty.", "Write an expression, such as /name.");
  } else {
    checkXPath(xpath, type, namespaces, element, report);
  }
  return name === null ? null : { name, type, xpath };
}

function reportNoXPath(at: XmlElement, report: Report): void {
  const message = `<${at.name}> has no <XPath>, so there is nothing to evaluate.`;
  report.error("NoXPathsToEvaluate", at, message, "Write <Variable> with an <XPath> in it.");
}

function checkXPath(
  xpath: string,
  type: ValueType,
  namespaces: ReadonlyMap<string, string>,
  at: XmlElement,
  report: Report,
): void {
  try {
    const { compileXPath, parseXml } = xpaths.get();
    const { type: resultType } = compileXPath(xpath, namespaces).select(parseXml("<any/>"));
    if (type !== "nodeset" || resultType === "nodeset") return;
    report.error(
      "CannotBeConvertedToNodeset",
      at,
      `The result of the XPath ${xpath} is a ${resultType} and cannot be converted to a nodeset.`,
      `Write an XPath that selects nodes, or type="string".`,
    );
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    report.error(
      "XPathCompilationFailed",
      at,
      `${error.message.replace(/\.$/, "")}.`,
      remedyFor(error, "Write an expression that needs less of the document."),
    );
  }
}

/** Extracts from XML content, which is parsed once for all variables. */
export function buildXmlPayload(payload: XmlPayload, extraction: Extraction): Extract {
  const { stopPayloadProcessing, namespaces, variables } = payload;
  const { context, source } = extraction;
  context.readsContentOf(source);
  const extracts = variables.map((variable) => buildVariable(variable, namespaces, extraction));
  const { parseXml } = xpaths.get();
  return function extractFromXml(flow, from) {
    const text = payloadOf(from, isXml);
    if (text === null) return;
    try {
      const document = parseXml(text);
      for (const extract of extracts) {
        if (extract(flow, document) && stopPayloadProcessing) return;
      }
    } catch (error) {
      throw error instanceof ExpressionError ? faults.executionFailed(context.policy).causedBy(error) : error;
    }
  };
}

/** Whether content of the media type is looked into. */
export function isXml(mediaType: string): boolean {
  return mediaType === "text/xml" || /^application\/(?:.+\+)?xml$/.test(mediaType);
}

/** Says whether it has set the variable; nothing is set when the XPath selects no node, or makes an empty text. */
function buildVariable(
  { name, type, xpath }: XmlVariable,
  namespaces: ReadonlyMap<string, string>,
  extraction: Extraction,
): (flow: FlowContext, document: XmlDocument) => boolean {
  const expression: XPath = xpaths.get().compileXPath(xpath, namespaces);
  const variable = compileAssignment(extraction, name);
  return (flow, document) => {
    const found = expression.select(document);
    if ((found.type === "nodeset" || found.type === "string") && !found.boolean()) return false;
    const value = valueAs(found, type);
    if (value === null) throw faults.unableToCast(variable.name, found.string(), type);
    variable.set(flow, value);
    return true;
  };
}

function valueAs(found: XPathResult, type: ValueType): Value {
  if (type === "nodeset") return found.nodes().join("");
  if (type === "string") return found.string();
  return cast(found.type === "number" ? found.number() : found.string(), type);
}
