import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { watchFiles } from "../../../src/cli/dev/watch-files.ts";
import { folderWith, writeIn } from "../sortie.ts";

test("what is written right after a file was read is not missed", async () => {
  const folder = folderWith({ file: "first" });
  const read: string[] = [];
  const next: Record<string, string> = { second: "third", third: "fourth" };
  const watching = watchFiles([folder], async () => {
    const text = readFileSync(join(folder, "file"), "utf8");
    read.push(text);
    const following = next[text];
    if (following !== undefined) writeIn(folder, "file", following);
  });
  try {
    await watching.ready;
    writeIn(folder, "file", "second");
    await expect.poll(() => read.at(-1)).toBe("fourth");
  } finally {
    await watching.close();
  }
});
