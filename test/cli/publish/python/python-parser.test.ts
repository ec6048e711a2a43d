import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LONGEST_FILE, PythonParser } from "../../../../src/cli/publish/python/python-parser.ts";

const parser = new PythonParser();

const errorOf = async (text: string) => {
  const parsed = await parser.parse(text);
  return "error" in parsed ? parsed.error.message : null;
};

describe("no file makes the interpreter hang, or end the program", () => {
  test.each<[what: string, text: string, error: string | null]>([
    ["brackets", `x = ${"(".repeat(5000)}${")".repeat(5000)}`, "too many nested parentheses"],
    ["a sum", `x = ${"1+".repeat(5000)}1`, "nested too deep"],
    ["a longer sum", `x = ${"1+".repeat(100_000)}1`, "it is too much for Python to read"],
    ["attributes", `x = a${".b".repeat(50_000)}`, "it is too much for Python to read"],
    ["calls", `x = a${"()".repeat(50_000)}`, "it is too much for Python to read"],
    ["negations", `x = ${"not ".repeat(50_000)}1`, "nested too deep"],
    ["conditions", `if x: pass\n${"elif x: pass\n".repeat(20_000)}`, "nested too deep"],
    [
      "texts in texts",
      `x = ${'f"{'.repeat(2000)}1${'}"'.repeat(2000)}`,
      "too many nested f-strings or t-strings",
    ],
    [
      "blocks",
      `${Array.from({ length: 150 }, (_, i) => `${" ".repeat(i)}if x:`).join("\n")} pass`,
      "too many levels of indentation",
    ],
    ["a type in types", `x: ${"list[".repeat(5000)}int${"]".repeat(5000)}`, "too many nested parentheses"],
    ["a text in a type", `x: "${"(".repeat(5000)}"`, null],
    ["texts in a type", `x: ${'"'.repeat(1)}list['${"list[".repeat(150)}int${"]".repeat(150)}']"`, null],
    ["many statements", "x = 1\n".repeat(20_000), null],
    ["many decorators", `${"@a\n".repeat(20_000)}def f(): pass`, null],
    ["a long file", `x = "${"a".repeat(LONGEST_FILE)}"`, `the file has more than ${LONGEST_FILE} characters`],
    [
      "a long number",
      `x = ${"9".repeat(10_000)}`,
      "Exceeds the limit (4300 digits) for integer string conversion",
    ],
    ["half of a character", 'x = "\ud800"', "surrogates not allowed"],
  ])("%s", async (_, text, error) => {
    const found = await errorOf(text);
    if (error === null) expect(found).toBeNull();
    else expect(found).toContain(error);
    expect(await errorOf("x = 1")).toBeNull();
  });

  test("whatever a file holds, there is an answer", async () => {
    const words = fc.constantFrom(
      ..."def class @ ( ) [ ] { } : , . = -> ** * / if else lambda async await yield import from as with try except".split(
        " ",
      ),
      ..."match case type return global nonlocal del f\" \" ''' # \\ \n \t".split(" "),
      "\n",
      "    ",
      "x",
      "1",
      "\u0000",
      "é",
    );
    const programs = fc.array(words, { maxLength: 80 }).map((parts) => parts.join(" "));
    await fc.assert(
      fc.asyncProperty(fc.oneof(programs, fc.string({ unit: "binary", maxLength: 200 })), async (text) => {
        const parsed = await parser.parse(text);
        expect("error" in parsed ? parsed.error.message : parsed.tree.kind).toEqual(expect.any(String));
      }),
      { numRuns: 300 },
    );
    expect(await errorOf("x = 1")).toBeNull();
  });
});

test("files that are read at the same time get their own answers", async () => {
  const texts = Array.from({ length: 20 }, (_, index) => `x${index} = 1${index % 3 ? "" : " 2"}`);
  const errors = await Promise.all(texts.map(errorOf));
  expect(errors.map((error) => error === null)).toEqual(texts.map((_, index) => index % 3 !== 0));
});

test("texts in annotations are read where they stand, and literals are left alone", async () => {
  const parsed = await parser.parse(
    'def f(a: "list[str]", b: Literal["x"], c: Annotated["int", "text"]) -> "no type!": ...',
  );
  expect("error" in parsed).toBe(false);
  const [statement] = "tree" in parsed ? parsed.tree.body : [];
  const annotations =
    statement?.kind === "FunctionDef" ? statement.args.args.map(({ annotation }) => annotation) : [];
  expect(annotations).toMatchObject([
    { kind: "Subscript", line: 1, column: 9, slice: { kind: "Name", id: "str", column: 9 } },
    { kind: "Subscript", slice: { kind: "Constant", value: "x" } },
    {
      kind: "Subscript",
      slice: {
        elts: [
          { kind: "Name", id: "int" },
          { kind: "Constant", value: "text" },
        ],
      },
    },
  ]);
  expect(statement).toMatchObject({ returns: { kind: "Constant", value: "no type!" } });
});

test("the interpreter knows what it has", async () => {
  const { found, known, markers } = await parser.interpreter();
  expect([...found]).toEqual(
    expect.arrayContaining(["json", "os.path", "collections.abc", "xml.etree.ElementTree", "sys"]),
  );
  expect(known).toContain("tkinter");
  expect(found.has("tkinter")).toBe(false);
  expect(markers).toMatchObject({ sys_platform: "emscripten", implementation_name: "cpython" });
});
