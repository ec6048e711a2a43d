import type { XmlElement } from "../../documents/element.ts";
import type { Report } from "../../documents/report.ts";

/** What stands around a variable in a message template: one character each. */
export interface Delimiters {
  readonly prefix: string;
  readonly suffix: string;
}

/**
 * The attributes variablePrefix and variableSuffix of an element with a message template, braces by default; null when
 * one is wrong.
 * @param code the name of the error that says so
 */
export function readDelimiters(element: XmlElement, code: string, report: Report): Delimiters | null {
  const read = (attribute: string, fallback: string) => {
    const delimiter = element.attribute(attribute) ?? fallback;
    if (delimiter.length === 1) return delimiter;
    report.error(
      code,
      element,
      `The attribute "${attribute}" of <${element.name}> is "${delimiter}"; it must be one character.`,
      `Write one character, or leave the attribute out for "${fallback}".`,
    );
    return null;
  };
  const prefix = read("variablePrefix", "{");
  const suffix = read("variableSuffix", "}");
  return prefix === null || suffix === null ? null : { prefix, suffix };
}
