import { ExpressionError } from "../value.ts";
import { TooMuchWork } from "../work.ts";

/** How many compiled patterns of one kind an isolate keeps for arguments that come from variables. */
const MOST_REMEMBERED = 256;

/**
 * Compiles the pattern, path or format of a call. A constant one is compiled at load, where it may throw; one
 * from a variable is compiled at its first use and remembered, the oldest making room. One that cannot be
 * compiled at request time is null.
 */
export function rememberCompiled<Compiled>(
  compile: (source: string) => Compiled,
): (constant: string | undefined) => (source: string) => Compiled | null {
  const remembered = new Map<string, Compiled>();

  function compileOnce(source: string): Compiled | null {
    const known = remembered.get(source);
    if (known !== undefined) return known;
    const compiled = nullOnExpressionError(() => compile(source));
    if (compiled === null) return null;
    const oldest = remembered.size < MOST_REMEMBERED ? undefined : remembered.keys().next().value;
    if (oldest !== undefined) remembered.delete(oldest);
    remembered.set(source, compiled);
    return compiled;
  }

  return (constant) => {
    if (constant === undefined) return compileOnce;
    const compiled = compile(constant);
    return () => compiled;
  };
}

/**
 * What a function of the request's values gives, or null when these values are wrong for it, as a pattern from a
 * variable is that cannot be compiled.
 *
 * @throws {TooMuchWork} because an empty text in place of what it would have found might let something pass
 */
export function nullOnExpressionError<Result>(run: () => Result): Result | null {
  try {
    return run();
  } catch (error) {
    if (error instanceof ExpressionError && !(error instanceof TooMuchWork)) return null;
    throw error;
  }
}
