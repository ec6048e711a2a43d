import { type Operator, type Token, tokenize, unknownOperator } from "./condition-tokens.ts";
import { ExpressionError, Float } from "./value.ts";

/** What a condition can compare with; unlike a flow variable, never a collection or a message. */
export type Literal = null | string | boolean | number | bigint | Float;

export type Operand = { readonly offset: number } & (
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "literal"; readonly value: Literal }
);

/** A parsed condition. `negated` is a `not` between the left side and the operator. */
export type Condition =
  | { readonly kind: "all" | "any"; readonly terms: readonly Condition[] }
  | { readonly kind: "not"; readonly term: Condition }
  | { readonly kind: "truth"; readonly operand: Operand }
  | {
      readonly kind: "compare";
      readonly operator: Operator;
      readonly negated: boolean;
      readonly left: Operand;
      readonly right: Operand;
    };

/** How deep parentheses and negations may nest. */
export const MAX_DEPTH = 200;

/** Is told where a parenthesis opens that is still open at the end of the text, and is closed there. */
export type TellUnclosed = (offset: number) => void;

const NUMBER = /^(-?)(\d+|\d*\.\d+|\d+\.)([fFdDlL]?)$/;
const CONSTANTS: ReadonlyMap<string, Literal> = new Map<string, Literal>([
  ["null", null],
  ["true", true],
  ["false", false],
]);

/**
 * Parses a condition. From tightest to loosest: comparison, not, and, or. Negation takes in the whole
 * comparison after it, because it means nothing on the text or number to be compared.
 * Apigee: "Conditions reference".
 *
 * @throws {ExpressionError} with the offset of what is wrong.
 */
export function parseCondition(text: string, tellUnclosed: TellUnclosed): Condition {
  const tokens = new TokenReader(tokenize(text), tellUnclosed);
  if (tokens.peek().kind === "end") {
    throw new ExpressionError("The condition is empty.", 0, 'Write one, such as request.verb = "GET".');
  }
  const condition = parseAny(tokens, 0);
  const { kind, offset } = tokens.peek();
  if (kind === ")") {
    throw new ExpressionError(
      'A ")" closes nothing.',
      offset,
      'Remove it, or write the "(" that belongs to it.',
    );
  }
  if (kind !== "end") throw expected("and, or or the end of the condition", tokens.peek(), AFTER_COMPARISON);
  return condition;
}

/** Walks over the tokens; past the last one it stays on the end. */
class TokenReader {
  #next: Token;
  readonly #rest: Iterator<Token>;
  readonly tellUnclosed: TellUnclosed;

  constructor(tokens: Iterable<Token>, tellUnclosed: TellUnclosed) {
    this.tellUnclosed = tellUnclosed;
    this.#rest = tokens[Symbol.iterator]();
    this.#next = { kind: "end", text: "", offset: 0 };
    this.take();
  }

  peek(): Token {
    return this.#next;
  }

  take(): Token {
    const token = this.#next;
    const { done, value } = this.#rest.next();
    if (!done) this.#next = value;
    return token;
  }

  takeIf(kind: Token["kind"]): boolean {
    const found = this.#next.kind === kind;
    if (found) this.take();
    return found;
  }
}

function parseAny(tokens: TokenReader, depth: number): Condition {
  const first = parseAll(tokens, depth);
  if (tokens.peek().kind !== "or") return first;
  const terms = [first];
  while (tokens.takeIf("or")) terms.push(parseAll(tokens, depth));
  return { kind: "any", terms };
}

function parseAll(tokens: TokenReader, depth: number): Condition {
  const first = parseTerm(tokens, depth);
  if (tokens.peek().kind !== "and") return first;
  const terms = [first];
  while (tokens.takeIf("and")) terms.push(parseTerm(tokens, depth));
  return { kind: "all", terms };
}

function parseTerm(tokens: TokenReader, depth: number): Condition {
  const { offset } = tokens.peek();
  if (depth > MAX_DEPTH) {
    const message = `The condition nests deeper than ${MAX_DEPTH} levels.`;
    throw new ExpressionError(message, offset, "Write it as several conditions, or with fewer parentheses.");
  }
  if (tokens.takeIf("not")) return { kind: "not", term: parseTerm(tokens, depth + 1) };
  if (tokens.takeIf("(")) {
    const condition = parseAny(tokens, depth + 1);
    if (tokens.peek().kind === "end") tokens.tellUnclosed(offset);
    else if (!tokens.takeIf(")")) throw expected("and, or or )", tokens.peek(), AFTER_COMPARISON);
    return condition;
  }
  return parseComparison(tokens);
}

function parseComparison(tokens: TokenReader): Condition {
  const left = toOperand(tokens.take(), "variable");
  const negated = tokens.takeIf("not");
  const next = tokens.peek();
  if (next.kind === "operator") {
    const { operator } = next;
    tokens.take();
    return { kind: "compare", operator, negated, left, right: toOperand(tokens.take(), "literal") };
  }
  if (next.kind === "word") throw unknownOperator(next.text, next.offset);
  if (negated) throw expected("an operator after not", next);
  if (left.kind === "literal" && typeof left.value !== "boolean") throw expected("an operator", next);
  if (next.kind === "single-quoted" || next.kind === "double-quoted") throw expected("an operator", next);
  return { kind: "truth", operand: left };
}

/** Single quotes protect the name of a variable on the left; on the right, bundles mean a text by them. */
function toOperand(token: Token, singleQuoted: "variable" | "literal"): Operand {
  const { offset } = token;
  switch (token.kind) {
    case "double-quoted":
      return { kind: "literal", value: token.content, offset };
    case "single-quoted":
      if (singleQuoted === "literal") return { kind: "literal", value: token.content, offset };
      if (token.content === "") throw expected("the name of a variable", token);
      return { kind: "variable", name: token.content, offset };
    case "word":
      return toWordOperand(token.content, offset);
    default:
      throw expected(singleQuoted === "variable" ? "a variable" : "a value to compare with", token);
  }
}

function toWordOperand(word: string, offset: number): Operand {
  const constant = CONSTANTS.get(word.toLowerCase());
  if (constant !== undefined) return { kind: "literal", value: constant, offset };
  const number = toNumber(word);
  if (number !== undefined) return { kind: "literal", value: number, offset };
  const name = /^\{([^{}]+)\}$/.exec(word)?.[1] ?? word;
  const odd = /[{}“”‘’,;]/.exec(name);
  if (odd) {
    throw new ExpressionError(
      `The name of a variable cannot contain ${odd[0]} here.`,
      offset + word.indexOf(odd[0]),
      "Write a text between straight double quotes; a name with unusual characters between single quotes, to " +
        "the left of the operator.",
    );
  }
  return { kind: "variable", name, offset };
}

/** Without a suffix, digits alone are an integer, or a long if too large for one; a fraction is a double. */
function toNumber(word: string): Literal | undefined {
  const [, sign, digits, suffix = ""] = NUMBER.exec(word) ?? [];
  if (digits === undefined) return undefined;
  const text = `${sign}${digits}`;
  if (suffix === "f" || suffix === "F") return new Float(Number(text), "float");
  if (suffix === "d" || suffix === "D") return new Float(Number(text));
  if (digits.includes(".")) return suffix === "" ? new Float(Number(text)) : undefined;
  return suffix === "" && Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
}

/** Behind a whole comparison. */
const AFTER_COMPARISON = "Write and or or before it; a text with spaces stands between double quotes.";

function expected(what: string, { kind, text, offset }: Token, remedy = `Write ${what} there.`) {
  const found = kind === "end" ? "The condition ends" : `There is ${text}`;
  const misspelt = { name: text, known: ["and", "or"] };
  return new ExpressionError(`${found} where ${what} belongs.`, offset, remedy, misspelt);
}
