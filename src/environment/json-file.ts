import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import type { Position, Report } from "../xml/report.ts";

/** A JSON file of an environment, with positions for what is wrong in it. */
export class JsonFile {
  /** What the file holds; undefined when it is not JSON. */
  readonly value: unknown = undefined;
  readonly #path: string;
  readonly #text: string;
  readonly #root: Node | undefined;

  /** Reports InvalidJSON. */
  constructor(path: string, bytes: Uint8Array, report: Report) {
    this.#path = path;
    this.#text = new TextDecoder().decode(bytes);
    const errors: ParseError[] = [];
    const refuse = (offset: number, reason: string) =>
      report.error("InvalidJSON", this.#position(offset), `The file is not JSON: ${reason}.`, "Correct it.");
    try {
      this.#root = parseTree(this.#text, errors, { disallowComments: true });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      refuse(0, "it is nested too deep");
      return;
    }
    const [first] = errors;
    if (first) refuse(first.offset, printParseErrorCode(first.error));
    else this.value = JSON.parse(this.#text);
  }

  /** Where a value stands, such as `[2, "port"]`; where its parent stands when it is missing. */
  at(path: readonly (string | number)[]): Position {
    const node = this.#root && findNodeAtLocation(this.#root, [...path]);
    if (node) return this.#position(node.offset);
    return path.length === 0 ? this.#position(0) : this.at(path.slice(0, -1));
  }

  #position(offset: number): Position {
    const before = this.#text.slice(0, offset).split(/\r\n|\r|\n/);
    return { file: this.#path, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }
}
