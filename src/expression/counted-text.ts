import { CHARACTERS, spend } from "./work.ts";

/** Of a text that is no longer than this nothing need be counted: looking at it from each of its characters is soon done. */
export const FEW_CHARACTERS = 2_000;

/** How often each character may be looked at without being counted, as it is in a search that takes linear time. */
const FREE_LOOKS = 10;

/** A text that counts how often it is looked at, as the work of the evaluation that is running. */
export class CountedText extends String {
  // Asking the object itself takes several times as long.
  readonly #text: string;
  #free: number;

  constructor(text: string) {
    super(text);
    this.#text = text;
    this.#free = FREE_LOOKS * text.length;
  }

  override charCodeAt(index: number): number {
    if (--this.#free < 0) spend();
    return this.#text.charCodeAt(index);
  }

  override indexOf(text: string, from = 0): number {
    const found = this.#text.indexOf(text, from);
    spend(((found < 0 ? this.length : found) - from) / CHARACTERS);
    return found;
  }
}
