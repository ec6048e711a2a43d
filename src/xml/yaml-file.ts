import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  Parser,
  type YAMLMap,
} from "yaml";
import type { Position, Report } from "./report.ts";
import { nestingDepth } from "./yaml-depth.ts";

/** The largest YAML file that is read, in bytes. */
export const MAX_YAML_BYTES = 256 * 1024;

/** How deep values may be nested. */
export const MAX_YAML_DEPTH = 20;

/** Where a value stands in a file: names of fields and indexes of list entries, from the root. */
export type YamlPath = readonly (string | number)[];

/**
 * A YAML 1.2 file with positions for what is wrong in it. It is held to what JSON can say, for people to read
 * it as it is: no anchors, aliases or tags, one document, no field twice.
 */
export class YamlFile {
  /** What the file holds, of plain objects, lists, texts, numbers, booleans and null; undefined when it is not such a file. */
  readonly value: unknown = undefined;
  readonly #path: string;
  readonly #lines = new LineCounter();
  readonly #root: Node | null = null;

  /** Reports InvalidYAML. */
  constructor(path: string, bytes: Uint8Array, report: Report) {
    this.#path = path;
    try {
      const document = this.#parse(bytes);
      this.#root = document.contents;
      this.value = this.#plain(document.contents);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      report.error("InvalidYAML", this.#position(error.offset), error.message, error.remedy);
    }
  }

  /** Where a value stands; where its parent stands when it is missing. */
  at(path: YamlPath): Position {
    return this.#position(this.#find(path, path.length)?.range?.[0] ?? 0);
  }

  /** Where a field's name stands; where its parent stands when it is missing. */
  atName(path: YamlPath): Position {
    const parent = this.#find(path, path.length - 1);
    const name = isMap(parent) ? pairOf(parent, path.at(-1))?.key : null;
    return name?.range ? this.#position(name.range[0]) : this.at(path);
  }

  /** The node behind the first `length` parts of a path, or the last one before it that there is. */
  #find(path: YamlPath, length: number): Node | null {
    let node = this.#root;
    for (const part of path.slice(0, length)) {
      const next = isMap(node) ? pairOf(node, part)?.value : isSeq(node) ? node.items[Number(part)] : null;
      if (!next) break;
      node = next as Node;
    }
    return node;
  }

  #parse(bytes: Uint8Array): Document.Parsed {
    if (bytes.length > MAX_YAML_BYTES) {
      throw new Refusal(0, `The file is larger than ${MAX_YAML_BYTES} bytes.`, "Make it smaller.");
    }
    const tokens = [...new Parser(this.#lines.addNewLine).parse(decode(bytes))];
    // The library composes by recursion, and may end the process where a stack overflows.
    const deep = tokens.find((token) => nestingDepth(token) > MAX_YAML_DEPTH);
    if (deep) {
      const message = `Values are nested more than ${MAX_YAML_DEPTH} deep.`;
      throw new Refusal(deep.offset, message, "Take levels out.");
    }
    // Whether a name is there twice is found below in less time.
    const composer = new Composer({
      version: "1.2",
      uniqueKeys: false,
      stringKeys: true,
      logLevel: "silent",
    });
    const [document, second] = composer.compose(tokens, true);
    const [error] = document?.errors ?? [];
    if (error)
      throw new Refusal(error.pos[0], `The file is not YAML: ${sentence(error.message)}`, "Correct it.");
    if (second) {
      throw new Refusal(
        second.range[0],
        "The file holds several documents.",
        "Put each in a file of its own.",
      );
    }
    if (!document) throw new Error("no document was composed of a stream that was to have one");
    return document as Document.Parsed;
  }

  #plain(node: ParsedNode | null): unknown {
    if (node === null) return null;
    if (isAlias(node)) {
      throw new Refusal(
        node.range[0],
        "The file has an alias.",
        "Write out what it stands for. A text that begins with * needs quotes.",
      );
    }
    if (node.anchor !== undefined || node.tag !== undefined) {
      const message = `The file has ${node.anchor === undefined ? "a tag" : "an anchor"}.`;
      throw new Refusal(node.range[0], message, "Take it out.");
    }
    if (isMap(node)) return this.#object(node);
    if (isSeq(node)) return node.items.map((item) => this.#plain(item as ParsedNode | null));
    return node.value;
  }

  #object(map: YAMLMap.Parsed): Record<string, unknown> {
    const entries = new Map<string, unknown>();
    for (const { key, value } of map.items) {
      if (
        !isScalar(key) ||
        typeof key.value !== "string" ||
        key.anchor !== undefined ||
        key.tag !== undefined
      ) {
        throw new Refusal(key.range[0], "The name of a field is no plain text.", "Write it as a text.");
      }
      if (entries.has(key.value)) {
        throw new Refusal(key.range[0], `The field ${key.value} is there twice.`, "Take one of them out.");
      }
      entries.set(key.value, this.#plain(value));
    }
    return Object.fromEntries(entries);
  }

  #position(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.#path, line: Math.max(1, line), column: Math.max(1, col) };
  }
}

/** Why a file is not read, and at which character. */
class Refusal extends Error {
  readonly offset: number;
  readonly remedy: string;

  constructor(offset: number, message: string, remedy: string) {
    super(message);
    this.offset = offset;
    this.remedy = remedy;
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw new Refusal(0, "The file is not a text in UTF-8.", "Save it in UTF-8.");
  }
}

function pairOf(map: YAMLMap, name: unknown) {
  return map.items.find(({ key }) => isScalar(key) && key.value === name) as
    | { key: ParsedNode; value: ParsedNode | null }
    | undefined;
}

/** A message of the library without the excerpt of the file behind it. */
function sentence(message: string): string {
  const [line = ""] = message.split("\n");
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
