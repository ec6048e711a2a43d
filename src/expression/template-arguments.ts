import { functionNamed } from "./functions.ts";
import { ExpressionError } from "./value.ts";

/** An argument of a function's call; its offset is that of its first character in the template. */
export interface Argument {
  readonly quoted: boolean;
  readonly text: string;
  readonly offset: number;
}

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
): { args: Argument[]; end: number } {
  const args: Argument[] = [];
  let at = skipSpaces(text, start);
  if (text[at] === ")") return { args, end: at + 1 };
  for (;;) {
    const offset = at;
    const quoted = text[at] === "'";
    const end = quoted ? endOfQuoted(text, at, name) : endOfBare(text, at, name, delimiters);
    args.push({ quoted, text: quoted ? text.slice(at + 1, end) : text.slice(at, end).trimEnd(), offset });
    at = skipSpaces(text, quoted ? end + 1 : end);
    if (text[at] === ")") return { args, end: at + 1 };
    at = skipSpaces(text, at + 1);
  }
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
  );
}

function endOfBare(text: string, start: number, name: string, delimiters: readonly string[]): number {
  let depth = 0;
  let inQuotes = false;
  let opened = false;
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "'") inQuotes = depth > 0 && !inQuotes;
    else if (inQuotes) continue;
    else if (character === "\n" || delimiters.includes(character)) break;
    else if (depth === 0 && (character === "," || character === ")")) return at;
    else if (character === "(" || character === "[") {
      if (!opened && functionNamed(text.slice(start, at)) !== undefined) {
        throw new ExpressionError(`A function cannot be called inside the call of ${name}.`, start);
      }
      opened = true;
      depth += 1;
    } else if (character === ")" || character === "]") depth -= 1;
  }
  throw new ExpressionError(`The call of ${name} is not closed with ")".`, start);
}
