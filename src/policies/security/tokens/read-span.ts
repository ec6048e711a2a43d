import type { XmlElement } from "../../../documents/element.ts";
import type { Report } from "../../../documents/report.ts";
import { readSaid, type Said } from "../../parts/said.ts";
import { parseSpan } from "./time-span.ts";

/** Reads a span such as `30s`, or the variable that holds it; null without the element. Reports InvalidTimeFormat. */
export function readSpan(element: XmlElement | undefined, report: Report): Said | null {
  if (!element) return null;
  const value = readSaid(element);
  if (value.ref === null && value.text === "") return null;
  if (value.text !== "" && parseSpan(value.text) === null) {
    const message = `<${element.name}> is ${JSON.stringify(value.text)}, which is no span of time.`;
    report.error("InvalidTimeFormat", element, message, "Write a number and ms, s, m, h or d, such as 30s.");
  }
  return value;
}
