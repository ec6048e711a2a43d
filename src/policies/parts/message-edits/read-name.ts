import type { XmlElement } from "../../../documents/element.ts";
import type { Report } from "../../../documents/report.ts";
import { isToken } from "../../../text/token.ts";

/**
 * The attribute `name` of a Header, QueryParam or FormParam; null for an entry that can do nothing, with a warning:
 * MissingName, InvalidHeaderName.
 */
export function readName(element: XmlElement, report: Report): string | null {
  const name = element.attribute("name")?.trim() ?? "";
  if (name === "") {
    report.warning(
      "MissingName",
      element,
      `<${element.name}> has no name and no effect.`,
      `Write <${element.name} name="…">.`,
    );
    return null;
  }
  if (element.name === "Header" && !isToken(name)) {
    report.warning(
      "InvalidHeaderName",
      element,
      `"${name}" cannot be the name of a header, so that <Header> has no effect.`,
      "Use letters, digits and hyphens; a name is no message template.",
    );
    return null;
  }
  return name;
}
