/** What a byte changes, by the byte. */
let table: Uint32Array | null = null;

/** The check sum of zip archives. Not by node:zlib, which loads so much that it is a tenth of an isolate's start. */
export function crc32(bytes: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => changeOf(byte));
  let sum = 0xffffffff;
  for (const byte of bytes) sum = (table[(sum ^ byte) & 0xff] ?? 0) ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

function changeOf(byte: number): number {
  let change = byte;
  for (let bit = 0; bit < 8; bit++) change = (change >>> 1) ^ (change & 1 ? 0xedb88320 : 0);
  return change;
}
