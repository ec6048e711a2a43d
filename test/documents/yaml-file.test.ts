import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Report } from "../../src/documents/report.ts";
import { MAX_YAML_BYTES, YamlFile } from "../../src/documents/yaml-file.ts";

function read(content: string | Uint8Array) {
  const report = new Report();
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const file = new YamlFile("a.yaml", bytes, report);
  const problems = report.problems.map(
    ({ code, line, column, message }) => `${code} ${line}:${column} ${message}`,
  );
  return { file, value: file.value, problems };
}

test.each([
  ["a: 1\nb: [x, 'y', \"z\\n\"]\n", { a: 1, b: ["x", "y", "z\n"] }],
  ["# note\n---\na:\n  - b: true\n    c: null\n  -\n...\n", { a: [{ b: true, c: null }, null] }],
  ["a: |\n  one\n  two\n", { a: "one\ntwo\n" }],
  ["a: 8000-8100\nb: 2001-01-01\nc: yes\nd: 1.5\n", { a: "8000-8100", b: "2001-01-01", c: "yes", d: 1.5 }],
  ["1: a\nnull: b\n", { 1: "a", null: "b" }],
  ["\uFEFFa: 1\r\nb: 2\r\n", { a: 1, b: 2 }],
  ["{}", {}],
  ["text", "text"],
  ["", null],
  ["<<: { a: 1 }", { "<<": { a: 1 } }],
])("%j is read", (text, value) => {
  expect(read(text)).toMatchObject({ value, problems: [] });
});

test("a field may have any name", () => {
  const { value } = read("__proto__: { a: 1 }\nconstructor: 2");
  expect(Object.entries(value as object)).toEqual([
    ["__proto__", { a: 1 }],
    ["constructor", 2],
  ]);
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
});

test.each([
  ["a: [1", "InvalidYAML 1:6 The file is not YAML: a { or [ is not closed before here"],
  ["a:\n  b: { c: 1\n  d: 2", "InvalidYAML 3:3 The file is not YAML: a { or [ is not closed before here"],
  ["a:\n  b: { c: 1,\n  d: 2 }", "InvalidYAML 3:3 The file is not YAML: a { or [ is not closed before here"],
  ["a:\n    b: 1\n  c: 2", "InvalidYAML 3:1 The file is not YAML: a line is not indented like those"],
  ["a: 1\n b: 2", "InvalidYAML 1:4 The file is not YAML: a field or a list begins where a value goes on."],
  ["a: 1\n---\nb: 2", "InvalidYAML 2:1 The file holds several documents."],
  ["a: 1\nb: 2\na: 3", "InvalidYAML 3:1 The field a is there twice."],
  ["a: 1\n1: 1\n'1': 3", "InvalidYAML 3:1 The field 1 is there twice."],
  ["x:\n  a: &b 1", "InvalidYAML 2:9 The file has an anchor."],
  ["a: &a [*a, *a]", "InvalidYAML 1:7 The file has an anchor."],
  ["a: *b", "InvalidYAML 1:4 The file has an alias."],
  ["a: !!binary aGk=", "InvalidYAML 1:13 The file has a tag."],
  ["a: !thing x", "InvalidYAML 1:11 The file has a tag."],
  ["!!str a: 1", "InvalidYAML 1:7 The name of a field is no plain text."],
  ["&k a: 1", "InvalidYAML 1:4 The name of a field is no plain text."],
  ["? [a]\n: b", "InvalidYAML 1:3 The file is not YAML: "],
  [`a: 1\nb: ${"[".repeat(30)}`, "InvalidYAML 2:22 Values are nested more than 20 deep."],
  ["- ".repeat(30), "InvalidYAML 1:39 Values are nested more than 20 deep."],
])("%j is refused", (text, problem) => {
  const { value, problems } = read(text);
  expect(value).toBeUndefined();
  expect(problems).toEqual([expect.stringContaining(problem)]);
});

test("everything that is no plain value is refused at once", () => {
  expect(read("a: &b 1\nc: *b\nd: !x 1\na: 2\n!!str e: 3").problems).toEqual([
    "InvalidYAML 1:7 The file has an anchor.",
    "InvalidYAML 2:4 The file has an alias.",
    "InvalidYAML 3:7 The file has a tag.",
    "InvalidYAML 4:1 The field a is there twice.",
    "InvalidYAML 5:7 The name of a field is no plain text.",
  ]);
});

test("what is no UTF-8 is refused", () => {
  expect(read(Uint8Array.of(0x61, 0xff)).problems).toEqual([
    "InvalidYAML 1:1 The file is not a text in UTF-8.",
  ]);
});

test("a message holds nothing of the file", () => {
  expect(read('password: "hunter2').problems.join()).not.toContain("hunter2");
  expect(read("password: hunter2: hunter2").problems.join()).not.toContain("hunter2");
});

describe("a value's position", () => {
  const { file } = read("a:\n  - b: 1\n    c:  x\nd: {e: 2}\n");
  test.each([
    [[], 1, 1],
    [["a"], 2, 3],
    [["a", 0, "c"], 3, 9],
    [["d", "e"], 4, 8],
    [["d", "missing"], 4, 4],
    [["a", 7, "c"], 2, 3],
    [["a", "b"], 2, 3],
    [["missing", "x"], 1, 1],
  ])("%j is %i:%i", (path, line, column) => {
    expect(file.at(path)).toEqual({ file: "a.yaml", line, column });
  });

  test.each([
    [["a"], 1, 1],
    [["a", 0, "c"], 3, 5],
    [["d", "e"], 4, 5],
    [["d", "missing"], 4, 4],
    [["a", 0], 2, 5],
    [[], 1, 1],
  ])("that of the name of %j is %i:%i", (path, line, column) => {
    expect(file.atName(path)).toEqual({ file: "a.yaml", line, column });
  });
});

describe("what is hostile is refused, or read, at once:", () => {
  const size = 20_000;
  test.each([
    ["brackets", "[".repeat(size)],
    ["closed brackets", "[".repeat(size) + "]".repeat(size)],
    ["braces", "{".repeat(size)],
    ["maps in maps", "{a: ".repeat(size / 4)],
    ["lists in lists", "- ".repeat(size)],
    ["names of names", "? ".repeat(size)],
    ["maps in one line", "a: ".repeat(size)],
    ["colons", ": ".repeat(size)],
    ["anchors", "&a ".repeat(size)],
    ["tags", "!t ".repeat(size)],
    ["aliases", `a: &a [x]\nb: [${"*a,".repeat(size)}]`],
    ["documents", "---\n".repeat(size)],
    ["comments", "#\n".repeat(size)],
    ["line breaks", "\r\n".repeat(size)],
    ["an open text", `"${"\\n".repeat(size)}`],
    ["spaces", `${" ".repeat(size)}a: b\nc: d`],
    ["tabs", `${"\t".repeat(size)}a: b`],
    ["many fields", Array.from({ length: 10_000 }, (_, index) => `k${index}: 1`).join("\n")],
    ["the same field", "a: 1\n".repeat(size / 2)],
    ["a large file", "a".repeat(MAX_YAML_BYTES + 1)],
    ["a file of the largest size", `a: ${"x".repeat(MAX_YAML_BYTES - 3)}`],
  ])("%s", (_, text) => {
    const { problems, value } = read(text);
    expect(problems.length > 0).toBe(value === undefined);
    expect(problems.length).toBeLessThanOrEqual(20);
  });
});

test("whatever the bytes, the file is read or says at which of its lines it is wrong", () => {
  const piece = fc.constantFrom(
    ..."a:|b: |- |? |: |[|]|{|}|,|\n|\n  |\n    |\t|#|&x |*x |!t |!!map |'|\"|\\|\\u12|\\x|>|>-|%YAML 1.1\n|---|...|@|`|~|null|1|.inf|0x|\r|\u2028|\uFEFF|\0".split(
      "|",
    ),
    "|",
    "|+2\n",
  );
  const content = fc.oneof(
    fc.array(piece, { maxLength: 40 }).map((pieces) => new TextEncoder().encode(pieces.join(""))),
    fc.string({ unit: "binary" }).map((text) => new TextEncoder().encode(text)),
    fc.uint8Array(),
  );
  fc.assert(
    fc.property(content, fc.array(fc.oneof(fc.string(), fc.nat(3)), { maxLength: 3 }), (bytes, path) => {
      const report = new Report();
      const file = new YamlFile("a.yaml", bytes, report);
      expect(report.problems.length).toBe(file.value === undefined ? 1 : 0);
      const lines = new TextDecoder().decode(bytes).split("\n");
      for (const { line, column } of [...report.problems, file.at(path), file.atName(path)]) {
        expect(column).toBeGreaterThanOrEqual(1);
        expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? -1) + 1);
      }
      if (file.value !== undefined) expect(JSON.stringify(file.value)).toBeTypeOf("string");
    }),
    { numRuns: 1000 },
  );
});

describe("where aliases are allowed", () => {
  const limits = { bytes: MAX_YAML_BYTES, depth: 20, aliased: 50 };
  function readWith(text: string) {
    const report = new Report();
    const file = new YamlFile("a.yaml", new TextEncoder().encode(text), report, limits);
    return {
      file,
      problems: report.problems.map(({ line, column, message }) => `${line}:${column} ${message}`),
    };
  }

  test.each([
    ["a: &x 1\nb: *x", { a: 1, b: 1 }],
    ["a: &x {c: [&y 2, *y]}\nb: *x\nd: *y", { a: { c: [2, 2] }, b: { c: [2, 2] }, d: 2 }],
    ["a: &x 1\nb: &x 2\nc: *x", { a: 1, b: 2, c: 2 }],
    ["a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}", { a: { p: 1, q: 2 }, b: { p: 1, q: 3 } }],
    [
      "a: &x {p: 1}\nb: &y {p: 2, r: 2}\nc:\n  p: 0\n  <<: [*x, *y]\nd: {<<: [*x, *y]}",
      { a: { p: 1 }, b: { p: 2, r: 2 }, c: { p: 0, r: 2 }, d: { p: 1, r: 2 } },
    ],
    ["{<<: {__proto__: 1}}", Object.fromEntries([["__proto__", 1]])],
  ])("%j is read", (text, value) => {
    const { file, problems } = readWith(text);
    expect(problems).toEqual([]);
    expect(file.value).toEqual(value);
  });

  test.each([
    ["a: *x", "1:4 The alias *x stands for nothing before it."],
    ["a: *x\nb: &x 1", "1:4 The alias *x stands for nothing before it."],
    ["a: &x [*x]", "1:8 The alias *x stands for nothing before it."],
    ["a: &x 1\nb: {<<: *x}", "2:9 What << merges is no object."],
    ["a: &x !t 1", "1:10 The file has a tag."],
    ["&k a: 1", "1:4 The name of a field is no plain text."],
    [
      "a: &a [1,1,1,1,1,1,1]\nb: &b [*a,*a,*a]\nc: [*b,*b]",
      "3:8 The file has aliases for more than 50 values.",
    ],
  ])("%j is refused", (text, problem) => {
    expect(readWith(text).problems).toEqual([problem]);
  });

  test("what an alias stands for has the place where it is written", () => {
    const { file } = readWith("a: &x\n  b: [1]\nc: *x");
    expect(file.at(["c", "b", 0])).toEqual({ file: "a.yaml", line: 2, column: 7 });
    expect(file.at(["c"])).toEqual({ file: "a.yaml", line: 3, column: 4 });
  });
});
