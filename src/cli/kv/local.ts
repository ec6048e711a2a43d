import { join } from "node:path";
import type { Miniflare } from "miniflare";
import { NamespaceKv } from "../../environment/kv-store.ts";
import { COMPATIBILITY_DATE } from "../../functions/compatibility-date.ts";
import { CommandFailure } from "../command-failure.ts";
import type { WranglerConfig } from "./wrangler-config.ts";

/** The KV namespace that `wrangler dev` keeps on this machine. */
export class LocalKv extends NamespaceKv {
  readonly #miniflare: Miniflare;

  private constructor(miniflare: Miniflare, namespace: KVNamespace) {
    super(namespace);
    this.#miniflare = miniflare;
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

  close(): Promise<void> {
    return this.#miniflare.dispose();
  }
}

/** Miniflare hands out bindings only of a Worker. */
const EMPTY_WORKER = "export default { fetch: () => new Response(null, { status: 404 }) }";
