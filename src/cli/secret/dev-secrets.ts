import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import * as v from "valibot";
import { generateKeys, readPrivateKey, readPublicKey } from "../../credentials/secrets/keys.ts";
import type { SecretPlace } from "../../credentials/secrets/place.ts";
import { openSecret, sealSecret } from "../../credentials/secrets/seal.ts";
import { CommandFailure } from "../command-failure.ts";

/** Plain values by source and name. */
export type SecretValues = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Where the current folder keeps what `sortie dev` needs and nobody else may have. */
export const devFolder = () => join(process.cwd(), ".sortie");

/** What secrets of `sortie dev` are bound to in the place of an environment: they serve whichever it runs. */
const DEV = "dev";

/** The folder and its files are for their owner alone. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

const sealedSchema = v.record(v.string(), v.record(v.string(), v.string()));
type Sealed = v.InferOutput<typeof sealedSchema>;
const keysSchema = v.object({ publicJwk: v.string(), privateJwk: v.string() });

/** The secrets of `sortie dev`, sealed, in a folder on this machine that git leaves alone. */
export class DevSecrets {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Seals and keeps a secret. Makes the folder, and its keys, when there are none.
   * @returns the path of the file that it is in
   */
  async set(source: string, name: string, value: string): Promise<string> {
    this.#makeFolder();
    const { publicJwk } = this.#keys() ?? (await this.#makeKeys());
    const key = await readPublicKey(publicJwk, this.#path("secrets-key.json"));
    const sealed = this.#sealed();
    const jwe = await sealSecret(placeOf(source, name), value, key);
    this.#write("secrets.json", { ...sealed, [source]: { ...sealed[source], [name]: jwe } });
    return this.#path("secrets.json");
  }

  /** Source and name of each secret, in order. */
  list(): { readonly source: string; readonly name: string }[] {
    return Object.entries(this.#sealed()).flatMap(([source, secrets]) =>
      Object.keys(secrets).map((name) => ({ source, name })),
    );
  }

  /** Removes a secret; false when there is none. */
  remove(source: string, name: string): boolean {
    const { [source]: { [name]: removed, ...others } = {}, ...rest } = this.#sealed();
    if (removed === undefined) return false;
    this.#write("secrets.json", Object.keys(others).length > 0 ? { ...rest, [source]: others } : rest);
    return true;
  }

  /** The plain values of all secrets. Rejects with {@link CommandFailure} when one cannot be opened. */
  async open(): Promise<SecretValues> {
    const sealed = Object.entries(this.#sealed());
    if (sealed.length === 0) return {};
    const key = await readPrivateKey(this.#keys()?.privateJwk).catch(() => {
      throw this.#damaged("secrets-key.json");
    });
    const opened = sealed.map(async ([source, secrets]) => {
      const values = Object.entries(secrets).map(async ([name, jwe]) => {
        const value = await openSecret(jwe, placeOf(source, name), key);
        if (value === null) throw this.#damaged("secrets.json");
        return [name, value] as const;
      });
      return [source, Object.fromEntries(await Promise.all(values))] as const;
    });
    return Object.fromEntries(await Promise.all(opened));
  }

  #sealed(): Sealed {
    return this.#read("secrets.json", sealedSchema) ?? {};
  }

  #keys(): v.InferOutput<typeof keysSchema> | null {
    return this.#read("secrets-key.json", keysSchema);
  }

  async #makeKeys(): Promise<v.InferOutput<typeof keysSchema>> {
    const keys = await generateKeys();
    this.#write("secrets-key.json", keys);
    return keys;
  }

  #makeFolder(): void {
    mkdirSync(this.#folder, { recursive: true, mode: FOLDER_MODE });
    writeFileSync(join(this.#folder, ".gitignore"), "*\n", { mode: FILE_MODE });
  }

  /** Null when there is no such file. */
  #read<T>(file: string, schema: v.GenericSchema<unknown, T>): T | null {
    const path = join(this.#folder, file);
    if (!existsSync(path)) return null;
    const result = v.safeParse(schema, parsed(readFileSync(path, "utf8")));
    if (!result.success) throw this.#damaged(file);
    return result.output;
  }

  /** Whole or not at all, so that a gateway that watches never reads half a file. */
  #write(file: string, content: object): void {
    const draft = join(this.#folder, `.${file}.${process.pid}`);
    writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: FILE_MODE });
    renameSync(draft, join(this.#folder, file));
  }

  #damaged(file: string): CommandFailure {
    return new CommandFailure(
      `${this.#path(file)} cannot be read. Remove ${this.#path("")} and set the secrets again with: sortie secret set SOURCE NAME`,
    );
  }

  #path(file: string): string {
    return relative(process.cwd(), join(this.#folder, file));
  }
}

function placeOf(source: string, name: string): SecretPlace {
  return { environment: DEV, source, name };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
