import type { StoreContext } from "./store-context.ts";

export const mapScopes = ["organization", "environment", "apiproxy", "policy"] as const;

export type MapScope = (typeof mapScopes)[number];

/** Which key value map: maps of the same name in different scopes are different maps. */
export interface MapName {
  readonly scope: MapScope;
  /** Whose it is within the environment: the proxy, or the revision of a proxy; empty for the wider scopes. */
  readonly owner: string;
  readonly name: string;
}

/** Whose a map is: a proxy's, or one of its revisions'. */
export function ownerOf(
  scope: MapScope,
  { proxy, revision }: { readonly proxy: string; readonly revision: string },
): string {
  if (scope === "policy") return `${proxy}/${revision}`;
  return scope === "apiproxy" ? proxy : "";
}

/** The values of an entry: nearly always one. */
export type MapValues = readonly string[];

/** Key value maps. Apigee: "Using key value maps". */
export interface KeyValueMaps {
  /** Whether flows may read entries only into variables whose names begin with `private.`. */
  readonly arePrivate: boolean;
  /**
   * The values of a key, at once where they are at hand; null when there is no such map or key.
   * Throws and rejects with {@link MapError}.
   * @param maxAgeMs how long ago they may have been read
   */
  get(
    map: MapName,
    key: string,
    maxAgeMs: number,
    context: StoreContext,
  ): MapValues | null | Promise<MapValues | null>;
  /** Sets a key, and makes the map when there is none. Rejects with {@link MapError}. */
  put(map: MapName, key: string, values: MapValues, context: StoreContext): Promise<void>;
  /** Removes a key, if it is there. Rejects with {@link MapError}. */
  delete(map: MapName, key: string, context: StoreContext): Promise<void>;
}

/** An entry that cannot be read or written. The message says why and holds no value. */
export class MapError extends Error {
  /** Whether another time it may work. */
  readonly isTransient: boolean;

  constructor(message: string, isTransient: boolean, options?: ErrorOptions) {
    super(message, options);
    this.name = "MapError";
    this.isTransient = isTransient;
  }
}

/** An id of an entry, whatever characters its names hold. */
export function entryId({ scope, owner, name }: MapName, key: string): string {
  return JSON.stringify([scope, owner, name, key]);
}
