import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type ParsedNode,
  Parser,
  type YAMLMap,
} from "yaml";
import { decodeUtf8 } from "../text/utf8.ts";
import type { PlacedValue } from "./checked-value.ts";
import type { ValuePath } from "./known-fields.ts";
import { Lines } from "./lines.ts";
import type { Position, Report } from "./report.ts";
import { nestingDepth } from "./yaml-depth.ts";
import { wordsForSyntax } from "./yaml-syntax.ts";

/** The largest YAML file that is read, in bytes. */
export const MAX_YAML_BYTES = 256 * 1024;

/** How deep values may be nested. */
export const MAX_YAML_DEPTH = 20;

/** How many problems of one file are reported. */
const MOST_PROBLEMS = 20;

/**
 * A YAML 1.2 file with positions for what is wrong in it. It is held to what JSON can say, for people to read
 * it as it is: no anchors, aliases or tags, one document, no field twice.
 */
export class YamlFile implements PlacedValue {
  /** What the file holds, of plain objects, lists, texts, numbers, booleans and null; undefined when it is not such a file. */
  readonly value: unknown = undefined;
  readonly #path: string;
  #lines = new Lines("");
  readonly #root: Place = { name: null, value: 0, inside: new Map() };
  readonly #refusals: Refusal[] = [];

  /** Reports InvalidYAML. */
  constructor(path: string, bytes: Uint8Array, report: Report) {
    this.#path = path;
    try {
      const value = this.#plain(this.#parse(bytes).contents, this.#root);
      if (this.#refusals.length === 0) this.value = value;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#refusals.push(error);
    }
    for (const { offset, message, remedy } of this.#refusals.slice(0, MOST_PROBLEMS)) {
      report.error("InvalidYAML", this.#position(offset), message, remedy);
    }
  }

  /** Where a value stands; where its parent stands when it is missing. */
  at(path: ValuePath): Position {
    return this.#position(this.#place(path).value);
  }

  /** Where a field's name stands; where its parent stands when it is missing. */
  atName(path: ValuePath): Position {
    const { name, value } = this.#place(path);
    return this.#position(name ?? value);
  }

  /** The place of a value, or that of the nearest one around it that there is. */
  #place(path: ValuePath): Place {
    let place = this.#root;
    for (const part of path) {
      const next = place.inside.get(String(part));
      if (!next) return { ...place, name: null };
      place = next;
    }
    return place;
  }

  #parse(bytes: Uint8Array): Document.Parsed {
    if (bytes.length > MAX_YAML_BYTES) {
      throw new Refusal(0, `The file is larger than ${MAX_YAML_BYTES} bytes.`, "Make it smaller.");
    }
    const text = decode(bytes);
    this.#lines = new Lines(text);
    const tokens = [...new Parser().parse(text)];
    // The library composes by recursion, and may end the process where a stack overflows.
    const deep = tokens.find((token) => nestingDepth(token) > MAX_YAML_DEPTH);
    if (deep) {
      const message = `Values are nested more than ${MAX_YAML_DEPTH} deep.`;
      throw new Refusal(deep.offset, message, "Write fewer levels.");
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
    if (error) {
      const { reason, remedy } = wordsForSyntax(error);
      throw new Refusal(error.pos[0], `The file is not YAML: ${reason}.`, remedy);
    }
    if (second) {
      throw new Refusal(
        second.range[0],
        "The file holds several documents.",
        "Put each in a file of its own. A line of three hyphens begins another document.",
      );
    }
    if (!document) throw new Error("no document was composed of a stream that was to have one");
    return document as Document.Parsed;
  }

  /** What a node says in plain values, with their places put into `place`. */
  #plain(node: ParsedNode | null, place: Place): unknown {
    if (node === null) return null;
    place.value = node.range[0];
    if (isAlias(node)) {
      this.#refuse(
        node.range[0],
        "The file has an alias.",
        "Write out what it stands for. A text that begins with * needs quotes.",
      );
      return null;
    }
    if (node.anchor !== undefined || node.tag !== undefined) {
      const [kind, sign] = node.anchor === undefined ? ["a tag", "!"] : ["an anchor", "&"];
      this.#refuse(
        node.range[0],
        `The file has ${kind}.`,
        `Take it out. A text that begins with ${sign} needs quotes.`,
      );
      return null;
    }
    if (isMap(node)) return this.#object(node, place);
    if (isSeq(node)) {
      return node.items.map((item, index) =>
        this.#plain(item as ParsedNode | null, placeIn(place, String(index), null)),
      );
    }
    return node.value;
  }

  #object(map: YAMLMap.Parsed, place: Place): Record<string, unknown> {
    const entries = map.items.flatMap(({ key, value }) => {
      const name = isScalar(key) && key.anchor === undefined && key.tag === undefined ? key.value : null;
      if (typeof name !== "string") {
        this.#refuse(
          key.range[0],
          "The name of a field is no plain text.",
          "Write it as a text, without anchor, tag and brackets.",
        );
        return [];
      }
      if (place.inside.has(name)) {
        this.#refuse(key.range[0], `The field ${name} is there twice.`, "Take one of them out.");
        return [];
      }
      return [[name, this.#plain(value, placeIn(place, name, key.range[0]))] as const];
    });
    return Object.fromEntries(entries);
  }

  #refuse(offset: number, message: string, remedy: string): void {
    this.#refusals.push(new Refusal(offset, message, remedy));
  }

  #position(offset: number): Position {
    // The library places some of what is missing before the text.
    return { file: this.#path, ...this.#lines.placeOf(Math.max(0, offset)) };
  }
}

/** Where a value and the name before it begin, and the places of what is in it by name or index. */
interface Place {
  readonly name: number | null;
  value: number;
  readonly inside: Map<string, Place>;
}

function placeIn(parent: Place, key: string, name: number | null): Place {
  const place = { name, value: name ?? parent.value, inside: new Map<string, Place>() };
  parent.inside.set(key, place);
  return place;
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
  const text = decodeUtf8(bytes);
  if (text === null) throw new Refusal(0, "The file is not a text in UTF-8.", "Save it in UTF-8.");
  return text;
}
