import { ScriptError } from "./error.ts";
import type { Handle, Pointer, QuickJs } from "./quickjs.ts";

/** Shorter texts are quicker to decode a character at a time. */
const SHORT = 48;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal: false });

/**
 * Brings text into QuickJS and out. What is allocated here is never freed: the next execution finds the memory as
 * it was before. Text holds no NUL (JSON escapes it).
 */
export class Texts {
  readonly #engine: QuickJs;
  readonly #context: Pointer;

  constructor(engine: QuickJs, context: Pointer) {
    this.#engine = engine;
    this.#context = context;
  }

  /** A text of C in UTF-8, with its NUL. */
  allocate(text: string): Pointer {
    const bytes = Buffer.byteLength(text);
    const at = this.#engine._malloc(bytes + 1);
    if (at === 0) throw new ScriptError("InternalError", "out of memory");
    const place = this.#engine.writable(at, bytes + 1);
    encoder.encodeInto(text, place);
    place[bytes] = 0;
    return at;
  }

  /** A JavaScript string. */
  value(text: string): Handle {
    const at = this.allocate(text);
    const value = this.#engine._QTS_NewString(this.#context, at);
    this.#engine._free(at);
    return value;
  }

  /** The text of a JavaScript value, as `String(value)` makes it. */
  read(value: Handle): string {
    const at = this.#engine._QTS_GetString(this.#context, value);
    const memory = this.#engine.memory();
    const end = memory.indexOf(0, at);
    const text =
      end - at < SHORT ? (asciiOf(memory, at, end) ?? decode(memory, at, end)) : decode(memory, at, end);
    this.#engine._QTS_FreeCString(this.#context, at);
    return text;
  }
}

function decode(memory: Uint8Array, start: number, end: number): string {
  return decoder.decode(memory.subarray(start, end));
}

/** Null when it holds anything but ASCII. */
function asciiOf(memory: Uint8Array, start: number, end: number): string | null {
  let text = "";
  for (let at = start; at < end; at++) {
    const byte = memory[at] ?? 0;
    if (byte > 0x7f) return null;
    text += String.fromCharCode(byte);
  }
  return text;
}
