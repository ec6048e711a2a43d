import { remedyFor } from "../../../connections/expression-remedy.ts";
import { readTemplate } from "../../../connections/read-template.ts";
import type { XmlElement } from "../../../documents/element.ts";
import { readOneOfAttribute } from "../../../documents/read.ts";
import type { Report } from "../../../documents/report.ts";
import { pathsOfRequests } from "../../../expression/functions/json-path.ts";
import { compileJsonPath, writtenJson, writtenList } from "../../../expression/jsonpath.ts";
import { compileTemplate } from "../../../expression/template.ts";
import { ExpressionError, type Value } from "../../../expression/value.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { parseExactJson, scalarOf } from "../../parts/exact-json.ts";
import { readName } from "../../parts/message-edits/read-name.ts";
import { cast, type ValueType, valueTypes } from "./cast.ts";
import { compileAssignment, type Extract, type Extraction, payloadOf } from "./extraction.ts";
import { faults } from "./faults.ts";

/** The element JSONPayload: variables, and the JSONPath of what each is set to. */
export interface JsonPayload {
  readonly kind: "JSONPayload";
  readonly variables: readonly JsonVariable[];
}

interface JsonVariable {
  readonly name: string;
  readonly type: ValueType;
  /** A JSONPath, or a message template of one. */
  readonly path: string;
}

/** Problems: NoJSONPathsToEvaluate, EmptyJSONPathExpression, JSONPathCompilationFailed, MissingName, InvalidTemplate. */
export function readJsonPayload(payload: XmlElement, report: Report): JsonPayload {
  const variables = payload.children("Variable");
  if (variables.length === 0) reportNoPath(payload, report);
  return {
    kind: "JSONPayload",
    variables: variables.flatMap((variable) => readVariable(variable, report) ?? []),
  };
}

function readVariable(variable: XmlElement, report: Report): JsonVariable | null {
  const name = readName(variable, report);
  const type = readOneOfAttribute(variable, "type", valueTypes, "string", report);
  const element = variable.child("JSONPath");
  if (element === undefined) {
    reportNoPath(variable, report);
    return null;
  }
  const path = readTemplate(element.text(), element, report);
  if (path === "") {
    report.error("EmptyJSONPathExpression", element, "<JSONPath> is empty.", "Write a path, such as $.name.");
  } else if (isLiteral(path)) {
    checkPath(path, element, report);
  }
  return name === null ? null : { name, type, path };
}

function reportNoPath(at: XmlElement, report: Report): void {
  const message = `<${at.name}> has no <JSONPath>, so there is nothing to evaluate.`;
  report.error("NoJSONPathsToEvaluate", at, message, "Write <Variable> with a <JSONPath> in it.");
}

function isLiteral(path: string): boolean {
  try {
    return compileTemplate(path, () => () => null).literal !== null;
  } catch (error) {
    if (error instanceof ExpressionError) return false;
    throw error;
  }
}

function checkPath(path: string, at: XmlElement, report: Report): void {
  try {
    compileJsonPath(path);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    report.error(
      "JSONPathCompilationFailed",
      at,
      `The JSONPath ${path} is not valid: ${error.message.replace(`JSONPath "${path}", `, "").replace(/\.$/, "")}.`,
      remedyFor(
        error,
        "Write names after dots and numbers in brackets, as in $.orders[0].id; other names in ['…'], filters in [?(@.…)].",
      ),
    );
  }
}

/** Extracts from JSON content, which is parsed once for all variables. */
export function buildJsonPayload({ variables }: JsonPayload, extraction: Extraction): Extract {
  const { context, source } = extraction;
  context.readsContentOf(source);
  const extracts = variables.map((variable) => buildVariable(variable, extraction));
  return function extractFromJson(flow, from) {
    const payload = payloadOf(from, isJson);
    if (payload === null) return;
    try {
      const json = parseExactJson(payload);
      for (const extract of extracts) extract(flow, json);
    } catch (error) {
      // Not JSON; a path that visits too much of the document; a document that is nested too deep.
      const isDocumentsFault =
        error instanceof SyntaxError || error instanceof ExpressionError || error instanceof RangeError;
      throw isDocumentsFault ? faults.executionFailed(context.policy).causedBy(error) : error;
    }
  };
}

/** Whether content of the media type is looked into. */
export function isJson(mediaType: string): boolean {
  return (
    mediaType === "application/json" || (mediaType.startsWith("application/") && mediaType.endsWith("+json"))
  );
}

function buildVariable(
  { name, type, path }: JsonVariable,
  extraction: Extraction,
): (flow: FlowContext, json: unknown) => void {
  const { context, ignoreUnresolved } = extraction;
  const pathOf = buildPath(path, extraction);
  const variable = compileAssignment(extraction, name);
  return (flow, json) => {
    const { text, search } = pathOf(flow);
    const { definite, values } = search(json);
    if (definite && values.length === 0) {
      if (ignoreUnresolved) return;
      throw faults.invalidJsonPath(context.policy, text);
    }
    const value = definite ? valueAs(values[0], type) : listAs(values, type);
    const isNull = definite && values[0] === null;
    if (value === null && !isNull) {
      const text = definite ? writtenJson(values[0]) : writtenList(values);
      throw faults.unableToCast(variable.name, text, type);
    }
    variable.set(flow, value);
  };
}

type JsonPath = ReturnType<typeof compileJsonPath>;

function buildPath(
  path: string,
  { context, ignoreUnresolved }: Extraction,
): (flow: FlowContext) => { readonly text: string; readonly search: JsonPath } {
  if (isLiteral(path)) {
    const compiled = { text: path, search: compileJsonPath(path) };
    return () => compiled;
  }
  const unresolved = (name: string) => {
    throw faults.jsonPathParsingFailure(context.policy, name);
  };
  const template = context.template(path, ignoreUnresolved ? {} : { unresolved });
  const paths = pathsOfRequests();
  return (flow) => {
    const text = template(flow);
    const search = paths(text);
    if (search === null) throw faults.invalidJsonPath(context.policy, text);
    return { text, search };
  };
}

/** What a variable of the type holds for a value of the document; null also when it cannot hold it. */
function valueAs(found: unknown, type: ValueType): Value {
  if (type === "nodeset") return JSON.stringify(found);
  if (found === null) return null;
  if (type === "string") return writtenJson(found);
  const scalar = scalarOf(found);
  return scalar === null ? null : cast(scalar, type);
}

/** The same of all that a path found that may find many. */
function listAs(found: readonly unknown[], type: ValueType): Value {
  return type === "nodeset" || type === "string" ? writtenList(found) : null;
}
