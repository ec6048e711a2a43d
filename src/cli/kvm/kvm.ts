import { existsSync } from "node:fs";
import { type Command, Option } from "commander";
import { SecretError } from "../../credentials/secrets/error.ts";
import { DeploymentStore } from "../../environment/deployment-store.ts";
import type { EnvironmentFiles } from "../../environment/read-environment.ts";
import { type MapName, type MapScope, mapScopes, ownerOf } from "../../stores/key-value-maps.ts";
import { MAX_VALUE_BYTES } from "../../stores/stored-maps.ts";
import { readPaths } from "../check/environment-folder.ts";
import { CommandFailure } from "../command-failure.ts";
import { addKvOptions, type KvOptions, withKv } from "../kv/options.ts";
import { keyFile, readSealingKey, type SealingKey } from "../secret/deployed-secrets.ts";
import { readValue } from "../secret/read-value.ts";
import { onOneLine } from "../visible.ts";
import { isDeleted, type KnownEntry, MapEntries, stateOf } from "./entries.ts";

interface MapOptions extends KvOptions {
  readonly env: string;
  readonly folder: string;
  readonly map?: string;
  readonly scope: MapScope;
  readonly proxy?: string;
  readonly revision?: string;
}

/** `sortie kvm`: the entries of key value maps that flows and people set. Deployments do not touch them. */
export function addKvm(program: Command): void {
  const kvm = program
    .command("kvm")
    .description("set entries of key value maps, beside those that are deployed with an environment");
  withMap(kvm.command("list")).description("say which entries there are, without their values").action(list);
  withKey(kvm.command("get"))
    .description("say whether there is an entry")
    .option("--show", "print its values; those that were set need the variable SECRETS_KEY")
    .action(get);
  withKey(kvm.command("set"))
    .description("set an entry: asks for the value, or reads it from the standard input")
    .option("--list", "each line is a value of its own")
    .action(set);
  withKey(kvm.command("delete"))
    .description("delete an entry, also one that is deployed")
    .option("--reset", "only take back what was set or deleted, so that what is deployed is found again")
    .action(remove);
}

async function list(options: MapOptions): Promise<void> {
  const files = filesOf(options);
  const key = files.has(keyFile(options.env))
    ? await readSealingKey(options.env, options.folder, files)
    : null;
  const entries = await withEntries(options, (found) => found.list());
  for (const entry of entries) {
    if (options.map !== undefined && entry.map.name !== options.map) continue;
    console.log(`${titleOf(entry)}  ${stateOf(entry, key)}`);
  }
}

/** Throws {@link CommandFailure} where there is no such folder: most often because it is the default. */
function filesOf({ folder }: MapOptions): EnvironmentFiles {
  if (existsSync(folder)) return readPaths([folder]).files;
  throw new CommandFailure(
    `There is no folder ${folder}, which has the key to seal with. Name the environment's folder with --folder.`,
  );
}

async function get(key: string, options: MapOptions & { show?: boolean }): Promise<void> {
  await withEntries(options, async (entries) => {
    const entry = await entries.find(mapOf(options), key);
    if (!entry || isDeleted(entry)) throw notThere(key, options);
    if (!options.show) return console.log(`${titleOf(entry)}  ${stateOf(entry, null)}`);
    const values = await failuresOf(entries.open(entry, process.env.SECRETS_KEY));
    console.log(values.join("\n"));
  });
}

async function set(key: string, options: MapOptions & { list?: boolean }): Promise<void> {
  const sealingKey: SealingKey = await readSealingKey(options.env, options.folder, filesOf(options));
  const map = mapOf(options);
  const value = await readValue(`Value of ${key} in ${map.name}: `, process.stdin, MAX_VALUE_BYTES);
  const values = options.list ? value.split(/\r?\n/) : [value];
  await withEntries(options, (entries) => entries.set(map, key, values, sealingKey));
  console.log(`Set ${key} in ${map.name}. Where it is in use, it is found once its policies read it again.`);
}

async function remove(key: string, options: MapOptions & { reset?: boolean }): Promise<void> {
  const map = mapOf(options);
  const removed = await withEntries(options, (entries) =>
    options.reset ? entries.reset(map, key) : entries.delete(map, key),
  );
  if (!removed) throw notThere(key, options);
  console.log(`${options.reset ? "Reset" : "Deleted"} ${key} in ${map.name}.`);
}

function withEntries<Result>(
  options: MapOptions,
  use: (entries: MapEntries) => Promise<Result>,
): Promise<Result> {
  return withKv(options, async (kv) => {
    const document = await new DeploymentStore(kv, options.env).current();
    return use(new MapEntries(kv, options.env, document));
  });
}

function notThere(key: string, options: MapOptions): CommandFailure {
  return new CommandFailure(`There is no ${key} in the map ${mapOf(options).name}.`);
}

/** Throws {@link CommandFailure} when it is not said whose map it is. */
function mapOf({ map = "kvmap", scope, proxy = "", revision = "" }: MapOptions): MapName {
  const isOfProxy = scope === "apiproxy" || scope === "policy";
  if (isOfProxy && proxy === "") throw new CommandFailure(`The scope ${scope} needs --proxy.`);
  if (scope === "policy" && revision === "") throw new CommandFailure("The scope policy needs --revision.");
  return { scope, owner: ownerOf(scope, { proxy, revision }), name: map };
}

function titleOf({ map: { scope, owner, name }, key }: KnownEntry): string {
  const whose = scope === "environment" ? "" : `${[scope, owner].filter(Boolean).join(" ")}: `;
  return onOneLine(`${whose}${name}  ${key}`);
}

function withKey(command: Command): Command {
  return withMap(command.argument("<key>", "the entry's key"))
    .addOption(new Option("--scope <scope>", "the map's scope").choices(mapScopes).default("environment"))
    .option("--proxy <name>", "whose it is, for the scopes apiproxy and policy")
    .option("--revision <n>", "of which revision, for the scope policy");
}

function withMap(command: Command): Command {
  return addKvOptions(command)
    .requiredOption("--env <name>", "the environment, in the KV namespace of its Worker")
    .option("--map <name>", "the map")
    .option("--folder <path>", "the environment's folder, which has the key to seal with", "policies");
}

async function failuresOf<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof SecretError ? new CommandFailure(error.message, { cause: error }) : error;
  }
}
