import { faultType } from "../../../flow/fault.ts";
import type { ScriptError } from "../../../scripts/error.ts";

/** Apigee: "JavaScript policy runtime errors". */
export const faults = {
  failed: faultType(
    "steps.javascript.ScriptExecutionFailed",
    500,
    (policy: string, text: string) =>
      `Execution of ${policy} failed with error: Javascript runtime error: "${text}"`,
  ),
  tooLong: faultType(
    "steps.javascript.ScriptExecutionFailed",
    500,
    (policy: string, ms: number) =>
      `Execution of ${policy} failed with error: Javascript runtime exceeded limit of ${ms}ms`,
  ),
};

/** QuickJS's messages, and the words that Rhino has for them. */
const RHINO: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  [/^'(.+)' is not defined$/, (name) => `"${name}" is not defined.`],
  [
    /^cannot (read|set) property '(.*)' of (undefined|null)$/,
    (verb, name, value) => `Cannot ${verb} property "${name}" ${verb === "read" ? "from" : "of"} ${value}.`,
  ],
  [/^unexpected token: '(.+)'$/, (token) => `Unexpected token: ${token}.`],
  [/^Unexpected end of JSON input$/, () => "Unexpected end of input."],
  [/^expecting (?:hex digit|surrogate pair)$|^malformed (?:UTF-8|URI)/, () => "Malformed URI sequence."],
  [/^[Dd]ate value is NaN$|^invalid date$/i, () => "Date is invalid."],
];

/** How much of a message a fault tells, in characters: a script may have put a whole payload into it. */
const MAX_MESSAGE = 4096;

/** The text of a script's error: `TYPE: MESSAGE. (FILE.js:LINE)`. */
export function textOf({ type, message, place }: ScriptError): string {
  const words = inRhinosWords(message.slice(0, MAX_MESSAGE));
  const said = type === "" ? words : `${type}: ${words}`;
  return place === null ? said : `${said} (${place.file}:${place.line})`;
}

function inRhinosWords(message: string): string {
  for (const [pattern, words] of RHINO) {
    const match = pattern.exec(message);
    if (match) return words(...match.slice(1));
  }
  return message;
}
