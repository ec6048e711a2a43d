import library from "library.json";
import lock from "lock.json";
import { loadPyodide, type PyodideAPI } from "pyodide";
import createPyodideModule from "pyodide/pyodide.asm.mjs";
import standardLibrary from "python_stdlib.zip";
import snapshot from "snapshot.bin";
import { FUNCTION_FOLDER, LIBRARY_FOLDER, writeFiles } from "./files.ts";
import { HOME_URL } from "./platform.ts";
import { memoryLength, restorePages } from "./snapshot.ts";

export type Interpreter = PyodideAPI;

/** Starts an interpreter with a function's files in it, none of which has been read. */
export async function startInterpreter(files: Readonly<Record<string, string>>): Promise<Interpreter> {
  const memory = new Uint8Array(snapshot);
  const original = globalThis.fetch;
  // The one file that it wants to fetch. Nothing here waits for the platform, which may end the call that waits.
  globalThis.fetch = async () => ({ ok: true, arrayBuffer: async () => standardLibrary }) as Response;
  try {
    return await loadPyodide({
      indexURL: HOME_URL,
      createPyodideModule: createPyodideModule as never,
      lockFileContents: lock,
      env: { HOME: FUNCTION_FOLDER },
      fsInit: async (fs) => {
        writeFiles(fs, LIBRARY_FOLDER, library);
        writeFiles(fs, FUNCTION_FOLDER, files);
      },
      _loadSnapshot: memory,
      ...{ memoryLength: memoryLength(memory), restorePages },
    });
  } finally {
    globalThis.fetch = original;
  }
}
