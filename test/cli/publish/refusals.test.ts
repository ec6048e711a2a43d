import { describe, expect, test } from "vitest";
import { placed, publish, version2 } from "./kit.ts";

/** What is wrong with an entry file, and with the files beside it. */
async function problemsOf(code: string, others: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const { problems, functions } = await publish({ "functions/it/it.ts": code, ...others });
  if (problems.some(({ severity }) => severity === "error")) expect(functions.length).toBeLessThanOrEqual(1);
  return problems.map(placed);
}

/** A function with these statements in its body, on the line `2`. */
const body = (statement: string, before = "") =>
  `${before}export default async function it(name: string): Promise<void> {\n${statement}\n}\n`;

describe("an import that cannot work is refused where it stands", () => {
  test.each([
    ['import fs from "fs";', "1:16 UnsupportedImport fs makes no sense in a function: there are no files."],
    [
      'import { readFile } from "node:fs/promises";',
      "1:26 UnsupportedImport node:fs/promises makes no sense in a function: there are no files.",
    ],
    [
      "import { spawn } from 'node:child_process';",
      "1:23 UnsupportedImport node:child_process makes no sense in a function: there are no processes to start.",
    ],
    [
      'import { Worker } from "worker_threads";',
      "1:24 UnsupportedImport worker_threads makes no sense in a function: there are no threads.",
    ],
    [
      'import vm from "node:vm";',
      "1:16 UnsupportedImport node:vm makes no sense in a function: code cannot be made at run time.",
    ],
    [
      'import cluster from "cluster";',
      "1:21 UnsupportedImport cluster makes no sense in a function: there are no processes to start.",
    ],
    ['export * from "node:os2";', "1:15 UnsupportedImport Node has no module node:os2."],
    [
      'import { env } from "cloudflare:workers";',
      "1:21 UnsupportedImport cloudflare:workers cannot be used: a function reaches nothing of the Worker that runs it.",
    ],
    [
      'import { connect } from "cloudflare:sockets";',
      "1:25 UnsupportedImport cloudflare:sockets cannot be used: a function reaches nothing of the Worker that runs it.",
    ],
    [
      'import type { Client } from "@osdk/react";',
      "1:29 UnsupportedImport @osdk/react cannot be used: it is for other programs than functions.",
    ],
    [
      'import { Objects } from "@foundry/ontology-api/search";',
      "1:25 UnsupportedImport @foundry/ontology-api/search cannot be used: the ontology is imported as @foundry/ontology-api.",
    ],
    [
      'import { serve } from "sortie:runtime/serve.ts";',
      "1:23 UnresolvedImport There is no sortie:runtime/serve.ts to import.",
    ],
    ['import { other } from "./other";', "1:23 UnresolvedImport There is no ./other to import."],
    ['import thing from "no-such-package";', "1:19 UnresolvedImport There is no no-such-package to import."],
    [
      'import { getAgent } from "@palantir/functions-sources";',
      "1:10 UnknownExport @palantir/functions-sources has no getAgent here.",
    ],
    ['import styles from "./it.css";', "1:1 UnsupportedImport It imports what is no code, such as CSS."],
  ])("%s", async (statement, expected) => {
    const [, name = ""] = /import (?:type )?(?:\{ )?(\w+)/.exec(statement) ?? [];
    const use = statement.includes("type") ? "" : `console.log(${name});`;
    const code = `${statement}\n${body(statement.startsWith("export") ? "" : use)}`;
    expect(await problemsOf(code, { "functions/it/it.css": "a { color: red }" })).toEqual([expected]);
  });

  test("also when it is required or imported later", async () => {
    const code = body('await import("node:vm"); require("fs"); await import("./none");');
    expect(await problemsOf(code)).toEqual([
      "2:14 UnsupportedImport node:vm makes no sense in a function: code cannot be made at run time.",
      "2:34 UnsupportedImport fs makes no sense in a function: there are no files.",
      "2:54 UnresolvedImport There is no ./none to import.",
    ]);
  });

  test("also in files that the entry file imports, in bytes or characters alike", async () => {
    const found = await problemsOf(`import "../_shared/first";\n${body("")}`, {
      "functions/_shared/first.ts": 'import "./second";',
      "functions/_shared/second.ts":
        'const ä = "ö"; import { readFileSync } from "fs"; import "./third"; readFileSync(ä);',
    });
    expect(found).toEqual([
      "functions/_shared/second.ts:1:45 UnsupportedImport fs makes no sense in a function: there are no files.",
      "functions/_shared/second.ts:1:58 UnresolvedImport There is no ./third to import.",
    ]);
  });
});

describe("code that makes code is refused where it stands", () => {
  test.each([
    ["eval(name);", "2:1 DynamicCode eval is refused where functions run."],
    ["(0, eval)(name);", "2:1 DynamicCode eval is refused where functions run."],
    ["globalThis.eval(name);", "2:1 DynamicCode eval is refused where functions run."],
    ['globalThis["eval"](name);', "2:1 DynamicCode eval is refused where functions run."],
    ["new Function(name)();", "2:1 DynamicCode Function is refused where functions run."],
    ["Function(name)();", "2:1 DynamicCode Function is refused where functions run."],
    [
      "await import(name);",
      "2:7 DynamicCode import of a name that is worked out is refused where functions run.",
    ],
    [
      "await import('./' + name);",
      "2:7 DynamicCode import of a name that is worked out is refused where functions run.",
    ],
    [
      "require(name);",
      "2:1 DynamicCode require of a name that is worked out is refused where functions run.",
    ],
    [
      "new WebAssembly.Module(new Uint8Array());",
      "2:5 DynamicCode WebAssembly.Module is refused where functions run.",
    ],
    [
      "await WebAssembly.instantiate(new Uint8Array());",
      "2:7 DynamicCode WebAssembly.instantiate is refused where functions run.",
    ],
  ])("%s", async (statement, expected) => {
    expect(await problemsOf(body(statement))).toEqual([expected]);
  });

  test.each([
    "const text = 'eval(1)'; console.log(text);",
    "// eval(name)",
    "console.log({ eval: 1 }.eval, name instanceof Function);",
    "using thing = { [Symbol.dispose]() {} }; console.log(thing, name);",
    "function Function() {} console.log(new Function());",
    "const { eval: other } = { eval: String }; other(name);",
    'const { join } = await import("node:path"); console.log(join("a", name));',
  ])("but not %s", async (statement) => {
    expect(await problemsOf(body(statement))).toEqual([]);
  });
});

describe("a source that the function does not declare is refused where it is asked for", () => {
  const config = 'export const config = { sources: ["declared"] };';
  test.each([
    [
      'import { getSource } from "@palantir/functions-sources";',
      'await getSource("other");',
      "4:17 UndeclaredSource The function does not declare the source other.",
    ],
    [
      'import { getSource as source } from "@palantir/functions-sources";',
      "await source(`other`);",
      "4:14 UndeclaredSource The function does not declare the source other.",
    ],
    [
      'import * as sources from "@palantir/functions-sources";',
      'await sources.getSource("other");',
      "4:25 UndeclaredSource The function does not declare the source other.",
    ],
    [
      'import { Aliases } from "@osdk/functions";',
      'Aliases.source("other");',
      "4:16 UndeclaredSource The function does not declare the source other.",
    ],
    [
      'import * as osdk from "@osdk/functions";',
      'osdk.Aliases.source("other");',
      "4:21 UndeclaredSource The function does not declare the source other.",
    ],
  ])("%s %s", async (imports, statement, expected) => {
    expect(await problemsOf(`${imports}\n${config}\n${body(statement)}`)).toEqual([expected]);
  });

  test.each([
    'await getSource("declared");',
    "await getSource(name);",
    'await getSource("ri.magritte..source.1");',
    'const getOther = (name: string) => name; getOther("other");',
  ])("but not %s", async (statement) => {
    const imports = 'import { getSource } from "@palantir/functions-sources";';
    expect(await problemsOf(`${imports}\n${config}\n${body(statement)}`)).toEqual([]);
  });

  test("the API name behind a declared alias is declared too", async () => {
    const code = `import { getSource } from "@palantir/functions-sources";\n${config}\n${body('await getSource("Real");')}`;
    expect(await problemsOf(code)).toHaveLength(1);
    const files = { "functions/it/it.ts": code };
    const { problems } = await publish(files, { settings: { sourceAliases: { declared: "Real" } } });
    expect(problems).toEqual([]);
  });

  test.each([
    ["carrier", "carriers", "Did you mean carrier or Carrier?"],
    // What is declared leads nowhere: it is the one that is misspelled.
    ["carier", "carrier", 'Add it to the entry file: export const config = { sources: ["carrier"] }.'],
  ])("%s is declared and %s asked for", async (declared, asked, remedy) => {
    const code = `import { getSource } from "@palantir/functions-sources";
export const config = { sources: ["${declared}"] };\n${body(`await getSource("${asked}");`)}`;
    const settings = { sourceAliases: { carrier: "Carrier" } };
    const { problems } = await publish({ "functions/it/it.ts": code }, { settings });
    expect(problems.map((problem) => problem.remedy)).toEqual([expect.stringContaining(remedy)]);
  });
});

describe("a webhook that a method cannot call is refused where it is called", () => {
  const files = {
    "webhooks/find.yaml": "source: MySource\ncalls: [{ name: get, method: GET, path: /x }]",
    "webhooks/store.yaml": "source: alias\ncalls: [{ name: post, method: POST, path: /x }]",
    "webhooks/foreign.yaml": "source: Other\ncalls: [{ name: get, method: GET, path: /x }]",
    "webhooks/broken.yaml": "source: MySource",
    "environments/test/aliases.json": '{ "alias": "MySource" }',
  };
  const method = (
    statement: string,
    decorator = "Query",
  ) => `import { MySource } from "@foundry/external-systems/sources";
import { ExternalSystems, Function, Query } from "@foundry/functions-api";
export class Webhooks {
  @ExternalSystems({ sources: [MySource] })
  @${decorator}()
  public async it(name: string): Promise<void> {
${statement}
  }
}
`;
  const webhookProblems = async (code: string) =>
    (await problemsOf(code, files)).filter((problem) => !problem.startsWith("webhooks/"));

  test.each([
    [
      "await MySource.webhooks.fnd.call({});",
      "Query",
      "7:7 UnknownWebhook The source MySource has no webhook fnd.",
    ],
    [
      'await MySource.webhooks["foreign"].call({});',
      "Query",
      "7:7 UnknownWebhook The source MySource has no webhook foreign.",
    ],
    [
      "await MySource.webhooks.store.call({});",
      "Query",
      "7:7 WriteInQuery The webhook store writes, and a query may be executed more than once.",
    ],
  ])("%s in @%s", async (statement, decorator, expected) => {
    expect(await webhookProblems(method(statement, decorator))).toEqual([expected]);
  });

  test.each([
    ["await MySource.webhooks.find.call({});", "Query"],
    ["await MySource.webhooks[name].call({});", "Query"],
    ["await MySource.webhooks.store.call({});", "Function"],
    // What is wrong with it has been said.
    ["await MySource.webhooks.broken.call({});", "Query"],
  ])("but not %s in @%s", async (statement, decorator) => {
    expect(await webhookProblems(method(statement, decorator))).toEqual([]);
  });

  test("a method with @Query is published as one", async () => {
    for (const decorator of ["Query", "Function"]) {
      const { functions } = await publish({ "functions/it/it.ts": method("", decorator) });
      expect(functions[0]?.published.isQuery).toBe(decorator === "Query");
    }
  });
});

describe("config has to be literal", () => {
  test.each([
    ["export const config = { sources: names };", "1:34 ConfigNotLiteral config.sources is not a literal."],
    [
      'export const config = { sources: ["a", "b" + 1] };',
      "1:40 ConfigNotLiteral A name in config.sources is not a literal.",
    ],
    ["export const config = { ...others };", "1:25 ConfigNotLiteral A part of config is not a literal."],
    ["export const config = make();", "1:23 ConfigNotLiteral config is not an object literal."],
    ["const config = make(); export { config };", "1:16 ConfigNotLiteral config is not an object literal."],
    ["export const config = { apiName: 1 };", "1:34 ConfigNotLiteral config.apiName is not a literal."],
    ["export const config = { timeout: 1 };", "1:34 UnknownConfig config has no field timeout."],
    [
      "export const config = { scope: {} };",
      "1:32 UnusedConfig config.scope has no effect: there are no Foundry resources here.",
    ],
    [
      'export const config = { apiName: "no good" };',
      '1:34 InvalidFunctionName A function cannot be called "no good".',
    ],
  ])("%s", async (statement, expected) => {
    const before = "declare const names: string[], others: object; declare function make(): object;";
    expect(await problemsOf(`${statement}\n${before}\n${body("")}`)).toEqual([expected]);
  });

  test.each([
    'export const config = { sources: ["a"] } as const;',
    'export const config: FunctionConfig = { "sources": ["a"] };',
    'export const config = { sources: ["a"], edits: [] } satisfies FunctionConfig;',
    'const config = { sources: [`a`, "a"] }; export { config };',
  ])("as in %s", async (statement) => {
    const { functions, problems } = await publish({
      "functions/it/it.ts": `import type { FunctionConfig } from "@osdk/functions";\n${statement}\n${body("")}`,
    });
    expect(problems).toEqual([]);
    expect(functions[0]?.published.sources).toEqual(["a"]);
  });
});

describe("an entry file has to declare what can be called", () => {
  test.each<[code: string, expected: string[]]>([
    ["export const it = 1;", ["1:1 NoFunction The entry file exports no function."]],
    ["", ["1:1 NoFunction The entry file exports no function."]],
    [
      "export default 1;",
      [
        "1:16 UnsupportedDefaultExport What the file exports as its default is not a function that is written in it.",
      ],
    ],
    [
      "export default async function it() {}",
      ["1:16 MissingReturnType The function does not say what it returns."],
    ],
    [
      "export default (a: string) => a;",
      ["1:16 MissingReturnType The function does not say what it returns."],
    ],
    [version2("a", "void"), ["2:34 MissingParameterType The parameter a has no type."]],
    [version2('a = "b"', "void"), ["2:34 MissingParameterType The parameter a has no type."]],
    [version2("{ a }: { a: string }", "void"), ["2:34 UnsupportedParameter A parameter has to be one name."]],
    [version2("...a: string[]", "void"), ["2:34 UnsupportedParameter A parameter has to be one name."]],
    [version2("this: string", "void"), ["2:34 UnsupportedParameter A parameter has to be one name."]],
    [
      "export default function* it(): string[] {}",
      ["1:16 UnsupportedSignature A generator cannot be published."],
    ],
    [
      "export default function it<T>(): void {}",
      ["1:27 UnsupportedSignature A function with type parameters cannot be published."],
    ],
    ["export default function it(: void {}", ["1:28 SyntaxError The code cannot be read: unexpected token."]],
    [
      "const a = 1;\n  const a = 2;",
      ["2:9 SyntaxError The code cannot be read: identifier 'a' has already been declared."],
    ],
  ])("%s", async (code, expected) => {
    expect(await problemsOf(code)).toEqual(expected);
  });

  test("and has to be where it is looked for", async () => {
    expect(await problemsOf(version2("", "void"), { "functions/other/main.ts": "" })).toEqual([
      "functions/other:1:1 MissingEntry The folder has no entry file.",
    ]);
  });
});

test("everything that is wrong is said at once, each thing once", async () => {
  const code = `import fs from "fs";
import { UserFacingError } from "@osdk/functions";
export const config = { sources: [name] };
export default async function it(a: any, b): Promise<Date> {
  eval(a);
  throw new UserFacingError(fs + b);
}
`;
  expect(
    await problemsOf(code, { "functions/it/broken.ts": "", "functions/more/more.ts": "const (" }),
  ).toEqual([
    "1:16 UnsupportedImport fs makes no sense in a function: there are no files.",
    "3:35 ConfigNotLiteral A name in config.sources is not a literal.",
    "4:37 UnsupportedType any is no type for a function.",
    "4:42 MissingParameterType The parameter b has no type.",
    "4:54 UnsupportedType Date is no type for a function here.",
    "5:3 DynamicCode eval is refused where functions run.",
    "functions/more/more.ts:1:7 SyntaxError The code cannot be read: unexpected token.",
  ]);
});

test("what the bundler finds suspicious is a warning", async () => {
  const { functions, problems } = await publish({
    "functions/it/it.ts": body("console.log({ a: 1, a: 2 }, name === NaN);"),
  });
  expect(functions).toHaveLength(1);
  expect(problems.map((problem) => `${problem.severity} ${placed(problem)}`)).toEqual([
    'warning 2:21 SuspiciousCode The code looks like a slip: duplicate key "a" in object literal.',
    'warning 2:34 SuspiciousCode The code looks like a slip: comparison with NaN using the "===" operator here is always false.',
  ]);
});

test("a broken file that the entry file imports is one problem", async () => {
  const code = `import { a, b } from "./helper";\n${body("console.log(a, b);")}`;
  expect(await problemsOf(code, { "functions/it/helper.ts": "export const a = ;" })).toEqual([
    "functions/it/helper.ts:1:18 SyntaxError The code cannot be read: unexpected token.",
  ]);
});

test("a module that is too large is refused, and what is largest in it is named", async () => {
  const { problems } = await publish({
    "functions/it/it.ts": `import data from "./data.json";\n${body("console.log(data);")}`,
    "functions/it/data.json": JSON.stringify("a".repeat(5 * 1024 * 1024)),
  });
  expect(problems).toMatchObject([
    {
      code: "ModuleTooLarge",
      message: expect.stringMatching(/^The module of it has \d+ bytes, and may have 5242880\.$/),
      remedy: "Take out what is large, such as functions/it/data.json.",
    },
  ]);
});
