import { ExpressionError } from "./value.ts";

/** The operators that compare two operands, by their names in the documentation. */
export type Operator =
  | "Equals"
  | "NotEquals"
  | "EqualsCaseInsensitive"
  | "GreaterThan"
  | "GreaterThanOrEquals"
  | "LesserThan"
  | "LesserThanOrEquals"
  | "StartsWith"
  | "Matches"
  | "JavaRegex"
  | "MatchesPath";

/** Every spelling of an operator; words in lower case, because their case does not matter. */
const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ["=", "Equals"],
  ["==", "Equals"],
  ["equals", "Equals"],
  ["is", "Equals"],
  ["!=", "NotEquals"],
  ["notequals", "NotEquals"],
  ["isnot", "NotEquals"],
  [":=", "EqualsCaseInsensitive"],
  ["equalscaseinsensitive", "EqualsCaseInsensitive"],
  [">", "GreaterThan"],
  ["greaterthan", "GreaterThan"],
  [">=", "GreaterThanOrEquals"],
  ["greaterthanorequals", "GreaterThanOrEquals"],
  ["<", "LesserThan"],
  ["lesserthan", "LesserThan"],
  ["<=", "LesserThanOrEquals"],
  ["lesserthanorequals", "LesserThanOrEquals"],
  ["=|", "StartsWith"],
  ["startswith", "StartsWith"],
  ["~", "Matches"],
  ["matches", "Matches"],
  ["like", "Matches"],
  ["~~", "JavaRegex"],
  ["javaregex", "JavaRegex"],
  ["~/", "MatchesPath"],
  ["/~", "MatchesPath"], // a slip that is found in bundles
  ["matchespath", "MatchesPath"],
  ["likepath", "MatchesPath"],
]);

const CONNECTIVES: ReadonlyMap<string, "and" | "or" | "not" | "(" | ")"> = new Map([
  ["and", "and"],
  ["&&", "and"],
  ["or", "or"],
  ["||", "or"],
  ["not", "not"],
  ["!", "not"],
  ["(", "("],
  [")", ")"],
]);

export type Token = { readonly text: string; readonly offset: number } & (
  | { readonly kind: "and" | "or" | "not" | "(" | ")" | "end" }
  | { readonly kind: "operator"; readonly operator: Operator }
  /** A name or number as written, or what stands between quotes. */
  | { readonly kind: "word" | "single-quoted" | "double-quoted"; readonly content: string }
);

const TOKEN = new RegExp(
  [
    /"(?<double>[^"]*)"/,
    /'(?<single>[^']*)'/,
    /(?<symbol>&&|\|\||==|=\||!=|:=|>=|<=|~~|~\/|\/~|[!=<>~()])/,
    /(?<word>(?:[^\s()"'!=<>~&|:/]|:(?!=)|\/(?!~))+)/,
  ]
    .map((part) => part.source)
    .join("|"),
  "y",
);

/**
 * Splits a condition into tokens, the last of which is the end.
 *
 * @throws {ExpressionError} for a quote that is not closed and for characters that mean nothing here.
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (let offset = skipSpace(text, 0); offset < text.length; offset = skipSpace(text, TOKEN.lastIndex)) {
    TOKEN.lastIndex = offset;
    const match = TOKEN.exec(text);
    if (match === null) throw unreadable(text, offset);
    tokens.push(toToken(match[0], offset, match.groups));
  }
  tokens.push({ kind: "end", text: "", offset: text.length });
  return tokens;
}

function toToken(text: string, offset: number, groups: RegExpExecArray["groups"]): Token {
  if (groups?.double !== undefined) return { kind: "double-quoted", text, offset, content: groups.double };
  if (groups?.single !== undefined) return { kind: "single-quoted", text, offset, content: groups.single };
  const connective = CONNECTIVES.get(text.toLowerCase());
  if (connective) return { kind: connective, text, offset };
  const operator = OPERATORS.get(text.toLowerCase());
  if (operator) return { kind: "operator", text, offset, operator };
  return { kind: "word", text, offset, content: text };
}

function skipSpace(text: string, offset: number): number {
  const space = /\s*/y;
  space.lastIndex = offset;
  space.test(text);
  return space.lastIndex;
}

function unreadable(text: string, offset: number): ExpressionError {
  const character = text[offset] ?? "";
  if (character === '"' || character === "'") {
    const message = `The text that starts with ${character} is not closed.`;
    return new ExpressionError(message, offset, `Write a second ${character} where it ends.`);
  }
  return unknownOperator(character, offset);
}

/** What a word means that stands where an operator belongs. */
const FOREIGN_OPERATORS: ReadonlyMap<string, readonly string[]> = new Map([
  ["&", ["&&", "and"]],
  ["|", ["||", "or"]],
  ["eq", ["Equals"]],
  ["equal", ["Equals"]],
  ["ne", ["NotEquals"]],
  ["neq", ["NotEquals"]],
  ["gt", ["GreaterThan"]],
  ["ge", ["GreaterThanOrEquals"]],
  ["gte", ["GreaterThanOrEquals"]],
  ["lt", ["LesserThan"]],
  ["le", ["LesserThanOrEquals"]],
  ["lte", ["LesserThanOrEquals"]],
  ["contains", ["Matches"]],
  ["endswith", ["Matches"]],
  ["in", ["JavaRegex"]],
]);

/** The operators by the names that the documentation gives them, and their signs. */
const DOCUMENTED_OPERATORS: readonly string[] = [...new Set(OPERATORS.values())];
const SIGNS = "=, !=, :=, >, >=, <, <=, =|, ~, ~~ or ~/";

/** A word or sign that stands where an operator belongs, and is none. */
export function unknownOperator(word: string, offset: number): ExpressionError {
  const meant = FOREIGN_OPERATORS.get(word.toLowerCase());
  const remedy = meant
    ? `Did you mean ${meant.join(" or ")}?`
    : `Write one: ${SIGNS}, or a name such as Equals; and, or between comparisons.`;
  const known = meant ? [] : [...DOCUMENTED_OPERATORS, "and", "or", "not", "is", "like"];
  return new ExpressionError(`"${word}" is not an operator.`, offset, remedy, { name: word, known });
}
