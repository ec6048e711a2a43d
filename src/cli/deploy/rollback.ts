import { type Command, InvalidArgumentError } from "commander";
import { DeploymentStore } from "../../environment/deployment-store.ts";
import type { KvStore } from "../../environment/kv-store.ts";
import { addKvOptions, type KvOptions, withKv } from "../kv/options.ts";
import { formatChanges } from "./print-changes.ts";

/** `sortie rollback`: makes an earlier generation the deployed state again. */
export function addRollback(program: Command): void {
  const rollback = program
    .command("rollback")
    .description("go back to an earlier generation of an environment, which becomes the newest one")
    .requiredOption("--env <name>", "the environment")
    .option(
      "--to <n>",
      "the generation to go back to (default: the one before the deployed one)",
      parseNumber,
    );
  addKvOptions(rollback).action((options: KvOptions & { env: string; to?: number }) =>
    withKv(options, (kv) => rollBack(kv, options.env, options.to)),
  );
}

async function rollBack(kv: KvStore, environment: string, to: number | undefined): Promise<void> {
  const store = new DeploymentStore(kv, environment);
  const { plan, from } = await store.rollback(to, new Date());
  process.stdout.write(formatChanges(plan.changes));
  await store.deploy(plan);
  console.log(
    `Deployed generation ${plan.document.generation} of ${environment}, which is generation ${from} again.`,
  );
}

function parseNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("A generation is a number from 1.");
  return Number(text);
}
