import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The Worker as it was built: its program, and the engine for scripts that the program imports. */
export function workerModules(folder = import.meta.dirname) {
  return {
    mainModule: "worker.js",
    modules: {
      "worker.js": { type: "esm" as const, contents: readFileSync(join(folder, "worker.js"), "utf8") },
      "quickjs.wasm": {
        type: "wasm" as const,
        contents: new Uint8Array(readFileSync(join(folder, "quickjs.wasm"))),
      },
    },
  };
}
