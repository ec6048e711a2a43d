import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { folderWith, repository } from "../cli/sortie.ts";

test("wrangler can deploy the Worker, with its KV namespace and the name of its environment", async () => {
  const folder = folderWith({});
  const wrangler = join(repository, "node_modules/wrangler/bin/wrangler.js");
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [wrangler, "deploy", "--dry-run", "--outdir", folder],
    { cwd: repository, env: { ...process.env, WRANGLER_SEND_METRICS: "false" } },
  );
  expect(stdout).toContain("env.CONFIG");
  expect(stdout).toContain("env.ENVIRONMENT");
  expect(stdout).toContain("--dry-run: exiting now.");
  expect(readdirSync(folder)).toContain("index.js");
});
