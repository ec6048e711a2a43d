import { decodeUtf8 } from "../text/utf8.ts";

/** What the central directory of a zip archive says about one entry. */
export interface ZipEntry {
  readonly name: string;
  readonly encrypted: boolean;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly crc32: number;
  readonly compressedSize: number;
  readonly size: number;
  /** The file type bits of a Unix mode (0o100000 a regular file, 0o120000 a symbolic link), 0 when not given. */
  readonly fileType: number;
  /** The entry's compressed bytes, a view of the archive. */
  readonly compressed: Uint8Array;
}

/** Thrown when bytes are not a zip archive that this product reads; the message says why. */
export class ZipError extends Error {
  override readonly name = "ZipError";
}

const END_SIGNATURE = 0x06054b50;
const END_LENGTH = 22;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_LENGTH = 46;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_LENGTH = 30;
/** In a 16 or 32 bit field: the real value is in a zip64 record. */
const ZIP64_COUNT = 0xffff;
const ZIP64_SIZE = 0xffffffff;
const MAX_COMMENT_LENGTH = 0xffff;
/** Hosts ("version made by", upper byte) whose external attributes hold a Unix mode: Unix and macOS. */
const UNIX_HOSTS = [3, 19];

/**
 * The entries of a zip archive, in the order of its central directory, which is the only one believed.
 * Format: PKWARE's APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16.
 *
 * @throws ZipError when the archive is truncated, inconsistent, split over disks, or in zip64 format.
 */
export function readZipDirectory(zip: Uint8Array): ZipEntry[] {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  const directoryLength = view.getUint32(end + 12, true);
  const directoryStart = view.getUint32(end + 16, true);
  demand(count !== ZIP64_COUNT && directoryStart !== ZIP64_SIZE, "The archive is in zip64 format.");
  demand(
    view.getUint16(end + 4, true) === 0 && view.getUint16(end + 8, true) === count,
    "The archive is split over several disks.",
  );
  demand(directoryStart + directoryLength === end, "The archive's directory is not where it should be.");

  const entries: ZipEntry[] = [];
  let at = directoryStart;
  for (let index = 0; index < count; index++) {
    demand(at + ENTRY_LENGTH <= end, "The archive's directory is truncated.");
    const length =
      ENTRY_LENGTH + nameLength(view, at) + extraLength(view, at) + view.getUint16(at + 32, true);
    demand(at + length <= end, "The archive's directory is truncated.");
    entries.push(readEntry(zip, view, at, directoryStart));
    at += length;
  }
  demand(at === end, "The archive's directory is longer than its entries.");
  return entries;
}

/** The end record is the archive's last, followed by nothing but its own comment. */
function findEnd(view: DataView): number {
  const last = view.byteLength - END_LENGTH;
  for (let at = last; at >= 0 && at >= last - MAX_COMMENT_LENGTH; at--) {
    if (view.getUint32(at, true) === END_SIGNATURE && view.getUint16(at + 20, true) === last - at) return at;
  }
  throw new ZipError("This is not a zip archive, or it is truncated.");
}

function readEntry(zip: Uint8Array, view: DataView, at: number, directoryStart: number): ZipEntry {
  demand(view.getUint32(at, true) === ENTRY_SIGNATURE, "The archive's directory is corrupt.");
  const nameBytes = zip.subarray(at + ENTRY_LENGTH, at + ENTRY_LENGTH + nameLength(view, at));
  const name = decodeName(nameBytes);
  const compressedSize = view.getUint32(at + 20, true);
  const size = view.getUint32(at + 24, true);
  const local = view.getUint32(at + 42, true);
  demand(
    compressedSize !== ZIP64_SIZE && size !== ZIP64_SIZE && local !== ZIP64_SIZE,
    `The entry "${name}" is in zip64 format.`,
  );

  demand(
    local + LOCAL_LENGTH <= directoryStart && view.getUint32(local, true) === LOCAL_SIGNATURE,
    `The entry "${name}" is not where the archive's directory says.`,
  );
  const localNameLength = view.getUint16(local + 26, true);
  const localName = zip.subarray(local + LOCAL_LENGTH, local + LOCAL_LENGTH + localNameLength);
  demand(equalBytes(localName, nameBytes), `The entry "${name}" goes by two names.`);
  const start = local + LOCAL_LENGTH + localNameLength + view.getUint16(local + 28, true);
  demand(start + compressedSize <= directoryStart, `The entry "${name}" is truncated.`);

  const host = view.getUint8(at + 5);
  return {
    name,
    encrypted: (view.getUint16(at + 8, true) & 1) === 1,
    method: view.getUint16(at + 10, true),
    crc32: view.getUint32(at + 16, true),
    compressedSize,
    size,
    fileType: UNIX_HOSTS.includes(host) ? view.getUint16(at + 40, true) & 0o170000 : 0,
    compressed: zip.subarray(start, start + compressedSize),
  };
}

const nameLength = (view: DataView, at: number) => view.getUint16(at + 28, true);
const extraLength = (view: DataView, at: number) => view.getUint16(at + 30, true);

function decodeName(bytes: Uint8Array): string {
  const name = decodeUtf8(bytes, "keep");
  if (name === null) throw new ZipError("The name of an entry is not UTF-8.");
  return name;
}

function equalBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

function demand(condition: boolean, message: string): void {
  if (!condition) throw new ZipError(message);
}
