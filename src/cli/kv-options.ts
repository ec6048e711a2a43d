import type { Command } from "commander";
import { WranglerKv } from "./wrangler-kv.ts";

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

export function openKv({ local = false, persistTo, config }: KvOptions): WranglerKv {
  return new WranglerKv({ local, persistTo, config });
}
