import { readSslInfo } from "../../../connections/read-ssl-info.ts";
import { readTemplate } from "../../../connections/read-template.ts";
import type { XmlElement } from "../../../documents/element.ts";
import { readBooleanAttribute } from "../../../documents/read.ts";
import { type Position, positionOf, type Report } from "../../../documents/report.ts";
import { checkSslInfo, type SslProblem } from "../../../egress/ssl-info.ts";
import { type ResourceReference, type ResourceRules, readResource } from "../../resources.ts";

/** Where a script's text is: in a resource, such as `jsc://sign.js`, or in the policy itself. */
export type ScriptText =
  | { readonly resource: ResourceReference }
  | { readonly source: string; readonly policy: string; readonly at: Position };

/** A Javascript policy as configured. */
export interface JavascriptConfig {
  readonly timeLimitMs: number;
  /** What is executed first, in this order and in the same scope. */
  readonly included: readonly ScriptText[];
  /** Null when the policy is not valid. */
  readonly main: ScriptText | null;
  /** Message templates by name: what the script finds in `properties`. */
  readonly properties: ReadonlyMap<string, string>;
  /** What its calls cannot do of the policy's SSLInfo. */
  readonly sslProblems: readonly (SslProblem & { readonly at: Position })[];
}

/** Milliseconds. No documentation names a default; all samples and the console write 200. */
const DEFAULT_TIME_LIMIT_MS = 200;

/** The longest time limit that is taken, in milliseconds: a Worker's requests have 30 seconds of work. */
const MAX_TIME_LIMIT_MS = 30_000;

const scripts: ResourceRules = { types: ["jsc"], noun: "JavaScript", example: "jsc://FILE.js" };

/** Apigee: "JavaScript policy". */
export function readJavascript(xml: XmlElement, report: Report): JavascriptConfig {
  readBooleanAttribute(xml, "async", false, report);
  return {
    timeLimitMs: readTimeLimit(xml, report),
    included: xml.children("IncludeURL").flatMap((element) => readScript(element, report) ?? []),
    main: readMain(xml, report),
    properties: new Map(
      (xml.child("Properties")?.children("Property") ?? []).map((property) => [
        property.attribute("name")?.trim() ?? "",
        readTemplate(property.text(), property, report),
      ]),
    ),
    sslProblems: readSslProblems(xml.child("SSLInfo"), report),
  };
}

/** Reports only what cannot be read: whether the script calls anybody is not known yet. */
function readSslProblems(xml: XmlElement | undefined, report: Report): JavascriptConfig["sslProblems"] {
  if (xml === undefined) return [];
  const problems = checkSslInfo(readSslInfo(xml, report, () => false));
  return problems.map((problem) => ({ ...problem, at: positionOf(xml.child(problem.element) ?? xml) }));
}

function readTimeLimit(xml: XmlElement, report: Report): number {
  const text = xml.attribute("timeLimit")?.trim();
  if (text === undefined || text === "") return DEFAULT_TIME_LIMIT_MS;
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (limit >= 1 && limit <= MAX_TIME_LIMIT_MS) return limit;
  const used = limit > MAX_TIME_LIMIT_MS ? MAX_TIME_LIMIT_MS : DEFAULT_TIME_LIMIT_MS;
  report.warning(
    "InvalidTimeLimit",
    xml,
    `timeLimit="${text}" is no time from 1 to ${MAX_TIME_LIMIT_MS} milliseconds; ${used} is used.`,
    `Write a number from 1 to ${MAX_TIME_LIMIT_MS}.`,
  );
  return used;
}

function readMain(xml: XmlElement, report: Report): ScriptText | null {
  const url = xml.child("ResourceURL");
  const source = xml.child("Source");
  if (url && source) {
    report.error(
      "ResourceURLAndSource",
      source,
      "There are both <ResourceURL> and <Source>, and it is not clear which script is meant.",
      "Keep one of them.",
    );
    return null;
  }
  if (url) return readScript(url, report);
  if (source && source.rawText().trim() !== "")
    return { source: source.rawText(), policy: xml.attribute("name") ?? "", at: source };
  report.error(
    "NoResourceURLOrSource",
    source ?? xml,
    "The policy has neither a <ResourceURL> nor a <Source> with a script.",
    "Write <ResourceURL>jsc://FILE.js</ResourceURL>, and put the file into resources/jsc.",
  );
  return null;
}

/** Null when the element does not name a script; the report says why. */
function readScript(element: XmlElement, report: Report): ScriptText | null {
  const resource = readResource(element, scripts, report);
  return resource && { resource };
}
