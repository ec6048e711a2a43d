import type { Pointer, QuickJs } from "./quickjs.ts";

/**
 * All that an instance of QuickJS knows at one moment. Everything lies in its memory, so an image that is written
 * back makes the world of that moment again: handles from before are valid, and nothing has happened since. The
 * images of one instance fit every other one.
 */
export interface Image {
  readonly statics: Uint8Array;
  readonly stack: Uint8Array;
  readonly heap: Uint8Array;
}

/** C's stack, in bytes. The build lays static data below it and the heap above. */
const STACK_BYTES = 5 * 1024 * 1024;

/** Something that ran before may have left gaps below the stack's end, but none so large, in bytes. */
const STACK_GAP = new Uint8Array(32 * 1024);

/** Takes the images of an instance and writes them back. */
export class Images {
  readonly #engine: QuickJs;
  readonly #stackTop: Pointer;
  /** The place of the word that says where the heap ends. */
  readonly #heapEndAt: Pointer;
  readonly #initialBytes: number;
  #memory: Uint8Array;

  /** @param engine one in which nothing has run yet */
  constructor(engine: QuickJs) {
    this.#engine = engine;
    this.#memory = new Uint8Array(engine.memory.buffer);
    this.#initialBytes = this.#memory.length;
    this.#stackTop = engine.stackSave();
    this.#heapEndAt = findHeapEnd(engine, this.#stackBottom, this.#stackTop);
  }

  /** Bytes that may be read and written. Valid until a script runs: memory that grows moves. */
  get memory(): Uint8Array {
    const { buffer } = this.#engine.memory;
    if (this.#memory.buffer !== buffer) this.#memory = new Uint8Array(buffer);
    return this.#memory;
  }

  /** Whether the memory is larger than that of a new instance. */
  get hasGrown(): boolean {
    return this.#engine.memory.buffer.byteLength > this.#initialBytes;
  }

  take(): Image {
    const { memory } = this;
    return {
      statics: memory.slice(0, this.#stackBottom),
      stack: memory.slice(this.#engine.stackSave(), this.#stackTop),
      heap: memory.slice(this.#stackTop, this.#heapEnd),
    };
  }

  /** Whatever ran since the image was taken leaves nothing behind, not even in memory that is free. */
  restore({ statics, stack, heap }: Image): void {
    const { memory } = this;
    const heapEnd = this.#heapEnd;
    const stackEnd = this.#stackTop - stack.length;
    this.#clearStackBelow(stackEnd);
    memory.set(statics, 0);
    memory.set(stack, stackEnd);
    memory.set(heap, this.#stackTop);
    memory.fill(0, this.#stackTop + heap.length, Math.max(heapEnd, this.#heapEnd));
    this.#engine.stackRestore(stackEnd);
  }

  get #stackBottom(): Pointer {
    return this.#stackTop - STACK_BYTES;
  }

  get #heapEnd(): Pointer {
    return new DataView(this.memory.buffer).getUint32(this.#heapEndAt, true);
  }

  /** The stack is filled from its top without large gaps, so the first large gap ends what was used. */
  #clearStackBelow(end: Pointer): void {
    const { memory } = this;
    for (let top = end; top - STACK_GAP.length > this.#stackBottom; top -= STACK_GAP.length) {
      const part = memory.subarray(top - STACK_GAP.length, top);
      if (Buffer.compare(part, STACK_GAP) === 0) return;
      part.fill(0);
    }
  }
}

/**
 * Finds the variable in which the C library keeps the end of the heap, since the build does not export it: the
 * largest address among the static words that grow with the heap. Leaves the memory as it was.
 */
function findHeapEnd(engine: QuickJs, stackBottom: Pointer, heapStart: Pointer): Pointer {
  const untouched = new Uint8Array(engine.memory.buffer).slice();
  const words = () => new Uint32Array(engine.memory.buffer.slice(0, stackBottom & ~3));
  const bytes = 1 << 20;
  const before = words();
  const first = engine._malloc(bytes);
  const between = words();
  const second = engine._malloc(bytes);
  const after = words();
  let found = -1;
  for (const [index, end] of after.entries()) {
    const [earlier = 0, earliest = 0] = [between[index], before[index]];
    const isAddress = earliest >= heapStart && end <= untouched.length;
    const grows = earliest < earlier && earlier < end && earlier >= first + bytes && end >= second + bytes;
    if (isAddress && grows && end >= (after[found] ?? 0)) found = index;
  }
  if (found === -1) throw new Error("this build of QuickJS does not show where its heap ends");
  new Uint8Array(engine.memory.buffer).set(untouched);
  return found * 4;
}
