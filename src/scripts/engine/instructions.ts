import type { Reader } from "./encoding.ts";

/** The instructions of WebAssembly, as far as their ends must be found and the ones that write told apart. */

export type NumberType = 0x7f | 0x7e | 0x7d | 0x7c;

const [I32, I64, F32, F64] = [0x7f, 0x7e, 0x7d, 0x7c] as const;

/** The stores, by opcode: the type of the value that each writes, whole or in part. */
export const stores: ReadonlyMap<number, NumberType> = new Map([
  [0x36, I32],
  [0x37, I64],
  [0x38, F32],
  [0x39, F64],
  [0x3a, I32],
  [0x3b, I32],
  [0x3c, I64],
  [0x3d, I64],
  [0x3e, I64],
]);

/** Copying and filling memory: the numbers behind 0xfc of the instructions that write any number of bytes. */
const bulkWrites: ReadonlySet<number> = new Set([10, 11]);

export const isBulkWrite = ({ opcode, sub }: Instruction) => opcode === PREFIXED && bulkWrites.has(sub);

export const isLoop = ({ opcode }: Instruction) => opcode === 0x03;

/** The loop in which the interpreter takes one instruction of a script after the other; null in all other functions. */
export function interpreterLoop(all: readonly Instruction[]): Instruction | null {
  const open: Instruction[] = [];
  for (const instruction of all) {
    if (opensBlock(instruction)) open.push(instruction);
    if (instruction.opcode === END) open.pop();
    if (instruction.opcode === BRANCH_TABLE && instruction.end - instruction.start > INTERPRETER_TABLE) {
      return open.findLast(isLoop) ?? null;
    }
  }
  return null;
}

const opensBlock = ({ opcode }: Instruction) => opcode >= 0x02 && opcode <= 0x04;

/** No other function has a table of branches that is so large, in bytes. */
const INTERPRETER_TABLE = 250;

/** One instruction: where it begins and ends, and for those behind a prefix the number that follows. */
export interface Instruction {
  readonly opcode: number;
  readonly sub: number;
  readonly start: number;
  readonly end: number;
}

/** Reads the next instruction. Throws for one that this build of QuickJS has no need of. */
export function nextInstruction(reader: Reader): Instruction {
  const start = reader.at;
  const opcode = reader.byte();
  const sub = opcode === 0xfc ? reader.number() : 0;
  skipImmediates(reader, opcode, sub);
  return { opcode, sub, start, end: reader.at };
}

/** How many numbers follow an opcode, where any do. */
const counts: ReadonlyMap<number, number> = new Map([
  ...[0x02, 0x03, 0x04, 0x0c, 0x0d, 0x10, 0x3f, 0x40, 0x41, 0x42, 0xd0, 0xd2].map(
    (each) => [each, 1] as const,
  ),
  ...[0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26].map((each) => [each, 1] as const),
  [0x11, 2],
]);

const [END, BRANCH_TABLE, TYPED_SELECT, F32_CONST, F64_CONST, PREFIXED] = [
  0x0b, 0x0e, 0x1c, 0x43, 0x44, 0xfc,
];

function skipImmediates(reader: Reader, opcode: number, sub: number): void {
  if (opcode === BRANCH_TABLE) skipNumbers(reader, reader.number() + 1);
  else if (opcode === TYPED_SELECT) skipNumbers(reader, reader.number());
  else if (opcode === F32_CONST) reader.take(4);
  else if (opcode === F64_CONST) reader.take(8);
  else if (opcode === PREFIXED) skipPrefixed(reader, sub);
  else if (isMemoryAccess(opcode)) {
    if (reader.number() >= OTHER_MEMORY) throw unknown(opcode);
    reader.number();
  } else if (counts.has(opcode)) skipNumbers(reader, counts.get(opcode) ?? 0);
  else if (!standsAlone(opcode)) throw unknown(opcode);
}

/** Conversions that saturate, 0 to 7, stand alone; copying names two memories, and filling one. */
function skipPrefixed(reader: Reader, sub: number): void {
  if (sub > 7 && !bulkWrites.has(sub)) throw unknown(PREFIXED);
  const memories = sub > 7 ? 12 - sub : 0;
  for (let left = memories; left > 0; left--) if (reader.number() !== 0) throw unknown(PREFIXED);
}

function skipNumbers(reader: Reader, count: number): void {
  for (let left = count; left > 0; left--) reader.number();
}

/** In the alignment of an access: that it names a memory, which is another than the first. */
const OTHER_MEMORY = 64;

const isMemoryAccess = (opcode: number) => opcode >= 0x28 && opcode <= 0x3e;

/** Control without a target, values without a place, and all arithmetic. */
function standsAlone(opcode: number): boolean {
  const isControl = opcode <= 0x01 || opcode === 0x05 || opcode === 0x0b || opcode === 0x0f;
  return (
    isControl || opcode === 0x1a || opcode === 0x1b || opcode === 0xd1 || (opcode >= 0x45 && opcode <= 0xc4)
  );
}

function unknown(opcode: number): Error {
  return new Error(`the instruction 0x${opcode.toString(16)} is not known here`);
}
