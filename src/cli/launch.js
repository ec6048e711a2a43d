#!/usr/bin/env node
// Starts the command with a Node that workerd's tools accept: this one when it is new enough, otherwise that
// of the npm package `node`, which a clone brings along. Plain JavaScript, because it has to run on Node 20.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (!existsSync(program)) fail("Sortie is not built yet. Run: npm run build");
else if (major > 22 || (major === 22 && minor >= 12)) await import("../../dist/cli.js");
else startWithNewerNode();

function startWithNewerNode() {
  const node = newerNode();
  if (node === null) {
    fail(
      `Sortie needs Node 22.12 or newer and this is ${process.version}. Install a newer one, or the package "node".`,
    );
    return;
  }
  const env = { ...process.env, SORTIE_LAUNCHED: "1" };
  const child = spawn(node, [program, ...process.argv.slice(2)], { stdio: "inherit", env });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    if (signal) console.error(`Sortie was ended by ${signal}.`);
    process.exitCode = code ?? 2;
  });
}

/** The executable of the npm package `node`, or null when it is not installed. */
function newerNode() {
  try {
    const description = createRequire(import.meta.url).resolve("node/package.json");
    const { bin } = JSON.parse(readFileSync(description, "utf8"));
    const executable = join(description, "..", bin.node);
    return existsSync(executable) ? executable : null;
  } catch {
    return null;
  }
}

function fail(message) {
  console.error(message);
  process.exitCode = 2;
}
