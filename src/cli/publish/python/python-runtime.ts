import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../package-root.ts";

interface PythonRuntime {
  readonly revision: string;
  readonly bytes: Uint8Array;
}

let known: PythonRuntime | null = null;

/** What Python functions run on, as it was built. Read once, and only where a function needs it. */
export function pythonRuntime(): PythonRuntime {
  if (known === null) {
    const bytes = readFileSync(join(packageRoot(), "dist/python-runtime.bin"));
    known = { revision: createHash("sha256").update(bytes).digest("hex"), bytes };
  }
  return known;
}
