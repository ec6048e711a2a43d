/**
 * A snapshot holds what differs between the memory of an interpreter that has begun and has read our library, and that
 * of one that is new: the head of pyodide's own snapshots, then as 32-bit words the memory's length, the number of
 * pages, and their numbers, then the pages. It is made when the runtime is built, from its own files only.
 */

/** Bytes. */
const PAGE = 4096;

/** Where pyodide's head says how long it is. */
const HEAD_LENGTH = 1;

/** @param whole a snapshot as pyodide makes it; @param fresh memory into which it would be put */
export function changedPages(whole: Uint8Array, fresh: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = new Uint32Array(whole.buffer, whole.byteOffset, HEAD_LENGTH + 1)[HEAD_LENGTH] ?? 0;
  const memory = whole.subarray(head);
  const numbers: number[] = [];
  for (let page = 0; page * PAGE < memory.length; page++) {
    if (differs(memory, fresh, page * PAGE)) numbers.push(page);
  }
  const words = Uint32Array.of(memory.length, numbers.length, ...numbers);
  const snapshot = new Uint8Array(head + words.byteLength + numbers.length * PAGE);
  snapshot.set(whole.subarray(0, head));
  snapshot.set(new Uint8Array(words.buffer), head);
  numbers.forEach((page, index) => {
    snapshot.set(memory.subarray(page * PAGE, (page + 1) * PAGE), head + words.byteLength + index * PAGE);
  });
  return snapshot;
}

function differs(one: Uint8Array, other: Uint8Array, start: number): boolean {
  for (let at = start; at < start + PAGE; at++) if (one[at] !== (other[at] ?? 0)) return true;
  return false;
}

/** How long the memory is that a snapshot was taken of. Bytes. */
export function memoryLength(snapshot: Uint8Array): number {
  const head = new Uint32Array(snapshot.buffer, snapshot.byteOffset, HEAD_LENGTH + 1)[HEAD_LENGTH] ?? 0;
  return new Uint32Array(snapshot.buffer, snapshot.byteOffset + head, 1)[0] ?? 0;
}

/** Makes the memory of a new interpreter what it was. @param pages the snapshot without its head */
export function restorePages(memory: Int8Array, pages: Uint8Array): void {
  const [, count = 0] = new Uint32Array(pages.buffer, pages.byteOffset, 2);
  const numbers = new Uint32Array(pages.buffer, pages.byteOffset + 8, count);
  let at = 8 + numbers.byteLength;
  for (const page of numbers) {
    memory.set(pages.subarray(at, at + PAGE), page * PAGE);
    at += PAGE;
  }
}
