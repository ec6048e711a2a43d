import instantiate from "@jitl/quickjs-wasmfile-release-sync/emscripten-module";
import wasm from "../../dist/worker/quickjs.wasm";
import { WORK } from "./engine/count-work.ts";
import { BLOCK_BITS, MARKS } from "./engine/mark-writes.ts";

/** A place in QuickJS's memory. */
export type Pointer = number;

/** The place of a JavaScript value inside QuickJS. Nobody frees it: what is restored of the memory has none. */
export type Handle = Pointer;

/** QuickJS starts with 16 MiB, which its build demands, and may grow to 48. Pages of 64 KiB. */
const INITIAL_PAGES = 256;
const MAX_PAGES = 768;

/** Everything that QuickJS has: eval and regular expressions stay inside it. */
export const ALL_INTRINSICS = 0;

/** The functions of QuickJS's C interface that are used here. */
interface Functions {
  _malloc(bytes: number): Pointer;
  _free(at: Pointer): void;
  _QTS_NewRuntime(): Pointer;
  _QTS_NewContext(runtime: Pointer, intrinsics: number): Pointer;
  _QTS_RuntimeSetMaxStackSize(runtime: Pointer, bytes: number): void;
  _QTS_RuntimeEnableInterruptHandler(runtime: Pointer): void;
  _QTS_Eval(context: Pointer, code: Pointer, bytes: number, file: Pointer, module: 0, flags: 0): Handle;
  _QTS_Call(context: Pointer, fn: Handle, self: Handle, count: number, values: Pointer): Handle;
  _QTS_NewFunction(context: Pointer, name: Pointer, length: number, isConstructor: 0, id: number): Handle;
  _QTS_NewString(context: Pointer, utf8: Pointer): Handle;
  _QTS_GetString(context: Pointer, value: Handle): Pointer;
  _QTS_FreeCString(context: Pointer, utf8: Pointer): void;
  _QTS_GetUndefined(): Handle;
  _QTS_ArgvGetJSValueConstPointer(values: Pointer, index: number): Handle;
  /** The value that was thrown, when the result of a call or evaluation is an exception; else 0. */
  _QTS_ResolveException(context: Pointer, result: Handle): Handle;
}

/** What QuickJS calls while it runs. */
export interface QuickJsHost {
  /** A script calls its one host function. With a promise the script waits, see {@link QuickJs.callWaiting}. */
  call(values: Pointer): Handle | Promise<Handle>;
  /** Asked about every 10,000 operations, which are not counted as work; true stops the script, which cannot catch that. */
  shouldInterrupt(): boolean;
  /** The clock is read. */
  clockIsRead(): void;
}

/** An instance of QuickJS: a JavaScript engine with a memory of its own, in WebAssembly. */
export interface QuickJs extends Functions {
  /** All bytes of its memory, to be read. Memory that grows moves: whoever runs something asks again. */
  memory(): Uint8Array;
  /** Bytes of its memory that are written from outside. */
  writable(at: Pointer, bytes: number): Uint8Array;
  /** Not 0 for each block of the memory that was written to since somebody set it to 0. */
  readonly marks: Uint8Array;
  /** `_QTS_Call` for a script whose host may answer with a promise. */
  callWaiting(...args: Parameters<Functions["_QTS_Call"]>): Promise<Handle>;
  /** How much work may still be done; less than 0 when what was called ended with a trap because of it. */
  readonly work: { value: number };
  /** Where C's stack ends; it grows downwards. A script that waits keeps its part of it. */
  stackSave(): Pointer;
  stackRestore(pointer: Pointer): void;
}

/** WebAssembly's JavaScript Promise Integration, which the platform's types do not know yet. */
interface PromiseIntegration {
  Suspending: new <Args extends unknown[], R>(
    fn: (...args: Args) => R | Promise<R>,
  ) => WebAssembly.ImportValue;
  promising<Args extends unknown[], R>(fn: (...args: Args) => R): (...args: Args) => Promise<R>;
}

const integration = WebAssembly as unknown as PromiseIntegration;

/** Whether the runtime lets WebAssembly wait for a promise. */
export function canWait(): boolean {
  return typeof integration.Suspending === "function" && typeof integration.promising === "function";
}

type Imports = Record<string, WebAssembly.ImportValue>;

/** What Emscripten's glue takes and becomes, as far as it is used here. */
interface Glue extends Functions {
  callbacks: { shouldInterrupt(): 0 | 1 };
}

type LoadGlue = (options: {
  wasmMemory: WebAssembly.Memory;
  instantiateWasm(imports: { a: Imports }, receive: (instance: WebAssembly.Instance) => void): void;
}) => Promise<Glue>;

/** Makes an instance of QuickJS. Only one that `waits` has `callWaiting`, and it can call the host no other way. */
export async function makeQuickJs(host: QuickJsHost, waits: boolean): Promise<QuickJs> {
  const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MAX_PAGES });
  let native: WebAssembly.Exports = {};
  let marks = new Uint8Array();
  let bytes = new Uint8Array(memory.buffer);
  const current = () => {
    if (bytes.length === 0) bytes = new Uint8Array(memory.buffer);
    return bytes;
  };
  const mark = (at: Pointer, count: number) => {
    marks.fill(1, at >>> BLOCK_BITS, ((at + count) >>> BLOCK_BITS) + 1);
  };
  const glue = await (instantiate as unknown as LoadGlue)({
    wasmMemory: memory,
    instantiateWasm({ a: imports }, receive) {
      const call = (_context: Pointer, _self: Handle, _count: number, values: Pointer) => host.call(values);
      const hostCall = hostCallIn(imports);
      for (const [name, fn] of Object.entries(imports)) {
        if (isClock(fn))
          imports[name] = (...values: unknown[]) => {
            host.clockIsRead();
            return fn(...values);
          };
        else if (mayWrite(fn))
          imports[name] = (...values: unknown[]) => {
            for (const value of values) if (typeof value === "number") mark(value, MAX_GLUE_WRITES);
            return fn(...values);
          };
      }
      imports[hostCall] = waits ? new integration.Suspending(call) : call;
      const instance = new WebAssembly.Instance(wasm, { a: imports });
      native = instance.exports;
      const marksMemory = native[MARKS];
      if (!(marksMemory instanceof WebAssembly.Memory))
        throw new Error("dist/worker/quickjs.wasm is older than the sources: run `npm run build:engine`");
      marks = new Uint8Array(marksMemory.buffer);
      receive(instance);
    },
  });
  glue.callbacks = { shouldInterrupt: () => (host.shouldInterrupt() ? 1 : 0) };
  return Object.assign(glue, {
    memory: current,
    writable: (at: Pointer, count: number) => {
      mark(at, count);
      return current().subarray(at, at + count);
    },
    marks,
    work: native[WORK] as WebAssembly.Global,
    callWaiting: waits ? integration.promising(glue._QTS_Call) : refuseToWait,
    stackSave: named(native, STACK_SAVE),
    stackRestore: named(native, STACK_RESTORE),
  });
}

function refuseToWait(): never {
  throw new Error("this instance of QuickJS was made for scripts that do not wait");
}

/** Names that the build has shortened. A test shows that they do what is said here. */
const STACK_SAVE = "Oa";
const STACK_RESTORE = "Ma";

function named(native: WebAssembly.Exports, name: string): (pointer?: Pointer) => Pointer {
  const fn = native[name];
  if (typeof fn !== "function") throw new Error(`this build of QuickJS has no function ${name}`);
  return fn as (pointer?: Pointer) => Pointer;
}

function isClock(fn: WebAssembly.ImportValue): fn is (...values: unknown[]) => unknown {
  return typeof fn === "function" && /Date\.now|performance/.test(String(fn));
}

/** How much the glue's own functions write to where an argument of theirs points, in bytes: a date, an environment. */
const MAX_GLUE_WRITES = 1024;

/** Whether an import is one of the glue's own functions, whose writes nothing marks. */
function mayWrite(fn: WebAssembly.ImportValue): fn is (...values: unknown[]) => unknown {
  return typeof fn === "function" && !String(fn).includes("callbacks");
}

/** The import by which QuickJS calls the host. The build has shortened its name; its text tells it. */
function hostCallIn(imports: Imports): string {
  const [name] = Object.entries(imports).find(([, fn]) => String(fn).includes("callFunction")) ?? [];
  if (name === undefined) throw new Error("this build of QuickJS has no import that calls the host");
  return name;
}
