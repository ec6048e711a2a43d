import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderWith } from "../sortie.ts";
import { folderWithPackages, placed, publish, version2 } from "./kit.ts";

const text = ({ module }: { module: Uint8Array }) => new TextDecoder().decode(module);

describe("the same files give the same revision", () => {
  const files = {
    "functions/it/it.ts": `import { helper } from "../_shared/helper";
import { getSource } from "@palantir/functions-sources";
import { small } from "small";
export const config = { sources: ["a"] };
export default async function it(): Promise<string> { await getSource("a"); return helper() + small; }`,
    "functions/_shared/helper.ts": "export const helper = () => 'help';",
    // Installed, and so no file of the environment.
    "node_modules/small/index.js": "exports.small = 'small';",
    "node_modules/small/package.json": '{ "name": "small" }',
  };

  test("wherever they are, and nothing in it says where that was", async () => {
    const [first, second] = [await publish(files), await publish(files)];
    expect(first.folder).not.toBe(second.folder);
    expect(first.problems).toEqual([]);
    expect(first.functions).toEqual(second.functions);
    for (const { module, sourceMap } of first.functions.map((each) => ({ ...each, module: text(each) }))) {
      expect(module + sourceMap).not.toContain(first.folder);
      expect(module).not.toContain(join(process.cwd(), "src"));
    }
  });

  test("and another one when a file that is imported changes", async () => {
    const before = await publish(files);
    const after = await publish({
      ...files,
      "functions/_shared/helper.ts": "export const helper = () => 'no';",
    });
    expect(after.functions[0]?.published.revision).not.toBe(before.functions[0]?.published.revision);
  });

  test("whatever tsconfig.json says", async () => {
    const before = await publish(files);
    const after = await publish({
      ...files,
      "functions/tsconfig.json": '{ "compilerOptions": { "target": "ES5" } }',
    });
    expect(after.functions[0]?.published.revision).toBe(before.functions[0]?.published.revision);
  });
});

test("the runtime comes first in the module, and only the platform is imported", async () => {
  const { functions } = await publish({
    "functions/it/it.ts":
      'import https from "https"; export default (): string => String(https.globalAgent);',
  });
  const [built] = functions;
  const module = built ? text(built) : "";
  const imported = [...module.matchAll(/^import .* from "(.*)";$/gm)].map(([, name]) => name);
  expect(imported).toContain("node:https");
  expect(imported.filter((name) => !name?.startsWith("node:"))).toEqual([]);
  expect(module.indexOf("// sortie:runtime/serve.ts")).toBeLessThan(module.indexOf("// functions/it/it.ts"));
});

test("a function may hold a list of any length", async () => {
  const list = `export const list = [${"0,".repeat(300_000)}];`;
  const { problems } = await publish({ "functions/it/it.ts": version2("", "Promise<void>", list) });
  expect(problems).toEqual([]);
});

describe("packages", () => {
  const withPackage = (code: string, entry = "") => ({
    "functions/it/it.ts": `import * as pack from "pack";\n${entry}\nexport default (): string => String(pack);`,
    "node_modules/pack/package.json": '{ "name": "pack", "main": "index.js" }',
    "node_modules/pack/index.js": code,
  });

  test("are found in the function's folder, and above it", async () => {
    const { problems } = await publish({
      "functions/it/it.ts":
        'import { a } from "near"; import { b } from "far"; export default (): string => a + b;',
      "functions/it/node_modules/near/index.js": "export const a = 'a';",
      "functions/node_modules/far/index.js": "export const b = 'b';",
    });
    expect(problems).toEqual([]);
  });

  test("may require modules of Node, also those that do nothing in an isolate", async () => {
    const { functions, problems } = await publish(
      withPackage(
        'const { EventEmitter } = require("events"); require("fs"); module.exports = new EventEmitter();',
      ),
    );
    expect(problems).toEqual([]);
    const module = functions[0] ? text(functions[0]) : "";
    expect(module).toContain('from "node:events"');
    expect(module).not.toContain("Dynamic require");
  });

  test.each([
    ["import of a name that is worked out", "export const pack = (name) => import(name);"],
    ["import of process", 'export const pack = () => import("node:process");'],
    ["name of process", 'import { getBuiltinModule } from "node:process"; export { getBuiltinModule };'],
    ["require", 'import { createRequire } from "module"; export const pack = createRequire("/");'],
    ["name of console", 'import { log } from "console"; export { log };'],
  ])("reach no module of the platform but by a statement that imports it: %s", async (_, code) => {
    const { functions } = await publish(withPackage(code));
    const module = functions[0] ? text(functions[0]) : "";
    expect(module).toContain("// node_modules/pack/index.js");
    expect(module).not.toMatch(/\bimport\s*\(|from "node:(?:process|module|console)"/);
  });

  test("may open sockets, which go through the egress, and reach nothing else of the Worker", async () => {
    const socket = 'import { connect } from "cloudflare:sockets"; export const open = connect;';
    expect((await publish(withPackage(socket))).problems).toEqual([]);
    const env = 'import { env } from "cloudflare:workers"; export const all = env;';
    const { problems } = await publish(withPackage(env));
    expect(problems.map(placed)).toEqual([
      "node_modules/pack/index.js:1:21 UnsupportedImport cloudflare:workers cannot be used: a function reaches nothing of the Worker that runs it.",
    ]);
  });

  test("that make code are warned about: it may be code that never runs", async () => {
    const { functions, problems } = await publish(
      withPackage(
        "const a = 1;\nexport const root = globalThis || Function('return this')();\nexport const b = () => eval('b');",
      ),
    );
    expect(functions).toHaveLength(1);
    expect(problems.map((problem) => `${problem.severity} ${placed(problem)}`)).toEqual([
      "warning node_modules/pack/index.js:2:35 DynamicCode Function is in a package that the function uses, and is refused where functions run.",
      "warning node_modules/pack/index.js:3:24 DynamicCode eval is in a package that the function uses, and is refused where functions run.",
    ]);
  });

  test("are not warned about for files of which nothing is used", async () => {
    const { problems } = await publish({
      "functions/it/it.ts": 'import { a } from "pack"; export default (): string => a;',
      "node_modules/pack/package.json": '{ "name": "pack", "main": "index.js", "sideEffects": false }',
      "node_modules/pack/index.js": 'export const a = "a"; export { b } from "./b.js";',
      "node_modules/pack/b.js": "export const b = () => eval('b');",
    });
    expect(problems).toEqual([]);
  });

  test("are told from an environment that is in a package itself", async () => {
    const { folder } = await publish({
      "node_modules/product/policies/functions/it/it.ts": `import fs from "fs";
import { a } from "pack";
export default (): string => a + fs + eval("1");`,
      "node_modules/pack/index.js": "exports.a = require('fs') + eval('1');",
    });
    const { problems } = await publish({}, { folder: join(folder, "node_modules/product/policies") });
    expect(problems.map((problem) => `${problem.severity} ${placed(problem)}`)).toEqual([
      "error 1:16 UnsupportedImport fs makes no sense in a function: there are no files.",
      "error 3:39 DynamicCode eval is refused where functions run.",
    ]);
  });

  test("axios comes with its client for Node", async () => {
    const folder = folderWithPackages({
      "functions/it/it.ts":
        'import axios from "axios"; export default async (): Promise<string> => (await axios.get("http://a")).data;',
    });
    const { functions, problems } = await publish({}, { folder });
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
    const module = functions[0] ? text(functions[0]) : "";
    expect(module).toContain("lib/adapters/http.js");
    expect(module).not.toContain("lib/helpers/null.js");
  });
});

describe("what is on the machine that publishes does not get into a function", () => {
  const refused =
    "UnsupportedImport A function cannot import a file that is neither in the environment's folder nor in an installed package.";
  const elsewhere = folderWith({
    "secret.json": '{ "key": "SECRET" }',
    id_rsa: "SECRET",
    "code.ts": "export default 1",
  });
  const importing = (specifier: string) =>
    `import it_ from ${specifier};\nexport default async function it(): Promise<string> { return JSON.stringify(it_); }`;

  test.each([
    ["by its whole path", `"${elsewhere}/secret.json"`],
    ["by a path that leads there", `"../../../${elsewhere.split("/").at(-1)}/secret.json"`],
    ["as text, whatever it is", `"${elsewhere}/id_rsa" with { type: "text" }`],
    ["as bytes", `"${elsewhere}/id_rsa" with { type: "bytes" }`],
    ["as code", `"${elsewhere}/code.ts"`],
    ["by a hidden name in the environment", `"../../.sortie/secrets.json"`],
    ["as a package that is a link to no package", `"linked/secret.json"`],
    ["by way of a package", `"pack"`],
  ])("%s", async (_, specifier) => {
    const folder = folderWith({
      "functions/it/it.ts": importing(specifier),
      ".sortie/secrets.json": '{ "key": "SECRET" }',
      "node_modules/pack/package.json": '{ "name": "pack" }',
      "node_modules/pack/index.js": `export { default } from "${elsewhere}/secret.json";`,
    });
    symlinkSync(elsewhere, join(folder, "node_modules/linked"));
    const { functions, problems } = await publish({}, { folder });
    expect(problems.map(placed)).toEqual([expect.stringContaining(refused)]);
    expect(functions).toEqual([]);
  });

  test("a package of a workspace does, but for what is hidden in it", async () => {
    const workspace = folderWith({
      "packages/shared/package.json": '{ "name": "@my/shared", "main": "index.js" }',
      "packages/shared/index.js": 'export const name = "shared";',
      "packages/shared/.env.json": '{ "key": "SECRET" }',
      "env/functions/it/it.ts": `import { name } from "@my/shared";\nexport default async function it(): Promise<string> { return name; }`,
      "hidden/functions/it/it.ts": importing('"@my/shared/.env.json"'),
    });
    mkdirSync(join(workspace, "node_modules/@my"), { recursive: true });
    symlinkSync(join(workspace, "packages/shared"), join(workspace, "node_modules/@my/shared"));
    const { functions, problems } = await publish({}, { folder: join(workspace, "env") });
    expect(problems).toEqual([]);
    expect(functions).toHaveLength(1);
    const hidden = await publish({}, { folder: join(workspace, "hidden") });
    expect(hidden.problems.map(placed)).toEqual([`1:17 ${refused}`]);
  });
});
