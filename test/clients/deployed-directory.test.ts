import fc from "fast-check";
import { expect, test } from "vitest";
import { bucketRevision, packBuckets, sealBucket } from "../../src/clients/bucket.ts";
import { DeployedDirectory, DirectoryMemory } from "../../src/clients/deployed-directory.ts";
import { DirectoryError } from "../../src/clients/directory.ts";
import { directoryEntries } from "../../src/clients/directory-entry.ts";
import { generateKeys, readPublicKey } from "../../src/credentials/secrets/keys.ts";
import { clientsOf, directoryOf, directoryOfClients, oneApp } from "./memory-directory.ts";

const context = {
  now: () => 0,
  within: <T>(_ms: number, work: Promise<T>) => work,
  waitUntil: () => {},
};

test("an app is found by its key, its id, and its name with its owner's id or e-mail address", async () => {
  const { directory } = await directoryOf(oneApp);
  for (const by of [
    { consumerKey: "key-1" },
    { appId: "app-1" },
    { appName: "app", owner: "dev-1" },
    { appName: "app", owner: "Ann@Example.com" },
  ]) {
    expect(await directory.app(by, context)).toMatchObject({ appId: "app-1" });
  }
  for (const by of [{ consumerKey: "app-1" }, { appId: "key-1" }, { appName: "app", owner: "dev-2" }]) {
    expect(await directory.app(by, context)).toBe(null);
  }
});

test("a developer is found by id and by e-mail address, in any case of letters", async () => {
  const { directory } = await directoryOf(oneApp);
  for (const id of ["dev-1", "ann@example.com", "ANN@example.com"]) {
    expect(await directory.developer(id, context)).toMatchObject({ firstName: "Ann" });
  }
  expect(await directory.developer("DEV-1", context)).toBe(null);
});

const name = fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" });

test("everybody is found again, however many there are", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(name, { minLength: 1, maxLength: 40 }), async (names) => {
      const { clients } = clientsOf({
        products: names.map((each) => ({ name: each, description: "x".repeat(5_000) })),
        developers: [{ email: "a@b", developerId: "d" }],
        apps: names.map((each) => ({
          name: each,
          developerId: "d",
          credentials: [{ consumerKey: `key of ${each}` }],
        })),
      });
      const { directory, parts } = await directoryOfClients(clients);
      expect(parts.size).toBeGreaterThanOrEqual(Math.floor((names.length * 5_000) / 65_536));
      for (const each of names) {
        expect(await directory.product(each, context)).toMatchObject({ name: each });
        expect(await directory.app({ consumerKey: `key of ${each}` }, context)).toMatchObject({ name: each });
      }
      expect(await directory.product("y".repeat(21), context)).toBe(null);
    }),
    { numRuns: 30 },
  );
});

test("an environment without products and apps knows nobody", async () => {
  const memory = new DirectoryMemory({ environment: "test", privateKey: undefined, log: () => {} });
  const directory = new DeployedDirectory(null, () => Promise.reject(new Error("not asked")), memory);
  expect(directory.app({ consumerKey: "k" }, context)).toBe(null);
});

test("requests that come together share one read", async () => {
  const { directory, reads } = await directoryOf(oneApp);
  await Promise.all(Array.from({ length: 10 }, () => directory.product("p", context)));
  expect(reads).toHaveLength(1);
});

const keys = await generateKeys();

async function sealed(environment: string, privateKey: string | undefined, served = environment) {
  const [json = ""] = packBuckets(environment, directoryEntries(clientsOf(oneApp).clients));
  const bytes = await sealBucket(json, await readPublicKey(keys.publicJwk, "secrets-key.json"));
  const log: Record<string, unknown>[] = [];
  const memory = new DirectoryMemory({ environment: served, privateKey, log: (line) => log.push(line) });
  const directory = new DeployedDirectory({ buckets: ["r"], areSealed: true }, async () => bytes, memory);
  return { directory, bytes, log };
}

test("what is stored shows neither keys nor secrets, and the Worker's key opens it", async () => {
  const { directory, bytes } = await sealed("test", keys.privateJwk);
  expect(new TextDecoder().decode(bytes)).not.toMatch(/key-1|secret-1|ann@/);
  expect(await directory.app({ consumerKey: "key-1" }, context)).toMatchObject({ appId: "app-1" });
});

test.each<[what: string, environment: string, privateKey: string | undefined]>([
  ["another key", "test", (await generateKeys()).privateJwk],
  ["no key", "test", undefined],
  ["a key that cannot be read", "test", "{}"],
  ["what belongs to another environment", "prod", keys.privateJwk],
])(
  "a Worker with %s knows nobody and says so, and lets nobody in",
  async (_what, environment, privateKey) => {
    const { directory, log } = await sealed(environment, privateKey, "test");
    const found = Promise.resolve(directory.app({ consumerKey: "key-1" }, context));
    await expect(found).rejects.toThrow(DirectoryError);
    expect(log).toMatchObject([{ level: "error", event: "clients.unreadable", environment: "test" }]);
    expect(JSON.stringify(log)).not.toMatch(/key-1|secret-1/);
  },
);

test("a part that has not changed keeps its revision, and another key gives another one", async () => {
  expect(await bucketRevision("{}", "a")).toBe(await bucketRevision("{}", "a"));
  const revisions = await Promise.all([
    bucketRevision("{}", "a"),
    bucketRevision("{}", "b"),
    bucketRevision("{}", null),
    bucketRevision("[]", "a"),
  ]);
  expect(new Set(revisions).size).toBe(4);
});

test("an entity that is malformed is not taken for none", async () => {
  const json = JSON.stringify({
    environment: "test",
    entries: [{ id: '["product","p"]', entity: { name: 7 } }],
  });
  const memory = new DirectoryMemory({ environment: "test", privateKey: undefined, log: () => {} });
  const read = async () => new TextEncoder().encode(json);
  const directory = new DeployedDirectory({ buckets: ["r"], areSealed: false }, read, memory);
  await expect(Promise.resolve(directory.product("p", context))).rejects.toThrow(DirectoryError);
});
