/** The gateway as a process to measure. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { publishFunctions } from "../../src/cli/publish/publish-functions.ts";
import { Report } from "../../src/documents/report.ts";
import { planDeployment } from "../../src/environment/deployment.ts";
import { currentKey, revisionKey } from "../../src/environment/document.ts";
import { readEnvironment } from "../../src/environment/read-environment.ts";
import { bundleWorker, type Config, type RunningWorker, startWorker } from "./worker.ts";

const entry = join(import.meta.dirname, "../../src/index.ts");

/** The gateway's Worker as one module, as it would be uploaded. */
export const bundleGateway = (): Promise<Uint8Array> => bundleWorker(entry);

/** Starts the gateway with an environment, a folder laid out like `policies/`, already deployed. */
export async function startGateway(
  environmentFolder: string,
  secrets: Readonly<Record<string, string>> = {},
): Promise<RunningWorker> {
  return startWorker(await bundleGateway(), await deployed(environmentFolder), secrets, {
    loader: true,
  });
}

/** What KV holds after a first deployment of an environment. Throws when something in its files is wrong. */
async function deployed(folder: string): Promise<Config> {
  const report = new Report();
  const files = readFiles(folder);
  const read = readEnvironment(files, "local", report);
  const { functions } = await publishFunctions(files, folder, read, report);
  const model = { ...read, functions };
  if (report.failed) throw new Error(JSON.stringify(report.problems, null, 2));
  const { document, revisions } = await planDeployment(model, null, {
    organization: "bench",
    now: new Date(),
    advice: "list",
  });
  return new Map<string, Uint8Array | string>([
    [currentKey(model.name), JSON.stringify(document)],
    ...[...revisions].map(([revision, zip]) => [revisionKey(revision), zip] as const),
  ]);
}

function readFiles(folder: string): Map<string, Uint8Array> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  return new Map(
    files.map((file) => {
      const path = join(file.parentPath, file.name);
      return [relative(folder, path), readFileSync(path)];
    }),
  );
}
