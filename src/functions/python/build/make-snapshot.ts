import nodeCrypto from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { loadPyodide } from "pyodide";
import { FUNCTION_FOLDER, LIBRARY_FOLDER, writeFiles } from "../isolate/files.ts";
import { changedPages } from "../isolate/snapshot.ts";
import { patched } from "./patched.ts";

/** Modules of the standard library that functions often need; our own ones import more. */
const IMPORTED = `base64 collections contextvars csv dataclasses datetime decimal enum functools hashlib hmac itertools
  json logging math random re statistics string textwrap time traceback typing urllib.parse urllib.request uuid zoneinfo`;

interface Made {
  readonly snapshot: Uint8Array<ArrayBuffer>;
  /** The little WebAssembly modules that the interpreter makes while it runs: their bytes in hexadecimal. */
  readonly thunks: ReadonlySet<string>;
}

/**
 * Starts an interpreter, has it read the library, and takes a snapshot of its memory.
 * @param pyodide the folder of the package
 * @param library texts of our own Python modules by path
 */
export async function makeSnapshot(
  pyodide: string,
  library: Readonly<Record<string, string>>,
): Promise<Made> {
  const thunks = recordThunks();
  stopChance();
  const folder = mkdtempSync(join(tmpdir(), "sortie-python-"));
  try {
    const file = join(folder, "pyodide.asm.mjs");
    writeFileSync(file, patched(readFileSync(join(pyodide, "pyodide.asm.mjs"), "utf8"), "pyodide.asm.mjs"));
    const { default: createPyodideModule } = await import(pathToFileURL(file).href);
    const options = {
      indexURL: pyodide,
      createPyodideModule,
      // In place of the path of what is running.
      _sysExecutable: "python",
      env: { HOME: FUNCTION_FOLDER, PYTHONHASHSEED: "1" },
      fsInit: async (fs: Parameters<typeof writeFiles>[0]) => {
        writeFiles(fs, LIBRARY_FOLDER, library);
        fs.mkdirTree(FUNCTION_FOLDER);
      },
    };
    const first = await loadPyodide({ ...options, _makeSnapshot: true });
    first.runPython(preparation(library));
    const whole = first.makeMemorySnapshot();
    const { promise: fresh, resolve } = Promise.withResolvers<Uint8Array>();
    const restorePages = (memory: Int8Array, all: Uint8Array) => {
      resolve(new Uint8Array(memory.slice().buffer));
      memory.set(all);
    };
    // As isolates do, which may ask for other thunks than the first one.
    const second = await loadPyodide({ ...options, _loadSnapshot: whole, ...{ restorePages } });
    second.runPython("import _call");
    return { snapshot: changedPages(whole, await fresh), thunks };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function preparation(library: Readonly<Record<string, string>>): string {
  const own = Object.keys(library).map((path) => path.replace(/(\/__init__)?\.py$/, "").replaceAll("/", "."));
  return [
    "import sys",
    `sys.path.append(${JSON.stringify(LIBRARY_FOLDER)})`,
    "sys.dont_write_bytecode = True",
    ...[...IMPORTED.split(/\s+/), ...own].map((name) => `import ${name}`),
    "import gc",
    "gc.collect()",
  ].join("\n");
}

function recordThunks(): ReadonlySet<string> {
  const found = new Set<string>();
  const note = (bytes: ArrayBuffer | ArrayBufferView) => {
    const view = ArrayBuffer.isView(bytes)
      ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      : Buffer.from(bytes);
    // The interpreter itself is no thunk.
    if (view.length < 65_536) found.add(view.toString("hex"));
  };
  const { Module } = WebAssembly;
  const noting = (target: object, name: string) => {
    const original: (...given: unknown[]) => unknown = Reflect.get(target, name);
    return (given: ArrayBuffer | ArrayBufferView | WebAssembly.Module, ...rest: unknown[]) => {
      if (!(given instanceof Module)) note(given);
      return original(given, ...rest);
    };
  };
  Object.assign(WebAssembly, {
    Module: new Proxy(Module, {
      construct(target, given: [ArrayBuffer | ArrayBufferView]) {
        note(given[0]);
        return Reflect.construct(target, given);
      },
    }),
    compile: noting(WebAssembly, "compile"),
    instantiate: noting(WebAssembly, "instantiate"),
  });
  return found;
}

/** What the interpreter begins with must not differ from build to build, and must be nobody's. */
function stopChance(): void {
  const fill = <T extends ArrayBufferView>(view: T): T => {
    new Uint8Array(view.buffer, view.byteOffset, view.byteLength).fill(7);
    return view;
  };
  Object.assign(nodeCrypto, { randomFillSync: fill });
  Object.assign(crypto, { getRandomValues: fill });
  Math.random = () => 0.5;
  Date.now = () => 0;
  performance.now = () => 0;
}
