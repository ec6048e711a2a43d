/** Where chance comes from; handed in, so that a test can fix it. */
export interface FunctionServices {
  /** 64 uniformly random bits, as an unsigned number. */
  readonly random64: () => bigint;
  readonly uuid: () => string;
}

/** The platform's cryptographic randomness. */
export const platformServices: FunctionServices = {
  random64: () => crypto.getRandomValues(new BigUint64Array(1))[0] ?? 0n,
  uuid: () => crypto.randomUUID(),
};

/**
 * How an argument without quotes is understood. All are read as a variable first.
 * - `value`: `name:Default` is allowed; a word that names no variable may stand for itself.
 * - `verbatim`: a path, pattern or format, in which `:` has a meaning of its own; text that cannot be a
 *   variable's name always stands for itself.
 * - `variable`: `name:Default` is allowed; a word never stands for itself, because it is a secret's name.
 * - `nullable`: an unset variable is `null`, and no error.
 */
export type Parameter = "value" | "verbatim" | "variable" | "nullable";

/** Runs at request time. Only `nullable` parameters are ever null; a null result reads as empty text. */
export type BoundFunction = (...values: readonly (string | null)[]) => string | null;

/** One function of message templates. Apigee: "Message templates" (function reference). */
export interface TemplateFunction {
  /** One for each argument; the last repeats when the function is variadic. */
  readonly parameters: readonly Parameter[];
  /** How many arguments a call needs at least. */
  readonly required: number;
  readonly variadic?: true;
  /**
   * Prepares one call at load time. `constants` holds the text of the arguments known by then, `undefined`
   * for the others; a literal that cannot be used is an `ExpressionError`.
   */
  readonly bind: (constants: readonly (string | undefined)[], services: FunctionServices) => BoundFunction;
}

/** A function of plain texts that needs nothing prepared; arguments after `required` may be absent. */
export function textFunction(
  parameters: readonly Parameter[],
  apply: (...texts: readonly string[]) => string,
  required = parameters.length,
): TemplateFunction {
  const run: BoundFunction = (...values) => apply(...values.map((value) => value ?? ""));
  return { parameters, required, bind: () => run };
}
