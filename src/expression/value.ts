/**
 * What a flow variable can hold. Apigee: "Flow variables reference" (types) and "Conditions reference"
 * (operands). JavaScript has one number type, so the others are told apart by representation:
 * an integer is a `number`, a long a `bigint`, a float or double a {@link Float}. A collection is an array.
 * `null` is an unset variable; any other object (a message) only has an identity.
 */
export type Value = null | string | boolean | number | bigint | Float | readonly string[] | object;

/** A float or double: kept apart from integers so that `3.0` stays `3.0` in text and on the wire. */
export class Float {
  readonly value: number;
  readonly type: "float" | "double";

  constructor(value: number, type: "float" | "double" = "double") {
    this.value = value;
    this.type = type;
  }

  /** Text as Java prints it: always with a fraction for a whole number. */
  toString(): string {
    return Number.isInteger(this.value) && Math.abs(this.value) < 1e7
      ? this.value.toFixed(1)
      : String(this.value);
  }
}

/** Text of a value as a message template shows it: null is empty, a collection reads `[a, b]`. */
export function textOf(value: Value): string {
  if (typeof value === "string") return value;
  if (value === null) return "";
  if (Array.isArray(value)) return `[${value.join(", ")}]`;
  return String(value);
}

/**
 * Turns a variable's name into a function that reads it from a scope, once, at load time. The languages
 * of this room know nothing of messages or flows; who compiles an expression supplies this.
 */
export type Lookup<Scope> = (name: string) => (scope: Scope) => Value;

/** A name that nothing has, and those that there are: whoever shows the error can say which was meant. */
export interface Misspelling {
  readonly name: string;
  readonly known: Iterable<string>;
}

/** A condition, template, pattern or path that cannot be compiled: what is wrong, and where in its text. */
export class ExpressionError extends Error {
  /** Zero-based offset into the expression's text. */
  readonly offset: number;
  /** What to write instead, as a sentence; null where the message says all that can be said. */
  readonly remedy: string | null;
  readonly misspelt: Misspelling | null;

  constructor(
    message: string,
    offset = 0,
    remedy: string | null = null,
    misspelt: Misspelling | null = null,
  ) {
    super(message);
    this.name = "ExpressionError";
    this.offset = offset;
    this.remedy = remedy;
    this.misspelt = misspelt;
  }
}
