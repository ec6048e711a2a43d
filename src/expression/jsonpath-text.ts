import { ExpressionError } from "./value.ts";

const MAX_NESTED_BRACKETS = 16;

const QUOTED = /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/sy;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const CONSTANT = /(?:true|false|null)\b/y;

/** A path that is read from left to right. State: how far, and in how many brackets that is. */
export class PathText {
  readonly #path: string;
  /** The path with its root, and what to add to a position in it for one in the path as written. */
  readonly #text: string;
  readonly #shift: number;
  #at = 1;
  #brackets = 0;

  /** Starts behind the root, which is `$` also where the path leaves it out. */
  constructor(path: string) {
    this.#path = path;
    const root = path.trimStart().startsWith("$") ? "" : "$.";
    this.#text = root + path.trim();
    this.#shift = path.length - path.trimStart().length - root.length;
  }

  /** The position of what is next, for {@link fail}. */
  get at(): number {
    return this.#at;
  }

  /** The next character; empty at the end. */
  get next(): string {
    return this.#text.charAt(this.#at);
  }

  /** Reads a JSON value, whose texts may be in single quotes. */
  readLiteral(): unknown {
    if (this.nextIs("[")) {
      const items: unknown[] = [];
      this.#readList("[", "]", () => items.push(this.readLiteral()));
      return items;
    }
    if (this.nextIs("{")) {
      const entries: [string, unknown][] = [];
      this.#readList("{", "}", () => {
        const name = this.readQuoted() ?? this.failUnexpected();
        if (!this.accept(":")) this.failUnexpected();
        entries.push([name, this.readLiteral()]);
      });
      return Object.fromEntries(entries);
    }
    const plain = this.token(NUMBER) ?? this.token(CONSTANT);
    return plain === null ? (this.readQuoted() ?? this.failUnexpected()) : JSON.parse(plain[0]);
  }

  #readList(opening: string, closing: string, readItem: () => void): void {
    this.open(opening);
    if (!this.nextIs(closing)) {
      do readItem();
      while (this.accept(","));
    }
    this.close(closing);
  }

  /** Reads a text in quotes, if one is next. */
  readQuoted(): string | null {
    if (!this.nextIs("'") && !this.nextIs('"')) return null;
    const quoted = this.take(QUOTED) ?? this.fail("the quote is not closed");
    return unescaped(quoted[1] ?? quoted[2] ?? "");
  }

  /** @throws {ExpressionError} for brackets nested too deep. */
  open(bracket: string): void {
    if (++this.#brackets > MAX_NESTED_BRACKETS)
      this.fail(`brackets nest at most ${MAX_NESTED_BRACKETS} deep`);
    this.#at += bracket.length;
  }

  close(bracket: string): void {
    if (!this.accept(bracket)) this.failUnexpected();
    this.#brackets--;
  }

  /** Goes past these characters if they are next, after space. */
  accept(characters: string): boolean {
    const isNext = this.nextIs(characters);
    if (isNext) this.#at += characters.length;
    return isNext;
  }

  /** Whether these characters are next, after space. */
  nextIs(characters: string): boolean {
    this.take(/\s*/y);
    return this.#text.startsWith(characters, this.#at);
  }

  /** Goes past what this pattern matches if it is next, after space. */
  token(pattern: RegExp): RegExpExecArray | null {
    this.take(/\s*/y);
    return this.take(pattern);
  }

  /** Goes past what this pattern (with the flag `y`) matches here. */
  take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    this.#at += match?.[0].length ?? 0;
    return match;
  }

  /** @throws {ExpressionError} that what is next cannot stand here. */
  failUnexpected(): never {
    const code = this.#text.codePointAt(this.#at);
    return this.fail(
      code === undefined
        ? "it ends where something must follow"
        : `"${String.fromCodePoint(code)}" means nothing there`,
    );
  }

  /** @throws {ExpressionError} always. */
  fail(reason: string, at = this.#at): never {
    const offset = Math.max(0, at + this.#shift);
    throw new ExpressionError(`JSONPath "${this.#path}", at character ${offset + 1}: ${reason}`, offset);
  }
}

const ESCAPES: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_, code: string | undefined, character = "") =>
    code === undefined ? (ESCAPES[character] ?? character) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
