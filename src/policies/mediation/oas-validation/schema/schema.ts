import type { Kind } from "./kind.ts";
import type { Validation } from "./validation.ts";

/** Looks at a value and says what is wrong with it. */
export type Check = (value: unknown, validation: Validation) => void;

/** A schema ready to use. It may hold itself, further inside. */
export interface Schema {
  check: Check;
  /** What a value may be; null for anything. */
  kinds: ReadonlySet<Kind> | null;
  /** Of the entries of lists, where the schema says something of them. */
  items: Schema | null;
  /** Of the fields that it names. */
  properties: ReadonlyMap<string, Schema>;
  /** Whether it takes fields that it does not name, as it says itself. */
  takesOthers: boolean;
}

/** The schema that everything fits. */
export function anything(): Schema {
  return { check: () => {}, kinds: null, items: null, properties: new Map(), takesOthers: false };
}
