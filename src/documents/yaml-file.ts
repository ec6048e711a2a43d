import {
  type Alias,
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
import { findTooDeepYaml } from "./yaml-depth.ts";
import { wordsForSyntax } from "./yaml-syntax.ts";

/** The largest YAML file that is read, in bytes. */
export const MAX_YAML_BYTES = 256 * 1024;

/** How deep values may be nested. */
const MAX_YAML_DEPTH = 20;

/** What a YAML file may be. */
export interface YamlLimits {
  readonly bytes: number;
  /** How deep values may be nested. */
  readonly depth: number;
  /** How many values all aliases together may stand for; null where there must be none. */
  readonly aliased: number | null;
}

const ownFiles: YamlLimits = { bytes: MAX_YAML_BYTES, depth: MAX_YAML_DEPTH, aliased: null };

/** How many problems of one file are reported. */
const MOST_PROBLEMS = 20;

/**
 * A YAML 1.2 file with positions for what is wrong in it. It is held to what JSON can say, for people to read
 * it as it is: no anchors, aliases or tags, one document, no field twice. Where the limits allow aliases, they and
 * merged fields (`<<`) are what they stand for.
 */
export class YamlFile implements PlacedValue {
  /** What the file holds, of plain objects, lists, texts, numbers, booleans and null; undefined when it is not such a file. */
  readonly value: unknown = undefined;
  readonly #path: string;
  #lines = new Lines("");
  readonly #root: Place = { name: null, value: 0, inside: new Map() };
  readonly #refusals: Refusal[] = [];
  readonly #limits: YamlLimits;
  readonly #anchored = new Map<string, Anchored>();
  /** How many values were made. */
  #values = 0;
  /** How many of them aliases stand for. */
  #aliased = 0;

  /** Reports InvalidYAML. */
  constructor(path: string, bytes: Uint8Array, report: Report, limits = ownFiles) {
    this.#path = path;
    this.#limits = limits;
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
    const { bytes: mostBytes, depth } = this.#limits;
    if (bytes.length > mostBytes) {
      throw new Refusal(0, `The file is larger than ${mostBytes} bytes.`, "Make it smaller.");
    }
    const text = decode(bytes);
    this.#lines = new Lines(text);
    const tokens = [...new Parser().parse(text)];
    // The library composes by recursion, and may end the process where a stack overflows.
    for (const token of tokens) {
      const tooDeep = findTooDeepYaml(token, depth);
      if (tooDeep === -1) continue;
      throw new Refusal(tooDeep, `Values are nested more than ${depth} deep.`, "Write fewer levels.");
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
    this.#values++;
    if (node === null) return null;
    place.value = node.range[0];
    if (isAlias(node)) return this.#aliasedValue(node, place);
    const mayHaveAnchor = this.#limits.aliased !== null;
    if ((node.anchor !== undefined && !mayHaveAnchor) || node.tag !== undefined) {
      const [kind, sign] = node.tag === undefined ? ["an anchor", "&"] : ["a tag", "!"];
      this.#refuse(
        node.range[0],
        `The file has ${kind}.`,
        `Take it out. A text that begins with ${sign} needs quotes.`,
      );
      return null;
    }
    const before = this.#values;
    const value = this.#value(node, place);
    if (node.anchor !== undefined) {
      this.#anchored.set(node.anchor, { value, place, values: 1 + this.#values - before });
    }
    return value;
  }

  #value(node: Exclude<ParsedNode, Alias.Parsed>, place: Place): unknown {
    if (isMap(node)) return this.#object(node, place);
    if (isSeq(node)) {
      return node.items.map((item, index) =>
        this.#plain(item as ParsedNode | null, placeIn(place, String(index), null)),
      );
    }
    return node.value;
  }

  #aliasedValue({ source, range: [start] }: Alias.Parsed, place: Place): unknown {
    const { aliased } = this.#limits;
    const anchored = this.#anchored.get(source);
    if (aliased === null || !anchored) {
      const [message, remedy] =
        aliased === null
          ? ["The file has an alias.", "Write out what it stands for."]
          : [`The alias *${source} stands for nothing before it.`, `Write &${source} before its value.`];
      this.#refuse(start, message, `${remedy} A text that begins with * needs quotes.`);
      return null;
    }
    this.#values += anchored.values - 1;
    this.#aliased += anchored.values;
    if (this.#aliased > aliased) {
      const message = `The file has aliases for more than ${aliased} values.`;
      throw new Refusal(start, message, "Use fewer aliases within each other.");
    }
    place.inside = anchored.place.inside;
    return anchored.value;
  }

  #object(map: YAMLMap.Parsed, place: Place): Record<string, unknown> {
    const merged: (readonly [string, unknown])[] = [];
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
      const within = placeIn(place, name, key.range[0]);
      const plain = this.#plain(value, within);
      if (name !== "<<" || this.#limits.aliased === null) return [[name, plain] as const];
      for (const field of this.#mergedFields(plain, within)) merged.push(field);
      return [];
    });
    const own = new Set(entries.map(([name]) => name));
    const others = merged.filter(([name]) => !own.has(name));
    // Of merged fields of one name the first counts.
    return Object.fromEntries([...others.reverse(), ...entries]);
  }

  /** The fields that `<<` brings: those of an object, or of each in a list. */
  #mergedFields(merged: unknown, place: Place): [string, unknown][] {
    const sources = Array.isArray(merged) ? merged : [merged];
    if (sources.every((source) => typeof source === "object" && source !== null && !Array.isArray(source))) {
      return sources.flatMap((source) => Object.entries(source));
    }
    this.#refuse(
      place.value,
      "What << merges is no object.",
      "Write << before an object, or an alias for one.",
    );
    return [];
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
  inside: Map<string, Place>;
}

/** What an alias stands for. */
interface Anchored {
  readonly value: unknown;
  readonly place: Place;
  /** How many values it holds, itself among them. */
  readonly values: number;
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
