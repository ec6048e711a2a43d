import { remedyFor } from "../../../connections/expression-remedy.ts";
import type { XmlElement } from "../../../documents/element.ts";
import { readBooleanAttribute } from "../../../documents/read.ts";
import type { Report } from "../../../documents/report.ts";
import { compileJsonPath } from "../../../expression/jsonpath.ts";
import { compileRegex } from "../../../expression/regex.ts";
import { ExpressionError } from "../../../expression/value.ts";
import { compileXPath } from "../../../expression/xpath.ts";
import { readNamespaces } from "../../messages/extract-variables/xml-payload.ts";

/** A regular expression that must not be found. */
export interface Pattern {
  readonly regex: string;
  readonly ignoresCase: boolean;
}

/** Where to look for patterns. */
export type Check = { readonly patterns: readonly Pattern[] } & (
  | { readonly kind: "path" }
  | { readonly kind: "query" | "header" | "form" | "variable"; readonly name: string }
  | { readonly kind: "json"; readonly path: string }
  | { readonly kind: "xml"; readonly path: string; readonly namespaces: ReadonlyMap<string, string> }
);

/**
 * Reads everything that the policy looks at. Reports NothingToEnforce, NoPatternsToEnforce, InvalidRegularExpression,
 * MissingName, EmptyXPathExpression, XPathCompilationFailed, EmptyJSONPathExpression, JSONPathCompilationFailed, and
 * those of namespaces; the warning EmptyPattern.
 */
export function readChecks(xml: XmlElement, report: Report): Check[] {
  const named = (element: string, kind: "query" | "header" | "form" | "variable"): Check[] =>
    xml.children(element).map((child) => ({
      kind,
      name: readName(child, report),
      patterns: readPatterns(child, report),
    }));
  const checks: Check[] = [
    ...xml
      .children("URIPath")
      .map((child): Check => ({ kind: "path", patterns: readPatterns(child, report) })),
    ...named("QueryParam", "query"),
    ...named("Header", "header"),
    ...named("FormParam", "form"),
    ...named("Variable", "variable"),
    ...xml.children("JSONPayload").flatMap((payload) => readJson(payload, report)),
    ...xml.children("XMLPayload").flatMap((payload) => readXml(payload, report)),
  ];
  if (checks.length === 0) {
    const message = "The policy looks at nothing.";
    report.error(
      "NothingToEnforce",
      xml,
      message,
      "Add <URIPath>, <QueryParam>, <Header> or another part to look at.",
    );
  }
  return checks;
}

function readJson(payload: XmlElement, report: Report): Check[] {
  // What is looked at is the value itself, in which no slash is escaped.
  payload.attribute("escapeSlashCharacter");
  return payload.children("JSONPath").map((element) => {
    const path = readExpression(element, "JSONPath", report, (text) => compileJsonPath(text));
    return { kind: "json", path, patterns: readPatterns(element, report) };
  });
}

function readXml(payload: XmlElement, report: Report): Check[] {
  const namespaces = readNamespaces(payload.child("Namespaces"), report);
  return payload.children("XPath").map((element) => {
    // All nodes are looked at, as text, whatever type is asked for.
    element.ignore("Type");
    const path = readExpression(element, "XPath", report, (text) => compileXPath(text, namespaces));
    return { kind: "xml", path, namespaces, patterns: readPatterns(element, report) };
  });
}

function readExpression(
  parent: XmlElement,
  language: "JSONPath" | "XPath",
  report: Report,
  compile: (text: string) => unknown,
): string {
  const element = parent.child("Expression");
  const text = element?.text() ?? "";
  if (text === "") {
    const message = `<${language}> has no <Expression>, or it is empty.`;
    report.error(
      `Empty${language}Expression`,
      element ?? parent,
      message,
      "Write the path of what to look at.",
    );
    return text;
  }
  const problem = expressionProblem(() => compile(text));
  if (problem) {
    const remedy = remedyFor(problem, `Write it as the pages about ${language} have it.`);
    report.error(`${language}CompilationFailed`, element ?? parent, problem.message, remedy);
  }
  return text;
}

function readPatterns(element: XmlElement, report: Report): Pattern[] {
  const patterns = element.children("Pattern");
  if (patterns.length === 0) {
    const message = `<${element.name}> has no <Pattern>, so that nothing is refused.`;
    report.error("NoPatternsToEnforce", element, message, "Add a <Pattern>.");
  }
  return patterns.map((pattern) => {
    const regex = pattern.text();
    if (regex === "") {
      const message = "<Pattern> is empty, which is found in every text: whatever is looked at is refused.";
      report.warning("EmptyPattern", pattern, message, "Write a regular expression, or take it out.");
    }
    const ignoresCase = readBooleanAttribute(pattern, "ignoreCase", false, report);
    const problem = expressionProblem(() => compileRegex(regex, { ignoreCase: ignoresCase }));
    if (problem) {
      const remedy = remedyFor(problem, "Write it as java.util.regex.Pattern has it.");
      report.error("InvalidRegularExpression", pattern, problem.message, remedy);
    }
    return { regex, ignoresCase };
  });
}

function expressionProblem(compile: () => unknown): ExpressionError | null {
  try {
    compile();
    return null;
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
}

function readName(element: XmlElement, report: Report): string {
  const name = element.attribute("name")?.trim() ?? "";
  if (name === "") report.error("MissingName", element, `<${element.name}> has no name.`, 'Write name="…".');
  return name;
}
