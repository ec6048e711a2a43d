/** Makes `dist/quickjs.wasm`: the engine of scripts, which marks where it writes, and ends when it has done its work. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { countWork } from "./count-work.ts";
import { markWrites } from "./mark-writes.ts";
import { rewrite } from "./rewrite.ts";

const engine = readFileSync(
  createRequire(import.meta.url).resolve("@jitl/quickjs-wasmfile-release-sync/wasm"),
);
mkdirSync("dist", { recursive: true });
writeFileSync("dist/quickjs.wasm", rewrite(engine, [markWrites, countWork]));
