import type { Report } from "../documents/report.ts";
import { acceptedEntries, addContent, STORED } from "./archive.ts";

/**
 * The files of a zip archive by path, without folders. Entries that cannot be accepted are left out and reported, so an
 * archive is good only if the report has not failed.
 * Problems: those of `acceptedEntries`, and InvalidArchive for an entry that is corrupt.
 */
export async function loadArchive(zip: Uint8Array, report: Report): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const entry of acceptedEntries(zip, report)) {
    const { method, compressed, size } = entry;
    addContent(
      files,
      entry,
      method === STORED ? compressed.slice() : await inflated(compressed, size),
      report,
    );
  }
  return files;
}

/** Null for data that is not deflated, with something behind it, or not of that many bytes; little more is inflated. */
async function inflated(compressed: Uint8Array, size: number): Promise<Uint8Array | null> {
  const content = new Uint8Array(size);
  let length = 0;
  try {
    const inflating = new Blob([compressed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    for await (const part of inflating) {
      // Throws when there is more than was promised.
      content.set(part, length);
      length += part.length;
    }
  } catch {
    return null;
  }
  return length === size ? content : null;
}
