import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import type { Position, Report } from "../xml/report.ts";

/** A JSON file of an environment, with positions for what is wrong in it. */
export class JsonFile {
  /** What the file holds; undefined when it is not JSON. */
  readonly value: unknown;
  readonly #path: string;
  readonly #text: string;
  readonly #root: Node | undefined;

  /** Reports InvalidJSON. */
  constructor(path: string, bytes: Uint8Array, report: Report) {
    this.#path = path;
    this.#text = new TextDecoder().decode(bytes);
    const errors: ParseError[] = [];
    this.#root = parseTree(this.#text, errors, { disallowComments: true });
    const [first] = errors;
    if (first) {
      const reason = printParseErrorCode(first.error);
      report.error(
        "InvalidJSON",
        this.#position(first.offset),
        `The file is not JSON: ${reason}.`,
        "Correct it.",
      );
    }
    this.value = first ? undefined : JSON.parse(this.#text);
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
