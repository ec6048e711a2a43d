/** Which key value map: maps of the same name in different scopes are different maps. */
export interface MapName {
  readonly scope: MapScope;
  readonly name: string;
}

export const mapScopes = ["organization", "environment", "apiproxy", "policy"] as const;

export type MapScope = (typeof mapScopes)[number];

/** Key value maps. Apigee: "Using key value maps". */
export interface KeyValueMaps {
  /** The value of a key, at once where it is at hand; null when there is no such map or key. */
  get(map: MapName, key: string): string | null | Promise<string | null>;
}

/** The maps that are deployed with an environment, which are its own, by name. */
export function deployedMaps(maps: Readonly<Record<string, Readonly<Record<string, string>>>>): KeyValueMaps {
  const entries = new Map(Object.entries(maps).map(([name, map]) => [name, new Map(Object.entries(map))]));
  return {
    get: ({ scope, name }, key) => (scope === "environment" ? (entries.get(name)?.get(key) ?? null) : null),
  };
}
