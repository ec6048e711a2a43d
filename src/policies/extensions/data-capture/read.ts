import { remedyFor } from "../../../connections/expression-remedy.ts";
import { readTemplate } from "../../../connections/read-template.ts";
import type { XmlElement } from "../../../documents/element.ts";
import { readBoolean, readBooleanAttribute } from "../../../documents/read.ts";
import { type Position, positionOf, type Report } from "../../../documents/report.ts";
import { compilePattern } from "../../../expression/extract-pattern.ts";
import { compileJsonPath } from "../../../expression/jsonpath.ts";
import { xpaths } from "../../../expression/late-parts.ts";
import { compileTemplate } from "../../../expression/template.ts";
import { ExpressionError } from "../../../expression/value.ts";
import { readNamespaces } from "../../messages/extract-variables/xml-payload.ts";
import { readName } from "../../parts/message-edits/read-name.ts";
import { refOf } from "../../parts/text-or-ref.ts";

/** The elements of Collect that hold patterns. */
const patternElements = ["URIPath", "QueryParam", "Header", "FormParam"] as const;

export type PatternElement = (typeof patternElements)[number];

/** Where a value comes from. */
export type Collect =
  | { readonly kind: "variable"; readonly ref: string }
  | {
      readonly kind: "patterns";
      readonly source: string;
      readonly element: PatternElement;
      /** Of the parameter or header; empty for URIPath. */
      readonly name: string;
      readonly patterns: readonly { readonly text: string; readonly ignoreCase: boolean }[];
    }
  /** A message template of a path. */
  | { readonly kind: "json"; readonly source: string; readonly path: string }
  | {
      readonly kind: "xml";
      readonly source: string;
      readonly xpath: string;
      readonly namespaces: ReadonlyMap<string, string>;
    };

export interface Capture {
  readonly at: Position;
  readonly collector: string;
  /** Whether Apigee would charge by it: such a name is not that of a data collector. */
  readonly isMonetization: boolean;
  /** Null for none. */
  readonly fallback: string | null;
  readonly collect: Collect;
}

export interface DataCapture {
  readonly ignoreUnresolved: boolean;
  readonly throwOnLimit: boolean;
  readonly captures: readonly Capture[];
}

/**
 * Problems: CaptureMissing, DataCollectorMissing, CollectMissing, CollectAmbiguous, PatternCompilationFailed,
 * JsonPathCompilationFailed, XPathCompilationFailed, and the warnings DuplicateDataCollector, InvalidDataCollectorName,
 * PrivateVariableAccess.
 */
export function readDataCapture(xml: XmlElement, report: Report): DataCapture {
  const elements = xml.children("Capture");
  if (elements.length === 0) {
    report.error("CaptureMissing", xml, "The policy captures nothing.", "Add <Capture>.");
  }
  const captures = elements.flatMap((element) => readCapture(element, report) ?? []);
  reportDuplicates(captures, report);
  return {
    ignoreUnresolved: readBoolean(xml.child("IgnoreUnresolvedVariables"), false, report),
    throwOnLimit: readBoolean(xml.child("ThrowExceptionOnLimit"), false, report),
    captures,
  };
}

function reportDuplicates(captures: readonly Capture[], report: Report): void {
  const seen = new Set<string>();
  for (const { collector, at } of captures) {
    if (seen.has(collector)) {
      const message = `There is another <Capture> for ${collector}; the last one counts.`;
      report.warning(
        "DuplicateDataCollector",
        at,
        message,
        "Use a data collector of its own for each value.",
      );
    }
    seen.add(collector);
  }
}

function readCapture(xml: XmlElement, report: Report): Capture | null {
  const element = xml.child("DataCollector");
  const collector = element?.text() ?? "";
  const isMonetization = element?.attribute("scope")?.trim().toLowerCase() === "monetization";
  if (collector === "") {
    const message = "<Capture> names no data collector.";
    report.error("DataCollectorMissing", element ?? xml, message, "Add <DataCollector> with its name.");
  } else if (!isMonetization && !/^dc_[A-Za-z0-9_-]+$/.test(collector)) {
    const message = `"${collector}" cannot be the name of a data collector of Apigee.`;
    report.warning("InvalidDataCollectorName", element ?? xml, message, "Begin its name with dc_.");
  }
  const place = xml.child("Collect");
  const fallback = place?.attribute("default") ?? null;
  const collect = place === undefined ? nothingToCollect(xml, report) : readCollect(place, report);
  return collect && { at: positionOf(xml), collector, isMonetization, fallback, collect };
}

function nothingToCollect(at: Position, report: Report): null {
  const message = "It is not said what to capture.";
  report.error("CollectMissing", at, message, 'Write <Collect ref="…"/>, or one of its elements.');
  return null;
}

function readCollect(xml: XmlElement, report: Report): Collect | null {
  const ref = refOf(xml);
  const [first, second] = xml.children(...patternElements, "JSONPayload", "XMLPayload");
  const source = xml.child("Source")?.text() || "message";
  if (second !== undefined || (ref !== null && first !== undefined)) {
    const message = "<Collect> says more than one thing to capture.";
    report.error("CollectAmbiguous", second ?? first ?? xml, message, "Keep one.");
    xml.ignore(...patternElements, "JSONPayload", "XMLPayload");
    return null;
  }
  for (const name of [ref ?? "", source]) {
    if (!name.startsWith("private.")) continue;
    const message = `${name} is private, and is not captured.`;
    report.warning("PrivateVariableAccess", xml, message, "Capture another variable.");
  }
  if (ref !== null) return { kind: "variable", ref };
  if (first === undefined) return nothingToCollect(xml, report);
  if (first.name === "JSONPayload") return { kind: "json", source, path: readJsonPath(first, report) };
  if (first.name === "XMLPayload") return { kind: "xml", source, ...readXPath(first, report) };
  return readPatterns(first, source, report);
}

function readPatterns(xml: XmlElement, source: string, report: Report): Collect | null {
  const element = patternElements.find((name) => name === xml.name);
  if (element === undefined) return null;
  const name = element === "URIPath" ? "" : readName(xml, report);
  const patterns = xml.children("Pattern");
  if (patterns.length === 0) {
    const message = `<${element}> has no <Pattern>.`;
    report.error("PatternCompilationFailed", xml, message, "Add <Pattern>{$}</Pattern>.");
  }
  const read = patterns.map((pattern) => readPattern(pattern, element, report));
  return name === null ? null : { kind: "patterns", source, element, name, patterns: read };
}

/** The kinds of patterns: those of a path end at slashes. */
export function patternKind(element: PatternElement): "path" | "text" {
  return element === "URIPath" ? "path" : "text";
}

function readPattern(xml: XmlElement, element: PatternElement, report: Report) {
  const text = xml.text();
  compiled("PatternCompilationFailed", xml, report, () => {
    const { variables } = compilePattern(text, { kind: patternKind(element), ignoreCase: false });
    if (variables.length === 1 && variables[0] === "$") return;
    throw new ExpressionError(`The pattern ${text} does not have {$} as its only variable`);
  });
  return { text, ignoreCase: readBooleanAttribute(xml, "ignoreCase", false, report) };
}

function readJsonPath(xml: XmlElement, report: Report): string {
  const element = xml.child("JSONPath") ?? xml;
  const path = readTemplate(element === xml ? "" : element.text(), element, report);
  const isLiteral = !path.includes("{");
  compiled("JsonPathCompilationFailed", element, report, () => {
    if (path === "") throw new ExpressionError("There is no JSONPath");
    if (isLiteral) compileJsonPath(path);
    else compileTemplate(path, () => () => null);
  });
  return path;
}

function readXPath(xml: XmlElement, report: Report) {
  const namespaces = readNamespaces(xml.child("Namespaces"), report);
  const element = xml.child("XPath") ?? xml;
  const xpath = element === xml ? "" : element.text();
  compiled("XPathCompilationFailed", element, report, () => {
    if (xpath === "") throw new ExpressionError("There is no XPath");
    const { compileXPath, parseXml } = xpaths.get();
    compileXPath(xpath, namespaces).select(parseXml("<any/>"));
  });
  return { xpath, namespaces };
}

/** Reports what cannot be compiled. */
function compiled(code: string, at: Position, report: Report, compile: () => void): void {
  try {
    compile();
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const remedy = remedyFor(error, "Write it as “DataCapture policy” shows.");
    report.error(code, at, `${error.message.replace(/\.$/, "")}.`, remedy);
  }
}
