import { findNodeAtLocation, type Node, parseTree } from "jsonc-parser";
import { decodeUtf8 } from "../text/utf8.ts";
import type { PlacedValue } from "./checked-value.ts";
import { findMistake } from "./json-syntax.ts";
import type { ValuePath } from "./known-fields.ts";
import { Lines } from "./lines.ts";
import type { Position, Report } from "./report.ts";

/** A JSON file of an environment, with positions for what is wrong in it. */
export class JsonFile implements PlacedValue {
  /** What the file holds; undefined when it is not JSON. */
  readonly value: unknown = undefined;
  readonly #path: string;
  readonly #text: string;
  readonly #root: Node | undefined;
  readonly #report: Report;
  #lines: Lines | null = null;

  /** Reports InvalidJSON, and DuplicateField for a name that an object has twice: only the last one counts. */
  constructor(path: string, bytes: Uint8Array, report: Report) {
    this.#path = path;
    this.#report = report;
    const text = decodeUtf8(bytes);
    this.#text = text ?? "";
    if (text !== null) this.#root = this.#parse();
    else this.#refuse(0, "it is not a text in UTF-8", "Save it in UTF-8.");
    if (this.#root === undefined) return;
    this.value = JSON.parse(this.#text);
    this.#reportDuplicates(this.#root);
  }

  /** Where a value stands, such as `[2, "port"]`; where its parent stands when it is missing. */
  at(path: ValuePath): Position {
    const node = this.#node(path);
    if (node) return this.#position(node.offset);
    return path.length === 0 ? this.#position(0) : this.at(path.slice(0, -1));
  }

  /** Where a field's name stands; for an entry of a list where it stands itself. */
  atName(path: ValuePath): Position {
    const parent = this.#node(path)?.parent;
    return parent?.type === "property" ? this.#position(parent.offset) : this.at(path);
  }

  #node(path: ValuePath): Node | undefined {
    return this.#root && findNodeAtLocation(this.#root, [...path]);
  }

  #parse(): Node | undefined {
    const mistake = findMistake(this.#text);
    if (mistake === null) return parseTree(this.#text);
    this.#refuse(mistake.offset, mistake.words.reason, mistake.words.remedy);
    return undefined;
  }

  #refuse(offset: number, reason: string, remedy: string): void {
    this.#report.error("InvalidJSON", this.#position(offset), `The file is not JSON: ${reason}.`, remedy);
  }

  #reportDuplicates(root: Node): void {
    const open = [root];
    for (let node = open.pop(); node; node = open.pop()) {
      const { type, children = [] } = node;
      const seen = new Set<unknown>();
      for (const child of type === "object" ? children : []) {
        const name = child.children?.[0]?.value;
        if (seen.has(name)) {
          const message = `The field ${name} is there twice, and the last one counts.`;
          this.#report.error(
            "DuplicateField",
            this.#position(child.offset),
            message,
            "Take one of them out.",
          );
        }
        seen.add(name);
      }
      for (const child of children) open.push(child);
    }
  }

  #position(offset: number): Position {
    this.#lines ??= new Lines(this.#text);
    return { file: this.#path, ...this.#lines.placeOf(offset) };
  }
}
