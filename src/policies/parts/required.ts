import type { XmlElement } from "../../documents/element.ts";
import type { Report } from "../../documents/report.ts";

/**
 * The text of a child element that has to be there, such as AssignTo; empty when it is not, which is reported.
 * @param code the documented name of the error
 * @param what belongs into it, as in `a variable`
 */
export function readRequired(
  xml: XmlElement,
  name: string,
  code: string,
  what: string,
  report: Report,
): string {
  const text = xml.child(name)?.text() ?? "";
  if (text === "") reportMissing(xml, name, code, what, report);
  return text;
}

/** Reports a child element that is missing or empty; see {@link readRequired}. */
export function reportMissing(
  xml: XmlElement,
  name: string,
  code: string,
  what: string,
  report: Report,
): void {
  const element = xml.child(name);
  report.error(code, element ?? xml, `<${name}> is missing or empty.`, `Add <${name}> with ${what}.`);
}
