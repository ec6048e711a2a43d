import { compilePattern } from "../../../expression/extract-pattern.ts";
import { pathsOfRequests } from "../../../expression/functions/json-path.ts";
import { writtenJson, writtenList } from "../../../expression/jsonpath.ts";
import { xpaths } from "../../../expression/late-parts.ts";
import { ExpressionError } from "../../../expression/value.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { Message, RequestMessage } from "../../../flow/message.ts";
import { payloadOf } from "../../messages/extract-variables/extraction.ts";
import { isJson } from "../../messages/extract-variables/json-payload.ts";
import { compileText } from "../../messages/extract-variables/patterns.ts";
import { isXml } from "../../messages/extract-variables/xml-payload.ts";
import { parseExactJson, scalarOf } from "../../parts/exact-json.ts";
import type { PolicyContext } from "../../policy-type.ts";
import type { Find, Found } from "./found.ts";
import { type Collect, patternKind } from "./read.ts";

/** What is found in a message. */
type FindIn = (flow: FlowContext, message: Message) => Found;

/** Compiles the search for a value. */
export function buildCollect(collect: Collect, context: PolicyContext): Find {
  if (collect.kind === "variable") return buildVariable(collect.ref, context);
  const { source } = collect;
  const { get } = context.variable(source);
  const find = buildFind(collect, context);
  if (source.startsWith("private.")) return () => ({ failed: "PrivateVariableAccess" });
  return (flow) => {
    const message = get(flow);
    return message instanceof Message ? find(flow, message) : { failed: "NonMsgVariable" };
  };
}

function buildVariable(ref: string, context: PolicyContext): Find {
  if (ref.startsWith("private.")) return () => ({ failed: "PrivateVariableAccess" });
  const { get } = context.variable(ref);
  return (flow) => {
    const value = get(flow);
    return value === null || value instanceof Message ? { absent: "UnresolvedVariable" } : { value };
  };
}

function buildFind(collect: Exclude<Collect, { kind: "variable" }>, context: PolicyContext): FindIn {
  switch (collect.kind) {
    case "patterns":
      return buildPatterns(collect, context);
    case "json":
      return buildJsonPath(collect, context);
    case "xml":
      return buildXPath(collect, context);
  }
}

/** The first pattern that matches counts; in ExtractVariables it is the best one. */
function buildPatterns(
  { element, name, source, patterns }: Collect & { kind: "patterns" },
  context: PolicyContext,
): FindIn {
  const textOf = compileText(element, name, { context, source });
  const kind = patternKind(element);
  const compiled = patterns.map(({ text, ignoreCase }) => compilePattern(text, { kind, ignoreCase }));
  const isOfRequests = element === "URIPath" || element === "QueryParam";
  return (flow, message) => {
    if (isOfRequests && !(message instanceof RequestMessage)) return { absent: null };
    const text = textOf(flow, message);
    for (const pattern of text === null ? [] : compiled) {
      const value = pattern.match(text ?? "")?.get("$");
      if (value !== undefined) return { value };
    }
    return { absent: "ExtractionFailure" };
  };
}

function buildJsonPath({ path, source }: Collect & { kind: "json" }, context: PolicyContext): FindIn {
  context.readsContentOf(source);
  const pathOf = context.template(path);
  const paths = pathsOfRequests();
  return (flow, message) => {
    const text = payloadOf(message, isJson);
    if (text === null) return { absent: "InvalidMsgContentType" };
    return parsed(() => {
      const search = paths(pathOf(flow));
      const { definite, values } = search?.(parseExactJson(text)) ?? { definite: true, values: [] };
      const [first] = values;
      if (!definite)
        return values.length > 0 ? { value: writtenList(values) } : { absent: "JSONPathQueryFailed" };
      if (first === undefined || first === null) return { absent: "JSONPathQueryFailed" };
      return { value: scalarOf(first) ?? writtenJson(first) };
    });
  };
}

function buildXPath(
  { xpath, namespaces, source }: Collect & { kind: "xml" },
  context: PolicyContext,
): FindIn {
  context.readsContentOf(source);
  const { compileXPath, parseXml } = xpaths.get();
  const expression = compileXPath(xpath, namespaces);
  return (_flow, message) => {
    const text = payloadOf(message, isXml);
    if (text === null) return { absent: "InvalidMsgContentType" };
    return parsed(() => {
      const found = expression.select(parseXml(text));
      if (found.type === "nodeset" && !found.boolean()) return { absent: "XPathEvaluationFailed" };
      if (found.type !== "number") return { value: found.string() };
      const number = found.number();
      return Number.isFinite(number) ? { value: number } : { absent: "XPathEvaluationFailed" };
    });
  };
}

/** A document that is malformed, nested too deep, or takes too much work, is not captured from. */
function parsed(find: () => Found): Found {
  try {
    return find();
  } catch (cause) {
    const isDocuments =
      cause instanceof SyntaxError || cause instanceof ExpressionError || cause instanceof RangeError;
    if (isDocuments) return { failed: "MsgContentParsingFailed", cause };
    throw cause;
  }
}
