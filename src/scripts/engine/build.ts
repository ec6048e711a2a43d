/**
 * Makes what scripts run in. `dist/worker/quickjs.wasm`: the engine, which marks where it writes, and ends when it has done
 * its work. `dist/world.sandbox.js`: the world that scripts see, small, since the engine keeps the text of every function.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { worldSource } from "../world/world.ts";
import { countWork } from "./count-work.ts";
import { markWrites } from "./mark-writes.ts";
import { rewrite } from "./rewrite.ts";

const engine = readFileSync(
  createRequire(import.meta.url).resolve("@jitl/quickjs-wasmfile-release-sync/wasm"),
);
mkdirSync("dist/worker", { recursive: true });
writeFileSync("dist/worker/quickjs.wasm", rewrite(engine, [markWrites, countWork]));
writeFileSync("dist/world.sandbox.js", worldSource());
