import type { XmlElement } from "./element.ts";
import { nearestNames } from "./nearest.ts";
import type { Position, Problem, Report } from "./report.ts";

/** The range that a number must lie in; both ends belong to it. */
export interface Bounds {
  readonly minimum?: number;
  readonly maximum?: number;
}

/**
 * An element's `true` or `false`, in any case and with white space around it. A missing or empty element is
 * the fallback; anything else is reported as InvalidBoolean and read as the fallback.
 * @param severity an error only where the fallback may protect less than what was meant
 */
export function readBoolean<F>(
  element: XmlElement | undefined,
  fallback: F,
  report: Report,
  severity: Problem["severity"] = "warning",
): boolean | F {
  if (element === undefined) return fallback;
  return booleanFrom(element.text(), `<${element.name}>`, element, fallback, report, severity);
}

/** The same for an attribute. */
export function readBooleanAttribute<F>(
  element: XmlElement,
  name: string,
  fallback: F,
  report: Report,
): boolean | F {
  const value = element.attribute(name) ?? "";
  return booleanFrom(value, attributeTitle(element, name), element, fallback, report, "warning");
}

/**
 * An element's whole decimal number. A missing or empty element is the fallback; anything else, or a number
 * out of bounds, is read as the fallback with a warning: InvalidInteger.
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
 * another word is read as the fallback with a warning: InvalidValue.
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

/** Asks whether another value was meant, or says what can be written. */
function meantOr(value: string, choices: readonly string[], otherwise: string): string {
  const meant = nearestNames(value, choices);
  return meant.length > 0 ? `Did you mean ${meant.join(" or ")}?` : otherwise;
}

function attributeTitle(element: XmlElement, name: string): string {
  return `The attribute "${name}" of <${element.name}>`;
}

/** How the messages about a value end that is read as the fallback. */
const COUNTS_AS_ABSENT = "it is read as if it were not there";

function booleanFrom<F>(
  text: string,
  title: string,
  at: Position,
  fallback: F,
  report: Report,
  severity: Problem["severity"],
): boolean | F {
  const word = text.trim().toLowerCase();
  if (word === "true") return true;
  if (word === "false") return false;
  if (word !== "") {
    const effect = severity === "warning" ? `; ${COUNTS_AS_ABSENT}` : "";
    report[severity](
      "InvalidBoolean",
      at,
      `${title} is "${text}", not a boolean${effect}.`,
      meantOr(word, ["true", "false"], "Write true or false."),
    );
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
  report.warning(
    "InvalidInteger",
    at,
    `${title} is "${text}", not a whole number${range.join(" and")}; ${COUNTS_AS_ABSENT}.`,
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
  report.warning(
    "InvalidValue",
    at,
    `${title} is "${text}"; ${COUNTS_AS_ABSENT}.`,
    meantOr(text.trim(), choices, `Write one of: ${choices.join(", ")}.`),
  );
  return fallback;
}
