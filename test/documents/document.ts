import { expect } from "vitest";
import type { XmlElement } from "../../src/documents/element.ts";
import { parseXml } from "../../src/documents/parse.ts";
import { type Problem, Report } from "../../src/documents/report.ts";

/** The root element of a document that must be well-formed. */
export function parse(document: string | Uint8Array): XmlElement {
  const report = new Report();
  const root = parseXml(document, "policies/P.xml", report);
  expect(report.problems).toEqual([]);
  if (root === null) throw new Error("no root element and no problem");
  return root;
}

/** Problems as `code line:column`, for short expectations. */
export function brief(problems: readonly Problem[]): string[] {
  return problems.map(({ code, line, column }) => `${code} ${line}:${column}`);
}
