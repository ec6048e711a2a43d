import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { type FSWatcher, watch } from "chokidar";
import { whenQuiet } from "./when-quiet.ts";

/** Files under watch. */
export interface FileWatch {
  /** Resolves when no later change is missed. */
  readonly ready: Promise<void>;
  /** Watches these as well; those that are watched already make no difference. */
  add(paths: readonly string[]): void;
  close(): Promise<void>;
}

/** How often it is looked whether the first paths are still there. Milliseconds. */
const LOOK_EVERY_MS = 300;

/** How often files are compared with what they were when something was made of them. Milliseconds. */
const COMPARE_EVERY_MS = 2_000;

const GONE = 0n;

/**
 * Calls `changed` after files or folders were added, changed or removed, one call at a time: what changes
 * while it runs leads to one more call.
 * @param paths may go away as a whole, also with the folders above them, and come back
 */
export function watchFiles(paths: readonly string[], changed: () => Promise<void>): FileWatch {
  const all = new Set(paths);
  const places = new Map(paths.map((path) => [path, placeOf(path)]));
  /** What each path was like when something was made of it. */
  const seen = new Map(paths.map((path) => [path, stampOf(path)]));
  const changes = whenQuiet(() => {
    for (const path of all) seen.set(path, stampOf(path));
    return changed();
  });
  let watcher = start();
  let restarting = Promise.resolve();

  function start(): FSWatcher {
    const ignored = (path: string) => !all.has(path) && isIgnored(path);
    return watch([...all], { ignoreInitial: true, ignored })
      .on("all", () => changes.note())
      .on("unlinkDir", (path) => {
        if (places.has(path)) places.set(path, GONE);
      })
      .on("error", (error) => console.error("Watching the files failed:", error));
  }

  // A watcher does not see that a folder comes back when the one above it was away, too.
  const looking = setInterval(() => {
    const moved = paths
      .map((path) => [path, placeOf(path)] as const)
      .filter(([path, place]) => place !== places.get(path));
    for (const [path, place] of moved) places.set(path, place);
    if (moved.some(([, place]) => place !== GONE)) restarting = restarting.then(restart);
    else if (moved.length > 0) changes.note();
  }, LOOK_EVERY_MS);

  // Nor does it see everything where much changes at once, or where folders are another machine's.
  const comparing = setInterval(() => {
    if ([...all].some((path) => stampOf(path) !== seen.get(path))) changes.note();
  }, COMPARE_EVERY_MS);

  async function restart(): Promise<void> {
    await watcher.close();
    watcher = start();
    await isReady(watcher);
    changes.note();
  }

  return {
    ready: isReady(watcher),
    add: (more) => {
      for (const path of more.filter((each) => !all.has(each))) {
        all.add(path);
        seen.set(path, stampOf(path));
      }
      watcher.add([...more]);
    },
    close: async () => {
      clearInterval(looking);
      clearInterval(comparing);
      await restarting;
      await watcher.close();
      await changes.close();
    },
  };
}

/** What tells a file or folder from another that takes its place. */
function placeOf(path: string): bigint {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino ?? GONE;
}

/** Another text after the file, or any of those below the folder, was added, changed or removed. */
function stampOf(path: string): string {
  const hash = createHash("sha256");
  // A link may lead to a folder above it.
  const folders = new Set<string>();
  const visit = (at: string): void => {
    const found = statSync(at, { bigint: true, throwIfNoEntry: false });
    if (!found) return;
    hash.update(JSON.stringify([at, String(found.ino), String(found.mtimeNs), String(found.size)]));
    const place = `${found.dev} ${found.ino}`;
    if (!found.isDirectory() || folders.has(place)) return;
    folders.add(place);
    for (const name of namesIn(at)) if (!isIgnored(name)) visit(join(at, name));
  };
  visit(path);
  return hash.digest("base64");
}

/** None in a folder that goes away while it is read. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function isReady(watcher: FSWatcher): Promise<void> {
  return new Promise((resolve) => watcher.once("ready", () => resolve()));
}

function isIgnored(path: string): boolean {
  const name = basename(path);
  return name.startsWith(".") || name === "node_modules";
}
