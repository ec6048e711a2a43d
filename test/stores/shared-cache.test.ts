import { beforeEach, expect, test } from "vitest";
import { SealedCache, type SharedEntry } from "../../src/stores/shared-cache.ts";
import { sealingKey } from "../credentials/memory-store.ts";

const entry: SharedEntry = { value: "a secret", writtenAt: 1_000, expiresAt: 6_500 };

/** The Cache API in memory, with what was put into it. */
class PlatformCache {
  readonly stored = new Map<string, Response>();
  readonly match = async (url: RequestInfo | URL) => this.stored.get(String(url))?.clone();
  readonly put = async (url: RequestInfo | URL, response: Response) =>
    void this.stored.set(String(url), response);
}

let platform: PlatformCache;
const open = (key = sealingKey(), environment = "prod") =>
  new SealedCache(async () => platform, key, environment);

beforeEach(() => {
  platform = new PlatformCache();
});

test.each([
  ["text", "a"],
  ["nothing, for what was invalidated", null],
  ["a number", 7],
  ["a boolean", false],
  ["a list", ["a", "b"]],
  [
    "a response",
    {
      kind: "response",
      headers: [
        ["set-cookie", "a"],
        ["set-cookie", "b"],
      ],
      body: new Uint8Array([0, 200, 255]),
      version: "1.1",
      coding: "gzip",
      status: 404,
      reason: "Gone fishing",
    },
  ],
  [
    "a request",
    {
      kind: "request",
      headers: [],
      body: new Uint8Array(),
      version: "1.1",
      coding: null,
      verb: "PUT",
      path: "/a",
      query: "b=c",
    },
  ],
] as [string, SharedEntry["value"]][])("%s comes back as it was", async (_, value) => {
  await open().write("id", { ...entry, value });
  expect(await open().read("id")).toMatchObject({ ...entry, value });
});

test("entries are sealed, at addresses that say nothing, for as many whole seconds as they live", async () => {
  await open().write("org__prod__user", entry);
  const [[url, response]] = [...platform.stored] as [[string, Response]];
  expect(url).toMatch(/^https:\/\/cache\.invalid\/[\w-]{43}$/);
  expect(response.headers.get("cache-control")).toBe("max-age=6");
  expect(await response.text()).not.toContain("secret");
});

test.each([
  ["another key sealed", async () => open(sealingKey(2)).write("id", entry)],
  ["belongs to another environment", async () => open(sealingKey(), "test").write("id", entry)],
  [
    "was moved",
    async () => {
      await open().write("other", entry);
      const [moved] = platform.stored.values();
      await open().write("id", entry);
      const [, url] = platform.stored.keys();
      if (moved && url) platform.stored.set(url, moved);
    },
  ],
  [
    "is no entry",
    async () => {
      await open().write("id", entry);
      for (const url of platform.stored.keys()) platform.stored.set(url, new Response("{}"));
    },
  ],
])("what %s is not there", async (_, prepare) => {
  await prepare();
  expect(await open().read("id")).toBeNull();
});

test("a key that is none is refused", () => {
  expect(() => open("short")).toThrow("SEALING_KEY is not a key of 32 bytes");
});

test("the platform's cache keeps entries", async () => {
  const cache = new SealedCache(() => caches.open("sortie-test"), sealingKey(), "prod");
  expect(await cache.read("never written")).toBeNull();
  const now = Date.now();
  await cache.write("id", { value: "a", writtenAt: now, expiresAt: now + 60_000 });
  expect(await cache.read("id")).toMatchObject({ value: "a" });
});
