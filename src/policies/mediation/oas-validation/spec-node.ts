import type { PlacedValue } from "../../../documents/checked-value.ts";
import type { ValuePath } from "../../../documents/known-fields.ts";
import type { Report } from "../../../documents/report.ts";

/** How many references may lead to one another. */
const MOST_HOPS = 100;

/** An OpenAPI specification: a document whose parts refer to each other. Reports ResourceCompileFailed. */
export class SpecDocument {
  readonly #file: PlacedValue;
  readonly #report: Report;
  readonly #said = new Set<string>();

  constructor(file: PlacedValue, report: Report) {
    this.#file = file;
    this.#report = report;
  }

  get root(): SpecNode {
    return new SpecNode(this, this.#file.value, []);
  }

  error(at: ValuePath, message: string, remedy: string): void {
    if (this.#isNew(at, message)) {
      this.#report.error("ResourceCompileFailed", this.#file.at(at), message, remedy);
    }
  }

  warning(code: string, at: ValuePath, message: string, remedy: string): void {
    if (this.#isNew(at, message)) this.#report.warning(code, this.#file.at(at), message, remedy);
  }

  note(code: string, at: ValuePath, message: string, remedy: string): void {
    if (this.#isNew(at, message)) this.#report.note(code, this.#file.at(at), message, remedy);
  }

  /** What stands at a place, or what its `$ref` leads to; null when that is nothing, which is an error. */
  node(written: unknown, place: ValuePath): SpecNode | null {
    let [value, at] = [written, place];
    for (let hops = 0; hops < MOST_HOPS; hops++) {
      const reference = referenceIn(value);
      if (reference === null) return new SpecNode(this, value, at);
      const target = this.#target(reference, [...at, "$ref"]);
      if (target === null) return null;
      [value, at] = target;
    }
    this.error(place, "The reference leads back to itself.", "Refer to what has no $ref in its place.");
    return null;
  }

  #target(reference: string, at: ValuePath): [unknown, ValuePath] | null {
    if (!reference.startsWith("#")) {
      const message = `"${reference}" is in another document, and nothing is fetched.`;
      this.error(at, message, "Copy what it refers to into this file, and write #/components/….");
      return null;
    }
    const path = pointerOf(reference);
    let value = this.#file.value;
    for (const part of path ?? []) value = ownField(value, part);
    if (path !== null && value !== undefined) return [value, path];
    const message = `"${reference}" refers to nothing in this document.`;
    this.error(at, message, "Write #/ and the names that lead to it, as in #/components/schemas/Order.");
    return null;
  }

  /** The same part may be read on several ways. */
  #isNew(at: ValuePath, message: string): boolean {
    const key = JSON.stringify([at, message]);
    const isNew = !this.#said.has(key);
    this.#said.add(key);
    return isNew;
  }
}

/** A part of a specification and its place, with the ways to read it. What is of a wrong type is an error. */
export class SpecNode {
  readonly document: SpecDocument;
  readonly value: unknown;
  readonly at: ValuePath;

  constructor(document: SpecDocument, value: unknown, at: ValuePath) {
    this.document = document;
    this.value = value;
    this.at = at;
  }

  /** How it is named where it stands. */
  get name(): string {
    return String(this.at.at(-1) ?? "");
  }

  error(message: string, remedy: string): void {
    this.document.error(this.at, message, remedy);
  }

  /** A field of an object; null when it has none of that name. */
  field(name: string): SpecNode | null {
    const value = ownField(this.value, name);
    return value === undefined ? null : this.document.node(value, [...this.at, name]);
  }

  /** The fields of an object by name. Extensions (`x-…`) are left out unless they are told to be names, too. */
  fields(extensions: "skip" | "keep" = "skip"): (readonly [string, SpecNode])[] {
    if (!isObject(this.value)) {
      this.error(`${this.name} must be an object.`, "Write fields by name.");
      return [];
    }
    return Object.keys(this.value).flatMap((name) => {
      const field = extensions === "skip" && name.startsWith("x-") ? null : this.field(name);
      return field ? [[name, field] as const] : [];
    });
  }

  /** The entries of a list. */
  items(): SpecNode[] {
    if (!Array.isArray(this.value)) {
      this.error(`${this.name} must be a list.`, "Write a list.");
      return [];
    }
    return this.value.flatMap((item, index) => this.document.node(item, [...this.at, index]) ?? []);
  }

  text(name: string): string | null {
    return this.#typed(name, "a text", (value) => (typeof value === "string" ? value : null));
  }

  flag(name: string): boolean {
    return (
      this.#typed(name, "true or false", (value) => (typeof value === "boolean" ? value : null)) ?? false
    );
  }

  number(name: string): number | null {
    return this.#typed(name, "a number", (value) => (typeof value === "number" ? value : null));
  }

  /** A whole number from 0. */
  count(name: string): number | null {
    return this.#typed(name, "a whole number from 0", (value) =>
      typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : null,
    );
  }

  #typed<T>(name: string, what: string, read: (value: unknown) => T | null): T | null {
    const field = this.field(name);
    if (field === null) return null;
    const value = read(field.value);
    if (value === null) field.error(`${name} must be ${what}.`, `Write ${what}.`);
    return value;
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function ownField(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

/** What an object with `$ref` refers to, whatever stands beside it. OpenAPI 3.0.3: "Reference Object". */
function referenceIn(value: unknown): string | null {
  const reference = isObject(value) ? ownField(value, "$ref") : null;
  return typeof reference === "string" ? reference : null;
}

/** The names in a JSON pointer (RFC 6901, section 6); null when it is none. */
function pointerOf(reference: string): string[] | null {
  try {
    const pointer = decodeURIComponent(reference.slice(1));
    if (pointer === "") return [];
    if (!pointer.startsWith("/")) return null;
    return pointer
      .slice(1)
      .split("/")
      .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  } catch {
    return null;
  }
}
