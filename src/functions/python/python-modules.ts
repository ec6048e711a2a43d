import type { PublishedFunction } from "../published-function.ts";
import { unpackRuntime } from "./archive.ts";
import type { ServedPython } from "./isolate/served.ts";
import { decodePythonModule } from "./module.ts";

/** How the platform is to a Python function's isolate: pyodide takes one with more of Node for Node itself. */
export const PYTHON_FLAGS = ["no_nodejs_compat", "no_nodejs_compat_v2", "nodejs_als"] as const;

/** The modules of a Python function's isolate: the runtime's, and what it is told of the function. */
export async function pythonModules(
  { parameters, output }: Pick<PublishedFunction, "parameters" | "output">,
  module: Uint8Array,
  runtime: Uint8Array,
) {
  const served: ServedPython = { module: decodePythonModule(module), parameters, output };
  const modules = await unpackRuntime(runtime);
  const { "function.js": serve } = modules;
  if (!serve) throw new Error("the runtime of Python functions has no function.js");
  return { ...modules, "function.js": serve, "function.json": { json: served } };
}
