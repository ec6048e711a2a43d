import { entryId, type KeyValueMaps, type MapName, type MapValues } from "./key-value-maps.ts";
import type { EntryPlace } from "./sealed-entry.ts";
import type { StoreContext } from "./store-context.ts";
import type { StoredMaps } from "./stored-maps.ts";

/** An entry that is deployed with an environment. */
export interface DeployedEntry {
  readonly map: MapName;
  readonly key: string;
  readonly values: MapValues;
}

/** The entries of `keyvaluemaps.json`, which belong to the environment. */
export function entriesOfMaps(
  maps: Readonly<Record<string, Readonly<Record<string, string>>>>,
): DeployedEntry[] {
  return Object.entries(maps).flatMap(([name, entries]) =>
    Object.entries(entries).map(([key, value]) => ({
      map: { scope: "environment", owner: "", name } as const,
      key,
      values: [value],
    })),
  );
}

/** What one deployed state of an environment has: its own entries, and over them those that were stored since. */
export class EnvironmentMaps implements KeyValueMaps {
  readonly arePrivate: boolean;
  readonly #place: Pick<EntryPlace, "organization" | "environment">;
  readonly #stored: Pick<StoredMaps, "read" | "write" | "delete">;
  readonly #deployed: ReadonlyMap<string, MapValues>;

  constructor(
    { organization, environment }: Pick<EntryPlace, "organization" | "environment">,
    deployed: readonly DeployedEntry[],
    stored: Pick<StoredMaps, "read" | "write" | "delete">,
    arePrivate = false,
  ) {
    this.#place = { organization, environment };
    this.#stored = stored;
    this.#deployed = new Map(deployed.map(({ map, key, values }) => [entryId(map, key), values]));
    this.arePrivate = arePrivate;
  }

  get(
    map: MapName,
    key: string,
    maxAgeMs: number,
    context: StoreContext,
  ): MapValues | null | Promise<MapValues | null> {
    const found = this.#stored.read({ ...this.#place, map, key }, maxAgeMs, context);
    const deployed = () => this.#deployed.get(entryId(map, key)) ?? null;
    if (found instanceof Promise) return found.then((entry) => (entry ? entry.values : deployed()));
    return found ? found.values : deployed();
  }

  put(map: MapName, key: string, values: MapValues, context: StoreContext): Promise<void> {
    return this.#stored.write({ ...this.#place, map, key }, values, context);
  }

  delete(map: MapName, key: string, context: StoreContext): Promise<void> {
    const hides = this.#deployed.has(entryId(map, key));
    return this.#stored.delete({ ...this.#place, map, key }, hides, context);
  }
}
