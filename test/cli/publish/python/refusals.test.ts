import { describe, expect, test } from "vitest";
import { declaring, published } from "./python-kit.ts";

/** A function whose file begins with this, on the first line. */
const beginning = (text: string) =>
  `${text}\nfrom functions.api import function\n\n@function\ndef it() -> None: ...\n`;

describe("an import that cannot work is refused where it stands", () => {
  test.each([
    [
      "import subprocess",
      "1:8 UnsupportedImport subprocess makes no sense in a function: there are no processes to start.",
    ],
    [
      "import os, socket",
      "1:12 UnsupportedImport socket makes no sense in a function: there are no sockets.",
    ],
    [
      "from concurrent.futures import ThreadPoolExecutor",
      "1:6 UnsupportedImport concurrent.futures makes no sense in a function: there are no threads.",
    ],
    [
      "from threading import Lock, Thread",
      "1:29 UnsupportedImport threading.Thread makes no sense in a function: there are no threads.",
    ],
    [
      "import js",
      "1:8 UnsupportedImport js makes no sense in a function: a function reaches nothing of the isolate that runs it.",
    ],
    [
      "import pyodide.code as code",
      "1:8 UnsupportedImport pyodide.code makes no sense in a function: a function reaches nothing of the isolate that runs it.",
    ],
    [
      "import numpy as np",
      "1:8 UnsupportedImport numpy cannot be used: it has parts that are compiled for another machine.",
    ],
    ["import httpx", "1:8 UnsupportedImport httpx cannot be used: it opens sockets of its own."],
    ["import tenacity", "1:8 UnresolvedImport There is no tenacity to import."],
    ["import os.paths", "1:8 UnresolvedImport Python has no module os.paths."],
    ["from functions.apis import String", "1:6 UnresolvedImport There is no module functions.apis here."],
    ["from functions.api import Strin", "1:27 UnknownExport functions.api has no Strin here."],
    [
      "from requests.exceptions import HTTPErro",
      "1:33 UnknownExport requests.exceptions has no HTTPErro here.",
    ],
    [
      "from ..other import name",
      "1:6 UnresolvedImport A file that is in no package has no relative imports.",
    ],
    ["from helper import nam", "1:20 UnknownExport helper has no nam."],
    [
      "from .helper import name",
      "1:6 UnresolvedImport A file that is in no package has no relative imports.",
    ],
    ["from . import helpers", "1:6 UnresolvedImport A file that is in no package has no relative imports."],
    ["import parts.wrong", "parts/wrong.py:1:6 UnresolvedImport The import leads out of the package parts."],
    [
      "import parts.off",
      "parts/off.py:1:15 UnresolvedImport The function's folder has no module parts.nowhere.",
    ],
    [
      "import types",
      "1:8 UnresolvedImport The function's folder has a module types, and so has Python here, which is the one that is imported.",
    ],
    [
      "import parts.there, parts.missing",
      "1:21 UnresolvedImport The function's folder has no module parts.missing.",
    ],
  ])("%s", async (code, problem) => {
    const others = {
      "helper.py": "name = 1\n",
      "types.py": "",
      "parts/there.py": "from . import right\nfrom .right import name\nimport helper",
      "parts/right.py": "name = 1",
      "parts/wrong.py": "from ..helper import name",
      "parts/off.py": "from . import nowhere",
    };
    expect((await published(beginning(code), others)).problems).toEqual([problem]);
  });

  test.each([
    ["from os import system, path", 'import os\nos.system("ls")'],
    ["import threading", "import threading as t\nt.Thread(target=print).start()"],
  ])("what of a module cannot work is refused where it is used: %s", async (_, code) => {
    const { problems } = await published(beginning(code));
    expect(problems).toEqual([
      expect.stringMatching(/^2:1 UnsupportedImport (os.system|threading.Thread) makes no sense/),
    ]);
  });

  test("what is misspelt is asked for", async () => {
    const code = beginning("import jsom, request; from functions.sources import getsource");
    expect((await published(code)).remedies).toEqual([
      "Did you mean json? Otherwise put the package into the function's folder: pip install --target functions/it/vendor jsom",
      "Did you mean requests? Otherwise put the package into the function's folder: pip install --target functions/it/vendor request",
      "Did you mean get_source? Otherwise write one that it has: get_source.",
    ]);
  });

  test("what the code can do without, and what only type checkers read, is left to it", async () => {
    const code = `try:
    import numpy
except ImportError:
    numpy = None
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import pandas
import collections.abc, importlib.metadata, os.path, urllib.request, http.client, dataclasses, asyncio, logging
import helper, parts.there as there, xml.etree.ElementTree
from helper import *`;
    const { problems } = await published(beginning(code), {
      "helper.py": "name = 1\n",
      "parts/there.py": "",
    });
    expect(problems).toEqual([]);
  });
});

describe("a file that Python cannot read is reported with Python's own words and place", () => {
  test.each([
    ["def it(:\n  pass", "1:8 SyntaxError The code cannot be read: invalid syntax."],
    ["x = (1,\ny = 2", "1:5 SyntaxError The code cannot be read: '(' was never closed."],
    ["if x\n    pass", "1:5 SyntaxError The code cannot be read: expected ':'."],
    [
      "print 'x'",
      "1:1 SyntaxError The code cannot be read: Missing parentheses in call to 'print'. Did you mean print(...)?",
    ],
    [
      "def it():\nreturn 1",
      "2:1 SyntaxError The code cannot be read: expected an indented block after function definition on line 1.",
    ],
    ["return 1", "1:1 SyntaxError The code cannot be read: 'return' outside function."],
    ["ä = 'ö'; ü = = 1", "1:14 SyntaxError The code cannot be read: invalid syntax."],
    ["x = 1\0", "1:1 SyntaxError The code cannot be read: source code string cannot contain null bytes."],
  ])("%j", async (code, problem) => {
    expect((await published(code)).problems).toEqual([problem]);
  });

  test("a file beside it is reported by its own name", async () => {
    const { problems } = await published(beginning("import helper"), { "helper.py": "x = [\n" });
    expect(problems).toEqual(["helper.py:1:5 SyntaxError The code cannot be read: '[' was never closed."]);
  });

  test("what Python warns of is a warning", async () => {
    const { problems, functions } = await published(beginning('x = "\\d"'));
    expect(problems).toEqual([
      expect.stringMatching(/^1:1 SyntaxWarning Python warns: .*invalid escape sequence/),
    ]);
    expect(functions).toHaveLength(1);
  });
});

describe("a function that cannot be published is reported where it is declared", () => {
  const declared = (text: string) => `from functions.api import function, OntologyEdit\n\n${text}`;
  test.each([
    ["def it() -> str: ...", "3:1 NoFunction Nothing publishes it."],
    [
      "class A:\n  @function\n  def it(self) -> None: ...",
      "5:3 UnsupportedSignature it is inside of a class or function, or replaced further down.",
    ],
    ["x = 1", "1:1 NoFunction The file publishes no function."],
    [
      "@function\ndef other() -> None: ...",
      "4:1 NameMismatch The function is called other, and its folder it.",
    ],
    [
      "@function\ndef it() -> None: ...\n@function\ndef two() -> None: ...",
      "6:1 SeveralFunctions The file has 2 functions with @function: it, two.",
    ],
    [
      "@function(api_name='x/y')\ndef it() -> None: ...",
      '3:20 InvalidFunctionName A function cannot be called "x/y".',
    ],
    [
      "@function\nasync def it() -> None: ...",
      "4:1 UnsupportedSignature An async function cannot be published.",
    ],
    ["@function\ndef it() -> int:\n  yield 1", "5:3 UnsupportedSignature A generator cannot be published."],
    [
      "@function\ndef it[T](x: int) -> int: ...",
      "4:8 UnsupportedSignature A function with type parameters cannot be published.",
    ],
    ["@function\ndef it(x) -> None: ...", "4:8 MissingParameterType The parameter x has no type."],
    ["@function\ndef it(x: int): ...", "4:1 MissingReturnType The function does not say what it returns."],
    ["@function\ndef it(*xs: int) -> None: ...", "4:9 UnsupportedParameter *xs has no fixed parameters."],
    ["@function\ndef it(**xs: int) -> None: ...", "4:10 UnsupportedParameter **xs has no fixed parameters."],
    [
      "@function\ndef it(x: int, /) -> None: ...",
      "4:8 UnsupportedParameter The parameter x cannot be given by its name.",
    ],
    [
      "@function(['a'])\ndef it() -> None: ...",
      "3:11 DecoratorNotLiteral An option of @function has no name: it is read without running the code.",
    ],
    [
      "S = ['a']\n@function(sources=S)\ndef it() -> None: ...",
      "4:19 DecoratorNotLiteral sources is not a list that is written out: it is read without running the code.",
    ],
    [
      "@function(\n  sources=[\n    'a', 'b' + 'c'])\ndef it() -> None: ...",
      "5:10 DecoratorNotLiteral The name of a source is not a literal: it is read without running the code.",
    ],
    [
      "@function(api_name=str())\ndef it() -> None: ...",
      "3:20 DecoratorNotLiteral api_name is not a literal: it is read without running the code.",
    ],
    ["@function(source=['a'])\ndef it() -> None: ...", "3:11 UnknownOption @function has no option source."],
    [
      "@function(**{})\ndef it() -> None: ...",
      "3:13 DecoratorNotLiteral Options of @function are not written out: it is read without running the code.",
    ],
    [
      "@function(edits=['Employee'])\ndef it() -> None: ...",
      "3:18 DecoratorNotLiteral What is edited is not the class of an object type.",
    ],
  ])("%s", async (code, problem) => {
    expect((await published(declared(code))).problems).toEqual([problem]);
  });

  test("without the import of its decorator it is read all the same", async () => {
    const { problems, remedies } = await published("@function(sources=['a'])\ndef it() -> Foo: ...\n");
    expect(problems).toEqual([
      "1:2 MissingImport @function is not imported.",
      "2:13 UnsupportedType Foo is no type for a function here.",
    ]);
    expect(remedies[0]).toBe("Write from functions.api import function at the top of the file.");
  });

  test("what is called otherwise than its folder says so", async () => {
    const { functions } = await published(
      declared("@function(api_name='it-else', beta=True)\ndef other() -> None: ..."),
    );
    expect(functions[0]?.published.name).toBe("it-else");
  });
});

describe("a type that cannot cross a call is refused with what to write instead", () => {
  test.each([
    ["Any", "3:21 UnsupportedType Any is no type for a function: it can be anything.", /^Write bool, str/],
    [
      "typing.Any",
      "3:21 UnsupportedType typing.Any is no type for a function: it can be anything.",
      /^Write bool, str/,
    ],
    [
      "tuple[int, str]",
      "3:21 UnsupportedType tuple is no type for a function: its values have no names.",
      /dataclass/,
    ],
    ["list", "3:21 UnsupportedType list does not say what is in it.", "Write list[str], or what it holds."],
    ["dict[str]", "3:21 UnsupportedType dict takes two types.", "Write dict[str, int], or what it holds."],
    [
      "dict[list[int], str]",
      "3:26 UnsupportedType Keys are texts, numbers, dates or objects.",
      "Choose another key.",
    ],
    ["int | str", "3:21 UnsupportedType A value can be of one type only.", /^Take one of the types/],
    [
      "list[int | None]",
      "3:26 UnsupportedType Only parameters, fields and results may be None.",
      /^Take None out/,
    ],
    ["List[int]", "3:21 UnsupportedType List is not imported.", "Write from typing import List."],
    ["Strin", "3:21 UnsupportedType Strin is no type for a function here.", /^Did you mean String/],
    [
      "typing.Sequence[str]",
      "3:21 UnsupportedType typing.Sequence is no type for a function.",
      "Write list[…].",
    ],
    ["None", "3:21 UnsupportedType None alone is no type for a function.", /^Write bool/],
    [
      "'not a type!'",
      '3:21 UnsupportedType The text "not a type!" is no type for a function.',
      /^Write bool/,
    ],
    ["int[str]", "3:21 UnsupportedType int takes no types in brackets.", "Write int."],
    [
      "typing.Literal[1]",
      "3:21 UnsupportedType Literals that are not all texts are no type for a function.",
      "Write int or bool.",
    ],
    ["OntologyEdit", "3:21 UnsupportedType Edits are a result of their own.", "Write -> list[OntologyEdit]."],
    ["it", "3:21 UnsupportedType it is a function and no type.", /^Write bool/],
    ["lambda: 1", "3:21 UnsupportedType A lambda is no type for a function.", /^Write bool/],
    ["Color", "3:21 UnsupportedType Color is no type for a function: it inherits from Enum.", /^Write str/],
    ["Mixed", "3:21 UnsupportedType Mixed is no type for a function: it inherits from Enum.", /^Write str/],
    [
      "Plain",
      "3:21 UnsupportedType Plain is no type for a function: it is not a dataclass.",
      /^Write @dataclass/,
    ],
    ["Node", "10:19 UnsupportedType Node is no type for a function: it contains itself.", /^Write bool/],
  ])("%s", async (annotation, problem, remedy) => {
    const imports = "from functions.api import function, OntologyEdit; import typing; from enum import Enum";
    const classes =
      "class Color(Enum): A = 1\nclass Mixed(str, Enum): A = 'a'\nclass Mixed(str, Enum): A = 'a'\nclass Plain: ...\nimport dataclasses\n@dataclasses.dataclass\nclass Node: next: 'Node'";
    const code = `${imports}\n@function\ndef it(some, value: ${annotation}) -> None: ...\n${classes}`;
    const { problems, remedies } = await published(code);
    expect(problems.filter((each) => !each.includes("MissingParameterType"))).toEqual([problem]);
    expect(remedies.at(-1)).toMatch(remedy);
  });

  test("a signature that stands for more types than anyone writes is refused", async () => {
    const classes = Array.from(
      { length: 40 },
      (_, index) => `@dataclass\nclass C${index}:\n  a: C${index + 1}\n  b: C${index + 1}`,
    );
    const code = `from dataclasses import dataclass\n${classes.join("\n")}\n@dataclass\nclass C40:\n  x: int\n`;
    const { problems } = await published(
      declaring("value: C0", "None", `from functions.api import function\n${code}`),
    );
    expect(problems).toEqual([
      expect.stringContaining("UnsupportedType The signature is made of too many types."),
    ]);
  });
});

describe("a source that the code asks for has to be declared", () => {
  const using = (call: string) =>
    `from functions.api import function\nfrom functions.sources import get_source as source_of\nfrom functions import aliases, sources\n@function(sources=["people"])\ndef it() -> None:\n  ${call}\n`;
  test.each([
    ['source_of("peopl")', "Did you mean people? Otherwise add it"],
    ['sources.get_source("other")', 'Add it to the decorator: @function(sources=["people", "other"]).'],
    ['aliases.source("other")', 'Add it to the decorator: @function(sources=["people", "other"]).'],
    ['source_of(name="other")', 'Add it to the decorator: @function(sources=["people", "other"]).'],
  ])("%s", async (call, remedy) => {
    const { problems, remedies } = await published(using(call));
    expect(problems).toEqual([
      expect.stringMatching(/^6:\d+ UndeclaredSource The function does not declare the source/),
    ]);
    expect(remedies[0]).toContain(remedy);
  });

  test.each(['source_of("people")', 'source_of("People")', 'source_of("peo" + "ple")', 'source_of("ri.x")'])(
    "%s is declared, or checked when it runs",
    async (call) => {
      const settings = { sourceAliases: { people: "People" } };
      expect((await published(using(call), {}, settings)).problems).toEqual([]);
    },
  );
});
