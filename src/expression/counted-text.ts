import { CHARACTERS, spend } from "./work.ts";

/** Of a text that is no longer than this nothing need be counted: looking at it from each of its characters is soon done. */
export const FEW_CHARACTERS = 2_000;

/** How often each character may be looked at without being counted, as it is in a search that takes linear time. */
const FREE_LOOKS = 10;

/**
 * A text that counts how often it is looked at, as the work of the evaluation that is running. It has what the engine
 * of regular expressions asks of a string. It is no subclass of String: where there is one, V8 looks for `charCodeAt`
 * of every text anew, and whatever walks through texts takes six times as long.
 */
export class CountedText implements Pick<string, "length" | "charCodeAt" | "indexOf" | "substring"> {
  readonly [Symbol.toStringTag] = "String";
  readonly length: number;
  readonly #text: string;
  #free: number;

  constructor(text: string) {
    this.#text = text;
    this.length = text.length;
    this.#free = FREE_LOOKS * text.length;
  }

  charCodeAt(index: number): number {
    if (--this.#free < 0) spend();
    return this.#text.charCodeAt(index);
  }

  indexOf(text: string, from = 0): number {
    const found = this.#text.indexOf(text, from);
    spend(((found < 0 ? this.length : found) - from) / CHARACTERS);
    return found;
  }

  substring(start: number, end?: number): string {
    return this.#text.substring(start, end);
  }

  toString(): string {
    return this.#text;
  }
}
