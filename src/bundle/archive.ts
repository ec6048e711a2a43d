import { crc32, inflateRawSync } from "node:zlib";
import { zipSync } from "fflate";
import type { Report } from "../documents/report.ts";
import { readZipDirectory, type ZipEntry, ZipError } from "./zip-directory.ts";

/** The largest archive that is read, in bytes: Apigee's own limit for a bundle. */
export const MAX_ARCHIVE_SIZE = 15 * 1024 * 1024;

/** How many files and folders an archive may hold. */
export const MAX_ARCHIVE_ENTRIES = 5000;

/** The largest file in an archive, in bytes after inflating. */
export const MAX_ENTRY_SIZE = 10 * 1024 * 1024;

/** All files of an archive together, in bytes after inflating; an isolate's memory has to hold them. */
export const MAX_TOTAL_SIZE = 30 * 1024 * 1024;

/** The file that problems of the archive as a whole are reported in. */
const ARCHIVE = "bundle.zip";

const STORED = 0;
const DEFLATED = 8;
const REGULAR_FILE = 0o100000;
const FOLDER = 0o040000;

/** More than any buffer that zlib takes for a few bytes. */
const SPARE = 65_536;

/** The time stamp of every entry that is written, in whatever time zone: 1980-01-01 00:00. */
const EPOCH = new Date(1980, 0, 1);

/**
 * The files of a zip archive by path, without folders. Entries that cannot be accepted are left out and
 * reported, so an archive is good only if the report has not failed.
 *
 * Problems: InvalidArchive (not a zip, truncated, corrupt, zip64), ArchiveTooLarge (one of the limits above),
 * ArchiveEntryRefused (a name that leads elsewhere or that exists twice, encryption, a link).
 */
export function readArchive(zip: Uint8Array, report: Report): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const entries = readEntries(zip, report);
  const names = new Set<string>();
  let total = 0;
  for (const entry of entries) {
    const objection = objectionTo(entry) ?? (names.has(entry.name) ? "exists twice" : null);
    names.add(entry.name);
    if (objection !== null) {
      refuse("ArchiveEntryRefused", entry, objection, "Remove the entry and pack again.", report);
    } else if (entry.size > MAX_ENTRY_SIZE) {
      refuse("ArchiveTooLarge", entry, `is larger than ${MAX_ENTRY_SIZE} bytes`, "Make it smaller.", report);
    } else if (!entry.name.endsWith("/")) {
      total += entry.size;
      if (total > MAX_TOTAL_SIZE) {
        const message = `The files hold more than ${MAX_TOTAL_SIZE} bytes together.`;
        refuseArchive("ArchiveTooLarge", message, "Remove files that the bundle does not need.", report);
        break;
      }
      const content = inflate(entry);
      if (content !== null) files.set(entry.name, content);
      else refuse("InvalidArchive", entry, "is corrupt", "Pack the archive again.", report);
    }
  }
  return files;
}

/** A zip archive of files by path. Equal files give equal bytes, whatever their order, time or machine. */
export function writeArchive(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const sorted = [...files].sort(([one], [other]) => (one < other ? -1 : 1));
  return zipSync(Object.fromEntries(sorted), { level: 6, mtime: EPOCH, os: 0 });
}

function readEntries(zip: Uint8Array, report: Report): ZipEntry[] {
  if (zip.length > MAX_ARCHIVE_SIZE) {
    const message = `The archive is larger than ${MAX_ARCHIVE_SIZE} bytes.`;
    refuseArchive("ArchiveTooLarge", message, "Remove files that the bundle does not need.", report);
    return [];
  }
  try {
    const entries = readZipDirectory(zip);
    if (entries.length <= MAX_ARCHIVE_ENTRIES) return entries;
    const message = `The archive holds more than ${MAX_ARCHIVE_ENTRIES} entries.`;
    refuseArchive("ArchiveTooLarge", message, "Remove files that the bundle does not need.", report);
  } catch (error) {
    if (!(error instanceof ZipError)) throw error;
    refuseArchive("InvalidArchive", error.message, "Pack the bundle again as a plain zip archive.", report);
  }
  return [];
}

/** Why an entry is not accepted, or null. */
function objectionTo({ name, encrypted, method, fileType }: ZipEntry): string | null {
  if (name.startsWith("/") || /^[A-Za-z]:/.test(name)) return "has an absolute path";
  if (name.includes("\\")) return "has a backslash in its path";
  if (/\p{Cc}/u.test(name)) return "has a control character in its path";
  if (name.replace(/\/$/, "").split("/").some(isNowhere)) return "has a path that leads elsewhere";
  if (encrypted) return "is encrypted";
  if (fileType !== 0 && fileType !== REGULAR_FILE && fileType !== FOLDER) return "is a link or device";
  if (method !== STORED && method !== DEFLATED) return `is compressed by an unknown method (${method})`;
  return null;
}

function isNowhere(segment: string): boolean {
  return segment === "" || segment === "." || segment === "..";
}

/** The entry's content if it has exactly the promised size and check sum; not much more than that is inflated. */
function inflate(entry: ZipEntry): Uint8Array | null {
  const content = entry.method === STORED ? entry.compressed.slice() : inflated(entry.compressed, entry.size);
  if (content === null || content.length !== entry.size || crc32(content) !== entry.crc32) return null;
  return content;
}

/**
 * Null for data that is not deflated, or gives far more than was promised. What more is allowed makes workerd's limit, which
 * counts the buffers that it has taken, and Node's, which counts bytes, mean the same: what passes the check has to load.
 */
function inflated(compressed: Uint8Array, promised: number): Uint8Array | null {
  try {
    const { buffer, byteOffset, length } = inflateRawSync(compressed, {
      maxOutputLength: 2 * promised + SPARE,
    });
    return new Uint8Array(buffer, byteOffset, length);
  } catch {
    return null;
  }
}

function refuse(code: string, entry: ZipEntry, objection: string, remedy: string, report: Report): void {
  const at = { file: entry.name, line: 1, column: 1 };
  report.error(code, at, `The archive's entry "${entry.name}" ${objection}.`, remedy);
}

function refuseArchive(code: string, message: string, remedy: string, report: Report): void {
  report.error(code, { file: ARCHIVE, line: 1, column: 1 }, message, remedy);
}
