/** Where our own Python modules are: also while the snapshot is made, since they keep their paths. */
export const LIBRARY_FOLDER = "/sortie";

/** Where the function's own files are. */
export const FUNCTION_FOLDER = "/function";

/** What of the interpreter's file system is used. */
interface FileSystem {
  mkdirTree(path: string): void;
  writeFile(path: string, text: string): void;
}

/** @param files texts by path below the folder */
export function writeFiles(fs: FileSystem, folder: string, files: Readonly<Record<string, string>>): void {
  fs.mkdirTree(folder);
  for (const [path, text] of Object.entries(files)) {
    const full = `${folder}/${path}`;
    fs.mkdirTree(full.slice(0, full.lastIndexOf("/")));
    fs.writeFile(full, text);
  }
}
