import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

/**
 * Whether a file may become a part of a function: it belongs to the environment, or to a package that is installed. An
 * import can name any file, and what the machine that publishes has of others is not for functions.
 * @param path of the file itself, not of a link to it
 * @param root the environment's folder, in the same way
 */
export function mayBeBundled(path: string, root: string): boolean {
  if (path.split(sep).includes("node_modules")) return true;
  if (isShownBelow(root, path)) return true;
  const folder = packageFolder(dirname(path));
  return folder !== null && isShownBelow(folder, path) && isInstalled(folder, root);
}

/** Names that begin with a dot are hidden, as they are where the environment is read. */
function isShownBelow(folder: string, path: string): boolean {
  return relative(folder, path)
    .split(sep)
    .every((name) => !name.startsWith("."));
}

function packageFolder(folder: string): string | null {
  if (existsSync(join(folder, "package.json"))) return folder;
  const parent = dirname(folder);
  return parent === folder ? null : packageFolder(parent);
}

/** Whether a package is one that is linked to where packages are looked for, as those of a workspace are. */
function isInstalled(folder: string, root: string): boolean {
  const name = nameOf(folder);
  if (name === null) return false;
  for (let parent = root; ; parent = dirname(parent)) {
    const link = join(parent, "node_modules", name);
    if (existsSync(link) && realpathSync(link) === folder) return true;
    if (parent === dirname(parent)) return false;
  }
}

function nameOf(folder: string): string | null {
  try {
    const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return typeof name === "string" && /^(?:@[\w.-]+\/)?[\w-][\w.-]*$/.test(name) ? name : null;
  } catch {
    return null;
  }
}
