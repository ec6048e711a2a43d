import { functionNamed } from "./functions/functions.ts";
import { type Argument, readArguments } from "./template-arguments.ts";
import { ExpressionError } from "./value.ts";

/** A piece of a message template: text that stays, a variable with its default, or a function's call. */
export type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "variable"; readonly name: string; readonly fallback: string | null }
  | {
      readonly kind: "call";
      readonly name: string;
      readonly args: readonly Argument[];
      readonly offset: number;
    };

const ASCII_NAME = /^[A-Za-z_][\w.$%[\]-]*$/;
const ASCII_NAME_CHARACTER = /[\w.$%[\]-]/;

/** The same with the letters and digits of all languages; made when a text has one, since it takes a while. */
let anyName: { readonly whole: RegExp; readonly character: RegExp } | null = null;
function anyNames() {
  anyName ??= {
    whole: /^[\p{L}_][\p{L}\p{N}._$%[\]-]*$/u,
    character: /[\p{L}\p{N}._$%[\]-]/u,
  };
  return anyName;
}

function isNameCharacter(character: string): boolean {
  return ASCII_NAME_CHARACTER.test(character) || (character > "\x7F" && anyNames().character.test(character));
}

/** Whether a text has the shape of a flow variable's name, as `request.queryparam.page[size]` has. */
export function isVariableName(text: string): boolean {
  return ASCII_NAME.test(text) || (/[^ -~]/.test(text) && anyNames().whole.test(text));
}

/**
 * Splits `name:Default`. Null when what precedes the first colon is not a variable's name.
 */
export function splitDefault(text: string): { name: string; fallback: string | null } | null {
  const colon = text.indexOf(":");
  const name = colon === -1 ? text : text.slice(0, colon);
  return isVariableName(name) ? { name, fallback: colon === -1 ? null : text.slice(colon + 1) } : null;
}

/**
 * Takes a message template apart. A prefix that does not begin a reference is text, as the braces of JSON,
 * CSS and scripts are: a reference is `{name}`, `{name:Default}` with a default on one line that holds no
 * `"` and no `;`, or `{name(` with the name of a template function. Apigee: "Message templates".
 *
 * @param tellUnknown is told of what looks like the call of a function that there is not, and stays text
 * @throws ExpressionError for a template function whose call is malformed.
 */
export function parseTemplate(
  text: string,
  prefix: string,
  suffix: string,
  tellUnknown: TellUnknown = () => {},
): Part[] {
  const parts: Part[] = [];
  let textStart = 0;
  let at = text.indexOf(prefix);
  while (at !== -1) {
    const reference = readReference(text, at, prefix, suffix, tellUnknown);
    if (reference !== null) {
      if (at > textStart) parts.push({ kind: "text", text: text.slice(textStart, at) });
      parts.push(reference.part);
      textStart = reference.end;
    }
    at = text.indexOf(prefix, reference?.end ?? at + 1);
  }
  if (textStart < text.length) parts.push({ kind: "text", text: text.slice(textStart) });
  return parts;
}

type Reference = { part: Part; end: number };

/** Takes the name of a function that there is not. */
export type TellUnknown = (name: string) => void;

function readReference(
  text: string,
  at: number,
  prefix: string,
  suffix: string,
  tellUnknown: TellUnknown,
): Reference | null {
  const start = at + 1;
  let end = start;
  while (
    end < text.length &&
    text[end] !== suffix &&
    text[end] !== prefix &&
    isNameCharacter(text.charAt(end))
  ) {
    end += 1;
  }
  const name = text.slice(start, end);
  if (!isVariableName(name)) return null;
  if (text[end] === suffix) return { part: { kind: "variable", name, fallback: null }, end: end + 1 };
  if (text[end] === ":") return readDefault(text, name, end + 1, prefix, suffix);
  if (text[end] === "(") return readCall(text, name, start, prefix, suffix, tellUnknown);
  return null;
}

function readDefault(
  text: string,
  name: string,
  start: number,
  prefix: string,
  suffix: string,
): Reference | null {
  const stops = [prefix, "\n", "\r", '"', ";"];
  for (let end = start; end < text.length; end++) {
    const character = text.charAt(end);
    if (character === suffix) {
      return { part: { kind: "variable", name, fallback: text.slice(start, end) }, end: end + 1 };
    }
    if (stops.includes(character)) return null;
  }
  return null;
}

function readCall(
  text: string,
  name: string,
  start: number,
  prefix: string,
  suffix: string,
  tellUnknown: TellUnknown,
): Reference | null {
  if (functionNamed(name) === undefined) {
    if (isWholeCall(text, start + name.length, suffix)) tellUnknown(name);
    return null;
  }
  const { args, end } = readArguments(text, start + name.length + 1, name, [prefix, suffix]);
  if (text[end] !== suffix) {
    const ending = `")${suffix}" and no space between them`;
    throw new ExpressionError(`The call of ${name} must end with ${ending}.`, end, `Write ${ending}.`);
  }
  return { part: { kind: "call", name, args, offset: start }, end: end + 1 };
}

/** Whether what begins with a parenthesis ends with one before the suffix, on the same line: braces of scripts do not. */
function isWholeCall(text: string, open: number, suffix: string): boolean {
  const end = text.indexOf(suffix, open);
  const call = end === -1 ? "" : text.slice(open, end);
  return call.endsWith(")") && !/[\n\r;]/.test(call);
}
