import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileCondition } from "../../src/expression/condition.ts";
import { ExpressionError, Float, type Value } from "../../src/expression/value.ts";

type Variables = Readonly<Record<string, Value>>;

const variable = (name: string) => (scope: Variables) => scope[name] ?? null;

function evaluate(text: string, scope: Variables = {}): boolean {
  return compileCondition(text, variable)(scope);
}

function errorOf(text: string): ExpressionError {
  try {
    compileCondition(text, variable);
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
  throw new Error(`${text} was expected to be refused`);
}

describe("operators", () => {
  test.each([
    ['v = "GET"', "GET", true],
    ['v == "GET"', "get", false],
    ['v Equals "GET"', "GET", true],
    ['v Is "GET"', "GET", true],
    ['v != "GET"', "PUT", true],
    ['v NotEquals "GET"', "GET", false],
    ['v IsNot "GET"', "PUT", true],
    ['v := "get"', "GET", true],
    ['v EqualsCaseInsensitive "get"', "Gets", false],
    ["v > 5", 6, true],
    ["v GreaterThan 5", 5, false],
    ["v >= 5", 5, true],
    ["v GreaterThanOrEquals 5", 4, false],
    ["v < 5", 4, true],
    ["v LesserThan 5", 5, false],
    ["v <= 5", 5, true],
    ["v LesserThanOrEquals 5", 6, false],
    ['v =| "/v1"', "/v1/items", true],
    ['v StartsWith "/v1"', "/V1/items", false],
    ['v ~ "*at"', "/c/at", true],
    ['v Matches "*at"', "/c/ats", false],
    ['v Like "*at"', "/c/at", true],
    ['v ~~ "/c.*t"', "/cat", true],
    ['v JavaRegex "/c*t"', "/cat", false],
    ['v ~/ "/a/*"', "/a/b", true],
    ['v MatchesPath "/a/*"', "/a/b/c", false],
    ['v LikePath "/a/**"', "/a/b/c", true],
    ['v EQUALS "GET"', "GET", true],
    ['v matchespath "/a"', "/a", true],
  ] satisfies [string, Value, boolean][])("%s with v %j is %s", (text, v, expected) => {
    expect(evaluate(text, { v })).toBe(expected);
  });

  test.each([
    'v="GET"',
    '(v="GET")and(v!="PUT")',
    'NOT(v="PUT")',
    '\n  v\t=\r\n "GET"\n',
    'v=="GET"&&!(v:="put")',
  ])("spaces are needed only between words: %j", (text) => {
    expect(evaluate(text, { v: "GET" })).toBe(true);
  });

  test.each([
    ['v !~ "a*"', "b", true],
    ['v !~ "a*"', "ab", false],
    ['v !~~ "a.*"', "b", true],
    ['v !~/ "/a"', "/b", true],
    ['v !Matches "a*"', "ab", false],
    ['v not MatchesPath "/a"', "/b", true],
    ['v NOT JavaRegex "a"', "a", false],
    ['v not StartsWith "a"', "ab", false],
    ['v not = "a"', "b", true],
    ['v not := "A"', "a", false],
    ['v !~ "a"', ["b"], false],
  ] satisfies [string, Value, boolean][])("a negated operator: %s with v %j is %s", (text, v, expected) => {
    expect(evaluate(text, { v })).toBe(expected);
  });

  test.each(["=", "!=", ">", ">=", "<", "<=", "StartsWith"])(
    "%s compares with another variable",
    (operator) => {
      const same = ["=", ">=", "<=", "StartsWith"].includes(operator);
      expect(evaluate(`a ${operator} b`, { a: "x", b: "x" })).toBe(same);
    },
  );

  test.each([":=", "~", "~~", "~/"])("%s does not compare with another variable", (operator) => {
    const error = errorOf(`a ${operator} b.c`);
    expect(error.message).toContain('"b.c" is a variable');
    expect(error.offset).toBe(3 + operator.length);
  });
});

describe("precedence", () => {
  test.each([
    ["t or f and f", true],
    ["(t or f) and f", false],
    ["f and f or t", true],
    ["f and (f or t)", false],
    ["not f and f", false],
    ["not (f and f)", true],
    ["!f or t", true],
    ["!!t", true],
    ["f || t && t", true],
  ])("%s is %s", (text, expected) => {
    expect(evaluate(text, { t: true, f: false })).toBe(expected);
  });

  test("negation takes in the comparison after it", () => {
    expect(evaluate('not v = "a"', { v: "b" })).toBe(true);
    expect(evaluate('!v = "a" and v = "b"', { v: "b" })).toBe(true);
  });

  test("a comparison with null binds tighter than or", () => {
    expect(evaluate("a = null or b != c", { a: null, b: 1, c: 1 })).toBe(true);
    expect(evaluate("a = null or b != c", { a: 1, b: 1, c: 1 })).toBe(false);
  });
});

describe("operands", () => {
  test.each([
    [true, true],
    ["true", true],
    [false, false],
    ["false", false],
    ["yes", false],
    [1, false],
    [null, false],
    [{}, false],
  ] satisfies [Value, boolean][])("a variable on its own that holds %j is %s", (v, expected) => {
    expect(evaluate("v", { v })).toBe(expected);
    expect(evaluate("!v", { v })).toBe(!expected);
    expect(evaluate("(not v)", { v })).toBe(!expected);
  });

  test.each([
    ["'request.header.help!me' = \"x\"", "request.header.help!me"],
    ["'a or b' = \"x\"", "a or b"],
    ["'not' = \"x\"", "not"],
    ['request.header.x-y_z = "x"', "request.header.x-y_z"],
    ['jwt.claim.https://a.b/c:d = "x"', "jwt.claim.https://a.b/c:d"],
    ['{v} = "x"', "v"],
    ['1st = "x"', "1st"],
    ['order = "x"', "order"],
  ])("%s reads the variable %s", (text, name) => {
    expect(evaluate(text, { [name]: "x" })).toBe(true);
  });

  test.each([
    ["v = 5", 5],
    ["v = -5", -5],
    ["v = 5L", 5n],
    ["v = 5l", 5],
    ["v = 3000000000", 3_000_000_000],
    ["v = 9007199254740993", 9007199254740993n],
    ["v = 1.5", new Float(1.5)],
    ["v = .5", new Float(0.5)],
    ["v = 1.5d", 1.5],
    ["v = 2D", 2],
    ["v = 0.1f", new Float(0.1, "float")],
    ["v = 0.1f", "0.1"],
    ["v = 2F", 2],
    ["v = true", true],
    ["v = true", "true"],
    ["v = FALSE", "false"],
    ['v = "true"', true],
    ['v = ""', ""],
    ["v = null", null],
    ["v = NULL", null],
    ["v = 'x y'", "x y"],
  ] satisfies [string, Value][])("%s holds for %o", (text, v) => {
    expect(evaluate(text, { v })).toBe(true);
  });

  test.each([
    ["'a' = 'b'", { a: "b", b: "c" }, true],
    ["v != ''", { v: "" }, false],
    ['"" equals null', {}, false],
    ["1=1", {}, true],
    ["true", {}, true],
    ['"GET" = v', { v: "GET" }, true],
    ['v >= "400"', { v: 404 }, true],
    ['v >= "400"', { v: 1000 }, false],
    ['v /~ "/a/*"', { v: "/a/b" }, true],
    ['v/~"/a/*"', { v: "/a/b" }, true],
    ["v ~~ '/\\w+'", { v: "/ab" }, true],
  ] satisfies [string, Variables, boolean][])(
    "forms found in bundles: %s with %j is %s",
    (text, scope, expected) => {
      if (text === "v Matches 2*") expect(errorOf(text).offset).toBe(10);
      else expect(evaluate(text, scope)).toBe(expected);
    },
  );
});

describe("null operands", () => {
  test.each([
    ["=", false, false, true],
    ["==", false, false, true],
    [":=", false, false, true],
    ["=|", false, false, false],
    ["!=", true, true, false],
    [">", true, false, false],
    [">=", false, true, true],
    ["<", true, false, false],
    ["<=", true, false, true],
    ["~", false, false, false],
    ["~~", false, false, false],
    ["!~", true, false, false],
    ["!~~", true, false, false],
    ["!~/", true, false, false],
    ["~/", false, false, false],
  ])(
    "%s is %s for a null left side, %s for a null right side, %s for both",
    (operator, left, right, both) => {
      expect(evaluate(`absent ${operator} "x"`)).toBe(left);
      expect(evaluate(`v ${operator} null`, { v: "x" })).toBe(right);
      expect(evaluate(`absent ${operator} null`)).toBe(both);
      if (/^[=!<>|]+$/.test(operator)) {
        expect(evaluate(`absent ${operator} v`, { v: "x" })).toBe(left);
        expect(evaluate(`v ${operator} absent`, { v: "x" })).toBe(right);
        expect(evaluate(`absent ${operator} missing`)).toBe(both);
      }
    },
  );

  test("a collection or a message is not null", () => {
    expect(evaluate("v != null", { v: ["a"] })).toBe(true);
    expect(evaluate("v = null", { v: {} })).toBe(false);
  });
});

describe("errors", () => {
  test.each([
    ["", 0, "empty"],
    [" \n ", 0, "empty"],
    ['v = "a")', 7, "closes nothing"],
    ["()", 1, "a variable"],
    ['v = "a', 4, "not closed"],
    ["v = 'a", 4, "not closed"],
    ["v =", 3, "a value to compare with"],
    ["v and", 5, "a variable"],
    ["and v", 0, "a variable"],
    ["v w", 2, '"w" is not an operator'],
    ["v = a = b", 6, "There is = where"],
    ["v & w", 2, "not an operator"],
    ["v | w", 2, "not an operator"],
    ["v =! w", 3, "There is ! where"],
    ["v not w", 6, '"w" is not an operator'],
    ['"a"', 3, "an operator"],
    ["5", 1, "an operator"],
    ["null", 4, "an operator"],
    ["'' = 1", 0, "the name of a variable"],
    ["v = “GET”", 4, "cannot contain “"],
    ["v = {a}b", 4, "cannot contain {"],
    ['v ~~ "a(?=b)"', 7, "look-ahead"],
    ['v ~~ "(a"', 6, "not valid"],
    ["(v) = 1", 4, "There is = where"],
  ])("%j is refused at offset %i: %s", (text, offset, message) => {
    const error = errorOf(text);
    expect(error.message).toContain(message);
    expect(error.offset).toBe(offset);
  });

  test("nesting has a bound, length has not", () => {
    expect(evaluate(`${"(".repeat(200)}v${")".repeat(200)}`, { v: true })).toBe(true);
    expect(errorOf("(".repeat(50_000)).message).toContain("nests deeper");
    expect(errorOf(`${"not ".repeat(50_000)}v`).message).toContain("nests deeper");
    expect(evaluate(`${"v and ".repeat(50_000)}v`, { v: true })).toBe(true);
  });

  test("any text either compiles or is refused with a position inside it", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "a",
        '"',
        "'",
        "(",
        ")",
        "!",
        "=",
        "<",
        ">",
        "~",
        "/",
        "|",
        "&",
        ":",
        "{",
        "}",
        "\\",
        "%",
        "*",
      ),
      fc.constantFrom(" ", " and ", " or ", "not ", " MatchesPath ", "null", "5L", "1.5f", '"(a"', " = "),
      fc.string({ maxLength: 3, unit: "binary" }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 16 }), (pieces) => {
        const text = pieces.join("");
        try {
          compileCondition(text, variable)({ a: "b" });
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionError);
          const { offset } = error as ExpressionError;
          expect(offset >= 0 && offset <= text.length).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe("a printed condition evaluates like its tree", () => {
  type Tree =
    | { kind: "and" | "or"; left: Tree; right: Tree; symbol: boolean }
    | { kind: "not"; term: Tree; symbol: boolean }
    | { kind: "is"; name: string; text: string }
    | { kind: "truth"; name: string };
  const LEVELS = { or: 0, and: 1, not: 2, is: 3, truth: 3 };

  const name = fc.constantFrom("a", "b.c", "d-e");
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      fc.record({ kind: fc.constant("truth" as const), name }),
      fc.record({ kind: fc.constant("is" as const), name, text: fc.constantFrom("true", "x", "") }),
      fc.record({ kind: fc.constant("not" as const), term: tie("tree"), symbol: fc.boolean() }),
      fc.record({
        kind: fc.constantFrom("and" as const, "or" as const),
        left: tie("tree"),
        right: tie("tree"),
        symbol: fc.boolean(),
      }),
    ),
  }));

  /** Prints with no more parentheses than the precedence needs. */
  function print(node: Tree, outer = 0): string {
    const level = LEVELS[node.kind];
    if (level < outer) return `(${print(node)})`;
    switch (node.kind) {
      case "truth":
        return node.name;
      case "is":
        return `${node.name} = "${node.text}"`;
      case "not":
        return `${node.symbol ? "!" : "not "}${print(node.term, level)}`;
      case "and":
        return `${print(node.left, level)}${node.symbol ? "&&" : " AND "}${print(node.right, level)}`;
      case "or":
        return `${print(node.left, level)}${node.symbol ? "||" : " Or "}${print(node.right, level)}`;
    }
  }

  function interpret(node: Tree, scope: Variables): boolean {
    switch (node.kind) {
      case "truth":
        return scope[node.name] === "true";
      case "is":
        return scope[node.name] === node.text;
      case "not":
        return !interpret(node.term, scope);
      case "and":
        return interpret(node.left, scope) && interpret(node.right, scope);
      case "or":
        return interpret(node.left, scope) || interpret(node.right, scope);
    }
  }

  test("for every tree and every value of its variables", () => {
    const value = fc.constantFrom("true", "x", "", null);
    fc.assert(
      fc.property(tree, fc.record({ a: value, "b.c": value, "d-e": value }), (node, scope) => {
        expect(evaluate(print(node), scope)).toBe(interpret(node, scope));
      }),
      { numRuns: 1000 },
    );
  });
});

test.each([
  ['(v = "a"', [0]],
  ['((v = "a") and (w = "b")', [0]],
  ['((v = "x") or (w = "b"', [14, 0]],
  ['not (v = "x"', [4]],
])("parentheses that are missing at the very end of %s are closed there", (text, expected) => {
  const unclosed: number[] = [];
  const applies = compileCondition(text, variable, (offset) => unclosed.push(offset));
  expect(unclosed).toEqual(expected);
  expect(applies({ v: "a", w: "b" })).toBe(true);
  expect(applies({ v: "x", w: "c" })).toBe(text.includes("or"));
});

test.each(['(v = "a" w = "b"', "(v =", '(v = "a" and', "(", '(v = "a")) and (w = "b"'])(
  "anything else that is unbalanced or cut short is refused: %s",
  (text) => {
    expect(errorOf(text).message).not.toBe("");
  },
);
