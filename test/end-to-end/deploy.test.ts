import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { COMPATIBILITY_DATE } from "../../src/functions/compatibility-date.ts";
import { folderWith, repository } from "../cli/sortie.ts";

/** What is shipped at most, in KiB after gzip: what an isolate has to load before it answers for the first time. */
const MOST_KIB = { javascript: 370, webAssembly: 255 };

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
  expect(readdirSync(folder)).toContain("index.js");
});

test.each(["wrangler.toml", "docs/deployment.md"])("%s deploys for the day that is run here", (file) => {
  const dates = readFileSync(join(repository, file), "utf8").matchAll(/^compatibility_date = "(.*)"$/gm);
  expect(Array.from(dates, ([, date]) => date)).toEqual([COMPATIBILITY_DATE]);
});

test("the Worker stays small", () => {
  expect(kibOf(/\.js$/)).toBeLessThan(MOST_KIB.javascript);
  expect(kibOf(/\.wasm$/)).toBeLessThan(MOST_KIB.webAssembly);
});

function kibOf(name: RegExp): number {
  const files = readdirSync(folder).filter((file) => name.test(file));
  return files.reduce((total, file) => total + gzipSync(readFileSync(join(folder, file))).length / 1024, 0);
}
