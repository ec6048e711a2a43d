import { type Command, InvalidArgumentError } from "commander";
import { changesBetween } from "../../environment/deployment.ts";
import { CommandFailure } from "../command-failure.ts";
import { addKvOptions, type KvOptions, withKv } from "../kv/options.ts";
import type { KvStore } from "../kv/store.ts";
import { DeploymentStore } from "./deployment-store.ts";
import { formatChanges } from "./print-changes.ts";

/**
 * `sortie rollback`: makes an earlier generation the deployed state again. It gets a new number, because the
 * running Worker looks for numbers that it does not know.
 */
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
  const current = await store.current();
  if (!current) throw new CommandFailure(`Nothing is deployed to ${environment}.`);
  const number = to ?? (await store.generations()).findLast((each) => each < current.generation);
  if (number === undefined) throw new CommandFailure(`${environment} has no earlier generation.`);
  if (number === current.generation) throw new CommandFailure(`Generation ${number} is what is deployed.`);
  const document = {
    ...(await store.generation(number)),
    generation: current.generation + 1,
    deployedAt: new Date().toISOString(),
  };
  process.stdout.write(formatChanges(changesBetween(current, document)));
  await store.deploy({ document, revisions: new Map() }, current);
  console.log(
    `Deployed generation ${document.generation} of ${environment}, which is generation ${number} again.`,
  );
}

function parseNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("A generation is a number from 1.");
  return Number(text);
}
