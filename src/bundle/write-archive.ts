import { zipSync } from "fflate";

/** The time stamp of every entry that is written, in whatever time zone: 1980-01-01 00:00. */
const EPOCH = new Date(1980, 0, 1);

/** A zip archive of files by path. Equal files give equal bytes, whatever their order, time or machine. */
export function writeArchive(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const sorted = [...files].sort(([one], [other]) => (one < other ? -1 : 1));
  return zipSync(Object.fromEntries(sorted), { level: 6, mtime: EPOCH, os: 0 });
}
