import { EventEmitter } from "node:events";
import { renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { watchFiles } from "../../../src/cli/dev/watch-files.ts";
import { folderWith, writeIn } from "../sortie.ts";

/** A watcher that is ready and sees nothing. */
vi.mock("chokidar", () => ({
  watch: () => {
    const watcher = new EventEmitter();
    queueMicrotask(() => watcher.emit("ready"));
    return Object.assign(watcher, { add: () => watcher, close: async () => {} });
  },
}));

test("a change of which no event tells is found all the same", async () => {
  const folder = folderWith({ file: "first", "deep/er/file": "first" });
  const staged = folderWith({ "late/file": "late" });
  symlinkSync(folder, join(folder, "deep/above"));
  const elsewhere = folderWith({ file: "first" });
  let changes = 0;
  const watching = watchFiles([folder], async () => {
    changes++;
  });
  const changed = async (change: () => void) => {
    const before = changes;
    change();
    await expect.poll(() => changes).toBe(before + 1);
  };
  try {
    await watching.ready;
    await changed(() => writeIn(folder, "deep/er/file", "second"));
    await changed(() => renameSync(join(staged, "late"), join(folder, "late")));
    await changed(() => rmSync(join(folder, "late"), { recursive: true }));
    // What is watched later is as it is found, and its changes count from then on.
    watching.add([elsewhere]);
    await changed(() => writeIn(elsewhere, "file", "second"));
  } finally {
    await watching.close();
  }
});
