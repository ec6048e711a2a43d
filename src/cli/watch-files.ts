import { basename } from "node:path";
import { watch } from "chokidar";
import { whenQuiet } from "./when-quiet.ts";

/** Files under watch. */
export interface FileWatch {
  /** Resolves when no later change is missed. */
  readonly ready: Promise<void>;
  /** Watches these as well; those that are watched already make no difference. */
  add(paths: readonly string[]): void;
  close(): Promise<void>;
}

/**
 * Calls `changed` after files or folders were added, changed or removed, one call at a time: what changes
 * while it runs leads to one more call.
 */
export function watchFiles(paths: readonly string[], changed: () => Promise<void>): FileWatch {
  const named = new Set(paths);
  const ignored = (path: string) => !named.has(path) && isIgnored(path);
  const watcher = watch([...paths], { ignoreInitial: true, ignored });
  const changes = whenQuiet(changed);
  watcher.on("all", () => changes.note());
  watcher.on("error", (error) => console.error("Watching the files failed:", error));
  return {
    ready: new Promise((resolve) => watcher.once("ready", () => resolve())),
    add: (more) => {
      watcher.add([...more]);
    },
    close: async () => {
      await watcher.close();
      await changes.close();
    },
  };
}

function isIgnored(path: string): boolean {
  const name = basename(path);
  return name.startsWith(".") || name === "node_modules";
}
