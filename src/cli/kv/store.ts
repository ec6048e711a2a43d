/** A value to write. */
export interface KvEntry {
  readonly key: string;
  readonly value: Uint8Array;
}

/** A KV namespace as deploying needs it. Every method may reject with `CommandFailure`. */
export interface KvStore {
  /** The texts of keys in their order; null for those that do not exist. */
  getTexts(keys: readonly string[]): Promise<(string | null)[]>;
  /** The bytes of a key; null when it does not exist. */
  getBytes(key: string): Promise<Uint8Array | null>;
  put(entries: readonly KvEntry[]): Promise<void>;
  /** The keys that start with a prefix, in ascending order. */
  list(prefix: string): Promise<string[]>;
  remove(keys: readonly string[]): Promise<void>;
}
