import type { XmlElement } from "./element.ts";
import type { Position, Report } from "./report.ts";

/** The range that a number must lie in; both ends belong to it. */
export interface Bounds {
  readonly minimum?: number;
  readonly maximum?: number;
}

/**
 * An element's `true` or `false`, in any case and with white space around it. A missing or empty element is
 * the fallback; anything else is reported as InvalidBoolean and read as the fallback.
 */
export function readBoolean<F>(element: XmlElement | undefined, fallback: F, report: Report): boolean | F {
  if (element === undefined) return fallback;
  return booleanFrom(element.text(), `<${element.name}>`, element, fallback, report);
}

/** The same for an attribute. */
export function readBooleanAttribute<F>(
  element: XmlElement,
  name: string,
  fallback: F,
  report: Report,
): boolean | F {
  return booleanFrom(element.attribute(name) ?? "", attributeTitle(element, name), element, fallback, report);
}

/**
 * An element's whole decimal number. A missing or empty element is the fallback; anything else, or a number
 * out of bounds, is reported as InvalidInteger and read as the fallback.
 */
export function readInteger<F>(
  element: XmlElement | undefined,
  fallback: F,
  report: Report,
  bounds: Bounds = {},
): number | F {
  if (element === undefined) return fallback;
  return integerFrom(element.text(), `<${element.name}>`, element, fallback, report, bounds);
}

/** The same for an attribute. */
export function readIntegerAttribute<F>(
  element: XmlElement,
  name: string,
  fallback: F,
  report: Report,
  bounds: Bounds = {},
): number | F {
  const value = element.attribute(name) ?? "";
  return integerFrom(value, attributeTitle(element, name), element, fallback, report, bounds);
}

/**
 * An element's text as one of the given words, in any case. A missing or empty element is the fallback;
 * another word is reported as InvalidValue and read as the fallback.
 */
export function readOneOf<T extends string, F>(
  element: XmlElement | undefined,
  choices: readonly T[],
  fallback: F,
  report: Report,
): T | F {
  if (element === undefined) return fallback;
  return oneOf(element.text(), choices, `<${element.name}>`, element, fallback, report);
}

/** The same for an attribute. */
export function readOneOfAttribute<T extends string, F>(
  element: XmlElement,
  name: string,
  choices: readonly T[],
  fallback: F,
  report: Report,
): T | F {
  const value = element.attribute(name) ?? "";
  return oneOf(value, choices, attributeTitle(element, name), element, fallback, report);
}

function attributeTitle(element: XmlElement, name: string): string {
  return `The attribute "${name}" of <${element.name}>`;
}

function booleanFrom<F>(text: string, title: string, at: Position, fallback: F, report: Report): boolean | F {
  const word = text.trim().toLowerCase();
  if (word === "true") return true;
  if (word === "false") return false;
  if (word !== "") {
    report.error("InvalidBoolean", at, `${title} is "${text}", not a boolean.`, "Write true or false.");
  }
  return fallback;
}

function integerFrom<F>(
  text: string,
  title: string,
  at: Position,
  fallback: F,
  report: Report,
  { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER }: Bounds,
): number | F {
  const digits = text.trim();
  if (digits === "") return fallback;
  const value = /^[+-]?\d+$/.test(digits) ? Number(digits) : Number.NaN;
  if (value >= minimum && value <= maximum) return value;
  const range = [
    minimum > Number.MIN_SAFE_INTEGER ? ` of at least ${minimum}` : "",
    maximum < Number.MAX_SAFE_INTEGER ? ` of at most ${maximum}` : "",
  ].filter(Boolean);
  report.error(
    "InvalidInteger",
    at,
    `${title} is "${text}", not a whole number${range.join(" and")}.`,
    `Write a whole number${range.join(" and")}.`,
  );
  return fallback;
}

function oneOf<T extends string, F>(
  text: string,
  choices: readonly T[],
  title: string,
  at: Position,
  fallback: F,
  report: Report,
): T | F {
  const word = text.trim().toLowerCase();
  if (word === "") return fallback;
  const choice = choices.find((candidate) => candidate.toLowerCase() === word);
  if (choice !== undefined) return choice;
  report.error("InvalidValue", at, `${title} is "${text}".`, `Write one of: ${choices.join(", ")}.`);
  return fallback;
}
