/** A value to write. */
export interface KvEntry {
  readonly key: string;
  readonly value: Uint8Array;
}

/** A KV namespace as deploying needs it. */
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

/** Keys that one read takes at most. */
const MAX_READ = 100;

/** A namespace that is bound to a Worker, or that Miniflare keeps. */
export class NamespaceKv implements KvStore {
  readonly #namespace: KVNamespace;

  constructor(namespace: KVNamespace) {
    this.#namespace = namespace;
  }

  async getTexts(keys: readonly string[]): Promise<(string | null)[]> {
    const texts: (string | null)[] = [];
    for (let start = 0; start < keys.length; start += MAX_READ) {
      const some = keys.slice(start, start + MAX_READ);
      const found = await this.#namespace.get(some, "text");
      texts.push(...some.map((key) => found.get(key) ?? null));
    }
    return texts;
  }

  async getBytes(key: string): Promise<Uint8Array | null> {
    const bytes = await this.#namespace.get(key, "arrayBuffer");
    return bytes && new Uint8Array(bytes);
  }

  async put(entries: readonly KvEntry[]): Promise<void> {
    for (const { key, value } of entries) await this.#namespace.put(key, new Uint8Array(value).buffer);
  }

  async list(prefix: string): Promise<string[]> {
    const names: string[] = [];
    let cursor: string | null = null;
    do {
      const page: KVNamespaceListResult<unknown> = await this.#namespace.list({ prefix, cursor });
      names.push(...page.keys.map(({ name }) => name));
      cursor = page.list_complete ? null : page.cursor;
    } while (cursor !== null);
    return names;
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.#namespace.delete(key);
  }
}
