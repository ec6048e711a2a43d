import { expect, test } from "vitest";
import { packRuntime, unpackRuntime } from "../../../src/functions/python/archive.ts";

test("what is packed is unpacked as modules of its kinds, long or short", async () => {
  const encoder = new TextEncoder();
  const long = `export default "${"x".repeat(10_000)}";`;
  const bytes = Uint8Array.from({ length: 5000 }, (_, index) => index % 251);
  const archive = await packRuntime([
    { name: "short.js", kind: "js", bytes: encoder.encode("export {};") },
    { name: "long.js", kind: "js", bytes: encoder.encode(long) },
    { name: "a.json", kind: "json", bytes: encoder.encode('{"a":1}') },
    { name: "a.wasm", kind: "wasm", bytes: bytes.subarray(0, 9) },
    { name: "a.zip", kind: "data", bytes },
    { name: "a.bin", kind: "data", bytes },
  ]);
  expect(archive.length).toBeLessThan(long.length);
  expect(await unpackRuntime(archive)).toEqual({
    "short.js": { js: "export {};" },
    "long.js": { js: long },
    "a.json": { json: { a: 1 } },
    "a.wasm": { wasm: bytes.slice(0, 9).buffer },
    "a.zip": { data: bytes.buffer },
    "a.bin": { data: bytes.buffer },
  });
});
