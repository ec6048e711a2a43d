import { BLOCK_BITS } from "./engine/mark-writes.ts";
import type { Pointer, QuickJs } from "./quickjs.ts";

/** The contents of blocks, by number. A write may reach beyond its block, so each has the next one's beginning, too. */
type Blocks = ReadonlyMap<number, Uint8Array>;

/**
 * All that an instance of QuickJS knows at one moment. Everything lies in its memory, so an image that is written
 * back makes the world of that moment again: handles from before are valid, and nothing has happened since. The
 * images of one instance fit every other one.
 */
export interface Image {
  /** What an instance holds in which nothing has run. */
  readonly base: Blocks;
  /** What differs from it. */
  readonly changed: Blocks;
  readonly stackEnd: Pointer;
  /** How much memory the image itself takes. */
  readonly bytes: number;
}

const BLOCK = 1 << BLOCK_BITS;

/** How far a write may reach beyond the block in which it begins, in bytes. */
const OVERLAP = 8;

/** Most blocks are not marked: so many are looked at in one step. */
const MARKS_AT_ONCE = 8;

const EMPTY = new Uint8Array(BLOCK + OVERLAP);

/** Takes the images of an instance and writes them back: only blocks that are marked as written to, see {@link QuickJs.marks}. */
export class Images {
  readonly #engine: QuickJs;
  readonly #initialBytes: number;
  /** The marks of eight blocks each. */
  readonly #marks: Float64Array;
  /** What the memory holds where no mark says that it may not. */
  #current: Image;

  /** @param engine one whose world is made: all images are told apart from what it holds now */
  constructor(engine: QuickJs) {
    this.#engine = engine;
    this.#initialBytes = engine.memory().length;
    this.#marks = new Float64Array(engine.marks.buffer);
    // What the build itself puts into the memory lies below the stack's end.
    engine.marks.fill(1, 0, engine.stackSave() >> BLOCK_BITS);
    const base = this.#markedWhere(
      (content) => Buffer.compare(content, EMPTY.subarray(0, content.length)) !== 0,
    );
    this.#current = { base, changed: new Map(), stackEnd: engine.stackSave(), bytes: 0 };
    this.#marks.fill(0);
  }

  /** Whether the memory is larger than that of a new instance. */
  get hasGrown(): boolean {
    return this.#engine.memory().length > this.#initialBytes;
  }

  take(): Image {
    const { base, changed: before } = this.#current;
    this.#mark(before);
    const changed = this.#markedWhere(
      (content, block) => Buffer.compare(content, base.get(block) ?? EMPTY) !== 0,
    );
    const bytes = changed.size * (BLOCK + OVERLAP);
    this.#marks.fill(0);
    this.#current = { base, changed, stackEnd: this.#engine.stackSave(), bytes };
    return this.#current;
  }

  /** Whatever ran since the image was taken leaves nothing behind, not even in memory that is free. */
  restore(image: Image): void {
    if (image !== this.#current) {
      if (image.base !== this.#current.base) {
        this.#mark(this.#current.base);
        this.#mark(image.base);
      }
      this.#mark(this.#current.changed);
      this.#mark(image.changed);
      this.#current = image;
    }
    const blocks = this.#engine.memory().length >> BLOCK_BITS;
    for (let block = 0; block < blocks; block += MARKS_AT_ONCE) {
      if (this.#marks[block / MARKS_AT_ONCE] !== 0) this.#restoreMarked(image, block);
    }
    this.#engine.stackRestore(image.stackEnd);
  }

  #restoreMarked({ base, changed }: Image, first: number): void {
    const memory = this.#engine.memory();
    const { marks } = this.#engine;
    for (let block = first; block < first + MARKS_AT_ONCE; block++) {
      if (marks[block] === 0) continue;
      marks[block] = 0;
      const content = changed.get(block) ?? base.get(block) ?? EMPTY;
      const start = block << BLOCK_BITS;
      const isLast = start + content.length > memory.length;
      memory.set(isLast ? content.subarray(0, memory.length - start) : content, start);
    }
  }

  #mark(blocks: Blocks): void {
    for (const block of blocks.keys()) this.#engine.marks[block] = 1;
  }

  /** What blocks hold that are marked, or stand behind one that is. */
  #markedWhere(holds: (content: Uint8Array, block: number) => boolean): Blocks {
    const { marks } = this.#engine;
    const memory = this.#engine.memory();
    const found = new Map<number, Uint8Array>();
    for (let block = 0; block << BLOCK_BITS < memory.length; block++) {
      if (!marks[block] && !marks[block - 1]) continue;
      const start = block << BLOCK_BITS;
      const content = memory.subarray(start, start + BLOCK + OVERLAP);
      if (holds(content, block)) found.set(block, content.slice());
    }
    return found;
  }
}
