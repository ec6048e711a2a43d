import { COMPARISONS, lengthOf } from "./jsonpath-comparison.ts";
import type { Accepts, Steps } from "./jsonpath-evaluation.ts";
import {
  chain,
  filter,
  item,
  property,
  type Selector,
  type Step,
  slice,
  union,
  wildcard,
} from "./jsonpath-selectors.ts";
import { PathText } from "./jsonpath-text.ts";
import { regexes } from "./late-parts.ts";
import { ExpressionError } from "./value.ts";
import { spend } from "./work.ts";

/** A path as read: its steps, and the function called at its end (`length` in `$.a.length()`), if any. */
export type ReadPath = { readonly steps: Steps; readonly call: string | null };

/** An operand of a filter: how to read its value (`undefined` if its path finds nothing), and whether it is there. */
type Operand = { readonly read: (node: unknown, root: unknown) => unknown; readonly holds: Accepts };

const MAX_LENGTH = 4096;
/** What matching costs, for each character. */
const PER_MATCHED_CHARACTER = 0.5;
/** Each level looks at every item for every item of the level above. */
const MAX_NESTED_FILTERS = 3;

const NAME = /[^.[\]()\s]*/y;
const NAME_IN_FILTER = /[^.[()\]\s<>=~!&|,'"]*/y;
const LAST_BUT = /\[\s*\(\s*@\.length\s*-\s*(\d+)\s*\)\s*\]/y;
const SLICE = /(-?\d+)?\s*:\s*(-?\d+)?(?:\s*:\s*(-?\d+)?)?/y;
const REGEX = /\/((?:[^/\\]|\\.)*)\/(\w*)/y;
const CALLED = /(\w+)\s*\(/y;
const OPERATOR = /[=!]=|=~|[<>]=?|[A-Za-z]+/y;

/**
 * Reads a path in the dialect that Apigee bundles are written in, which is Jayway's: the root `$` may be missing, a
 * dot may stand before a bracket (`$.[0]`), a property name may hold any character but `.[]()` and space,
 * `[(@.length-1)]` is the last item, operators are written in any case, and a function may be called at the end.
 *
 * @throws {ExpressionError} at the offset where the path stops making sense.
 */
export function readPath(path: string): ReadPath {
  if (path.trim() === "")
    throw new ExpressionError("A JSONPath cannot be empty; write $ for the whole document");
  if (path.length > MAX_LENGTH) throw new ExpressionError(`A JSONPath has at most ${MAX_LENGTH} characters`);
  return new PathReader(path).readAll();
}

/** Reads one path from left to right. State: how far it has come, and in how many filters that is. */
class PathReader {
  readonly #text: PathText;
  #filters = 0;

  constructor(path: string) {
    this.#text = new PathText(path);
  }

  readAll(): ReadPath {
    const read = this.#readSteps();
    const rest = this.#text.next;
    if (rest === "]" || rest === ")") this.#text.fail(`"${rest}" closes nothing`);
    if (rest !== "") this.#text.failUnexpected();
    return read;
  }

  #readSteps(): ReadPath {
    const steps: Step[] = [];
    for (;;) {
      const start = this.#text.at;
      const dots = this.#text.take(/\.{0,2}/y)?.[0] ?? "";
      const descends = dots === "..";
      if (this.#text.next === "[") steps.push({ descends, selector: this.#readBracket(descends) });
      else if (dots === "") return { steps: chain(steps), call: null };
      else {
        const [name = ""] = this.#text.take(this.#filters > 0 ? NAME_IN_FILTER : NAME) ?? [];
        if (this.#text.next === "(") return { steps: chain(steps), call: this.#readCall(name, start) };
        if (name === "") this.#text.failUnexpected();
        steps.push({ descends, selector: name === "*" ? wildcard : property(name) });
      }
    }
  }

  /** Reads `()` behind the name of a function, whose dot is at `start`. */
  #readCall(name: string, start: number): string {
    if (this.#text.take(/\(\s*\)/y) === null) this.#text.fail(`${name}() takes no arguments`, start);
    if (this.#filters > 0 && name !== "length" && name !== "size")
      this.#text.fail(`a filter cannot call ${name}(), only length()`, start);
    if (this.#filters === 0 && this.#text.next !== "")
      this.#text.fail(`${name}() must be the end of the path`, start);
    return name;
  }

  #readBracket(descends: boolean): Selector {
    const lastBut = this.#text.take(LAST_BUT);
    if (lastBut !== null) return item(-Number(lastBut[1]));
    const start = this.#text.at;
    this.#text.open("[");
    const parts: Selector[] = [];
    do parts.push(this.#readSubscript(descends, start));
    while (this.#text.accept(","));
    this.#text.close("]");
    return union(parts);
  }

  /** Reads one of the things between the commas of the bracket that was opened at `start`. */
  #readSubscript(descends: boolean, start: number): Selector {
    if (this.#text.accept("*")) return wildcard;
    if (this.#text.accept("?")) return filter(this.#readFilter(start), descends);
    const bounds = this.#text.token(SLICE);
    if (bounds !== null) {
      const [from, to, step] = bounds
        .slice(1)
        .map((bound) => (bound === undefined ? undefined : Number(bound)));
      return slice(from, to, step ?? 1);
    }
    const index = this.#text.token(/-?\d+/y);
    if (index !== null) return item(Number(index[0]));
    const word = this.#text.token(/[A-Za-z_]\w*/y);
    return property(word?.[0] ?? this.#text.readQuoted() ?? this.#text.failUnexpected());
  }

  #readFilter(bracket: number): Accepts {
    if (++this.#filters > MAX_NESTED_FILTERS)
      this.#text.fail(`filters nest at most ${MAX_NESTED_FILTERS} deep`, bracket);
    const accepts = this.#readAlternatives();
    this.#filters--;
    return accepts;
  }

  #readAlternatives(): Accepts {
    const parts: Accepts[] = [];
    do parts.push(this.#readConjunction());
    while (this.#text.accept("||"));
    const [only] = parts;
    if (only !== undefined && parts.length === 1) return only;
    return (node, root) => parts.some((accepts) => accepts(node, root));
  }

  #readConjunction(): Accepts {
    const parts: Accepts[] = [];
    do parts.push(this.#readCondition());
    while (this.#text.accept("&&"));
    const [only] = parts;
    if (only !== undefined && parts.length === 1) return only;
    return (node, root) => parts.every((accepts) => accepts(node, root));
  }

  #readCondition(): Accepts {
    let isNegated = false;
    while (this.#text.accept("!")) isNegated = !isNegated;
    const accepts = this.#text.nextIs("(") ? this.#readGroup() : this.#readComparison();
    return isNegated ? (node, root) => !accepts(node, root) : accepts;
  }

  #readGroup(): Accepts {
    this.#text.open("(");
    const accepts = this.#readAlternatives();
    this.#text.close(")");
    return accepts;
  }

  #readComparison(): Accepts {
    const left = this.#readOperand();
    const operator = this.#text.token(OPERATOR)?.[0].toLowerCase();
    if (operator === undefined) {
      if (this.#text.token(/[-+*/]/y) === null) return left.holds;
      throw new ExpressionError("A filter in a JSONPath cannot calculate: + - * / are not operators there");
    }
    if (operator === "=~") return this.#readMatch(left);
    if (operator === "empty") {
      const wanted = this.#text.token(/(?:true|false)\b/y)?.[0] !== "false";
      return (node, root) => {
        const length = lengthOf(left.read(node, root));
        return length !== undefined && (length === 0) === wanted;
      };
    }
    const compare = COMPARISONS.get(operator);
    if (compare === undefined) {
      const known = [...COMPARISONS.keys(), "=~", "empty true", "empty false"].join(", ");
      throw new ExpressionError(`A filter in a JSONPath has no operator ${operator}; there are: ${known}`);
    }
    const right = this.#readOperand();
    return (node, root) => compare(left.read(node, root), right.read(node, root), root);
  }

  /** Reads the regular expression to the right of `=~`, which matches the whole text. */
  #readMatch(left: Operand): Accepts {
    const [, pattern = "", flags = ""] = this.#text.token(REGEX) ?? this.#text.failUnexpected();
    const unknown = /[^ims]/.exec(flags);
    if (unknown !== null)
      throw new ExpressionError(`JSONPath has no regular expression flag "${unknown[0]}"`);
    const regex = regexes.get().compileRegex(flags === "" ? pattern : `(?${flags})${pattern}`);
    return (node, root) => {
      const value = left.read(node, root);
      const isText = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
      if (!isText) return false;
      const text = String(value);
      spend(text.length * PER_MATCHED_CHARACTER);
      return regex.matches(text);
    };
  }

  #readOperand(): Operand {
    const start = this.#text.token(/[@$]/y)?.[0];
    if (start !== undefined) return operandOf(this.#readSteps(), start === "@");
    if (this.#text.nextIs("/"))
      throw new ExpressionError("In a JSONPath, a regular expression stands only to the right of =~");
    const called = this.#text.token(CALLED)?.[1];
    if (called !== undefined) {
      throw new ExpressionError(
        `A filter in a JSONPath cannot call ${called}(): only a path in it may end in .length()`,
      );
    }
    const value = this.#text.readLiteral();
    return { read: () => value, holds: () => Boolean(value) };
  }
}

function operandOf({ steps: { definite, run }, call }: ReadPath, isCurrent: boolean): Operand {
  const find = (node: unknown, root: unknown) => run(isCurrent ? node : root, root);
  const value = (node: unknown, root: unknown) => {
    const found = find(node, root);
    return definite ? found[0] : found;
  };
  if (call === null) return { read: value, holds: (node, root) => find(node, root).length > 0 };
  const length = (node: unknown, root: unknown) => lengthOf(value(node, root));
  return { read: length, holds: (node, root) => Boolean(length(node, root)) };
}
