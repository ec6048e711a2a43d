import { ExpressionError } from "../../../../expression/value.ts";
import { spend, spendText } from "../../../../expression/work.ts";

/** What is wrong with a value, in the words of Apigee's validator, and what led to it. */
export interface Wrong {
  readonly text: string;
  readonly details: readonly string[];
}

/** How deep a value may be nested where a schema describes it. */
export const DEEPEST = 200;

/** How many problems of one message are told, and how many details of one problem. */
export const MOST_PROBLEMS = 20;

/** What is told of what is wrong: everything, the problems without what led to them, or only that there is something. */
type Telling = "everything" | "problems" | "nothing";

/** One look at a value, which collects what is wrong. */
export class Validation {
  readonly wrong: Wrong[] = [];
  #failed = false;
  readonly #telling: Telling;
  readonly #path: (string | number)[];
  /** What {@link once} looks at now. */
  readonly #chosen: [unknown, unknown][];

  constructor(
    telling: Telling = "everything",
    path: (string | number)[] = [],
    chosen: [unknown, unknown][] = [],
  ) {
    this.#telling = telling;
    this.#path = path;
    this.#chosen = chosen;
  }

  get failed(): boolean {
    return this.#failed;
  }

  /** Whether more looking changes nothing. */
  get isSettled(): boolean {
    return this.#failed && (this.#telling === "nothing" || this.wrong.length >= MOST_PROBLEMS);
  }

  /** Says what is wrong with the value that is looked at. */
  fail(text: () => string, details: () => readonly string[] = () => []): void {
    this.#failed = true;
    if (this.#telling === "nothing" || this.wrong.length >= MOST_PROBLEMS) return;
    const pointer = this.#path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`);
    const where = pointer.length === 0 ? "" : `[Path '${pointer.join("").slice(0, MOST_SHOWN)}'] `;
    this.wrong.push({ text: where + text(), details: this.#telling === "everything" ? details() : [] });
  }

  /**
   * Looks at what a field or entry of the value holds.
   * @throws {ExpressionError} when that is too deep. It is no failure, which `not` would take for the opposite
   */
  within(key: string | number, look: () => void): void {
    if (this.#path.length >= DEEPEST) throw new ExpressionError(`Value is nested more than ${DEEPEST} deep`);
    this.#path.push(key);
    look();
    this.#path.pop();
  }

  /** Looks, unless this is within a look at the same value for the same reason. */
  once(reason: unknown, value: unknown, look: () => void): void {
    if (this.#chosen.some((chosen) => chosen[0] === reason && chosen[1] === value)) return;
    this.#chosen.push([reason, value]);
    look();
    this.#chosen.pop();
  }

  /** Another look at the same value, whose outcome is not this one's. Within it, less is told. */
  attempt(look: (validation: Validation) => void): Validation {
    spend();
    const telling = this.#telling === "everything" ? "problems" : "nothing";
    const attempt = new Validation(telling, this.#path, this.#chosen);
    look(attempt);
    return attempt;
  }
}

/** How much of a value from outside is shown. Characters. */
const MOST_SHOWN = 200;

/** A value as it stands in JSON, cut where it is long. */
export function shown(value: unknown): string {
  const whole = typeof value === "string" ? value.slice(0, MOST_SHOWN) : value;
  const text = spendText(JSON.stringify(whole));
  return text.length > MOST_SHOWN + 2 ? `${text.slice(0, MOST_SHOWN)}…` : text;
}

/** Names as a list in JSON, the first of them. */
export function shownNames(names: readonly string[]): string {
  return JSON.stringify(
    [...names]
      .sort()
      .slice(0, MOST_PROBLEMS)
      .map((name) => name.slice(0, MOST_SHOWN)),
  );
}
