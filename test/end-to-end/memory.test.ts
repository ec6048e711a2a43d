import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { repository } from "../cli/sortie.ts";

/**
 * Runs a function that takes a module's exports, in the memory that a Worker has. Rejects when it is not enough.
 * @param path of the module
 */
async function inWorkersMemory<T>(path: string, work: (module: T) => unknown): Promise<unknown> {
  const code = `
    const { parentPort, workerData } = require("node:worker_threads");
    import(workerData).then((module) => parentPort.postMessage((${work})(module)));
  `;
  const workerData = pathToFileURL(join(repository, path)).href;
  const resourceLimits = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 };
  const thread = new Worker(code, { eval: true, workerData, resourceLimits });
  const [result] = await once(thread, "message");
  await thread.terminate();
  return result;
}

test("secrets are masked in a text as long as an answer may be, however much is escaped in it", async () => {
  type Mask = typeof import("../../src/credentials/mask.ts");
  const lengths = await inWorkersMemory("src/credentials/mask.ts", ({ maskOf }: Mask) => {
    const mask = maskOf(["sk_live_1234567890abcdef"]);
    return ["a", "%41\\u0041&#65;"].map((part) => mask(part.repeat(1e7 / part.length)).length);
  });
  expect(lengths).toEqual([1e7, 9_999_990]);
});

test("what Python prints at once may have any number of lines", async () => {
  type Printed = typeof import("../../src/functions/python/isolate/printed-lines.ts");
  const path = "src/functions/python/isolate/printed-lines.ts";
  const lines = await inWorkersMemory(path, ({ PrintedLines }: Printed) => {
    let count = 0;
    const log = { write: () => count++ } as never;
    new PrintedLines().write(log, "info", "\n".repeat(4e7));
    return count;
  });
  expect(lines).toBe(4e7);
});
