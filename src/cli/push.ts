import type { Command } from "commander";
import { planDeployment } from "../environment/deployment.ts";
import type { EnvironmentModel } from "../environment/read-environment.ts";
import { checkedEnvironment } from "./checked-environment.ts";
import { DeploymentStore } from "./deployment-store.ts";
import { readPaths } from "./environment-folder.ts";
import { addKvOptions, type KvOptions, withKv } from "./kv/options.ts";
import { formatChanges } from "./print-changes.ts";
import { formatProblems } from "./print-problems.ts";

interface PushOptions extends KvOptions {
  readonly env: string;
  readonly organization?: string;
}

/** `sortie push`: deploys an environment, all of it or nothing. Exit status 1 when it has errors. */
export function addPush(program: Command): void {
  const push = program
    .command("push")
    .description("deploy an environment into the KV namespace of its Worker")
    .argument("[path]", "an environment folder", "policies")
    .requiredOption("--env <name>", "the environment to deploy")
    .option("--organization <name>", "what flows see as organization.name (default: as deployed before)");
  addKvOptions(push).action(async (path: string, options: PushOptions) => {
    const { model, problems, failed } = await checkedEnvironment(readPaths([path]), options.env);
    if (problems.length > 0) process.stderr.write(formatProblems(problems, process.stderr));
    if (failed) {
      console.error("Nothing was deployed.");
      process.exitCode = 1;
      return;
    }
    await withKv(options, (kv) => deploy(new DeploymentStore(kv, options.env), model, options));
  });
}

async function deploy(store: DeploymentStore, model: EnvironmentModel, options: PushOptions): Promise<void> {
  const previous = await store.current();
  const plan = await planDeployment(model, previous, {
    organization: options.organization ?? previous?.organization ?? "local",
    now: new Date(),
    generation: (previous?.generation ?? 0) + 1,
    advice: "list",
  });
  process.stdout.write(formatChanges(plan.changes));
  if (previous && plan.changes.every(({ kind }) => kind === "unchanged")) {
    console.log(`Nothing has changed: ${options.env} stays at generation ${previous.generation}.`);
    return;
  }
  await store.deploy(plan, previous);
  console.log(`Deployed generation ${plan.document.generation} of ${options.env}.`);
}
