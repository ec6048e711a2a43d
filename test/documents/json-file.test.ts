import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { JsonFile } from "../../src/documents/json-file.ts";
import { Report } from "../../src/documents/report.ts";

function read(text: string) {
  const report = new Report();
  const file = new JsonFile("file.json", new TextEncoder().encode(text), report);
  return { file, problems: report.problems.map(({ code, line, column }) => `${code} ${line}:${column}`) };
}

describe("a JSON file", () => {
  test.each<[text: string, value: unknown]>([
    ["{}", {}],
    ['[1, "a", null, true, 1e3]', [1, "a", null, true, 1000]],
    ["null", null],
    [' "é" ', "é"],
    ["\uFEFF[1]", [1]],
    ['{"__proto__": 1}', JSON.parse('{"__proto__": 1}')],
  ])("%j is read", (text, value) => {
    const { file, problems } = read(text);
    expect([file.value, problems]).toEqual([value, []]);
  });

  test.each([
    ["", "1:1"],
    ["{", "1:2"],
    ['{\n  "a": 1,\n}', "3:1"],
    ["[1]\n// comment", "2:1"],
    ['{"a": tru}', "1:7"],
    ["[1] 2", "1:5"],
    ["{'a': 1}", "1:2"],
    ["[\r\n1,\r\n,]", "3:1"],
  ])("%j is not JSON, from %s on", (text, position) => {
    const { file, problems } = read(text);
    expect([file.value, problems]).toEqual([undefined, [`InvalidJSON ${position}`]]);
  });
});

describe("what is wrong with its syntax is said with what to write instead:", () => {
  test.each([
    ["", "1:1 the file ends here where a value belongs. Write a text in double quotes, a number, true,"],
    ["{", "1:2 the file ends here, and a { is not closed. Write } where it ends."],
    ['["a", "b"', "1:10 the file ends here, and a [ is not closed. Write ] where it ends."],
    ['{"a": 1,\n}', '2:1 there is "}" after a comma. Take the comma out, or write a name after it.'],
    ["[1,]", '1:4 there is "]" after a comma. Take the comma out, or write a value after it.'],
    ["{'a': 1}", "1:2 there is \"'a'\", which means nothing there."],
    ["{a: 1}", '1:2 there is "a", which means nothing there.'],
    ['{"a" 1}', '1:6 there is "1" where a colon belongs. Write "name": value.'],
    ['["a" "b"]', '1:6 there is "b" where a comma belongs. Write a comma between two entries.'],
    ["[1] 2", '1:5 there is "2" after its value. Take it out: a file holds one value.'],
    ["[1] // x", "1:5 there is a comment. Take it out: JSON has no comments."],
    ['["a]', '1:2 a text is not closed. Write " where it ends, and \\n for a line break.'],
    ['["a\tb"]', "1:2 a text holds a control character. Write it as \\n, \\t or \\u001b."],
    ['["\\q"]', "1:2 a text holds a backslash that escapes nothing. Write \\\\ for a backslash."],
    ["[1.]", '1:2 there is "1.", which is no number. Write a number such as 1 or 0.5.'],
  ])("%j", (text, expected) => {
    const report = new Report();
    new JsonFile("file.json", new TextEncoder().encode(text), report);
    const [problem] = report.problems;
    const said = problem?.message.replace("The file is not JSON: ", "");
    expect(`${problem?.line}:${problem?.column} ${said} ${problem?.remedy}`).toContain(expected);
  });

  test("bytes that are not UTF-8", () => {
    const report = new Report();
    new JsonFile("file.json", Uint8Array.of(0x22, 0xff, 0x22), report);
    expect(report.problems).toMatchObject([{ code: "InvalidJSON", remedy: "Save it in UTF-8." }]);
  });

  test("a field that is there twice", () => {
    expect(read('{"a": 1,\n "a": [{"b": 1, "b": 2}]}').problems.sort()).toEqual([
      "DuplicateField 2:17",
      "DuplicateField 2:2",
    ]);
  });
});

describe("where a value stands", () => {
  const { file } = read('[\n  {"name": "a",\n   "port": 1},\n  {}\n]');

  test.each<[path: (string | number)[], line: number, column: number]>([
    [[], 1, 1],
    [[0], 2, 3],
    [[0, "name"], 2, 12],
    [[0, "port"], 3, 12],
    [[0, "host"], 2, 3],
    [[1, "a", "b"], 4, 3],
    [[7], 1, 1],
  ])("%j", (path, line, column) => {
    expect(file.at(path)).toEqual({ file: "file.json", line, column });
  });

  test("of a file that is not JSON is its beginning", () => {
    expect(read("{").file.at(["a"])).toMatchObject({ line: 1, column: 1 });
  });
});

describe("any text", () => {
  test("that JSON.parse takes has the same value, and nothing else has one", () => {
    const text = fc.oneof(
      fc.json(),
      fc.string({
        unit: fc.constantFrom(
          "{",
          "}",
          "[",
          "]",
          '"',
          ",",
          ":",
          "1",
          "0",
          "-",
          ".",
          "e",
          " ",
          "\n",
          "\\",
          "a",
          "/",
          "\u00a0",
        ),
      }),
      fc.string(),
    );
    fc.assert(
      fc.property(text, (text) => {
        const { file, problems } = read(text);
        let expected: unknown;
        try {
          expected = JSON.parse(text.replace(/^\uFEFF/, "").toWellFormed());
        } catch {
          expected = undefined;
        }
        expect([file.value, problems.length]).toEqual([expected, expected === undefined ? 1 : 0]);
      }),
      { numRuns: 1000 },
    );
  });

  test.each<[text: string, place: string]>([
    ["[".repeat(101) + "]".repeat(101), "1:101"],
    ["[".repeat(100_000) + "]".repeat(100_000), "1:101"],
    ['{"a":\n'.repeat(101), "101:1"],
    ["[}".repeat(100_000), "1:2"],
    ['["\n'.repeat(100_000), "1:2"],
  ])("that is nested too deep, or wrong before, is reported: %#", (text, place) => {
    const { file, problems } = read(text);
    expect([file.value, problems]).toEqual([undefined, [`InvalidJSON ${place}`]]);
  });

  test("may be nested as deep as the limit, as often as it likes", () => {
    const text = `[${`${"[".repeat(99)}${"]".repeat(99)},`.repeat(3)}0]`;
    const { file, problems } = read(text);
    expect([file.value, problems]).toEqual([JSON.parse(text), []]);
  });

  test("may hold more values than a stack holds", () => {
    const text = `[${"0,".repeat(500_000)}0]`;
    const { file, problems } = read(text);
    expect([(file.value as number[]).length, problems]).toEqual([500_001, []]);
  });
});
