import { joined, number, Reader, sized } from "./encoding.ts";
import { type Instruction, type NumberType, nextInstruction } from "./instructions.ts";

/** What is added to a module. */
export interface Addition {
  /** The section that grows, and what is put at its end. */
  readonly declared: {
    readonly section: typeof MEMORIES | typeof GLOBALS;
    readonly bytes: readonly number[];
  };
  /** What the module calls it for those outside, and its kind there. */
  readonly exported: { readonly name: string; readonly kind: number };
  /** Instructions that go before one; they leave the stack as it is. */
  before?(instruction: Instruction, code: Uint8Array, index: number, own: OwnLocals): readonly number[];
  /** Instructions that go behind one. */
  after?(instruction: Instruction, index: number, all: readonly Instruction[]): readonly number[];
}

export const [MEMORIES, GLOBALS] = [5, 6] as const;
const [TYPES, FUNCTIONS, EXPORTS, CODE, DATA_COUNT] = [1, 3, 7, 10, 12];
const FUNCTION_TYPE = 0x60;

/**
 * A module that does what the given one does, and what is added. Throws for one with instructions that are not known
 * here, and for one that has a memory of its own.
 * @param module one that imports its memory and no globals
 */
export function rewrite(module: Uint8Array, additions: readonly Addition[]): Uint8Array {
  const sections = sectionsOf(module);
  if (sections.has(MEMORIES)) throw new Error("the module has a memory of its own");
  const indexes = new Map<Addition, number>();
  for (const addition of additions) {
    const { section, bytes } = addition.declared;
    const [count, entries] = entriesOf(sections.get(section));
    // The first memory is an import.
    indexes.set(addition, section === MEMORIES ? count + 1 : count);
    sections.set(section, joined([number(count + 1), entries, bytes]));
  }
  const [exported, entries] = entriesOf(sections.get(EXPORTS));
  const names = [...indexes].map(
    ([
      {
        exported: { name, kind },
      },
      index,
    ]) => joined([sized([new TextEncoder().encode(name)]), [kind], number(index)]),
  );
  sections.set(EXPORTS, joined([number(exported + names.length), entries, ...names]));
  const parameters = parametersOf(sections);
  sections.set(CODE, rewritten(sections.get(CODE), parameters, indexes));
  const inOrder = [...sections].sort(([a], [b]) => orderOf(a) - orderOf(b));
  return joined([module.subarray(0, 8), ...inOrder.flatMap(([id, body]) => [[id], sized([body])])]);
}

/** Sections stand in the order of their numbers, but for the one that counts data. */
const orderOf = (id: number) => (id === DATA_COUNT ? CODE - 0.5 : id);

function sectionsOf(module: Uint8Array): Map<number, Uint8Array> {
  const reader = new Reader(module, 8);
  const sections = new Map<number, Uint8Array>();
  while (reader.at < module.length) {
    const id = reader.byte();
    const body = reader.take(reader.number());
    // Custom sections only tell names.
    if (id !== 0) sections.set(id, body);
  }
  return sections;
}

function entriesOf(body: Uint8Array = Uint8Array.of(0)): [count: number, entries: Uint8Array] {
  const reader = new Reader(body);
  return [reader.number(), body.subarray(reader.at)];
}

/** How many parameters each function of the module has. */
function parametersOf(sections: ReadonlyMap<number, Uint8Array>): number[] {
  const types = new Reader(sections.get(TYPES) ?? Uint8Array.of(0));
  const counts = Array.from({ length: types.number() }, () => {
    if (types.byte() !== FUNCTION_TYPE) throw new Error("the module has types that are no functions");
    const count = types.number();
    types.take(count);
    types.take(types.number());
    return count;
  });
  const functions = new Reader(sections.get(FUNCTIONS) ?? Uint8Array.of(0));
  return Array.from({ length: functions.number() }, () => counts[functions.number()] ?? 0);
}

function rewritten(
  body: Uint8Array | undefined,
  parameters: readonly number[],
  additions: ReadonlyMap<Addition, number>,
): Uint8Array {
  const reader = new Reader(body ?? Uint8Array.of(0));
  const count = reader.number();
  const functions = Array.from({ length: count }, (_, at) =>
    sized(rewrittenFunction(reader.take(reader.number()), parameters[at] ?? 0, additions)),
  );
  return joined([number(count), ...functions]);
}

function rewrittenFunction(
  code: Uint8Array,
  parameters: number,
  additions: ReadonlyMap<Addition, number>,
): (Uint8Array | readonly number[])[] {
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
  const parts: (Uint8Array | readonly number[])[] = [];
  const all: Instruction[] = [];
  while (reader.at < code.length) all.push(nextInstruction(reader));
  for (const instruction of all) {
    for (const [addition, index] of additions) {
      const before = addition.before?.(instruction, code, index, own);
      if (before) parts.push(before);
    }
    parts.push(code.subarray(instruction.start, instruction.end));
    for (const [addition, index] of additions) {
      const after = addition.after?.(instruction, index, all);
      if (after) parts.push(after);
    }
  }
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

  /** The number of the local that has a role, as instructions name it. */
  get(role: string, type: NumberType): readonly number[] {
    const key = `${role} ${type}`;
    const index = this.#indexes.get(key) ?? this.#first + this.types.push(type) - 1;
    this.#indexes.set(key, index);
    return number(index);
  }

  get declaration(): readonly number[] {
    return this.types.flatMap((type) => [1, type]);
  }
}
