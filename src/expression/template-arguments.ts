import { functionNamed } from "./functions/functions.ts";
import { ExpressionError } from "./value.ts";

/** An argument of a function's call; its offset is that of its first character in the template. */
export interface Argument {
  readonly quoted: boolean;
  readonly text: string;
  readonly offset: number;
  /** The call of a function whose result is the argument; null for any other. */
  readonly call: {
    readonly name: string;
    readonly args: readonly Argument[];
    readonly offset: number;
  } | null;
}

/** How deep calls may stand in calls. */
const MAX_NESTING = 8;

/** Longest text in quotes, in characters, so that one that is not closed costs little to find out. */
const LONGEST_LITERAL = 4096;

/**
 * Reads the arguments of a call, from behind its opening parenthesis. Spaces around a comma are tolerated.
 * An argument without quotes may hold brackets, and quotes and commas within them, as JSONPath filters do.
 *
 * @param delimiters the template's prefix and suffix, which an argument without quotes cannot hold
 * @returns the arguments, and the offset behind the closing parenthesis
 */
export function readArguments(
  text: string,
  start: number,
  name: string,
  delimiters: readonly string[],
  depth = 0,
): { args: Argument[]; end: number } {
  if (depth > MAX_NESTING) {
    const message = `Calls of functions stand more than ${MAX_NESTING} deep in each other.`;
    throw new ExpressionError(message, start, "Assign the inner calls to variables first.");
  }
  const args: Argument[] = [];
  let at = skipSpaces(text, start);
  if (text[at] === ")") return { args, end: at + 1 };
  for (;;) {
    const offset = at;
    const inner = functionAt(text, at);
    if (inner !== null) {
      const read = readArguments(text, at + inner.length + 1, inner, delimiters, depth + 1);
      const call = { name: inner, args: read.args, offset };
      args.push({ quoted: false, text: text.slice(at, read.end), offset, call });
      at = skipSpaces(text, read.end);
      if (text[at] === ")") return { args, end: at + 1 };
      if (text[at] !== ",") throw unclosed(name, start);
      at = skipSpaces(text, at + 1);
      continue;
    }
    const quoted = text[at] === "'";
    const end = quoted ? endOfQuoted(text, at, name) : endOfBare(text, at, name, delimiters);
    const content = quoted ? text.slice(at + 1, end) : text.slice(at, end).trimEnd();
    args.push({ quoted, text: content, offset, call: null });
    at = skipSpaces(text, quoted ? end + 1 : end);
    if (text[at] === ")") return { args, end: at + 1 };
    at = skipSpaces(text, at + 1);
  }
}

/** The name of the function that is called at an offset; null when none is. */
function functionAt(text: string, at: number): string | null {
  const name = /[A-Za-z0-9]+(?=\()/y;
  name.lastIndex = at;
  const [found = ""] = name.exec(text) ?? [];
  return functionNamed(found) === undefined ? null : found;
}

function skipSpaces(text: string, from: number): number {
  let at = from;
  while (text[at] === " ") at += 1;
  return at;
}

function endsArgument(text: string, from: number): boolean {
  const next = text[skipSpaces(text, from)];
  return next === "," || next === ")";
}

/**
 * A quote closes where an argument can end and no square bracket is open, so that the quotes inside
 * `'$.a[?(@.b=='x')].c'` belong to the literal. When brackets never balance, as in `'[('`, it is the first
 * place where an argument can end.
 */
function endOfQuoted(text: string, open: number, name: string): number {
  let depth = 0;
  let first = -1;
  const limit = Math.min(text.length, open + LONGEST_LITERAL);
  for (let at = open + 1; at < limit; at++) {
    const character = text[at];
    if (character === "\\") at += text[at + 1] === "'" ? 0 : 1;
    else if (character === "[") depth += 1;
    else if (character === "]") depth -= 1;
    else if (character === "'" && endsArgument(text, at + 1)) {
      if (depth === 0) return at;
      if (first === -1) first = at;
    }
  }
  if (first !== -1) return first;
  throw new ExpressionError(
    `A text in single quotes in the call of ${name} is not closed, or longer than ${LONGEST_LITERAL} characters.`,
    open,
    "Write a second single quote where it ends.",
  );
}

function endOfBare(text: string, start: number, name: string, delimiters: readonly string[]): number {
  let depth = 0;
  let inQuotes = false;
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "'") inQuotes = depth > 0 && !inQuotes;
    else if (inQuotes) continue;
    else if (character === "\n" || delimiters.includes(character)) break;
    else if (depth === 0 && (character === "," || character === ")")) return at;
    else if (character === "(" || character === "[") {
      depth += 1;
    } else if (character === ")" || character === "]") depth -= 1;
  }
  throw unclosed(name, start);
}

function unclosed(name: string, offset: number): ExpressionError {
  const remedy = `Write ")" where its arguments end, as in {${name}(…)}.`;
  return new ExpressionError(`The call of ${name} is not closed with ")".`, offset, remedy);
}
