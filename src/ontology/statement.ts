import { OntologyError } from "./error.ts";
import type { ColumnValue } from "./property-value.ts";

/** How many values a statement binds: the storage takes no more. */
const MOST_BOUND = 95;

/** How long all texts together are that a statement binds. Characters; the storage takes no longer ones. */
const MOST_CHARACTERS = 2_000_000;

/** How deep sets of objects and filters may be nested. */
const MOST_LEVELS = 12;

/** How many sets of objects and filters a question may consist of. */
const MOST_PARTS = 200;

/** How many of the filters may look at every value that there is, out of reach of the storage's indexes. */
const MOST_SEARCHES = 10;

/** The values of a statement, which are bound and never part of its text, and how much work it is. */
export class Statement {
  readonly values: ColumnValue[] = [];
  #parts = 0;
  #characters = 0;
  #searches = 0;

  /** What stands for the value in SQL. Throws {@link OntologyError} (MalformedPropertyFilters). */
  bind(value: ColumnValue): string {
    if (this.values.length >= MOST_BOUND)
      throw tooLarge(`more than ${MOST_BOUND} values; use "in" for lists`);
    const { length } = String(value);
    this.mustFit(length);
    this.#characters += length;
    this.values.push(value);
    return `?${this.values.length}`;
  }

  /** Whether a text of that length can be bound. Throws {@link OntologyError} (MalformedPropertyFilters). */
  mustFit(length: number): void {
    if (this.#characters + length <= MOST_CHARACTERS) return;
    throw tooLarge(`values of more than ${MOST_CHARACTERS} characters, or finds as many`);
  }

  /** Counts a filter that looks at every value. Throws {@link OntologyError} (MalformedPropertyFilters). */
  search(): void {
    this.#searches++;
    if (this.#searches > MOST_SEARCHES)
      throw tooLarge(`more than ${MOST_SEARCHES} filters by terms or boxes`);
  }

  /** Counts a filter or a set of objects. Throws {@link OntologyError} (MalformedPropertyFilters). */
  count(level: number): void {
    this.#parts++;
    if (this.#parts > MOST_PARTS) throw tooLarge(`more than ${MOST_PARTS} parts`);
    if (level > MOST_LEVELS) throw tooLarge(`more than ${MOST_LEVELS} levels`);
  }
}

function tooLarge(reason: string): OntologyError {
  return new OntologyError("MalformedPropertyFilters", `The question has ${reason}.`);
}

/** Conditions put together, balanced: SQL may be nested only so deep. */
export function joined(conditions: readonly string[], word: "AND" | "OR"): string {
  if (conditions.length === 0) return word === "AND" ? "1" : "0";
  if (conditions.length === 1) return conditions[0] ?? "";
  const half = conditions.length >> 1;
  return `(${joined(conditions.slice(0, half), word)} ${word} ${joined(conditions.slice(half), word)})`;
}

/** What a condition is not true of, whether it is false or about a value that is missing. */
export function negated(condition: string): string {
  return `NOT ifnull(${condition}, 0)`;
}
