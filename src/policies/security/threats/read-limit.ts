import type { XmlElement } from "../../../documents/element.ts";
import type { Report } from "../../../documents/report.ts";

/**
 * The most that there may be; endless without the element, or with a number below zero. Anything else is an error,
 * because the policy would protect less than it says: InvalidLimit.
 */
export function readLimit(element: XmlElement | undefined, report: Report): number {
  const text = element?.text() ?? "";
  if (!element || text === "") return Number.POSITIVE_INFINITY;
  const limit = /^-?\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(limit)) {
    const message = `<${element.name}> is ${JSON.stringify(text)}, which is no whole number.`;
    report.error("InvalidLimit", element, message, "Write a whole number; -1 for no limit.");
  }
  return limit < 0 ? Number.POSITIVE_INFINITY : limit;
}
