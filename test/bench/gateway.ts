/** The gateway as a process to measure. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { publishFunctions } from "../../src/cli/publish/publish-functions.ts";
import { Report } from "../../src/documents/report.ts";
import { type DeploymentPlan, planDeployment } from "../../src/environment/deployment.ts";
import { currentKey, revisionKey } from "../../src/environment/document.ts";
import { type EnvironmentFiles, readEnvironment } from "../../src/environment/read-environment.ts";
import {
  bundleWorker,
  type Config,
  type Modules,
  type RunningWorker,
  startWorker,
  type WorkerSettings,
} from "./worker.ts";

const entry = join(import.meta.dirname, "../../src/index.ts");

/** The gateway's Worker, as it is uploaded. */
export const bundleGateway = (): Promise<Modules> => bundleWorker(entry);

/** Starts the gateway with an environment, a folder laid out like `policies/`, already deployed. */
export async function startGateway(
  environmentFolder: string,
  settings: Pick<WorkerSettings, "secrets" | "v8Flags" | "ontology"> = {},
): Promise<RunningWorker> {
  const plan = await deployed(readFiles(environmentFolder), environmentFolder);
  return serve(configOf(plan), settings);
}

/** Starts the gateway with what its KV namespace holds. */
export async function serve(
  config: Config,
  settings: Pick<WorkerSettings, "secrets" | "v8Flags" | "ontology"> = {},
): Promise<RunningWorker> {
  return startWorker(await bundleGateway(), { ...settings, config, loader: true });
}

/**
 * The first deployment of an environment. Throws when something in its files is wrong.
 * @param folder where the files are, for those of functions
 */
export async function deployed(files: EnvironmentFiles, folder = ""): Promise<DeploymentPlan> {
  const report = new Report();
  const read = readEnvironment(files, "local", report);
  const { functions } = await publishFunctions(files, folder, read, report);
  const model = { ...read, functions };
  if (report.failed) throw new Error(JSON.stringify(report.problems, null, 2));
  return planDeployment(model, null, { organization: "bench", now: new Date(), advice: "list" });
}

/** What KV holds once a plan is deployed. */
export function configOf({ document, revisions }: Pick<DeploymentPlan, "document" | "revisions">): Config {
  return new Map<string, Uint8Array | string>([
    [currentKey(document.environment), JSON.stringify(document)],
    ...[...revisions].map(([revision, zip]) => [revisionKey(revision), zip] as const),
  ]);
}

/** The files below a folder, by path there. */
export function readFiles(folder: string): Map<string, Uint8Array> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  return new Map(
    files.map((file) => {
      const path = join(file.parentPath, file.name);
      return [relative(folder, path), readFileSync(path)];
    }),
  );
}
