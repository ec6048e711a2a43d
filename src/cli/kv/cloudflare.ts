import * as v from "valibot";
import type { KvEntry, KvStore } from "../../environment/kv-store.ts";
import { CommandFailure } from "../command-failure.ts";
import type { CloudflareApi } from "./cloudflare-api.ts";

/** Limits of Cloudflare's API: "Write multiple key-value pairs" and its neighbours. */
const MAX_READ_KEYS = 100;
const MAX_WRITE_PAIRS = 10_000;
const MAX_REMOVED_KEYS = 10_000;
const MAX_LISTED_KEYS = 1000;

/** Values of one write together, in bytes: the API takes 100 MB, and base64 makes them a third larger. */
const MAX_WRITE_BYTES = 50 * 1024 * 1024;

const valuesSchema = v.object({ values: v.record(v.string(), v.nullable(v.string())) });
const keysSchema = v.array(v.object({ name: v.string() }));
const writtenSchema = v.nullish(v.object({ unsuccessful_keys: v.optional(v.array(v.string()), []) }));

/** A KV namespace of a Cloudflare account. Cloudflare: "Workers KV REST API". */
export class CloudflareKv implements KvStore {
  readonly #api: CloudflareApi;
  readonly #path: string;

  constructor(api: CloudflareApi, account: string, namespace: string) {
    this.#api = api;
    this.#path = `/accounts/${account}/storage/kv/namespaces/${namespace}`;
  }

  async getTexts(keys: readonly string[]): Promise<(string | null)[]> {
    const texts: (string | null)[] = [];
    for (const some of inParts(keys, MAX_READ_KEYS)) {
      const body = { keys: some, type: "text" };
      const { values } = await this.#call("POST", "/bulk/get", valuesSchema, body);
      texts.push(...some.map((key) => values[key] ?? null));
    }
    return texts;
  }

  getBytes(key: string): Promise<Uint8Array | null> {
    return this.#api.download(`${this.#path}/values/${encodeURIComponent(key)}`);
  }

  async put(entries: readonly KvEntry[]): Promise<void> {
    for (const some of inWrites(entries)) {
      const pairs = some.map(({ key, value }) => ({
        key,
        value: Buffer.from(value).toString("base64"),
        base64: true,
      }));
      const written = await this.#call("PUT", "/bulk", writtenSchema, pairs);
      const [failed] = written?.unsuccessful_keys ?? [];
      if (failed !== undefined) throw new CommandFailure(`Cloudflare did not write ${failed}. Try again.`);
    }
  }

  async list(prefix: string): Promise<string[]> {
    const names: string[] = [];
    let cursor = "";
    do {
      const query = new URLSearchParams({
        prefix,
        limit: String(MAX_LISTED_KEYS),
        ...(cursor && { cursor }),
      });
      const page = await this.#api.call("GET", `${this.#path}/keys?${query}`, keysSchema);
      names.push(...page.result.map(({ name }) => name));
      cursor = page.cursor;
    } while (cursor !== "");
    return names;
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (const some of inParts(keys, MAX_REMOVED_KEYS)) {
      await this.#call("POST", "/bulk/delete", writtenSchema, some);
    }
  }

  async #call<Result>(
    method: "POST" | "PUT",
    path: string,
    schema: v.GenericSchema<unknown, Result>,
    body: unknown,
  ): Promise<Result> {
    return (await this.#api.call(method, this.#path + path, schema, body)).result;
  }
}

function* inParts<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

function* inWrites(entries: readonly KvEntry[]): Generator<readonly KvEntry[]> {
  let some: KvEntry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const isFull = some.length >= MAX_WRITE_PAIRS || bytes + entry.value.length > MAX_WRITE_BYTES;
    if (some.length > 0 && isFull) {
      yield some;
      some = [];
      bytes = 0;
    }
    some.push(entry);
    bytes += entry.value.length;
  }
  if (some.length > 0) yield some;
}
