import type { Report } from "../documents/report.ts";
import { crc32 } from "./crc32.ts";
import { CONTROL_CHARACTER } from "./names.ts";
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

/** How an entry is compressed: not at all. */
export const STORED = 0;
const DEFLATED = 8;
const REGULAR_FILE = 0o100000;
const FOLDER = 0o040000;

/**
 * The entries of a zip archive that can be accepted, without folders. The others are reported, so an archive is good
 * only if the report has not failed.
 *
 * Problems: InvalidArchive (not a zip, truncated, zip64), ArchiveTooLarge (one of the limits above),
 * ArchiveEntryRefused (a name that leads elsewhere or that exists twice, encryption, a link).
 */
export function acceptedEntries(zip: Uint8Array, report: Report): ZipEntry[] {
  const accepted: ZipEntry[] = [];
  const names = new Set<string>();
  let total = 0;
  for (const entry of readEntries(zip, report)) {
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
      accepted.push(entry);
    }
  }
  return accepted;
}

/**
 * Adds the content of an entry if it has exactly the promised size and check sum. Problem: InvalidArchive.
 * @param content null when it could not be inflated
 */
export function addContent(
  files: Map<string, Uint8Array>,
  entry: ZipEntry,
  content: Uint8Array | null,
  report: Report,
): void {
  const isWhole = content !== null && content.length === entry.size && crc32(content) === entry.crc32;
  if (isWhole) files.set(entry.name, content);
  else refuse("InvalidArchive", entry, "is corrupt", "Pack the archive again.", report);
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
  if (CONTROL_CHARACTER.test(name)) return "has a control character in its path";
  if (name.replace(/\/$/, "").split("/").some(isNowhere)) return "has a path that leads elsewhere";
  if (encrypted) return "is encrypted";
  if (fileType !== 0 && fileType !== REGULAR_FILE && fileType !== FOLDER) return "is a link or device";
  if (method !== STORED && method !== DEFLATED) return `is compressed by an unknown method (${method})`;
  return null;
}

function isNowhere(segment: string): boolean {
  return segment === "" || segment === "." || segment === "..";
}

function refuse(code: string, entry: ZipEntry, objection: string, remedy: string, report: Report): void {
  const at = { file: entry.name, line: 1, column: 1 };
  report.error(code, at, `The archive's entry "${entry.name}" ${objection}.`, remedy);
}

function refuseArchive(code: string, message: string, remedy: string, report: Report): void {
  report.error(code, { file: ARCHIVE, line: 1, column: 1 }, message, remedy);
}
