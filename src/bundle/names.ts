import type { XmlElement } from "../documents/element.ts";
import type { Report } from "../documents/report.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
export const CONTROL_CHARACTER = /[\0-\x1F\x7F-\x9F]/;

/** What a name may consist of. Apigee: "API proxy configuration reference" and each policy's `name` attribute. */
export interface NameRule {
  readonly pattern: RegExp;
  readonly allowed: string;
}

export const BUNDLE_NAME: NameRule = {
  pattern: /^[A-Za-z0-9_-]{1,255}$/,
  allowed: "letters, digits, underscore and hyphen",
};

export const ENDPOINT_NAME: NameRule = {
  pattern: /^[A-Za-z0-9._\-$ %]{1,255}$/,
  allowed: "letters, digits, space and any of . _ - $ %",
};

export const POLICY_NAME: NameRule = {
  pattern: /^[A-Za-z0-9._ -]{1,255}$/,
  allowed: "letters, digits, space, period, underscore and hyphen",
};

/**
 * An element's `name` attribute, or null when it is missing or empty (NameMissing). A name with other characters than
 * its rule allows works here all the same, and is warned of (NameInvalid); one with control characters is an error.
 */
export function readName(element: XmlElement, rule: NameRule, report: Report): string | null {
  const name = element.attribute("name")?.trim();
  if (!name) {
    report.error(
      "NameMissing",
      element,
      `<${element.name}> has no name.`,
      `Write <${element.name} name="…">.`,
    );
    return null;
  }
  if (!rule.pattern.test(name)) {
    // What a terminal or a log could take for more than a name.
    const severity = CONTROL_CHARACTER.test(name) ? "error" : "warning";
    report[severity](
      "NameInvalid",
      element,
      `Apigee does not allow the name "${name}" of <${element.name}>.`,
      `Use 1 to 255 characters: ${rule.allowed}.`,
    );
  }
  return name;
}

/** Reports a name that something before it already has (NameDuplicate), and tells whether that is so. */
export function isDuplicateName(
  element: XmlElement,
  name: string,
  earlier: XmlElement | undefined,
  report: Report,
): boolean {
  if (earlier === undefined) return false;
  report.error(
    "NameDuplicate",
    element,
    `The name "${name}" is already taken by <${earlier.name}> in ${earlier.file}.`,
    "Give each its own name.",
  );
  return true;
}
