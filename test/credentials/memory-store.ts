import type { TokenStore } from "../../src/credentials/sealed-store.ts";

/** A KV namespace in memory, where a test can see and change everything. */
export class MemoryStore implements TokenStore {
  readonly entries = new Map<string, { readonly value: string; readonly expirationTtl: number }>();
  /** How often it was asked. */
  reads = 0;

  async get(key: string): Promise<string | null> {
    this.reads++;
    return this.entries.get(key)?.value ?? null;
  }

  async put(key: string, value: string, { expirationTtl }: { expirationTtl: number }): Promise<void> {
    this.entries.set(key, { value, expirationTtl });
  }
}

/** A key for AES-256 in base64: one byte, 32 times. */
export function sealingKey(byte = 1): string {
  return btoa(String.fromCharCode(byte).repeat(32));
}
