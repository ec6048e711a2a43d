import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { COMPATIBILITY_DATE } from "../../src/functions/compatibility-date.ts";
import { folderWith, repository } from "../cli/sortie.ts";

/** What is shipped at most, in KiB after gzip, and what of it an isolate has to load before it answers at all. */
const MOST_KIB = { javascript: 520, atStart: 150, webAssembly: 255 };

const folder = folderWith({});
let printed = "";

beforeAll(async () => {
  const wrangler = join(repository, "node_modules/wrangler/bin/wrangler.js");
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [wrangler, "deploy", "--dry-run", "--outdir", folder],
    { cwd: repository, env: { ...process.env, WRANGLER_SEND_METRICS: "false" } },
  );
  printed = stdout;
});

test("wrangler can deploy the Worker, with its KV namespace and the name of its environment", () => {
  expect(printed).toContain("env.CONFIG");
  expect(printed).toContain("env.ENVIRONMENT");
  expect(printed).toContain("--dry-run: exiting now.");
  expect(readdirSync(folder)).toContain("index.mjs");
});

test.each(["wrangler.toml", "docs/deployment.md"])("%s deploys for the day that is run here", (file) => {
  const dates = readFileSync(join(repository, file), "utf8").matchAll(/^compatibility_date = "(.*)"$/gm);
  expect(Array.from(dates, ([, date]) => date)).toEqual([COMPATIBILITY_DATE]);
});

test("the Worker stays small", () => {
  const shipped = readdirSync(folder);
  expect(kibOf(shipped.filter((name) => name.endsWith(".mjs")))).toBeLessThan(MOST_KIB.javascript);
  expect(kibOf(loadedWith("index.mjs"))).toBeLessThan(MOST_KIB.atStart);
  expect(kibOf(shipped.filter((name) => name.endsWith(".wasm")))).toBeLessThan(MOST_KIB.webAssembly);
});

test("functions have their names in stack traces", () => {
  const modules = readdirSync(folder).filter((name) => name.endsWith(".mjs"));
  const naming = modules.filter((name) =>
    readFileSync(join(folder, name), "utf8").includes("function compileTemplate("),
  );
  expect(naming).toHaveLength(1);
});

test("a start loads nothing of Node, whose modules bring streams and much else", () => {
  const imports = [...loadedWith("index.mjs")].flatMap((name) =>
    Array.from(
      readFileSync(join(folder, name), "utf8").matchAll(/(?:from|import)"(node:[^"]+)"/g),
      ([, module]) => `${name} imports ${module}`,
    ),
  );
  expect(imports).toEqual([]);
});

/** A module and those that its import statements lead to. */
function loadedWith(name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  const code = readFileSync(join(folder, name), "utf8");
  const imported = Array.from(
    code.matchAll(/(?:from|import)"\.\/([^"]+\.mjs)"/g),
    ([, module = ""]) => module,
  );
  for (const module of imported) loadedWith(module, found);
  return found;
}

function kibOf(files: Iterable<string>): number {
  return [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file))).length / 1024, 0);
}
