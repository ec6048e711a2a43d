import type { KvEntry, KvStore } from "../../src/environment/kv-store.ts";

/** A KV namespace in memory that can fail before a write. */
export class MemoryKv implements KvStore {
  readonly values = new Map<string, Uint8Array>();
  beforePut: (keys: string[]) => void = () => {};

  async getTexts(keys: readonly string[]) {
    return keys.map((key) => {
      const value = this.values.get(key);
      return value ? new TextDecoder().decode(value) : null;
    });
  }

  async getBytes(key: string) {
    return this.values.get(key) ?? null;
  }

  async put(entries: readonly KvEntry[]) {
    for (const { key, value } of entries) {
      this.beforePut([key]);
      this.values.set(key, value);
    }
  }

  async list(prefix: string) {
    return [...this.values.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  async remove(keys: readonly string[]) {
    for (const key of keys) this.values.delete(key);
  }
}

export function textEntry(key: string, text: string): KvEntry {
  return { key, value: new TextEncoder().encode(text) };
}
