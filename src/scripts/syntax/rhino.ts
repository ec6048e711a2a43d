import { type Node, Parser, type Program, tokTypes } from "acorn";

/** A place in a script's text where other text takes the place of some, or stands before it. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The world's function for the values that a `for each` goes through. */
const EACH = "__each__";

/** The world's function for the names of E4X that have a namespace. */
const QUALIFIED = "__qualified__";

const AT = "@".charCodeAt(0);

/** The parts of acorn's parser that are used here; its types leave them out. */
interface ParserParts {
  pos: number;
  start: number;
  end: number;
  lastTokStart: number;
  exprAllowed: boolean;
  type: unknown;
  value: unknown;
  readonly input: string;
  next(): void;
  nextToken(): void;
  readWord1(): string;
  finishToken(type: unknown, value: string): void;
  getTokenFromCode(code: number): void;
  parseIdent(liberal?: boolean): Node & { name: string };
  adaptDirectivePrologue(statements: readonly (Node & { directive?: string })[]): void;
  parseForIn(node: Node, init: Node): Node & { left: Node; right: Node };
  startNode(): Node;
  finishNode(node: Node, type: string): Node & { name: string };
  raise(at: number, message: string): never;
}

const Base = Parser as unknown as new (...values: unknown[]) => ParserParts & { parse(): Program };

/**
 * Parses what Rhino adds to JavaScript, and does differently: `for each (… in …)`, and E4X's ways to name the parts of XML, `.@name`, `.*`,
 * `..name`. Notes how the same is said in JavaScript.
 */
class RhinoParser extends Base {
  readonly edits: Edit[] = [];
  /** Where an `each` has been read whose `in` has not. */
  readonly #each: number[] = [];

  override nextToken(): void {
    const isLoop = this.type === tokTypes._for;
    super.nextToken();
    if (!isLoop || this.type !== tokTypes.name || this.value !== "each") return;
    this.edits.push({ start: this.start, end: this.end, text: "" });
    this.#each.push(this.start);
    super.nextToken();
  }

  /**
   * In Rhino a strict function's `this` is the global object where it would be undefined, and published scripts keep
   * their libraries there. So `"use strict"` is blanked out: what runs with it runs without it.
   */
  override adaptDirectivePrologue(statements: readonly (Node & { directive?: string })[]): void {
    super.adaptDirectivePrologue(statements);
    for (const { directive, start, end } of statements) {
      if (directive === "use strict") this.edits.push({ start, end, text: " ".repeat(end - start) });
    }
  }

  override parseForIn(node: Node, init: Node): Node & { left: Node; right: Node } {
    const each = this.#each.at(-1);
    if (each === undefined || each < node.start) return super.parseForIn(node, init);
    this.#each.pop();
    if (this.type !== tokTypes._in) this.raise(this.start, "“for each” goes with “in”");
    this.edits.push({ start: this.start, end: this.end, text: "of" });
    const loop = super.parseForIn(node, init);
    this.edits.push({ start: loop.right.start, end: loop.right.start, text: `${EACH}((` });
    this.edits.push({ start: loop.right.end, end: loop.right.end, text: "))" });
    return loop;
  }

  override getTokenFromCode(code: number): void {
    if (code !== AT || this.type !== tokTypes.dot) {
      super.getTokenFromCode(code);
      return;
    }
    this.pos++;
    const isAll = this.input[this.pos] === "*";
    if (isAll) this.pos++;
    this.finishToken(tokTypes.name, `@${isAll ? "*" : this.readWord1()}`);
  }

  override parseIdent(liberal?: boolean): Node & { name: string } {
    const dot = this.lastTokStart;
    const isMember = liberal === true && this.input[dot] === ".";
    if (isMember && this.type === tokTypes.star) {
      const node = Object.assign(this.startNode(), { name: "*" });
      this.exprAllowed = false;
      const end = this.end;
      this.next();
      this.finishNode(node, "Identifier");
      const local = this.#localName();
      this.edits.push({
        start: dot,
        end: local?.end ?? end,
        text: `["${local ? `{*}${local.name}` : "*"}"]`,
      });
      return node;
    }
    if (isMember && this.type === tokTypes.dot) {
      this.next();
      const node = super.parseIdent(true);
      this.edits.push({ start: dot, end: node.end, text: `.descendants(${JSON.stringify(node.name)})` });
      return node;
    }
    const node = super.parseIdent(liberal);
    const local = isMember ? this.#localName() : null;
    const [, mark = "", name] = /^(@?)(.*)$/.exec(node.name) ?? [];
    if (local) {
      const text = `["${mark}"+${QUALIFIED}(${name},${JSON.stringify(local.name)})]`;
      this.edits.push({ start: dot, end: local.end, text });
    } else if (mark !== "") {
      this.edits.push({ start: dot, end: node.end, text: `[${JSON.stringify(node.name)}]` });
    }
    return node;
  }

  /** What follows `::`; null where no `::` does. */
  #localName(): { readonly name: string; readonly end: number } | null {
    if (this.type !== tokTypes.colon || this.input[this.start + 1] !== ":") return null;
    this.next();
    this.next();
    return super.parseIdent(true);
  }
}

/**
 * A script's syntax, and its text as JavaScript with every line where it was. Throws acorn's SyntaxError, with `loc`.
 */
export function parseRhino(text: string, options: object): { program: Program; text: string } {
  const parser = new RhinoParser(options, text);
  const program = parser.parse();
  return { program, text: edited(text, parser.edits) };
}

/** Of two edits at one place the one that only inserts comes first. */
function edited(text: string, edits: readonly Edit[]): string {
  let result = "";
  let at = 0;
  for (const { start, end, text: other } of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    result += text.slice(at, start) + other;
    at = end;
  }
  return result + text.slice(at);
}
