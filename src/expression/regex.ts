import { RE2JS, RE2JSException } from "re2js";
import { fromJava } from "./java-regex.ts";
import { ExpressionError } from "./value.ts";

/**
 * A compiled regular expression. To match or find takes time linear in the text; to replace takes at most
 * that for each match.
 */
export interface Regex {
  /** True if the whole text matches, as `Matcher.matches()`. */
  matches(text: string): boolean;
  /** True if any part of the text matches, as `Matcher.find()`. */
  find(text: string): boolean;
  /**
   * Replaces every match. The replacement is Java's: `$1` and `${name}` are groups, `\$` is a dollar.
   *
   * @throws {ExpressionError} if there is a match and the replacement names a group that does not exist.
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
      declaringErrors(replacement, () => regex.matcher(text).replaceAll(replacement, true)),
    replaceFirst: (text, replacement) =>
      declaringErrors(replacement, () => regex.matcher(text).replaceFirst(replacement, true)),
  };
}

function declaringErrors<T>(text: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const [, reason, fragment] =
      /^(?:error parsing regexp: )?([^`]*?)(?:: `(.*)`)?$/s.exec(error.message) ?? [];
    throw new ExpressionError(
      `The regular expression is not valid: ${reason ?? error.message}${fragment ? ` at "${fragment}"` : ""}.`,
      fragment ? Math.max(0, text.indexOf(fragment)) : 0,
    );
  }
}
