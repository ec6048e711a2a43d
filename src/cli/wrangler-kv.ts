import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CommandFailure } from "./command-failure.ts";

/** Which KV namespace: the one bound as CONFIG in a Wrangler configuration. */
export interface KvPlace {
  /** On this machine, in `persistTo`, and not in the account that Wrangler is logged in to. */
  readonly local: boolean;
  readonly persistTo?: string | undefined;
  /** Wrangler configuration file; the one that Wrangler finds when not given. */
  readonly config?: string | undefined;
}

/** A value to write. */
export interface KvEntry {
  readonly key: string;
  readonly value: Uint8Array;
}

/** A KV namespace as deploying needs it. Every method may reject with {@link CommandFailure}. */
export interface KvStore {
  /** The values of keys in their order; null for those that do not exist. */
  getTexts(keys: readonly string[]): Promise<(string | null)[]>;
  put(entries: readonly KvEntry[]): Promise<void>;
  /** The keys that start with a prefix. */
  list(prefix: string): Promise<string[]>;
  remove(keys: readonly string[]): Promise<void>;
}

/** Values of one write together, in bytes; the API takes 100 MB, and base64 makes them a third larger. */
const MAX_WRITE_BYTES = 50 * 1024 * 1024;

/** Wrangler reads at most that many keys at once. */
const MAX_READ_KEYS = 100;

/** How much Wrangler may print, in bytes. */
const MAX_OUTPUT = 256 * 1024 * 1024;

const run = promisify(execFile);

/** The KV namespace of a Worker, by way of Wrangler and its login. */
export class WranglerKv implements KvStore {
  readonly #place: KvPlace;

  constructor(place: KvPlace) {
    this.#place = place;
  }

  async getTexts(keys: readonly string[]): Promise<(string | null)[]> {
    const values: (string | null)[] = [];
    for (let start = 0; start < keys.length; start += MAX_READ_KEYS) {
      const some = keys.slice(start, start + MAX_READ_KEYS);
      const output = await this.#wrangler(["bulk", "get"], JSON.stringify(some));
      const found = readJson(output, "{") as Record<string, string | { value: string | null } | null>;
      values.push(...some.map((key) => textOf(found[key])));
    }
    return values;
  }

  async put(entries: readonly KvEntry[]): Promise<void> {
    for (const some of inWrites(entries)) {
      const pairs = some.map(({ key, value }) => ({
        key,
        value: Buffer.from(value).toString("base64"),
        base64: true,
      }));
      await this.#wrangler(["bulk", "put"], JSON.stringify(pairs));
    }
  }

  async list(prefix: string): Promise<string[]> {
    const output = await this.#wrangler(["key", "list", "--prefix", prefix]);
    return (readJson(output, "[") as { name: string }[]).map(({ name }) => name);
  }

  async remove(keys: readonly string[]): Promise<void> {
    await this.#wrangler(["bulk", "delete", "--force"], JSON.stringify(keys));
  }

  /** Runs `wrangler kv …` with an input file, and resolves with what it prints. */
  async #wrangler(command: readonly string[], input?: string): Promise<string> {
    const { local, persistTo, config } = this.#place;
    const folder = mkdtempSync(join(tmpdir(), "sortie-"));
    try {
      const file = join(folder, "input.json");
      if (input !== undefined) writeFileSync(file, input, { mode: 0o600 });
      const options = [
        ...(input === undefined ? [] : [file]),
        ...["--binding", "CONFIG", local ? "--local" : "--remote"],
        ...(persistTo === undefined ? [] : ["--persist-to", persistTo]),
        ...(config === undefined ? [] : ["--config", config]),
      ];
      const { stdout } = await run(process.execPath, [wranglerProgram(), "kv", ...command, ...options], {
        maxBuffer: MAX_OUTPUT,
        env: { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true", NO_COLOR: "1" },
      });
      return stdout;
    } catch (error) {
      throw new CommandFailure(`wrangler kv ${command.join(" ")} failed: ${reasonOf(error)}`, {
        cause: error,
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}

function wranglerProgram(): string {
  const require = createRequire(import.meta.url);
  const { bin } = require("wrangler/package.json") as { bin: { wrangler: string } };
  return join(require.resolve("wrangler/package.json"), "..", bin.wrangler);
}

/** The JSON that Wrangler prints after its banner and notices. */
function readJson(output: string, opening: "{" | "["): unknown {
  const start = output.startsWith(opening) ? 0 : output.indexOf(`\n${opening}`);
  try {
    return JSON.parse(output.slice(Math.max(start, 0)));
  } catch (cause) {
    throw new CommandFailure(`Wrangler's answer is no JSON: ${output.slice(0, 500)}`, { cause });
  }
}

function textOf(found: string | { value: string | null } | null | undefined): string | null {
  return typeof found === "object" && found !== null ? found.value : (found ?? null);
}

function* inWrites(entries: readonly KvEntry[]): Generator<KvEntry[]> {
  let some: KvEntry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    if (some.length > 0 && bytes + entry.value.length > MAX_WRITE_BYTES) {
      yield some;
      some = [];
      bytes = 0;
    }
    some.push(entry);
    bytes += entry.value.length;
  }
  if (some.length > 0) yield some;
}

/** What Wrangler says on its error output, or else why it could not run. */
function reasonOf(error: unknown): string {
  const { stderr } = error as { stderr?: string };
  return stderr?.trim() || (error instanceof Error ? error.message : String(error));
}
