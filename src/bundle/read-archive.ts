import { inflateRawSync } from "node:zlib";
import type { Report } from "../documents/report.ts";
import { acceptedEntries, addContent, STORED } from "./archive.ts";

/** More than any buffer that zlib takes for a few bytes. */
const SPARE = 65_536;

/**
 * The files of a zip archive by path. As `loadArchive`, and without waiting: what is read here has to load there.
 * Problems: those of `acceptedEntries`, and InvalidArchive for an entry that is corrupt.
 */
export function readArchive(zip: Uint8Array, report: Report): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const entry of acceptedEntries(zip, report)) {
    const { method, compressed, size } = entry;
    addContent(files, entry, method === STORED ? compressed.slice() : inflated(compressed, size), report);
  }
  return files;
}

/**
 * Null for data that is not deflated, with something behind it, or of far more bytes than was promised. What more is
 * allowed makes workerd's limit, which counts the buffers that it has taken, and Node's, which counts bytes, mean the same.
 */
function inflated(compressed: Uint8Array, promised: number): Uint8Array | null {
  try {
    const read: unknown = inflateRawSync(compressed, { info: true, maxOutputLength: 2 * promised + SPARE });
    const { buffer, engine } = read as { buffer: Buffer; engine: { bytesWritten: number } };
    if (engine.bytesWritten !== compressed.length) return null;
    return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
  } catch {
    return null;
  }
}
