import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { published } from "./python-kit.ts";

const good = `from dataclasses import dataclass
from functions.api import function, OntologyEdit
from functions.sources import get_source as source
import helper as h

@dataclass
class Person:
    name: str
    boss: "Address | None" = None

@dataclass
class Address(h.Named):
    city: str

type Later = list[Person]

@function(sources=["a"], api_name="it")
def it(value: Later, other: dict[str, int] | None = None, *, last: h.Whole = 1) -> list[Person]:
    return source("a").get_secret("x")
`;
const helper = "from dataclasses import dataclass\nWhole = int\n@dataclass\nclass Named:\n    label: str\n";

describe("none of a file's code is run while it is read", () => {
  test.each([
    "while True: pass",
    "raise SystemExit",
    "import sys; sys.exit(1)",
    "import builtins; builtins.str = None",
    "def function(): raise Exception",
  ])("%s", async (statement) => {
    const code = good.replace("import helper as h", `import helper as h\n${statement}`);
    const { functions, problems } = await published(code, { "helper.py": `${statement}\n${helper}` });
    const known = statement.startsWith("def function");
    expect(problems.filter((each) => !each.includes("SourceNotFound"))).toEqual(
      known ? [expect.stringContaining("NoFunction")] : [],
    );
    expect(functions).toHaveLength(known ? 0 : 1);
  });
});

test("whatever a file holds, it is published or something is reported", async () => {
  const cut = fc.tuple(
    fc.nat(good.length),
    fc.nat(40),
    fc.constantFrom(
      "",
      "(",
      "]",
      '"',
      "\n",
      " | None",
      "h.",
      "it",
      "[int, str]",
      "*",
      "\t",
      "\\",
      "#",
      "é",
      "\0",
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(cut, { minLength: 1, maxLength: 4 }), fc.boolean(), async (cuts, inHelper) => {
      const damage = (text: string) =>
        cuts.reduce((rest, [at, length, put]) => rest.slice(0, at) + put + rest.slice(at + length), text);
      const files = { "helper.py": inHelper ? damage(helper) : helper };
      const { functions, problems } = await published(inHelper ? good : damage(good), files);
      expect(functions.length + problems.length).toBeGreaterThan(0);
    }),
    { numRuns: 150 },
  );
});

test("whatever requirements and packages hold, they are read", async () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 100 }),
    fc.constantFrom(
      "a>=1\n-r b.txt",
      "a[b]==1;extra=='b'",
      "-r requirements.txt",
      '[project]\ndependencies=["a"]',
      "Name: a\nVersion: x\nRequires-Dist: a",
      "a.py,,\n../../x,,",
    ),
  );
  await fc.assert(
    fc.asyncProperty(text, text, text, text, async (requirements, pyproject, metadata, record) => {
      const files = {
        "helper.py": helper,
        "requirements.txt": requirements,
        "pyproject.toml": pyproject,
        "vendor/a-1.dist-info/METADATA": metadata,
        "vendor/a-1.dist-info/RECORD": record,
        "vendor/a.py": "",
      };
      expect((await published(good, files)).functions).toHaveLength(1);
    }),
    { numRuns: 50 },
  );
});

test("files that are too large together are not read", async () => {
  const large = `x = "${"a".repeat(500_000)}"\n`;
  const files = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`large${index}.py`, large]));
  const imports = Object.keys(files).map((name) => `import ${name.slice(0, -3)}`);
  const { problems } = await published(`${imports.join("\n")}\n${good}`, { ...files, "helper.py": helper });
  expect(problems).toContainEqual(
    expect.stringContaining(
      "ModuleTooLarge The function's own files have more than 5242880 characters together.",
    ),
  );
});

test("classes that inherit from each other in circles, and from the same ones again and again, are read once", async () => {
  const many = Array.from(
    { length: 60 },
    (_, index) => `@dataclass\nclass C${index}(C${index + 1}, C${index + 2}): ...\n`,
  );
  const code = `${many.join("")}@dataclass\nclass C60(C61): ...\n@dataclass\nclass C61(C0):\n    x: int\n`;
  const { functions } = await published(
    `from dataclasses import dataclass\nfrom functions.api import function\n${code}\n@function\ndef it(value: C0) -> None: ...\n`,
  );
  expect(functions[0]?.published.parameters).toMatchObject([{ type: { fields: [{ name: "x" }] } }]);
});

test.each([
  ["# -*- coding: latin-1 -*-\n", "latin-1"],
  ["#!/usr/bin/python\n# vim: set fileencoding=utf-7 :\n", "utf-7"],
  ["\f\n# coding=rot13\n", "rot13"],
])("a file is not read as one text and run as another: %j", async (lines, encoding) => {
  const { functions, problems } = await published(lines + good, { "helper.py": helper });
  const message = `its first lines say that it is in ${encoding}, and what is run would be other text than this.`;
  expect(problems).toContainEqual(`1:1 SyntaxError The code cannot be read: ${message}`);
  expect(functions).toEqual([]);
});

test.each([
  "# coding: utf-8\n",
  "# -*- coding: UTF8 -*-\n",
  "x = 1\n# coding: latin-1\n",
  "\n\n# coding: latin-1\n",
])("%j says nothing else than UTF-8", async (lines) => {
  expect((await published(lines + good, { "helper.py": helper })).functions).toHaveLength(1);
});
