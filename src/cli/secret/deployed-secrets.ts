import type { SecretError } from "../../credentials/secrets/error.ts";
import { readPublicKey } from "../../credentials/secrets/keys.ts";
import { placeOf, type SecretPlace, secretKey } from "../../credentials/secrets/place.ts";
import { keyIdOf, sealSecret } from "../../credentials/secrets/seal.ts";
import type { KvStore } from "../../environment/kv-store.ts";
import type { EnvironmentFiles } from "../../environment/read-environment.ts";
import { CommandFailure } from "../command-failure.ts";

/** The file with the public key, in the environment's folder. */
export const keyFile = (environment: string) => `environments/${environment}/secrets-key.json`;

/** A secret that KV has. */
export interface DeployedSecret extends SecretPlace {
  /** Whether it was sealed for the environment's present key. */
  readonly isCurrent: boolean;
}

/** Where `sortie secret key` looks when nobody says where. */
const DEFAULT_FOLDER = "policies";

/** What seals an environment's secrets. */
export type SealingKey = Awaited<ReturnType<typeof readPublicKey>>;

/**
 * The public key among the files of an environment's folder. Rejects with {@link CommandFailure} when there is none, or
 * the file holds something else.
 *
 * @param folder where the user says that it is
 */
export async function readSealingKey(
  environment: string,
  folder: string,
  files: EnvironmentFiles,
): Promise<SealingKey> {
  const file = keyFile(environment);
  const bytes = files.get(file);
  if (bytes) {
    return readPublicKey(new TextDecoder().decode(bytes), file).catch((cause: SecretError) => {
      throw new CommandFailure(cause.message, { cause });
    });
  }
  const place = folder === DEFAULT_FOLDER ? "" : `--folder ${folder} `;
  throw new CommandFailure(
    `There is no ${file} to seal secrets and keys of apps with. Make it, and the Worker's key, with: ` +
      `sortie secret key ${place}--env ${environment} | npx wrangler secret put SECRETS_KEY`,
  );
}

/** The sealed secrets of an environment in KV. Every method may reject with {@link CommandFailure}. */
export class DeployedSecrets {
  readonly #kv: KvStore;
  readonly #environment: string;

  constructor(kv: KvStore, environment: string) {
    this.#kv = kv;
    this.#environment = environment;
  }

  async set(source: string, name: string, value: string, key: SealingKey): Promise<void> {
    const place = { environment: this.#environment, source, name };
    const jwe = await sealSecret(place, value, key);
    await this.#kv.put([{ key: secretKey(place), value: new TextEncoder().encode(jwe) }]);
  }

  /** @param key the environment's present one */
  async list({ id }: SealingKey): Promise<DeployedSecret[]> {
    const keys = await this.#kv.list(`secret/${this.#environment}/`);
    const sealed = await this.#kv.getTexts(keys);
    return keys.flatMap((key, index) => {
      const place = placeOf(key);
      return place ? { ...place, isCurrent: keyIdOf(sealed[index] ?? "") === id } : [];
    });
  }

  /** Removes a secret; false when there is none. */
  async remove(source: string, name: string): Promise<boolean> {
    const key = secretKey({ environment: this.#environment, source, name });
    if (!(await this.#kv.list(key)).includes(key)) return false;
    await this.#kv.remove([key]);
    return true;
  }
}
