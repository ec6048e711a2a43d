import type { Command } from "commander";
import type { KvStore } from "../../environment/kv-store.ts";
import { accountId, openCloudflare } from "./account.ts";
import { CloudflareKv } from "./cloudflare.ts";
import { LocalKv } from "./local.ts";
import { announced, during } from "./progress.ts";
import { readWranglerConfig, type WranglerConfig } from "./wrangler-config.ts";

/** The options of all commands that work on deployed state. */
export interface KvOptions {
  readonly local?: boolean;
  readonly persistTo?: string;
  readonly config?: string;
}

export function addKvOptions(command: Command): Command {
  return command
    .option("--local", "use the KV namespace on this machine, as wrangler dev does, not that of the account")
    .option("--persist-to <folder>", "where Wrangler keeps it on this machine (default: .wrangler/state)")
    .option(
      "--config <file>",
      "Wrangler configuration with the KV namespace CONFIG (default: wrangler.toml)",
    );
}

/** Works with the KV namespace that the options name. Rejects with `CommandFailure` when it cannot be reached. */
export async function withKv<Result>(
  { local = false, persistTo, config: file }: KvOptions,
  use: (kv: KvStore) => Promise<Result>,
): Promise<Result> {
  const config = readWranglerConfig(file);
  const { stderr } = process;
  if (!local) {
    const kv = await during(stderr, "Opening the KV namespace of the account", openAccount(config));
    return use(announced(kv, stderr));
  }
  const kv = await during(stderr, "Opening the KV namespace", LocalKv.open(config, persistTo));
  try {
    return await use(announced(kv, stderr));
  } finally {
    await kv.close();
  }
}

async function openAccount({ accountId: configured, namespace }: WranglerConfig): Promise<KvStore> {
  const api = await openCloudflare();
  return new CloudflareKv(api, await accountId(api, configured), namespace);
}
