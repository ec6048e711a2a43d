import type { XmlElement } from "../../../documents/element.ts";
import type { Report } from "../../../documents/report.ts";

/** CacheLookupTimeoutInSeconds, in milliseconds. Reports InvalidTimeout. */
export function readLookupTimeout(xml: XmlElement, defaultSeconds: number, report: Report): number {
  const element = xml.child("CacheLookupTimeoutInSeconds");
  const text = element?.text() ?? "";
  if (!element || text === "") return defaultSeconds * 1000;
  const seconds = /^[+-]?\d{1,6}$/.test(text) ? Number(text) : 0;
  if (seconds <= 0) {
    report.error(
      "InvalidTimeout",
      element,
      `CacheLookupTimeoutInSeconds ${text} value should be greater than zero.`,
      "Write a whole number of seconds.",
    );
  }
  return seconds * 1000;
}
