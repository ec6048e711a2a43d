/** What functions import as `@foundry/functions-api` (TypeScript v1). */

export { LocalDate, Timestamp } from "./dates.ts";
export { UserFacingError } from "./user-facing-error.ts";
export { Filters } from "./v1-object-set.ts";

/** Foundry: "Input and output types" (TypeScript v1). */
export type Integer = number;
export type Float = number;
export type Double = number;
/** Digits, since a number cannot hold all of them. */
export type Long = string;

/** A map with keys of any scalar type. */
export class FunctionsMap<K, V> extends Map<K, V> {}

/** An error with a name that callers can tell apart. */
export class FunctionsError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

export type Ok<T> = { readonly type: "ok"; readonly value: T };
export type Err<E> = { readonly type: "err"; readonly error: E };
/** Something that may have failed without an exception. */
export type FunctionsResult<T, E = FunctionsError> = Ok<T> | Err<E>;
export type Result<T, E> = FunctionsResult<T, E>;

export function isOk<T, E>(result: FunctionsResult<T, E>): result is Ok<T> {
  return result.type === "ok";
}

export function isErr<T, E>(result: FunctionsResult<T, E>): result is Err<E> {
  return result.type === "err";
}

/** A decorator that says something to the publisher and nothing while the code runs. */
type Marker = (target: unknown, context: unknown, descriptor?: PropertyDescriptor) => void;

const mark: Marker = () => {};

/** Declares the sources of a method. */
export function ExternalSystems(_options: { readonly sources: readonly unknown[] }): Marker {
  return mark;
}

/** Publishes a method as a function. */
function FunctionDecorator(): Marker {
  return mark;
}

export { FunctionDecorator as Function };

/** Publishes a method as a function whose result are the edits that it makes. */
export function OntologyEditFunction(): Marker {
  return mark;
}

/** Declares the object types that a method edits. */
export function Edits(..._types: readonly unknown[]): Marker {
  return mark;
}

/** Publishes a method as a function that changes nothing. */
export function Query(_options?: { readonly apiName?: string }): Marker {
  return mark;
}
