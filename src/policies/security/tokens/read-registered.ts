import type { XmlElement } from "../../../documents/element.ts";
import type { Report } from "../../../documents/report.ts";
import { readSaid, type Said } from "../../parts/said.ts";

/**
 * What `<Subject>`, `<Issuer>`, `<Audience>` or `<Id>` says. Their text is no message template, in Apigee neither:
 * braces in it are the warning LiteralClaim.
 */
export function readRegistered(element: XmlElement, report: Report): Said {
  const said = readSaid(element);
  if (/\{[^{}\s]+\}/.test(said.text)) {
    report.warning(
      "LiteralClaim",
      element,
      `<${element.name}> is the text ${said.text}, braces included: the same for all tokens.`,
      `Write <${element.name} ref="…"/> for the value of a variable.`,
    );
  }
  return said;
}
