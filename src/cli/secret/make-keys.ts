import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generateKeys } from "../../credentials/secrets/keys.ts";
import type { EnvironmentFolder } from "../check/environment-folder.ts";
import { pathOnDisk } from "../check/mount.ts";
import { CommandFailure } from "../command-failure.ts";
import { keyFile } from "./deployed-secrets.ts";

/**
 * Makes the keys of an environment and writes the public one into its folder.
 * Rejects with {@link CommandFailure} when there is one that is not to be replaced.
 * @returns the private key, which is kept nowhere
 */
export async function makeKeys(
  folder: EnvironmentFolder,
  environment: string,
  replace: boolean,
): Promise<{ readonly privateJwk: string; readonly file: string }> {
  const path = keyFile(environment);
  const mount = folder.mounts.find(({ at }) => at === "");
  if (!mount)
    throw new CommandFailure("The public key belongs into an environment's folder. Name it with --folder.");
  const file = pathOnDisk(folder.mounts, path);
  if (folder.files.has(path) && !replace) {
    throw new CommandFailure(
      `${file} is there already. With --replace it becomes a new key, every secret has to be set again, and an environment with apps pushed again.`,
    );
  }
  const { publicJwk, privateJwk } = await generateKeys();
  const onDisk = join(mount.source, path);
  mkdirSync(dirname(onDisk), { recursive: true });
  writeFileSync(onDisk, `${JSON.stringify(JSON.parse(publicJwk), null, 2)}\n`);
  return { privateJwk, file };
}
