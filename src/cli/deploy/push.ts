import type { Command } from "commander";
import { sortedProblems } from "../../environment/check.ts";
import { type DeploymentPlan, planDeployment } from "../../environment/deployment.ts";
import { DeploymentStore } from "../../environment/deployment-store.ts";
import type { EnvironmentModel } from "../../environment/read-environment.ts";
import { checkedEnvironment } from "../check/checked-environment.ts";
import { readPaths } from "../check/environment-folder.ts";
import type { Mount } from "../check/mount.ts";
import { objectBindingProblems } from "../check/object-bindings.ts";
import { formatProblems } from "../check/print-problems.ts";
import { loadFailures, loadProblems } from "../dev/load-problems.ts";
import { addKvOptions, type KvOptions, withKv } from "../kv/options.ts";
import { readSealingKey, type SealingKey } from "../secret/deployed-secrets.ts";
import { dataLosses } from "./data-losses.ts";
import { clientChanges } from "./diff/client-changes.ts";
import { differences } from "./diff/difference.ts";
import { formatDifferences } from "./diff/print-difference.ts";
import { formatChanges } from "./print-changes.ts";

interface PushOptions extends KvOptions {
  readonly env: string;
  readonly organization?: string;
  readonly dryRun?: boolean;
  readonly allowDataLoss?: boolean;
}

/** `sortie push`: deploys an environment, all of it or nothing. Exit status 1 when it has errors. */
export function addPush(program: Command): void {
  withEnvironment(program.command("push"))
    .description("deploy an environment into the KV namespace of its Worker")
    .option(
      "--allow-data-loss",
      "also take properties, types and links out of the ontology that have data, or the last app out",
    )
    .option("--dry-run", "show what would change, file by file, and write nothing")
    .action(push);
}

/** `sortie diff`: shows what `sortie push` would change. Exit status 1 when the environment has errors. */
export function addDiff(program: Command): void {
  withEnvironment(program.command("diff"))
    .description("show what pushing an environment would change, file by file")
    .action((path: string, options: PushOptions) => push(path, { ...options, dryRun: true }));
}

function withEnvironment(command: Command): Command {
  return addKvOptions(
    command
      .argument("[path]", "an environment folder", "policies")
      .requiredOption("--env <name>", "the environment to deploy")
      .option("--organization <name>", "what flows see as organization.name (default: as deployed before)"),
  );
}

async function push(path: string, options: PushOptions): Promise<void> {
  const folder = readPaths([path]);
  const { model, problems, failed } = await checkedEnvironment(folder, options.env);
  const unbound = objectBindingProblems(model, folder.mounts, options.config, "error");
  const all = sortedProblems([...problems, ...unbound]);
  if (all.length > 0) process.stderr.write(formatProblems(all, process.stderr));
  if (failed || unbound.length > 0) return refuse();
  // Keys and secrets of apps are not to be read in KV.
  const seals = hasClients(model) ? await readSealingKey(options.env, path, folder.files) : null;
  await withKv(options, (kv) =>
    deploy(new DeploymentStore(kv, options.env), model, folder.mounts, seals, options),
  );
}

function hasClients({ settings: { clients } }: EnvironmentModel): boolean {
  const { products, developers, appGroups, apps } = clients;
  return [products, developers, appGroups, apps].some((entities) => entities.length > 0);
}

function refuse(): void {
  console.error("Nothing was deployed.");
  process.exitCode = 1;
}

async function deploy(
  store: DeploymentStore,
  model: EnvironmentModel,
  mounts: readonly Mount[],
  seals: SealingKey | null,
  options: PushOptions,
): Promise<void> {
  const previous = await store.current();
  const plan = await planDeployment(model, previous, {
    organization: options.organization,
    now: new Date(),
    advice: "list",
    seals,
  });
  process.stdout.write(formatChanges(plan.changes));
  if (plan.isRepetition) {
    console.log(`Nothing has changed: ${options.env} stays at generation ${previous?.generation}.`);
    return;
  }
  const losses = options.allowDataLoss ? [] : dataLosses(previous, model, mounts);
  if (losses.length > 0) {
    process.stderr.write(formatProblems(losses, process.stderr));
    if (!options.dryRun) return refuse();
  }
  const failures = await loadFailures(plan);
  if (failures.length > 0) {
    process.stderr.write(formatProblems(loadProblems(failures, model, mounts), process.stderr));
    return refuse();
  }
  if (options.dryRun) return printDifferences(store, plan, model);
  await store.deploy(plan);
  console.log(`Deployed generation ${plan.document.generation} of ${options.env}.`);
}

async function printDifferences(
  store: DeploymentStore,
  plan: DeploymentPlan,
  { settings }: EnvironmentModel,
): Promise<void> {
  const read = (revision: string) => store.revision(revision);
  const ofClients = await clientChanges(plan, settings.clients, read, process.env.SECRETS_KEY);
  const found = [...(await differences(plan, read)), ...(ofClients ? [ofClients] : [])];
  process.stdout.write(formatDifferences(found));
  console.log("\nNothing was written.");
}
