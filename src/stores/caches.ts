import type { StoreContext } from "./store-context.ts";

/** A message as it is cached. */
export interface CachedMessage {
  readonly kind: "request" | "response";
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  readonly version: string;
  /** The compression that the body came with and should leave with; it is kept uncompressed. */
  readonly coding: string | null;
  /** Of a request; of a kept response that of the request which it answered. */
  readonly verb?: string;
  /** Of a request. */
  readonly path?: string;
  readonly query?: string;
  /** Of a response. */
  readonly status?: number;
  readonly reason?: string;
}

/** What a cache holds: the value of a variable, or a whole message. */
export type CachedValue = string | boolean | number | readonly string[] | CachedMessage;

/** Where an entry is. Its parts stay apart: what they are together, other parts could be as well. */
export interface CacheKey {
  /** The name of the cache; empty for the shared one. */
  readonly cache: string;
  /** What the key begins with, and what children are purged by: the parts of a scope, or what a policy gives. */
  readonly prefix: readonly string[];
  readonly fragments: readonly string[];
}

/** A key as policies show it. Apigee: "Working with cache keys". */
export function textOfKey({ prefix, fragments }: CacheKey): string {
  return [...prefix, ...fragments].join("__");
}

/** Caches. What fails in them is logged and counts as not cached: none of it concerns a request. */
export interface Caches {
  /**
   * The value, at once where it is at hand; null when there is none, or none in time.
   * @param timeoutMs how long it may take
   */
  get(
    key: CacheKey,
    timeoutMs: number,
    context: StoreContext,
  ): CachedValue | null | Promise<CachedValue | null>;
  /**
   * The same; but when nothing is there while another request is about to put it, waits for that one, within the
   * time. It comes to nothing when that one ends without a value: then whoever has waited makes its own.
   * @param context `received` stands for the client's request, the same in all proxies that run for it
   * @param whenDone takes what to call when this request has ended, where others may wait for it
   */
  getOrWait(
    key: CacheKey,
    timeoutMs: number,
    context: StoreContext & { readonly received: object },
    whenDone: (end: () => void) => void,
  ): CachedValue | null | Promise<CachedValue | null>;
  /**
   * Keeps a value, unless it or its key is too long.
   * @param expiresAt epoch milliseconds
   */
  put(key: CacheKey, value: CachedValue, expiresAt: number, context: StoreContext): void;
  invalidate(key: CacheKey, context: StoreContext): void;
  /** Invalidates all entries with the same prefix. */
  purge(key: Omit<CacheKey, "fragments">, context: StoreContext): void;
}

/** Limits of entries. Apigee: "Limits" (cache). Bytes. */
export const MAX_CACHE_KEY_BYTES = 2 * 1024;
export const MAX_CACHED_BYTES = 256 * 1024;

/** The bytes of a value, as the limits count them. */
export function bytesOf(value: CachedValue): number {
  if (typeof value === "string") return new TextEncoder().encode(value).length;
  if (typeof value !== "object") return 8;
  if ("kind" in value) {
    const headers = value.headers.reduce((sum, [name, text]) => sum + name.length + text.length, 0);
    return value.body.length + headers + (value.path?.length ?? 0) + (value.query?.length ?? 0);
  }
  return value.reduce((sum, text) => sum + bytesOf(text), 0);
}
