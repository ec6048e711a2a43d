/** The modules of an isolate that are no code of ours. */

declare module "pyodide.asm.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

declare module "thunks.js" {
  /** The little modules that the interpreter makes, by their bytes in hexadecimal. */
  const thunks: Readonly<Record<string, WebAssembly.Module>>;
  export default thunks;
}

declare module "python_stdlib.zip" {
  const zip: ArrayBuffer;
  export default zip;
}

declare module "snapshot.bin" {
  const snapshot: ArrayBuffer;
  export default snapshot;
}

declare module "library.json" {
  /** Texts of our own Python modules, by path. */
  const files: Readonly<Record<string, string>>;
  export default files;
}

declare module "lock.json" {
  const lock: import("pyodide").Lockfile;
  export default lock;
}

declare module "function.json" {
  const served: import("./served.ts").ServedPython;
  export default served;
}

declare module "pyodide/pyodide.asm.mjs" {
  const createPyodideModule: unknown;
  export default createPyodideModule;
}
