/** The most that a JSON text may hold; endless where there is no limit. */
export interface JsonLimits {
  readonly arrayElements: number;
  readonly depth: number;
  readonly objectEntries: number;
  /** Characters. */
  readonly nameLength: number;
  readonly stringLength: number;
}

/** No limits but {@link DEEPEST}. */
export const unlimited: JsonLimits = {
  arrayElements: Number.POSITIVE_INFINITY,
  depth: Number.POSITIVE_INFINITY,
  objectEntries: Number.POSITIVE_INFINITY,
  nameLength: Number.POSITIVE_INFINITY,
  stringLength: Number.POSITIVE_INFINITY,
};

/** What is wrong with a JSON text, and where in it. */
export interface JsonThreat {
  readonly reason: string;
  /** Counted from 1. */
  readonly line: number;
}

/** How deep a text may be without a limit of its own: other programs have a stack that ends. */
export const DEEPEST = 10_000;

const [QUOTE, COMMA, COLON, BACKSLASH] = [0x22, 0x2c, 0x3a, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const PRIMITIVE = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** What may come next. */
type Expected = "value" | "value or ]" | "name or }" | "name" | ":" | ", or end";

/**
 * Looks once through a JSON text, without building anything of it; null when it is well-formed and within the limits.
 * Format: RFC 8259.
 */
export function scanJson(text: string, limits: JsonLimits): JsonThreat | null {
  const mostDepth = Math.min(limits.depth, DEEPEST);
  /** How many entries the innermost container has, and those around it. */
  let count = 0;
  const outerCounts: number[] = [];
  /** Of the containers that are open: whether each is an object. */
  const areObjects: boolean[] = [];
  let expected: Expected = "value";
  let at = 0;
  const threat = (reason: string, where = at): JsonThreat => ({ reason, line: lineOf(text, where) });

  for (;;) {
    let code = text.charCodeAt(at);
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = text.charCodeAt(++at);
    if (at >= text.length) {
      return expected === ", or end" && areObjects.length === 0 ? null : threat("Unexpected end of JSON");
    }
    const top = areObjects.length - 1;
    if (expected === ":") {
      if (code !== COLON) return threat("Malformed JSON");
      expected = "value";
      at++;
    } else if (expected === ", or end") {
      if (top < 0) return threat("Malformed JSON");
      if (code === COMMA) expected = areObjects[top] ? "name" : "value";
      else if (code === (areObjects[top] ? CLOSE_OBJECT : CLOSE_LIST)) close();
      else return threat("Malformed JSON");
      at++;
    } else if (expected === "name" || expected === "name or }") {
      if (code === CLOSE_OBJECT && expected === "name or }") {
        close();
        at++;
      } else {
        const end = code === QUOTE ? endOfString(text, at, limits.nameLength) : MALFORMED;
        if (end === TOO_LONG) return threat("Exceeded object entry name length");
        if (end === MALFORMED) return threat("Malformed JSON");
        if (++count > limits.objectEntries) return threat("Exceeded object entry count");
        at = end;
        expected = ":";
      }
    } else if (code === CLOSE_LIST && expected === "value or ]") {
      close();
      at++;
    } else {
      if (top >= 0 && !areObjects[top] && ++count > limits.arrayElements) {
        return threat("Exceeded array element count");
      }
      if (code === OPEN_OBJECT || code === OPEN_LIST) {
        if (areObjects.length >= mostDepth) return threat("Exceeded container depth");
        outerCounts.push(count);
        count = 0;
        areObjects.push(code === OPEN_OBJECT);
        expected = code === OPEN_OBJECT ? "name or }" : "value or ]";
        at++;
        continue;
      }
      const end = code === QUOTE ? endOfString(text, at, limits.stringLength) : endOfPrimitive(text, at);
      if (end === TOO_LONG) return threat("Exceeded string value length");
      if (end === MALFORMED) return threat("Malformed JSON");
      at = end;
      expected = ", or end";
    }
  }

  function close(): void {
    count = outerCounts.pop() ?? 0;
    areObjects.pop();
    expected = ", or end";
  }
}

const MALFORMED = -1;
const TOO_LONG = -2;

/** The place after a string that begins here. An escape is one character. */
function endOfString(text: string, start: number, most: number): number {
  let escaped = 0;
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at - start - 1 - escaped > most ? TOO_LONG : at + 1;
    if (code < 0x20) return MALFORMED;
    if (code === BACKSLASH) {
      ESCAPE.lastIndex = at;
      if (!ESCAPE.test(text)) return MALFORMED;
      escaped += ESCAPE.lastIndex - at - 1;
      at = ESCAPE.lastIndex - 1;
    }
  }
  return MALFORMED;
}

function endOfPrimitive(text: string, start: number): number {
  PRIMITIVE.lastIndex = start;
  return PRIMITIVE.test(text) ? PRIMITIVE.lastIndex : MALFORMED;
}

function lineOf(text: string, end: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < end; at = text.indexOf("\n", at + 1)) line++;
  return line;
}
