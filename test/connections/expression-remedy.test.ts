import { describe, expect, test } from "vitest";
import { remedyFor } from "../../src/connections/expression-remedy.ts";
import { readTemplate } from "../../src/connections/read-template.ts";
import { Report } from "../../src/documents/report.ts";
import { compileCondition } from "../../src/expression/condition.ts";
import { compileJsonPath } from "../../src/expression/jsonpath.ts";
import { compileRegex } from "../../src/expression/regex.ts";
import { ExpressionError } from "../../src/expression/value.ts";
import { compileXPath } from "../../src/expression/xpath.ts";

/** What is wrong, and what to write instead. */
function wordsOf(compile: () => unknown): [message: string, remedy: string] {
  try {
    compile();
  } catch (error) {
    if (error instanceof ExpressionError) return [error.message, remedyFor(error, "no words")];
    throw error;
  }
  throw new Error("it compiles");
}

const OPERATORS = /^Write one: =, !=, :=, >/;

describe("a condition that cannot be compiled says what to write instead", () => {
  test.each<[string, string | RegExp, string | RegExp]>([
    ["status GTE 400", '"GTE" is not an operator.', "Did you mean GreaterThanOrEquals?"],
    ["status lt 400", '"lt" is not an operator.', "Did you mean LesserThan?"],
    ["status GreaterThen 400", '"GreaterThen" is not an operator.', "Did you mean GreaterThan?"],
    ['verb Equal "GET"', '"Equal" is not an operator.', "Did you mean Equals?"],
    ['path MatchPath "/a"', '"MatchPath" is not an operator.', "Did you mean MatchesPath?"],
    ['path contains "a"', '"contains" is not an operator.', "Did you mean Matches?"],
    ["a & b", '"&" is not an operator.', "Did you mean && or and?"],
    ["a adn b", '"adn" is not an operator.', "Did you mean and?"],
    ["a wibble b", '"wibble" is not an operator.', OPERATORS],
    ['a = "b" adn c', "There is adn where and, or or the end of the condition belongs.", "Did you mean and?"],
    [
      "a = b c",
      "There is c where and, or or the end of the condition belongs.",
      /^Write and or or before it/,
    ],
    ['a "b"', 'There is "b" where an operator belongs.', "Write an operator there."],
    [
      "a =",
      "The condition ends where a value to compare with belongs.",
      "Write a value to compare with there.",
    ],
    ["a)", 'A ")" closes nothing.', 'Remove it, or write the "(" that belongs to it.'],
    ['a = "b', 'The text that starts with " is not closed.', 'Write a second " where it ends.'],
    ["a = “b”", "The name of a variable cannot contain “ here.", /^Write a text between straight double/],
    ["a ~ b", /The right side of Matches must be a text/, "Write the pattern itself between double quotes."],
    [
      'a ~~ "(b"',
      'The regular expression is not valid: a ( is not closed at "(b".',
      /^Write \) where it ends/,
    ],
  ])("%s", (text, message, remedy) => {
    const [wrong, instead] = wordsOf(() => compileCondition(text, () => () => null));
    expect(wrong).toMatch(message);
    expect(instead).toMatch(remedy);
  });
});

describe("other expressions say it too", () => {
  const noNamespaces = new Map<string, string>();
  test.each<[string, () => unknown, string | RegExp, string | RegExp]>([
    [
      "/a[",
      () => compileXPath("/a[", noNamespaces),
      'XPath "/a[": a ] is missing',
      "Write ] where it belongs.",
    ],
    ["/a)", () => compileXPath("/a)", noNamespaces), 'XPath "/a)": a ) closes nothing', /^Remove it/],
    ["/a/", () => compileXPath("/a/", noNamespaces), /it ends where/, /^Write a name or a value/],
    ["/a b", () => compileXPath("/a b", noNamespaces), /no expression/, /^Write a path such as/],
    ["'a", () => compileXPath("'a", noNamespaces), /not closed/, /^Write a second quote/],
    ["cuont(/a)", () => compileXPath("cuont(/a)", noNamespaces), /no function cuont/, "Did you mean count?"],
    ["count()", () => compileXPath("count()", noNamespaces), /arguments of count/, /^Write count with/],
    [
      "/sop:a",
      () => compileXPath("/sop:a", new Map([["soap", "urn:x"]])),
      /prefix sop is not declared/,
      "Did you mean soap?",
    ],
    ["$.a.lenght()", () => compileJsonPath("$.a.lenght()"), /no JSONPath function/, "Did you mean length?"],
    ["*a", () => compileRegex("*a"), /nothing to repeat/, /^Write what is repeated/],
    ["a)", () => compileRegex("a)"), /a \) closes nothing/, /^Remove it/],
    ["\\", () => compileRegex("\\"), /a backslash ends it/, "Write \\\\ for a backslash."],
  ])("%s", (_text, compile, message, remedy) => {
    const [wrong, instead] = wordsOf(compile);
    expect(wrong).toMatch(message);
    expect(instead).toMatch(remedy);
  });
});

describe("a message template", () => {
  const problemOf = (text: string) => {
    const report = new Report();
    readTemplate(text, { file: "p.xml", line: 1, column: 1 }, report);
    return report.problems.map(({ severity, code, remedy }) => `${severity} ${code}: ${remedy}`);
  };

  test.each([
    ["{toUppercase(a)}", "Did you mean toUpperCase?"],
    ["x {createUUID()} y", "Did you mean createUuid?"],
    ["{toUpperCase(escapeJSN(a))}", "Did you mean escapeJSON?"],
    ["{wibble(a, b)}", "Take the call out"],
  ])("with an unknown function is warned of, and stays text: %s", (text, remedy) => {
    expect(problemOf(text)).toEqual([expect.stringContaining(`warning UnknownFunction: ${remedy}`)]);
  });

  test.each([
    "function f() {go(1);}",
    "{\n  go(1)\n}",
    "{go(1) }",
    "{toUpperCase(a)}",
    "{jsonPath($.a.length(),body)}",
    "{ go(1)}",
  ])("with what is no call is not: %j", (text) => {
    expect(problemOf(text)).toEqual([]);
  });

  test.each([
    ["{toUpperCase(a}", 'Write ")" where its arguments end, as in {toUpperCase(…)}.'],
    ["{toUpperCase(a,b)}", "Write 1 argument with commas between them"],
    ["{toUpperCase('a)}", "Write a second single quote where it ends."],
    ["{toUpperCase(a) }", 'Write ")}" and no space between them.'],
    ["{timeFormatUTC('yyyy-bb',a)}", "Put text between single quotes"],
    ["{replaceAll(a,'(','')}", "Write ) where it ends"],
  ])("that cannot be compiled says what to write: %s", (text, remedy) => {
    expect(problemOf(text)).toEqual([expect.stringContaining(`error InvalidTemplate: ${remedy}`)]);
  });
});
