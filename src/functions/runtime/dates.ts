/** A calendar date as TypeScript v1 has it. Foundry: "Input and output types" (LocalDate). */
export class LocalDate {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /** @param text `YYYY-MM-DD` */
  static fromISOString(text: string): LocalDate {
    const date = new Date(`${text}T00:00:00Z`);
    if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(date.getTime())) {
      throw new RangeError(`"${text}" is not a date such as 2026-01-31.`);
    }
    return new LocalDate(date.toISOString().slice(0, 10));
  }

  /** Today in UTC. */
  static now(): LocalDate {
    return new LocalDate(new Date().toISOString().slice(0, 10));
  }

  plusDays(days: number): LocalDate {
    const date = new Date(this.valueOf());
    date.setUTCDate(date.getUTCDate() + days);
    return new LocalDate(date.toISOString().slice(0, 10));
  }

  minusDays(days: number): LocalDate {
    return this.plusDays(-days);
  }

  toISOString(): string {
    return this.#text;
  }

  toString(): string {
    return this.#text;
  }

  toJSON(): string {
    return this.#text;
  }

  /** So that dates compare with `<`. */
  valueOf(): number {
    return Date.parse(`${this.#text}T00:00:00Z`);
  }
}

/** An instant as TypeScript v1 has it. Foundry: "Input and output types" (Timestamp). */
export class Timestamp {
  readonly #milliseconds: number;

  private constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  /** @param text ISO 8601 with a zone */
  static fromISOString(text: string): Timestamp {
    const milliseconds = Date.parse(text);
    if (Number.isNaN(milliseconds))
      throw new RangeError(`"${text}" is not a timestamp such as 2026-01-31T12:00:00Z.`);
    return new Timestamp(milliseconds);
  }

  static now(): Timestamp {
    return new Timestamp(Date.now());
  }

  plusDays(days: number): Timestamp {
    return new Timestamp(this.#milliseconds + days * 86_400_000);
  }

  minusDays(days: number): Timestamp {
    return this.plusDays(-days);
  }

  /** In UTC, with milliseconds. */
  toISOString(): string {
    return new Date(this.#milliseconds).toISOString();
  }

  toString(): string {
    return this.toISOString();
  }

  toJSON(): string {
    return this.toISOString();
  }

  /** So that timestamps compare with `<`. Epoch milliseconds. */
  valueOf(): number {
    return this.#milliseconds;
  }
}
