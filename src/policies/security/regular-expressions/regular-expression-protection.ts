import { readBoolean } from "../../../documents/read.ts";
import { compileJsonPath, writtenEach } from "../../../expression/jsonpath.ts";
import { compileRegex } from "../../../expression/regex.ts";
import { ExpressionError, textOf } from "../../../expression/value.ts";
import { spendText, withinWork } from "../../../expression/work.ts";
import { compileXPath, parseXml } from "../../../expression/xpath.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { type Message, RequestMessage } from "../../../flow/message.ts";
import { hasDuplicateNames } from "../../parts/json-names.ts";
import { compileSourceMessage, isForm, isJson, isXml, strictContent } from "../../parts/source-message.ts";
import { definePolicy, type PolicyContext } from "../../policy-type.ts";
import { faults } from "./faults.ts";
import { type Check, type Pattern, readChecks } from "./read-checks.ts";
import { parameterReadings, readingsOf } from "./readings.ts";

/** The texts that a check looks at. */
type Texts = (flow: FlowContext, message: Message) => readonly string[];

/** How much of what was refused is shown. */
const SHOWN_INPUT = 1000;

/**
 * Refuses messages in which one of its patterns is found. What cannot be read cannot be looked into, and is refused as
 * well. Apigee: "RegularExpressionProtection policy".
 */
export const regularExpressionProtection = definePolicy({
  element: "RegularExpressionProtection",
  variablePrefix: "regularexpressionprotection",
  faults,

  read(xml, report) {
    return {
      source: xml.child("Source")?.text() || "message",
      checks: readChecks(xml, report),
      ignoreUnresolved: readBoolean(xml.child("IgnoreUnresolvedVariables"), false, report),
    };
  },

  build({ source, checks, ignoreUnresolved }, context) {
    const { policy } = context;
    const find = compileMessage(source, checks, context);
    const compiled = checks.map((check) => ({
      texts: compileTexts(check, ignoreUnresolved, context),
      refuse: compilePatterns(check.patterns, policy, isPrivate(check)),
    }));
    return function protect(flow) {
      const message = find(flow);
      try {
        withinWork(() => {
          for (const { texts, refuse } of compiled) for (const text of texts(flow, message)) refuse(text);
        });
      } catch (error) {
        if (error instanceof ExpressionError) throw faults.failed(policy, error.message).causedBy(error);
        if (error instanceof RangeError) throw faults.failed(policy, "it is nested too deep").causedBy(error);
        throw error;
      }
    };
  },
});

/** The message, whose body is read only where a check looks into it. */
function compileMessage(source: string, checks: readonly Check[], context: PolicyContext) {
  const readsBody = checks.some(({ kind }) => kind === "form" || kind === "json" || kind === "xml");
  return compileSourceMessage(source, faults, readsBody ? context : { ...context, readsContentOf: () => {} });
}

/** Whether what a check looks at must not be shown to anybody. */
function isPrivate(check: Check): boolean {
  return check.kind === "variable" && check.name.startsWith("private.");
}

function compilePatterns(
  patterns: readonly Pattern[],
  policy: string,
  hidesInput: boolean,
): (text: string) => void {
  const compiled = patterns.map(({ regex, ignoresCase }) => ({
    written: regex,
    regex: compileRegex(regex, { ignoreCase: ignoresCase }),
  }));
  return (text) => {
    for (const { written, regex } of compiled) {
      if (!regex.find(spendText(text))) continue;
      throw faults.threat(policy, written, hidesInput ? "*****" : text.slice(0, SHOWN_INPUT));
    }
  };
}

function compileTexts(check: Check, ignoreUnresolved: boolean, context: PolicyContext): Texts {
  switch (check.kind) {
    case "path":
      return (_flow, message) => (message instanceof RequestMessage ? readingsOf(message.path) : []);
    case "query":
      return (_flow, message) =>
        message instanceof RequestMessage ? parameterReadings(message.query, check.name, false) : [];
    case "header":
      return (_flow, message) => listOf(message.headers.get(check.name));
    case "form":
      return compileForm(check.name, context.policy);
    case "variable":
      return compileVariable(check.name, ignoreUnresolved, context);
    case "json":
      return compileJson(check.path, context.policy);
    case "xml":
      return compileXml(check.path, check.namespaces, context.policy);
  }
}

function compileForm(name: string, policy: string): Texts {
  return (_flow, message) => {
    if (message.body.isEmpty || !isForm(message)) return [];
    return parameterReadings(contentOf(message, policy), name, true);
  };
}

/** What has another meaning for whoever gets it cannot be looked into. */
function contentOf(message: Message, policy: string): string {
  const content = strictContent(message);
  if (content === null) throw faults.failed(policy, "the content is not UTF-8");
  return content;
}

function compileVariable(name: string, ignoreUnresolved: boolean, { variable }: PolicyContext): Texts {
  const { get } = variable(name);
  return (flow) => {
    const value = get(flow);
    if (value === null && !ignoreUnresolved) throw faults.unresolved(name);
    return value === null ? [] : [textOf(value)];
  };
}

function compileJson(path: string, policy: string): Texts {
  const select = compileJsonPath(path);
  return (_flow, message) => {
    if (message.body.isEmpty || !isJson(message)) return [];
    const content = contentOf(message, policy);
    let json: unknown;
    try {
      json = JSON.parse(content);
    } catch (error) {
      throw faults.failed(policy, "the content is not JSON").causedBy(error);
    }
    if (hasDuplicateNames(content, json))
      throw faults.failed(policy, "an object of the content has a name twice");
    return writtenEach(select(json).values);
  };
}

function compileXml(path: string, namespaces: ReadonlyMap<string, string>, policy: string): Texts {
  const xpath = compileXPath(path, namespaces);
  return (_flow, message) => {
    if (message.body.isEmpty || !isXml(message)) return [];
    const content = contentOf(message, policy);
    try {
      const document = parseXml(content);
      if (document.doctype?.internalSubset) throw new ExpressionError("A DTD may add to what is there");
      const result = xpath.select(document);
      return [result.string(), ...result.nodes()];
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      throw faults.failed(policy, "the content is not XML that can be looked into").causedBy(error);
    }
  };
}

function listOf(value: string | null): string[] {
  return value === null ? [] : [value];
}
