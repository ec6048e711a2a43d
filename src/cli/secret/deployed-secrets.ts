import { readPublicKey } from "../../credentials/secrets/keys.ts";
import { placeOf, type SecretPlace, secretKey } from "../../credentials/secrets/place.ts";
import { keyIdOf, sealSecret } from "../../credentials/secrets/seal.ts";
import type { EnvironmentFiles } from "../../environment/read-environment.ts";
import { CommandFailure } from "../command-failure.ts";
import type { KvStore } from "../wrangler-kv.ts";

/** The file with the public key, in the environment's folder. */
export const keyFile = (environment: string) => `environments/${environment}/secrets-key.json`;

/** A secret that KV has. */
export interface DeployedSecret extends SecretPlace {
  /** Whether it was sealed for the environment's present key. */
  readonly isCurrent: boolean;
}

/** The sealed secrets of an environment in KV. Every method may reject with {@link CommandFailure}. */
export class DeployedSecrets {
  readonly #kv: KvStore;
  readonly #environment: string;
  readonly #files: EnvironmentFiles;

  /** @param files the environment's folder, with the public key */
  constructor(kv: KvStore, environment: string, files: EnvironmentFiles) {
    this.#kv = kv;
    this.#environment = environment;
    this.#files = files;
  }

  /** Rejects with SecretError when the file with the key holds something else. */
  readKey() {
    const file = keyFile(this.#environment);
    const bytes = this.#files.get(file);
    if (bytes) return readPublicKey(new TextDecoder().decode(bytes), file);
    throw new CommandFailure(
      `There is no ${file} to seal secrets with. Make it, and the Worker's key, with: ` +
        `sortie secret key --env ${this.#environment} | npx wrangler secret put SECRETS_KEY`,
    );
  }

  async set(source: string, name: string, value: string): Promise<void> {
    const place = { environment: this.#environment, source, name };
    const jwe = await sealSecret(place, value, await this.readKey());
    await this.#kv.put([{ key: secretKey(place), value: new TextEncoder().encode(jwe) }]);
  }

  async list(): Promise<DeployedSecret[]> {
    const { id } = await this.readKey();
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
