/** The gateway as a process to measure. */
import { join } from "node:path";
import { bundleWorker, type RunningWorker, startWorker } from "./worker.ts";

const entry = join(import.meta.dirname, "../../src/index.ts");

/** The gateway's Worker as one module, as it would be uploaded. */
export const bundleGateway = (): Promise<Uint8Array> => bundleWorker(entry);

/** Starts the gateway on an environment, a folder laid out like `policies/`; nothing of it is deployed yet. */
export async function startGateway(_environmentFolder: string): Promise<RunningWorker> {
  return startWorker(await bundleGateway(), new Map());
}
