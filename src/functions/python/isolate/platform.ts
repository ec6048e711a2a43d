/**
 * What the interpreter expects around it and an isolate does not have. It comes before the interpreter, which asks for
 * some of it while it is loaded.
 */
import interpreter from "pyodide.asm.wasm";
import thunks from "thunks.js";

/** Where the interpreter believes to be. Nothing is fetched from there. */
export const HOME_URL = "https://python.invalid/";

const { Module, Instance, CompileError } = WebAssembly;

/**
 * An isolate compiles no WebAssembly while it runs. The little modules that the interpreter makes are always the same,
 * were noted when the runtime was built, and are modules of the isolate.
 */
function moduleOf(given: WebAssembly.Module | BufferSource): WebAssembly.Module {
  if (given instanceof Module) return given;
  const bytes = ArrayBuffer.isView(given)
    ? new Uint8Array(given.buffer, given.byteOffset, given.byteLength)
    : new Uint8Array(given);
  const found = thunks[hexOf(bytes)];
  if (!found) throw new CompileError(`The runtime has no module ${hexOf(bytes)}.`);
  return found;
}

export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

type Imports = WebAssembly.Imports;

/** Instances are made at once: nobody but the platform knows of those that are under way. */
Object.assign(WebAssembly, {
  Module: new Proxy(Module, { construct: (_target, [bytes]) => moduleOf(bytes) }),
  compile: async (bytes: BufferSource) => moduleOf(bytes),
  instantiate: async (given: WebAssembly.Module | BufferSource, imports?: Imports) => {
    const module = moduleOf(given);
    const instance = new Instance(module, imports);
    return given instanceof Module ? instance : { module, instance };
  },
  instantiateStreaming: async (_response: unknown, imports: Imports) => ({
    module: interpreter,
    instance: new Instance(interpreter, imports),
  }),
});

const none = () => {};
Object.assign(globalThis, {
  location: { href: HOME_URL, toString: () => HOME_URL },
  // The platform's own throw at what the interpreter gives them.
  addEventListener: none,
  removeEventListener: none,
});
