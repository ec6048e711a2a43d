/** Something wrong in a JSON document: `field` is its path, such as `sSLInfo.trustStore`. */
export interface JsonProblem {
  readonly severity: "error" | "warning";
  readonly code: string;
  readonly field: string;
  readonly message: string;
  readonly remedy: string;
}

/** The fields of a JSON object, read one by one; what is wrong is noted and read as the fallback. */
export class JsonFields {
  readonly problems: JsonProblem[];
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #subject: string;
  readonly #path: string;
  readonly #known = new Set<string>();

  /** `subject` is what the object describes, as messages call it: `target server`. */
  constructor(subject: string, json: unknown, path = "", problems: JsonProblem[] = []) {
    this.problems = problems;
    this.#subject = subject;
    this.#path = path;
    if (!isObject(json)) this.#error("", `is ${show(json)}, not a JSON object`, "Write a JSON object.");
    this.#values = new Map(isObject(json) ? Object.entries(json) : []);
  }

  text(name: string, shape: RegExp, what: string): string {
    const value = this.#value(name);
    if (typeof value === "string" && shape.test(value)) return value;
    this.#error(name, value === undefined ? "is missing" : `is ${show(value)}`, `Write ${what}.`);
    return "";
  }

  optionalText(name: string): string | null {
    const value = this.#value(name);
    if (typeof value === "string") return value === "" ? null : value;
    if (value !== undefined) this.#error(name, `is ${show(value)}`, "Write a text.");
    return null;
  }

  texts(name: string): readonly string[] {
    const value = this.#value(name) ?? [];
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
    this.#error(name, `is ${show(value)}`, "Write a list of texts.");
    return [];
  }

  boolean(name: string, fallback: boolean): boolean {
    const value = this.#value(name);
    const word = typeof value === "string" ? value.trim().toLowerCase() : value;
    if (word === true || word === "true") return true;
    if (word === false || word === "false") return false;
    if (value !== undefined) this.#error(name, `is ${show(value)}`, "Write true or false.");
    return fallback;
  }

  port(name: string): number {
    const value = this.#value(name);
    const port = typeof value === "string" && /^\d{1,5}$/.test(value) ? Number(value) : value;
    if (typeof port === "number" && Number.isInteger(port) && port >= 1 && port <= 65535) return port;
    this.#error(
      name,
      value === undefined ? "is missing" : `is ${show(value)}`,
      "Write a port from 1 to 65535.",
    );
    return 0;
  }

  oneOf<T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const value = this.#value(name);
    const choice = choices.find((candidate) => candidate === value);
    if (choice !== undefined) return choice;
    if (value !== undefined) this.#error(name, `is ${show(value)}`, `Write one of ${choices.join(", ")}.`);
    return fallback;
  }

  /** The object in a field, or null when there is none or something else. */
  object(name: string): JsonFields | null {
    const value = this.#value(name);
    if (!isObject(value)) return null;
    return new JsonFields(this.#subject, value, `${this.#path}${name}.`, this.problems);
  }

  /** Notes an error when the field is there after all. */
  absent(name: string, remedy: string): void {
    const value = this.#value(name);
    if (value !== undefined) this.#error(name, `is ${show(value)}`, remedy);
  }

  /** Marks a documented field without effect as known. */
  ignore(name: string): void {
    this.#known.add(name);
  }

  reportUnknown(): void {
    for (const name of this.#values.keys()) {
      if (this.#known.has(name)) continue;
      const field = this.#path + name;
      const message = `The field "${field}" of a ${this.#subject} is not known and has no effect.`;
      this.problems.push({ severity: "warning", code: "UnknownField", field, message, remedy: "Remove it." });
    }
  }

  /** The field's value; null is the same as no field. */
  #value(name: string): unknown {
    this.#known.add(name);
    return this.#values.get(name) ?? undefined;
  }

  #error(name: string, what: string, remedy: string): void {
    const field = (this.#path + name).replace(/\.$/, "");
    const message = `${field === "" ? `A ${this.#subject}` : `The field "${field}" of a ${this.#subject}`} ${what}.`;
    this.problems.push({ severity: "error", code: "InvalidField", field, message, remedy });
  }
}

function show(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, 100);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
