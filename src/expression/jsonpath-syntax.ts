import { JSONPathSyntaxError, parse } from "jsonpathly";
import { ExpressionError } from "./value.ts";

/** The syntax tree of a path, and the parts of it that the other files of this language name. */
export type PathTree = NonNullable<ReturnType<typeof parse>>;
export type Subscript = NonNullable<PathTree["next"]>;
type Bracket = Extract<Subscript["value"], { type: "bracketExpression" }>["value"];
export type Filter = Extract<Bracket, { type: "filterExpression" }>["value"];
export type Comparison = Extract<Filter, { type: "comparator" }>;
export type Operand = Comparison["left"];

/** A path as read: its tree, and the function called at its end (`length` in `$.a.length()`), if any. */
export type ReadPath = { readonly tree: PathTree; readonly call: string | null };

const MAX_LENGTH = 4096;
/** The parser tries alternatives again at each nested filter, so its work multiplies with every level. */
const MAX_NESTED_FILTERS = 3;
const MAX_NESTED_BRACKETS = 16;

const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const LAST_BUT = /\[\s*\(\s*@\.length\s*-\s*(\d+)\s*\)\s*\]/y;
const NAME = /[^.[\]()\s]*/y;
const NAME_IN_FILTER = /[^.[()\]\s<>=~!&|,'"]*/y;
const WORD = /[A-Za-z_]+/y;
const REGEX = /=~\s*(?:\/(?:[^/\\]|\\.)*\/)?/y;
const QUOTED = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/y;

/**
 * Reads a path in the dialect that Apigee bundles are written in. The parser knows a stricter one, so what
 * differs in writing only is rewritten first: the root `$` may be missing, a dot may stand before a bracket
 * (`$.[0]`), a property name may hold any character but `.[]()` and space, `[(@.length-1)]` is the last item, operators
 * are written in any case, `empty` has an operand, and a function may be called at the end.
 *
 * @throws {ExpressionError} at the offset where the path stops making sense.
 */
export function readPath(path: string): ReadPath {
  if (path.trim() === "")
    throw new ExpressionError("A JSONPath cannot be empty; write $ for the whole document");
  if (path.length > MAX_LENGTH) throw new ExpressionError(`A JSONPath has at most ${MAX_LENGTH} characters`);
  const { pieces, call } = rewrite(path);
  try {
    const tree = parse(pieces.map((piece) => piece.text).join(""));
    if (tree === null) throw new ExpressionError(`"${path}" is not a JSONPath`);
    return { tree, call };
  } catch (error) {
    if (!(error instanceof JSONPathSyntaxError)) throw error;
    const offset = Math.min(path.length, sourceOffset(pieces, error.charPositionInLine - 1));
    const reason = error.msg.replace(/^Expected .* but (.*) found\.$/s, "unexpected $1");
    throw new ExpressionError(`JSONPath "${path}", at character ${offset + 1}: ${reason}`, offset);
  }
}

type Piece = { readonly text: string; readonly offset: number };
type Open = { readonly isFilter: boolean; readonly pathStart: number };

function rewrite(path: string): { pieces: Piece[]; call: string | null } {
  const trimmed = path.trimStart();
  const prefix = trimmed.startsWith("$") ? "" : "$.";
  // A line break would reset the parser's column; in a path it is a space like any other.
  const source = prefix + trimmed.trimEnd().replace(/[\r\n]/g, " ");
  const shift = path.length - trimmed.length - prefix.length;
  const pieces: Piece[] = [];
  const open: Open[] = [];
  let filters = 0;
  let pathStart = 0;
  let call: string | null = null;
  let at = 0;

  const take = (pattern: RegExp) => {
    pattern.lastIndex = at;
    return pattern.exec(source);
  };
  const emit = (text: string, length = text.length) => {
    pieces.push({ text, offset: Math.max(0, at + shift) });
    at += length;
  };
  const fail = (message: string): never => {
    const offset = Math.max(0, at + shift);
    throw new ExpressionError(`JSONPath "${path}", at character ${offset + 1}: ${message}`, offset);
  };

  const readName = (separator: "." | "..") => {
    if (source[at + separator.length] === "[") return emit(separator === ".." ? ".." : "", separator.length);
    const start = at;
    at += separator.length;
    const name = take(filters > 0 ? NAME_IN_FILTER : NAME)?.[0] ?? "";
    const end = at + name.length;
    at = start;
    if (source[end] === "(") return readCall(name, end);
    if (name === "" || name === "*" || PLAIN_NAME.test(name)) return emit(separator + name);
    const quoted = `['${name.replace(/[\\']/g, "\\$&")}']`;
    emit(separator === ".." ? `..${quoted}` : quoted, end - start);
  };

  const readCall = (name: string, end: number) => {
    if (!/^\(\s*\)/.test(source.slice(end))) fail(`${name}() takes no arguments`);
    const length = source.indexOf(")", end) + 1 - at;
    if (filters === 0) {
      if (at + length < source.length) fail(`${name}() must be the end of the path`);
      call = name;
      at += length;
    } else {
      if (name !== "length" && name !== "size") fail(`a filter cannot call ${name}(), only length()`);
      pieces.splice(pathStart, 0, { text: "length(", offset: Math.max(0, at + shift) });
      emit(")", length);
    }
  };

  while (at < source.length) {
    const character = source[at] ?? "";
    if (character === "'" || character === '"') {
      emit(take(QUOTED)?.[0] ?? fail("the quote is not closed"));
    } else if (character === ".") {
      readName(source[at + 1] === "." ? ".." : ".");
    } else if (character === "[" || character === "(") {
      const lastBut = take(LAST_BUT);
      if (lastBut !== null) {
        emit(`[-${lastBut[1]}]`, lastBut[0].length);
        continue;
      }
      const isFilter = character === "[" && /^\s*\?/.test(source.slice(at + 1));
      open.push({ isFilter, pathStart });
      if (isFilter && ++filters > MAX_NESTED_FILTERS) fail(`filters nest at most ${MAX_NESTED_FILTERS} deep`);
      if (open.length > MAX_NESTED_BRACKETS) fail(`brackets nest at most ${MAX_NESTED_BRACKETS} deep`);
      emit(character);
    } else if (character === "]" || character === ")") {
      const closed = open.pop() ?? fail(`"${character}" closes nothing`);
      if (closed.isFilter) filters--;
      pathStart = closed.pathStart;
      emit(character);
    } else if (filters === 0) {
      emit(character);
    } else if (character === "@" || character === "$") {
      pathStart = pieces.length;
      emit(character);
    } else {
      const word = take(WORD)?.[0];
      if (word !== undefined) emit(operatorName(word), word.length);
      else emit(take(REGEX)?.[0] ?? character);
    }
  }
  return { pieces, call };
}

/** `empty` takes an operand in this dialect, which the parser only allows for `sizeof`, a word of its own. */
function operatorName(word: string): string {
  const lower = word.toLowerCase();
  return lower === "empty" ? "sizeof" : lower;
}

function sourceOffset(pieces: readonly Piece[], position: number): number {
  let start = 0;
  let offset = 0;
  for (const piece of pieces) {
    offset = piece.offset + Math.min(position - start, piece.text.length);
    start += piece.text.length;
    if (position < start) break;
  }
  return offset;
}
