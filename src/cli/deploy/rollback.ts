import { type Command, InvalidArgumentError } from "commander";
import { keyIdOf } from "../../credentials/secrets/seal.ts";
import { DeploymentStore } from "../../environment/deployment-store.ts";
import type { EnvironmentDocument } from "../../environment/document.ts";
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
  const [before, after] = await Promise.all([
    sealedFor(store, plan.previous),
    sealedFor(store, plan.document),
  ]);
  if (before !== null && after !== null && before !== after) {
    console.error(
      `warning: The apps of generation ${from} are sealed for another key than those that are deployed. ` +
        "A Worker that has the SECRETS_KEY of the latter lets in none of them: push again from the files of then.",
    );
  }
  await store.deploy(plan);
  console.log(
    `Deployed generation ${plan.document.generation} of ${environment}, which is generation ${from} again.`,
  );
}

/** The id of the key that opens what is deployed of apps; null where there are none. */
async function sealedFor(
  store: DeploymentStore,
  document: EnvironmentDocument | null,
): Promise<string | null> {
  const [revision] = document?.directory?.entities ?? [];
  const bytes = revision === undefined ? null : await store.revision(revision);
  return bytes && keyIdOf(new TextDecoder().decode(bytes));
}

function parseNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("A generation is a number from 1.");
  return Number(text);
}
