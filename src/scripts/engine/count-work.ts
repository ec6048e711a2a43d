import { float } from "./encoding.ts";
import { interpreterLoop, isBulkWrite, isLoop } from "./instructions.ts";
import { type Addition, GLOBALS } from "./rewrite.ts";

/** The export that says how much work is left, as a number; it may be set. */
export const WORK = "work";

/** So many bytes (as a power of two) that are copied or filled at once are one unit of work. */
const BYTES_BITS = 6;

const [I32, F64, MUTABLE, END] = [0x7f, 0x7c, 1, 0x0b] as const;
const [LOCAL_GET, LOCAL_TEE, GLOBAL_GET, GLOBAL_SET] = [0x20, 0x22, 0x23, 0x24];
const [I32_CONST, SHIFT_RIGHT, TO_FLOAT, FLOAT_CONST, SUBTRACT, LESS] = [0x41, 0x76, 0xb8, 0x44, 0xa1, 0x63];
const [IF, NOTHING, UNREACHABLE] = [0x04, 0x40, 0x00];

/**
 * Ends everything with a trap once more work was done than was left: each turn of a loop is a unit of it. Only the
 * interpreter's own loop is not counted, which asks its host from time to time whether to go on.
 */
export const countWork: Addition = {
  declared: { section: GLOBALS, bytes: [F64, MUTABLE, FLOAT_CONST, ...float(Number.POSITIVE_INFINITY), END] },
  exported: { name: WORK, kind: 3 },

  before(instruction, _code, work, own) {
    if (!isBulkWrite(instruction)) return [];
    const count = own.get("count", I32);
    const units = [LOCAL_GET, ...count, I32_CONST, BYTES_BITS, SHIFT_RIGHT, TO_FLOAT];
    return [LOCAL_TEE, ...count, GLOBAL_GET, work, ...units, SUBTRACT, GLOBAL_SET, work];
  },

  after(instruction, work, all) {
    if (!isLoop(instruction) || instruction === interpreterLoop(all)) return [];
    const subtract = [GLOBAL_GET, work, FLOAT_CONST, ...float(1), SUBTRACT, GLOBAL_SET, work];
    const isTooMuch = [GLOBAL_GET, work, FLOAT_CONST, ...float(0), LESS];
    return [...subtract, ...isTooMuch, IF, NOTHING, UNREACHABLE, END];
  },
};
