import { generateKeys } from "../../src/credentials/secrets/keys.ts";
import { type MapKv, StoredMaps } from "../../src/stores/stored-maps.ts";

/** A KV namespace in memory, where a test can see and change everything. */
export class MemoryKv implements MapKv {
  readonly entries = new Map<string, string>();
  /** How often it was asked. */
  reads = 0;
  writes = 0;
  /** Stands in for reading and writing, while it is set. */
  trouble: (() => Promise<never>) | null = null;

  async get(key: string): Promise<string | null> {
    this.reads++;
    await this.trouble?.();
    return this.entries.get(key) ?? null;
  }

  async put(key: string, value: string): Promise<void> {
    this.writes++;
    await this.trouble?.();
    this.entries.set(key, value);
  }

  async delete(key: string): Promise<void> {
    await this.trouble?.();
    this.entries.delete(key);
  }
}

export const { privateJwk, publicJwk } = await generateKeys();

/** Maps of their own, in a KV namespace in memory. Another try of a write comes at once. */
export function memoryMaps(
  kv: MapKv = new MemoryKv(),
  {
    privateKey = privateJwk,
    log = [],
  }: { privateKey?: string | undefined; log?: Record<string, unknown>[] } = {},
): StoredMaps {
  return new StoredMaps({
    kv,
    privateKey,
    log: (line) => log.push(line),
    after: (_ms, then) => then(),
  });
}
