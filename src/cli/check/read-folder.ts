import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { MAX_ARCHIVE_SIZE } from "../../bundle/archive.ts";
import { CommandFailure } from "../command-failure.ts";

/** How many files an environment may have. */
const MAX_FILES = 50_000;

/** One of them, in bytes: a list of tens of thousands of apps. What is packed is held to the size of an archive there. */
const MAX_FILE = 64 * 1024 * 1024;

/** All files of an environment together, in bytes. */
export const MAX_BYTES = 500 * 1024 * 1024;

/**
 * The files below a folder by their path in it, with slashes. Names that start with a dot and `node_modules`
 * are left out. A link is followed when it leads to a file in the folder; any other link, and too many or
 * too large files, throw {@link CommandFailure}.
 */
export function readFolder(folder: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const root = realpathSync(folder) + sep;
  let bytes = 0;

  function readFile(path: string, name: string): void {
    const content = readSmallFile(path, MAX_FILE);
    bytes += content.length;
    if (files.size === MAX_FILES || bytes > MAX_BYTES) {
      throw new CommandFailure(`${folder} holds more than ${MAX_FILES} files or ${MAX_BYTES} bytes.`);
    }
    files.set(name, content);
  }

  function readBelow(parent: string, prefix: string): void {
    for (const entry of readdirSync(parent, { withFileTypes: true })) {
      if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
      const path = join(parent, entry.name);
      if (entry.isDirectory()) readBelow(path, `${prefix}${entry.name}/`);
      else if (entry.isFile() || isFileBelow(root, path)) readFile(path, prefix + entry.name);
      else
        throw new CommandFailure(
          `${path} is a link that leads out of ${folder} or nowhere, or no file. Remove it.`,
        );
    }
  }

  readBelow(folder, "");
  return files;
}

/** Of a link that leads nowhere, or in a circle, too. */
function isFileBelow(root: string, path: string): boolean {
  try {
    const target = realpathSync(path);
    return target.startsWith(root) && statSync(target).isFile();
  } catch {
    return false;
  }
}

/** A file's bytes; throws {@link CommandFailure} when it is larger than a bundle, or something else, may be. */
export function readSmallFile(path: string, most = MAX_ARCHIVE_SIZE): Uint8Array {
  if (statSync(path).size > most) throw new CommandFailure(`${path} is larger than ${most} bytes.`);
  return new Uint8Array(readFileSync(path));
}

/** True when there is such a file. */
export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** True when there is such a folder. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
