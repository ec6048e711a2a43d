import { number, Reader, signed } from "./encoding.ts";
import { isBulkWrite, stores } from "./instructions.ts";
import { type Addition, MEMORIES } from "./rewrite.ts";

/** So many bytes (as a power of two) have one mark together. */
export const BLOCK_BITS = 12;

/** The export that holds the marks: a memory with a byte for each block. */
export const MARKS = "marks";

/** For a memory of 48 MiB and what may be marked beyond its end, in pages of 64 KiB. */
const MARK_PAGES = Math.ceil((48 * 2 ** 20) / 2 ** BLOCK_BITS / 2 ** 16) + 1;

const [I32, GET, SET, TEE, CONST, ADD, SHIFT_RIGHT] = [0x7f, 0x20, 0x21, 0x22, 0x41, 0x6a, 0x76] as const;
/** `i32.store8` and `memory.fill`, without the number of the memory. */
const [STORE_MARK, FILL_MARKS] = [
  [0x3a, 0x40],
  [0xfc, 0x0b],
];
const toBlock = [CONST, BLOCK_BITS, SHIFT_RIGHT];

/**
 * Marks in a second memory, which nothing else reaches, each block of the first that an instruction writes to. A write
 * that crosses the end of a block marks only the one in which it begins.
 */
export const markWrites: Addition = {
  declared: { section: MEMORIES, bytes: [1, ...number(MARK_PAGES), ...number(MARK_PAGES)] },
  exported: { name: MARKS, kind: 2 },

  before(instruction, code, memory, own) {
    const type = stores.get(instruction.opcode);
    if (type !== undefined) {
      const reader = new Reader(code, instruction.start + 1);
      reader.number();
      const offset = reader.number();
      const [address, value] = [own.get("address", I32), own.get("value", type)];
      const place = offset === 0 ? [] : [CONST, ...signed(offset), ADD];
      const mark = [GET, ...address, ...place, ...toBlock, CONST, 1, ...STORE_MARK, ...number(memory), 0];
      return [SET, ...value, TEE, ...address, ...mark, GET, ...value];
    }
    if (!isBulkWrite(instruction)) return [];
    const [count, source, address] = [own.get("count", I32), own.get("value", I32), own.get("address", I32)];
    const blocks = [GET, ...count, ...toBlock, CONST, 2, ADD];
    const mark = [GET, ...address, ...toBlock, CONST, 1, ...blocks, ...FILL_MARKS, ...number(memory)];
    return [SET, ...count, SET, ...source, TEE, ...address, ...mark, GET, ...source, GET, ...count];
  },
};
