import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { repository } from "../cli/sortie.ts";

/** As an answer of a webhook may be: ten million characters. */
const masksLongTexts = `
  const { parentPort, workerData } = require("node:worker_threads");
  import(workerData).then(({ maskOf }) => {
    const mask = maskOf(["sk_live_1234567890abcdef"]);
    parentPort.postMessage(["a", "%41\\\\u0041&#65;"].map((part) => mask(part.repeat(1e7 / part.length)).length));
  });
`;

test("secrets are masked in a long text within the memory of a Worker, however much is escaped in it", async () => {
  const workerData = pathToFileURL(join(repository, "src/credentials/mask.ts")).href;
  const limits = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 };
  const thread = new Worker(masksLongTexts, { eval: true, workerData, resourceLimits: limits });
  expect(await once(thread, "message")).toEqual([[1e7, 9_999_990]]);
  await thread.terminate();
});
