import { join } from "node:path";
import type { Miniflare } from "miniflare";
import { CommandFailure } from "../command-failure.ts";
import { COMPATIBILITY_DATE } from "../compatibility-date.ts";
import type { KvEntry, KvStore } from "./store.ts";
import type { WranglerConfig } from "./wrangler-config.ts";

/** Keys that one read takes at most. */
const MAX_READ = 100;

/** The KV namespace that `wrangler dev` keeps on this machine. */
export class LocalKv implements KvStore {
  readonly #miniflare: Miniflare;
  readonly #namespace: KVNamespace;

  private constructor(miniflare: Miniflare, namespace: KVNamespace) {
    this.#miniflare = miniflare;
    this.#namespace = namespace;
  }

  /**
   * Rejects with {@link CommandFailure} when the folder cannot be used.
   * @param persistTo Wrangler's folder for local state
   */
  static async open({ folder, localNamespace }: WranglerConfig, persistTo?: string): Promise<LocalKv> {
    // Loaded only here: other commands should not wait for it.
    const { Miniflare } = await import("miniflare");
    const state = persistTo ?? join(folder, ".wrangler", "state");
    const miniflare = new Miniflare({
      cf: false,
      telemetry: { enabled: false },
      resourcePersistencePath: join(state, "v3"),
      workers: [
        {
          config: {
            name: "kv",
            compatibilityDate: COMPATIBILITY_DATE,
            manifest: { mainModule: "kv.js", modules: { "kv.js": { type: "esm", contents: EMPTY_WORKER } } },
            env: { CONFIG: { type: "kv", id: localNamespace } },
          },
        },
      ],
    });
    try {
      const { CONFIG } = await miniflare.getBindings<{ CONFIG: KVNamespace }>();
      return new LocalKv(miniflare, CONFIG);
    } catch (cause) {
      // What did start would keep the command from ending. That the rest cannot be ended has the same cause.
      await miniflare.dispose().catch(() => {});
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new CommandFailure(
        `The KV namespace on this machine cannot be opened in ${state}: ${reason}. See --persist-to.`,
        { cause },
      );
    }
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

  close(): Promise<void> {
    return this.#miniflare.dispose();
  }
}

/** Miniflare hands out bindings only of a Worker. */
const EMPTY_WORKER = "export default { fetch: () => new Response(null, { status: 404 }) }";
