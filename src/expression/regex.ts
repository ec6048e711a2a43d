import { type Matcher, MatcherInput, RE2JS, RE2JSException } from "re2js";
import { CountedText, FEW_CHARACTERS } from "./counted-text.ts";
import { fromJava } from "./java-regex.ts";
import { ExpressionError } from "./value.ts";
import { CHARACTERS, spend, TooMuchWork, withinWork } from "./work.ts";

/**
 * A compiled regular expression. To match or find takes time linear in the text. To replace takes at most that for
 * each match, and is stopped when it is too much.
 */
export interface Regex {
  /** True if the whole text matches, as `Matcher.matches()`. */
  matches(text: string): boolean;
  /** True if any part of the text matches, as `Matcher.find()`. */
  find(text: string): boolean;
  /**
   * Replaces every match. The replacement is Java's: `$1` and `${name}` are groups, `\$` is a dollar.
   *
   * @throws {ExpressionError} if there is a match and the replacement names a group that does not exist;
   *   {@link TooMuchWork}
   */
  replaceAll(text: string, replacement: string): string;
  /** Replaces the first match; otherwise as {@link Regex.replaceAll}. */
  replaceFirst(text: string, replacement: string): string;
}

/**
 * Compiles a regular expression in the syntax of java.util.regex, which bundles use in conditions,
 * message template functions and policies. It runs on a linear-time engine, so no pattern can stall a
 * Worker; look-around, back-references, possessive quantifiers and atomic groups are therefore refused.
 *
 * @throws {ExpressionError} if the pattern is malformed, unsupported or too large.
 */
export function compileRegex(pattern: string, flags: { ignoreCase?: boolean } = {}): Regex {
  const source = fromJava(pattern);
  const regex = declaringErrors(pattern, () =>
    RE2JS.compile(source, flags.ignoreCase ? RE2JS.CASE_INSENSITIVE : 0),
  );
  return {
    matches: (text) => regex.testExact(text),
    find: (text) => regex.test(text),
    replaceAll: (text, replacement) =>
      replaced(text, replacement, (matcher) => matcher.replaceAll(replacement, true)),
    replaceFirst: (text, replacement) =>
      replaced(text, replacement, (matcher) => matcher.replaceFirst(replacement, true)),
  };

  function replaced(text: string, replacement: string, replace: (matcher: Matcher) => string): string {
    return declaringErrors(replacement, () =>
      withinWork(() => {
        const input = MatcherInput.utf16(text.length > FEW_CHARACTERS ? new CountedText(text) : text);
        const matcher = regex.matcher(input);
        if (text.length * replacement.length > MOST_UNCOUNTED) spendReplacements(matcher, replacement);
        return replace(matcher);
      }),
    );
  }
}

/** Characters that replacements may add up to without being counted one by one. */
const MOST_UNCOUNTED = 1_000_000;

function spendReplacements(matcher: Matcher, replacement: string): void {
  while (matcher.find()) spend(1 + replacement.length / CHARACTERS);
}

function declaringErrors<T>(text: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    // A text that is longer than the platform's may be: groups that are long and stand in the replacement often.
    if (error instanceof RangeError) throw new TooMuchWork();
    if (!(error instanceof RE2JSException)) throw error;
    const [, reason, fragment] =
      /^(?:error parsing regexp: )?([^`]*?)(?:: `(.*)`)?$/s.exec(error.message) ?? [];
    const { wrong, remedy } = wordsForRegex(reason ?? error.message);
    throw new ExpressionError(
      `The regular expression is not valid: ${wrong}${fragment ? ` at "${fragment}"` : ""}.`,
      fragment ? Math.max(0, text.indexOf(fragment)) : 0,
      remedy,
    );
  }
}

/** What the engine says about an expression, in our words where it needs any, and what to write instead. */
function wordsForRegex(reason: string): { readonly wrong: string; readonly remedy: string } {
  const [
    ,
    wrong = reason,
    remedy = "Write it as java.util.regex.Pattern has it, with \\ before signs that stand for themselves.",
  ] = REGEX_WORDS.find(([start]) => reason.startsWith(start)) ?? [];
  return { wrong, remedy };
}

/** By how the engine's words begin. */
const REGEX_WORDS: readonly (readonly [string, string, string])[] = [
  ["missing closing )", "a ( is not closed", "Write ) where it ends, or \\( for the character itself."],
  ["unexpected )", "a ) closes nothing", "Remove it, or write \\) for the character itself."],
  ["missing closing ]", "a [ is not closed", "Write ] where it ends, or \\[ for the character itself."],
  [
    "missing argument to repetition",
    "there is nothing to repeat",
    "Write what is repeated before it, or \\ before it for the character itself; .* stands for any text.",
  ],
  [
    "invalid nested repetition",
    "a repetition is repeated",
    "Write one of *, + and ?, or put what is repeated into parentheses.",
  ],
  [
    "invalid repeat count",
    "a number of repetitions is too large or in the wrong order",
    "Write {least,most}, up to 1000.",
  ],
  ["trailing backslash", "a backslash ends it", "Write \\\\ for a backslash."],
  [
    "invalid escape sequence",
    "a backslash is before a letter that it means nothing to",
    "Write \\\\ for a backslash.",
  ],
  [
    "invalid character class range",
    "a range in brackets is in the wrong order",
    "Write the lower character first, as in a-z.",
  ],
  ["invalid named capture", "the name of a group is no name", "Write (?<name>…) with letters and digits."],
];
