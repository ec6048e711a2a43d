import type { Command } from "commander";
import { type EnvironmentFolder, readPaths } from "../check/environment-folder.ts";
import { CommandFailure } from "../command-failure.ts";
import { addKvOptions, type KvOptions, withKv } from "../kv/options.ts";
import { checkDeclared, type DeclaredSecrets, declaredSecrets } from "./declared.ts";
import { DeployedSecrets, readSealingKey } from "./deployed-secrets.ts";
import { DevSecrets, devFolder } from "./dev-secrets.ts";
import { makeKeys } from "./make-keys.ts";
import { formatSecrets } from "./print-list.ts";
import { readValue } from "./read-value.ts";

interface FolderOptions {
  readonly folder: string;
}

interface SecretOptions extends KvOptions, FolderOptions {
  readonly env?: string;
}

/** `sortie secret`: the secrets of sources and outbound applications. Values are never shown again. */
export function addSecret(program: Command): void {
  const secret = program
    .command("secret")
    .description("set the secrets of sources; nobody can read them again but code that declares the source");
  addKey(secret);
  addSet(secret);
  addList(secret);
  addRemove(secret);
}

function addKey(secret: Command): void {
  withFolder(secret.command("key"))
    .description("make the keys that seal secrets and open them again")
    .requiredOption("--env <name>", "the environment")
    .option("--replace", "make new keys in the place of those there are; set every secret again afterwards")
    .addHelpText(
      "after",
      "\nThe public key goes into environments/NAME/secrets-key.json, the private one to the standard output and nowhere else:\n" +
        "  sortie secret key --env prod | npx wrangler secret put SECRETS_KEY",
    )
    .action(async ({ env, folder, replace = false }: FolderOptions & { env: string; replace?: boolean }) => {
      const { privateJwk, file } = await makeKeys(folderOf(folder, env), env, replace);
      console.error(`The public key is in ${file}; keep it with the other files of the environment.`);
      console.error(
        "The private key follows. It belongs into the Worker's secret SECRETS_KEY and nowhere else.",
      );
      console.log(privateJwk);
    });
}

function addSet(secret: Command): void {
  withPlace(secret.command("set"))
    .description("set a secret: asks for the value, or reads it from the standard input")
    .addHelpText(
      "after",
      "\nOne newline at the end of the standard input is not part of the value. The client secret of an outbound\n" +
        "application is: sortie secret set outbound-application:NAME clientSecret",
    )
    .action(async (source: string, name: string, options: SecretOptions) => {
      const folder = folderOf(options.folder, options.env);
      const warning = checkDeclared(declaredIn(folder, options.env), source, name);
      if (warning !== null) console.error(`warning: ${warning}`);
      const question = `Value of ${name} of ${source}: `;
      if (options.env === undefined) {
        const file = await new DevSecrets(devFolder()).set(source, name, await readValue(question));
        console.log(`Set ${name} of ${source} for sortie dev, in ${file}.`);
        return;
      }
      const { env } = options;
      const key = await readSealingKey(env, options.folder, folder.files);
      const value = await readValue(question);
      await withKv(options, (kv) => new DeployedSecrets(kv, env).set(source, name, value, key));
      console.log(
        `Set ${name} of ${source} in ${options.env}. Where it is in use, it is found within two minutes.`,
      );
    });
}

function addList(secret: Command): void {
  withStore(secret.command("list"))
    .description("say which secrets are set, and which are declared and are not")
    .action(async (options: SecretOptions) => {
      const { env } = options;
      const folder = folderOf(options.folder, env);
      const set =
        env === undefined
          ? new DevSecrets(devFolder()).list().map((secret) => ({ ...secret, isCurrent: true }))
          : await listDeployed(env, folder, options);
      process.stdout.write(formatSecrets(set, declaredIn(folder, env)));
    });
}

async function listDeployed(env: string, { files }: EnvironmentFolder, options: SecretOptions) {
  const key = await readSealingKey(env, options.folder, files);
  return withKv(options, (kv) => new DeployedSecrets(kv, env).list(key));
}

function addRemove(secret: Command): void {
  withPlace(secret.command("remove"))
    .description("remove a secret")
    .action(async (source: string, name: string, options: SecretOptions) => {
      const { env } = options;
      const removed =
        env === undefined
          ? new DevSecrets(devFolder()).remove(source, name)
          : await withKv(options, (kv) => new DeployedSecrets(kv, env).remove(source, name));
      if (!removed) throw new CommandFailure(`There is no secret ${name} of ${source}.`);
      console.log(`Removed ${name} of ${source}.`);
    });
}

function withPlace(command: Command): Command {
  return withStore(command)
    .argument("<source>", "the source's API name, or outbound-application:NAME")
    .argument("<name>", "the secret's name");
}

function withStore(command: Command): Command {
  return addKvOptions(withFolder(command)).option(
    "--env <name>",
    "the environment, in the KV namespace of its Worker (default: for sortie dev in this folder)",
  );
}

function withFolder(command: Command): Command {
  return command.option("--folder <path>", "the environment's folder", "policies");
}

/** Throws {@link CommandFailure} when the folder has environments but not that one, or none can have that name. */
function folderOf(path: string, environment: string | undefined): EnvironmentFolder {
  if (environment !== undefined && !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(environment)) {
    throw new CommandFailure(`"${environment}" cannot be the name of an environment.`);
  }
  const folder = readPaths([path]);
  const { names } = folder;
  if (environment !== undefined && names.length > 0 && !names.includes(environment)) {
    throw new CommandFailure(`There is no environments/${environment}; there is ${names.join(", ")}.`);
  }
  return folder;
}

/** Without an environment, the secrets of all that there are: `sortie dev` may run any of them. */
function declaredIn({ files, names }: EnvironmentFolder, environment: string | undefined): DeclaredSecrets {
  const all = names.length > 0 ? names : ["local"];
  return declaredSecrets(files, environment === undefined ? all : [environment]);
}
