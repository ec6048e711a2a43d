import { ExpressionError } from "./value.ts";

/** Longest pattern accepted, in UTF-16 units. */
export const MAX_PATTERN_LENGTH = 4096;
/** Largest pattern accepted once counted repetitions are written out, in atoms. */
const MAX_PATTERN_SIZE = 10_000;

const TOKEN = new RegExp(
  [
    /\\Q.*?(?:\\E|$)/, // quoted text
    /\\[pP]\{\w+\}|\\u[0-9a-fA-F]{4}|\\./, // escapes
    /\(\?<[=!]|\(\?[=!>]|\(\?[a-zA-Z-]+(?=[:)])|\(/, // groups
    /[*+?][?+]?|\{\d+(?:,\d*)?\}[?+]?/, // quantifiers
    /\[\^?\]?/, // opening of a class; a bracket in first place is literal
    /&&|./,
  ]
    .map((part) => part.source)
    .join("|"),
  "sy",
);

/** What Java has and a linear-time engine cannot do, or would silently read as something else. */
const OUTSIDE_CLASS: readonly (readonly [RegExp, string])[] = [
  [/^\(\?[=!]/, "look-ahead"],
  [/^\(\?<[=!]/, "look-behind"],
  [/^\(\?>/, "an atomic group"],
  [/^\\[1-9k]/, "a back-reference"],
  [/^[*+?{].*\+$/, "a possessive quantifier"],
  [/^\(\?[a-zA-Z-]*[duxU]/, "one of the flags d, u, x, U"],
];
const INSIDE_CLASS: readonly (readonly [RegExp, string])[] = [
  [/^\[/, "a class nested in a class"],
  [/^&&/, "an intersection of classes"],
];

const POSIX = "Lower Upper ASCII Alpha Digit Alnum Punct Graph Print Blank Cntrl XDigit Space".split(" ");

/**
 * Rewrites a java.util.regex pattern for the linear-time engine: the few spellings that differ are
 * translated, what the engine cannot run is refused, and the size of the compiled pattern is bounded.
 *
 * @throws {ExpressionError} naming the construct, with its offset.
 */
export function fromJava(pattern: string): string {
  if (pattern.length > MAX_PATTERN_LENGTH) {
    const message = `The regular expression is longer than ${MAX_PATTERN_LENGTH} characters.`;
    throw new ExpressionError(message, 0, "Write a shorter one.");
  }
  const size = new SizeMeter();
  let output = "";
  let inClass = false;
  TOKEN.lastIndex = 0;
  for (let offset = 0; offset < pattern.length; offset = TOKEN.lastIndex) {
    const token = TOKEN.exec(pattern)?.[0] ?? "";
    for (const [spelling, name] of inClass ? INSIDE_CLASS : OUTSIDE_CLASS) {
      if (spelling.test(token)) throw unsupported(name, token, offset);
    }
    output += token.startsWith("\\") ? translateEscape(token, inClass) : token;
    if (inClass) {
      inClass = token !== "]";
    } else {
      inClass = token.startsWith("[");
      size.add(token, offset);
    }
  }
  return output;
}

function translateEscape(token: string, inClass: boolean): string {
  const posix = /^\\([pP])\{(\w+)\}$/.exec(token);
  if (posix?.[2] !== undefined && POSIX.includes(posix[2])) {
    const name = `[:${posix[1] === "P" ? "^" : ""}${posix[2].toLowerCase()}:]`;
    return inClass ? name : `[${name}]`;
  }
  if (/^\\u[0-9a-fA-F]{4}$/.test(token)) return `\\x{${token.slice(2)}}`;
  if (token === "\\e") return "\\x1B";
  // Java counts the vertical tab as white space, and \v stands for every vertical white space.
  if (token === "\\s") return inClass ? "\\s\\x0B" : "[\\s\\x0B]";
  if (token === "\\S" && !inClass) return "[^\\s\\x0B]";
  if (token === "\\v") {
    const vertical = "\\n\\x0B\\f\\r\\x{85}\\x{2028}\\x{2029}";
    return inClass ? vertical : `[${vertical}]`;
  }
  return token;
}

/** Counts the atoms of a pattern with its repetitions written out, before anything is compiled. */
class SizeMeter {
  readonly #enclosing: number[] = [];
  #total = 0;
  #last = 0;

  add(token: string, offset: number): void {
    const repetition = /^\{(\d+)(?:,(\d*))?\}/.exec(token);
    if (repetition) {
      const times = Math.max(1, Number(repetition[2] || repetition[1]));
      this.#total += this.#last * (times - 1);
      this.#last *= times;
    } else if (token.startsWith("(")) {
      this.#enclosing.push(this.#total);
      this.#total = 0;
    } else if (token === ")") {
      this.#last = this.#total + 1;
      this.#total = (this.#enclosing.pop() ?? 0) + this.#last;
    } else {
      this.#last = 1;
      this.#total += token.length;
    }
    if (this.#total > MAX_PATTERN_SIZE) {
      throw new ExpressionError(
        `The regular expression is too large: its repetitions come to more than ${MAX_PATTERN_SIZE} steps.`,
        offset,
        "Write smaller numbers between the braces, or * or +.",
      );
    }
  }
}

function unsupported(name: string, token: string, offset: number): ExpressionError {
  return new ExpressionError(
    `The regular expression uses ${name} ("${token}"), which is not available: Sortie runs the regular ` +
      "expressions of bundles on a linear-time engine.",
    offset,
    `Write an expression without it, or several conditions.`,
  );
}
