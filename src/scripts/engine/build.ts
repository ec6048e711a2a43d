/** Makes `dist/quickjs.wasm`: the engine of scripts, which marks where it writes. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { markWrites } from "./mark-writes.ts";

const engine = readFileSync(
  createRequire(import.meta.url).resolve("@jitl/quickjs-wasmfile-release-sync/wasm"),
);
mkdirSync("dist", { recursive: true });
writeFileSync("dist/quickjs.wasm", markWrites(engine));
