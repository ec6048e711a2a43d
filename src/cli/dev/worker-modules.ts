import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The Worker as it was built: its program, whose rarer parts are modules of their own, and the engine for scripts. */
export function workerModules(folder = join(import.meta.dirname, "worker")) {
  const modules = readdirSync(folder).map((name) => {
    const contents = readFileSync(join(folder, name));
    return name.endsWith(".wasm")
      ? ([name, { type: "wasm" as const, contents: new Uint8Array(contents) }] as const)
      : ([name, { type: "esm" as const, contents: contents.toString() }] as const);
  });
  return { mainModule: "index.mjs", modules: Object.fromEntries(modules) };
}
