import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CloudflareKv } from "../../../src/cli/kv/cloudflare.ts";
import { CloudflareApi } from "../../../src/cli/kv/cloudflare-api.ts";
import { LocalKv } from "../../../src/cli/kv/local.ts";
import { readWranglerConfig } from "../../../src/cli/kv/wrangler-config.ts";
import type { KvStore } from "../../../src/environment/kv-store.ts";
import { MemoryKv, textEntry } from "../../environment/memory-kv.ts";
import { folderWith, repository } from "../sortie.ts";
import { CloudflareServer } from "./cloudflare-server.ts";

interface Opened {
  readonly kv: KvStore;
  readonly close: () => unknown;
}

async function openAccount(): Promise<Opened> {
  const server = await CloudflareServer.start();
  const api = new CloudflareApi(server.url, { authorization: "Bearer t1" });
  return { kv: new CloudflareKv(api, "a1", "n1"), close: () => server.stop() };
}

async function openLocal(): Promise<Opened> {
  const config = readWranglerConfig(join(repository, "wrangler.toml"));
  const kv = await LocalKv.open(config, folderWith({}));
  return { kv, close: () => kv.close() };
}

const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => `many/${String(index).padStart(4, "0")}`);

/** Whatever a command relies on holds wherever the namespace is. */
describe.each<[string, () => Promise<Opened>]>([
  ["of an account", openAccount],
  ["on this machine", openLocal],
  ["in memory", async () => ({ kv: new MemoryKv(), close: () => {} })],
])("a KV namespace %s", (_, open) => {
  let kv: KvStore;
  let close: () => unknown;
  beforeAll(async () => {
    ({ kv, close } = await open());
  });
  afterAll(() => close());

  test("gives back the bytes that were written, and null where nothing was", async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const part = bytes.subarray(3, 9);
    await kv.put([
      { key: "bytes/all", value: bytes },
      { key: "bytes/part", value: part },
      { key: "bytes/none", value: new Uint8Array() },
    ]);
    expect(await kv.getBytes("bytes/all")).toEqual(bytes);
    expect(await kv.getBytes("bytes/part")).toEqual(Uint8Array.from(part));
    expect(await kv.getBytes("bytes/none")).toEqual(new Uint8Array());
    expect(await kv.getBytes("bytes/missing")).toBeNull();
  });

  test.each(["secret/prod/outbound-application:github/clientSecret", "a b?c#d%2F+&=", "ü/日本"])(
    "takes the key %s",
    async (key) => {
      await kv.put([textEntry(key, key)]);
      expect(await kv.getTexts([key])).toEqual([key]);
      expect(new TextDecoder().decode((await kv.getBytes(key)) ?? undefined)).toBe(key);
      expect(await kv.list(key)).toEqual([key]);
      await kv.remove([key]);
      expect(await kv.getTexts([key])).toEqual([null]);
    },
  );

  test("gives texts in the order of their keys, the last that was written, and null where nothing was", async () => {
    await kv.put([textEntry("text/1", "old"), textEntry("text/2", "ü")]);
    await kv.put([textEntry("text/1", "new")]);
    expect(await kv.getTexts(["text/2", "text/0", "text/1"])).toEqual(["ü", null, "new"]);
  });

  test("reads and removes more keys than one call takes, and lists them in ascending order", async () => {
    const keys = numbered(150);
    await kv.put(keys.toReversed().map((key) => textEntry(key, key)));
    expect(await kv.list("many/")).toEqual(keys);
    expect(await kv.getTexts(keys)).toEqual(keys);
    await kv.remove(keys);
    expect(await kv.list("many/")).toEqual([]);
  });

  test("does nothing with no keys, or with those that are not there", async () => {
    await kv.put([]);
    await kv.remove([]);
    await kv.remove(["nowhere"]);
    expect(await kv.getTexts([])).toEqual([]);
    expect(await kv.list("nowhere")).toEqual([]);
  });
});

describe("the KV namespace on this machine", () => {
  test("lists more keys than a page has", async () => {
    const kv = await LocalKv.open(readWranglerConfig(join(repository, "wrangler.toml")), folderWith({}));
    const keys = numbered(1_001);
    await kv.put(keys.map((key) => textEntry(key, "")));
    expect(await kv.list("many/")).toEqual(keys);
    await kv.close();
  }, 180_000);

  test("is there for the next command", async () => {
    const config = readWranglerConfig(join(repository, "wrangler.toml"));
    const state = folderWith({});
    const first = await LocalKv.open(config, state);
    await first.put([textEntry("a", "1")]);
    await first.close();
    const next = await LocalKv.open(config, state);
    expect(await next.getTexts(["a"])).toEqual(["1"]);
    await next.close();
  });

  test("cannot be in a file, which is said with the option that names the folder", async () => {
    const config = readWranglerConfig(join(repository, "wrangler.toml"));
    const file = join(folderWith({ state: "" }), "state");
    await expect(LocalKv.open(config, file)).rejects.toThrow(
      /^The KV namespace on this machine cannot be opened in .*state: ENOTDIR[\s\S]* See --persist-to.$/,
    );
  });
});
