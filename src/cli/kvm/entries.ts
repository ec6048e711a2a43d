import { readKeyPair } from "../../credentials/secrets/keys.ts";
import { keyIdOf } from "../../credentials/secrets/seal.ts";
import type { EnvironmentDocument } from "../../environment/document.ts";
import type { KvStore } from "../../environment/kv-store.ts";
import { type DeployedEntry, entriesOfMaps } from "../../stores/environment-maps.ts";
import { entryId, type MapName, type MapValues } from "../../stores/key-value-maps.ts";
import {
  deletedEntry,
  type EntryPlace,
  type EntryRecord,
  entryKey,
  entryPrefixes,
  openEntry,
  readRecord,
  sealEntry,
} from "../../stores/sealed-entry.ts";
import { CommandFailure } from "../command-failure.ts";
import type { SealingKey } from "../secret/deployed-secrets.ts";

/** An entry of a key value map, without its values. */
export interface KnownEntry {
  readonly map: MapName;
  readonly key: string;
  /** The values of the environment's files; null when they have none. */
  readonly deployed: MapValues | null;
  /** What flows or people have set since; null when nobody has. */
  readonly stored: EntryRecord | null;
}

/** The entries of an environment's key value maps in KV. Every method may reject with {@link CommandFailure}. */
export class MapEntries {
  readonly #kv: KvStore;
  readonly #place: Pick<EntryPlace, "organization" | "environment">;
  readonly #deployed: readonly DeployedEntry[];

  /** @param document what is deployed; null when nothing is */
  constructor(kv: KvStore, environment: string, document: EnvironmentDocument | null) {
    this.#kv = kv;
    this.#place = { organization: document?.organization ?? "local", environment };
    this.#deployed = document ? [...document.initialEntries, ...entriesOfMaps(document.keyValueMaps)] : [];
  }

  /** All of them, by map and key. */
  async list(): Promise<KnownEntry[]> {
    const entries = new Map<string, KnownEntry>();
    for (const { map, key, values } of this.#deployed) {
      entries.set(entryId(map, key), { map, key, deployed: values, stored: null });
    }
    const { organization, environment } = this.#place;
    for (const prefix of entryPrefixes(organization, environment)) {
      const texts = await this.#kv.getTexts(await this.#kv.list(prefix));
      for (const stored of texts.flatMap((text) => readRecord(text ?? "") ?? [])) {
        const { map, key } = stored;
        const id = entryId(map, key);
        entries.set(id, { map, key, deployed: entries.get(id)?.deployed ?? null, stored });
      }
    }
    return [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
  }

  /** Null when it is neither deployed nor stored. */
  async find(map: MapName, key: string): Promise<KnownEntry | null> {
    const [text] = await this.#kv.getTexts([await entryKey({ ...this.#place, map, key })]);
    const id = entryId(map, key);
    const deployed = this.#deployed.findLast((entry) => entryId(entry.map, entry.key) === id)?.values ?? null;
    const stored = readRecord(text ?? "");
    return deployed || stored ? { map, key, deployed, stored } : null;
  }

  /** @param privateKey opens what is sealed, as the Worker's SECRETS_KEY */
  async open({ map, key, deployed, stored }: KnownEntry, privateKey: string | undefined): Promise<MapValues> {
    if (!stored) return deployed ?? [];
    if (stored.sealed === null) return [];
    const { opens } = await readKeyPair(privateKey);
    const values = await openEntry(stored.sealed, { ...this.#place, map, key }, opens);
    if (values) return values;
    throw new CommandFailure("It was sealed for another key, or is damaged. Set it again.");
  }

  async set(map: MapName, key: string, values: MapValues, sealingKey: SealingKey): Promise<void> {
    const place = { ...this.#place, map, key };
    const record = await sealEntry(place, values, sealingKey);
    await this.#kv.put([{ key: await entryKey(place), value: new TextEncoder().encode(record) }]);
  }

  /** Takes away what was set or deleted, so that what is deployed is found again; false when nothing was. */
  async reset(map: MapName, key: string): Promise<boolean> {
    const entry = await this.find(map, key);
    if (!entry?.stored) return false;
    await this.#kv.remove([await entryKey({ ...this.#place, map, key })]);
    return true;
  }

  /** Deletes an entry, also one that is deployed; false when there is none. */
  async delete(map: MapName, key: string): Promise<boolean> {
    const entry = await this.find(map, key);
    if (!entry || isDeleted(entry)) return false;
    const place = { ...this.#place, map, key };
    const name = await entryKey(place);
    if (entry.deployed) {
      await this.#kv.put([{ key: name, value: new TextEncoder().encode(deletedEntry(place)) }]);
    } else {
      await this.#kv.remove([name]);
    }
    return true;
  }
}

/** Whether an entry is hidden, so that flows find none. */
export function isDeleted({ stored }: KnownEntry): boolean {
  return stored !== null && stored.sealed === null;
}

/**
 * Where the values of an entry come from, for people.
 * @param key the environment's present one; null when it has none
 */
export function stateOf({ deployed, stored }: KnownEntry, key: SealingKey | null): string {
  if (!stored) return "deployed";
  if (stored.sealed === null) return "deleted, and deployed";
  const isCurrent = key !== null && keyIdOf(stored.sealed) === key.id;
  const state = deployed ? "set, in the place of what is deployed" : "set";
  return isCurrent || key === null ? state : `${state}; sealed for another key: set it again`;
}
