import type { XmlElement } from "../../documents/element.ts";
import type { Report } from "../../documents/report.ts";

/** What the platform's timers can count to, about 24 days. */
const LONGEST_MS = 2 ** 31 - 1;

/** Milliseconds; null when the policy does not say. Reports InvalidTimeoutValue. Apigee: "ServiceCallout policy" (Timeout). */
export function readTimeout(timeout: XmlElement | undefined, report: Report): number | null {
  const text = timeout?.text() ?? "";
  if (timeout === undefined || text === "") return null;
  const ms = /^[+-]?\d+$/.test(text) ? Number(text) : 0;
  if (ms >= 1 && ms <= LONGEST_MS) return ms;
  report.error(
    "InvalidTimeoutValue",
    timeout,
    `Invalid Timeout value ${text}`,
    "Write a number of milliseconds above zero; it cannot be a variable.",
  );
  return null;
}
