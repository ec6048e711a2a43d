import {
  bulkWrites,
  type Instruction,
  type NumberType,
  nextInstruction,
  Reader,
  stores,
} from "./instructions.ts";

/** So many bytes (as a power of two) have one mark together. */
export const BLOCK_BITS = 12;

/** The export that holds the marks: a memory with a byte for each block. */
export const MARKS = "marks";

/** A memory of 48 MiB and what an instruction may mark beyond its end, in pages of 64 KiB. */
const MARK_PAGES = Math.ceil((48 * 2 ** 20) / 2 ** BLOCK_BITS / 2 ** 16) + 1;

const [I32, FUNC_TYPE] = [0x7f, 0x60] as const;
const section = { type: 1, import: 2, function: 3, memory: 5, export: 7, code: 10 } as const;

/**
 * A module that does what the given one does, and marks in a second memory, which nothing else in it reaches, each
 * block of the first that an instruction writes to. A write that crosses the end of a block marks only the one in
 * which it begins. Throws for a module that has a memory of its own, or instructions that are not known here.
 */
export function markWrites(module: Uint8Array): Uint8Array {
  const reader = new Reader(module, 8);
  const parts: Uint8Array[] = [module.subarray(0, 8)];
  const parameters: number[] = [];
  let types: number[] = [];
  let hasMemory = false;
  while (reader.at < module.length) {
    const id = reader.byte();
    const body = reader.take(reader.number());
    if (!hasMemory && id > section.memory && id !== 12) {
      hasMemory = true;
      parts.push(sectionOf(section.memory, [Uint8Array.of(1, 1), number(MARK_PAGES), number(MARK_PAGES)]));
    }
    if (id === section.memory) throw new Error("the module has a memory of its own");
    if (id === section.type) types = parameterCounts(body);
    if (id === section.function) {
      const indexes = new Reader(body);
      for (let left = indexes.number(); left > 0; left--) parameters.push(types[indexes.number()] ?? 0);
    }
    if (id === section.export) parts.push(sectionOf(id, withMarks(body)));
    else if (id === section.code) parts.push(sectionOf(id, marked(body, parameters)));
    else parts.push(sectionOf(id, [body]));
  }
  return joined(parts);
}

/** How many parameters each type of function has. */
function parameterCounts(body: Uint8Array): number[] {
  const reader = new Reader(body);
  return Array.from({ length: reader.number() }, () => {
    if (reader.byte() !== FUNC_TYPE) throw new Error("the module has types that are no functions");
    const count = reader.number();
    reader.take(count);
    reader.take(reader.number());
    return count;
  });
}

function withMarks(body: Uint8Array): Uint8Array[] {
  const reader = new Reader(body);
  const count = reader.number();
  const name = new TextEncoder().encode(MARKS);
  return [number(count + 1), body.subarray(reader.at), number(name.length), name, Uint8Array.of(2, 1)];
}

function marked(body: Uint8Array, parameters: readonly number[]): Uint8Array[] {
  const reader = new Reader(body);
  const count = reader.number();
  const functions = Array.from({ length: count }, (_, index) => {
    const code = joined(markedFunction(reader.take(reader.number()), parameters[index] ?? 0));
    return [number(code.length), code];
  });
  return [number(count), ...functions.flat()];
}

function markedFunction(code: Uint8Array, parameters: number): Uint8Array[] {
  const reader = new Reader(code);
  const groups = reader.number();
  const groupsStart = reader.at;
  let locals = parameters;
  for (let left = groups; left > 0; left--) {
    locals += reader.number();
    reader.byte();
  }
  const declared = code.subarray(groupsStart, reader.at);
  const own = new OwnLocals(locals);
  const parts: Uint8Array[] = [];
  let copied = reader.at;
  while (reader.at < code.length) {
    const instruction = nextInstruction(reader);
    const before = markBefore(instruction, code, own);
    if (before === null) continue;
    parts.push(code.subarray(copied, instruction.start), Uint8Array.from(before));
    copied = instruction.start;
  }
  parts.push(code.subarray(copied));
  return [number(groups + own.types.length), declared, own.declaration, ...parts];
}

/** Locals that a function gets beside its own, when they are first needed. */
class OwnLocals {
  readonly types: number[] = [];
  readonly #indexes = new Map<string, number>();
  readonly #first: number;

  constructor(first: number) {
    this.#first = first;
  }

  get(role: string, type: NumberType): readonly number[] {
    const known = this.#indexes.get(role + type);
    const index = known ?? this.#first + this.types.push(type) - 1;
    this.#indexes.set(role + type, index);
    return [...number(index)];
  }

  get declaration(): Uint8Array {
    return Uint8Array.from(this.types.flatMap((type) => [1, type]));
  }
}

const [GET, SET, TEE, CONST, ADD, SHIFT_RIGHT] = [0x20, 0x21, 0x22, 0x41, 0x6a, 0x76];
/** `i32.store8` to the second memory. */
const STORE_MARK = [0x3a, 0x40, 0x01, 0x00];
const FILL_MARKS = [0xfc, 0x0b, 0x01];
const toBlock = [CONST, BLOCK_BITS, SHIFT_RIGHT];

/** What goes before an instruction so that it marks what it writes to; null for one that writes nothing. */
function markBefore({ opcode, sub, start }: Instruction, code: Uint8Array, own: OwnLocals): number[] | null {
  const type = stores.get(opcode);
  if (type !== undefined) {
    const reader = new Reader(code, start + 1);
    reader.number();
    const offset = reader.number();
    const address = own.get("address", I32);
    const value = own.get("value", type);
    const place = offset === 0 ? [] : [CONST, ...signed(offset), ADD];
    const mark = [GET, ...address, ...place, ...toBlock, CONST, 1, ...STORE_MARK];
    return [SET, ...value, TEE, ...address, ...mark, GET, ...value];
  }
  if (opcode !== 0xfc || !bulkWrites.has(sub)) return null;
  const [count, source, address] = [own.get("count", I32), own.get("value", I32), own.get("address", I32)];
  const blocks = [GET, ...count, ...toBlock, CONST, 2, ADD];
  const mark = [GET, ...address, ...toBlock, CONST, 1, ...blocks, ...FILL_MARKS];
  return [SET, ...count, SET, ...source, TEE, ...address, ...mark, GET, ...source, GET, ...count];
}

function sectionOf(id: number, parts: readonly Uint8Array[]): Uint8Array {
  const body = joined(parts);
  return joined([Uint8Array.of(id), number(body.length), body]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** An unsigned number in LEB128. */
function number(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Uint8Array.from([...bytes, rest]);
}

/** A number below 2 ** 31 in signed LEB128. */
function signed(value: number): number[] {
  const bytes = [...number(value)];
  const last = bytes.pop() ?? 0;
  return last < 64 ? [...bytes, last] : [...bytes, last | 128, 0];
}
