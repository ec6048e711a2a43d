import fc from "fast-check";
import { expect, test } from "vitest";
import { bucketRevision } from "../../src/clients/bucket.ts";
import { DeployedDirectory, DirectoryMemory, RETRY_AFTER_MS } from "../../src/clients/deployed-directory.ts";
import { DirectoryError } from "../../src/clients/directory.ts";
import { packDirectory } from "../../src/clients/pack-directory.ts";
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

const name = fc.oneof(
  fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" }),
  fc.constantFrom("__proto__", "constructor", "toString", "a/b", '"],["', "\u0000"),
);
const size = fc.nat({ max: 9_000 });

test("everybody is found again, as they were, however many there are and however large they are", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(name, { minLength: 1, maxLength: 40 }), size, async (names, length) => {
      const notes = [{ name: "notes", value: "x".repeat(length) }];
      const { clients } = clientsOf({
        products: names.map((each) => ({ name: each, attributes: notes })),
        developers: names.map((each, index) => ({
          email: `${index}-${each}@example.com`,
          attributes: notes,
        })),
        appGroups: names.map((each) => ({ name: each })),
        apps: names.flatMap((each, index) => [
          {
            name: each,
            developerEmail: `${index}-${each}@example.com`,
            credentials: [{ consumerKey: each }],
          },
          { name: each, appGroup: each, credentials: [{ consumerKey: `${each} of group` }] },
        ]),
      });
      const { directory, parts } = await directoryOfClients(clients);
      for (const bytes of parts.values()) expect(bytes.length).toBeLessThan(512 * 1024);
      for (const product of clients.products) {
        expect(await directory.product(product.name, context)).toEqual(product);
      }
      for (const developer of clients.developers) {
        expect(await directory.developer(developer.developerId, context)).toEqual(developer);
        expect(await directory.developer(developer.email, context)).toEqual(developer);
      }
      for (const group of clients.appGroups) {
        expect(await directory.appGroup(group.name, context)).toEqual(group);
      }
      for (const app of clients.apps) {
        const owner = app.developerId ?? app.appGroup ?? "";
        const [credential] = app.credentials;
        const found = [
          { appId: app.appId },
          { consumerKey: credential?.consumerKey ?? "" },
          { appName: app.name, owner },
        ];
        for (const by of found) expect(await directory.app(by, context)).toEqual(app);
      }
      expect(await directory.product("y".repeat(21), context)).toBe(null);
    }),
    { numRuns: 20 },
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
  const { clients } = clientsOf(oneApp);
  const packed = await packDirectory(environment, clients, await readPublicKey(keys.publicJwk, "file"));
  const stored = packed?.parts ?? new Map<string, Uint8Array>();
  const log: Record<string, unknown>[] = [];
  const memory = new DirectoryMemory({ environment: served, privateKey, log: (line) => log.push(line) });
  const reads: string[] = [];
  const read = async (revision: string) => {
    reads.push(revision);
    return stored.get(revision) ?? new Uint8Array();
  };
  const directory = new DeployedDirectory(packed?.deployed ?? null, read, memory);
  return { directory, stored, log, reads };
}

test("what is stored shows neither keys nor secrets, and the Worker's key opens it", async () => {
  const { directory, stored } = await sealed("test", keys.privateJwk);
  expect(stored.size).toBeGreaterThan(0);
  for (const [revision, bytes] of stored) {
    expect(revision + new TextDecoder().decode(bytes)).not.toMatch(/key-1|secret-1|ann@/);
  }
  expect(await directory.app({ consumerKey: "key-1" }, context)).toMatchObject({ appId: "app-1" });
});

const advice = /Deploy them again with the secrets-key.json that belongs to SECRETS_KEY/;

test.each<[what: string, environment: string, privateKey: string | undefined, reason: RegExp]>([
  ["another key", "test", (await generateKeys()).privateJwk, advice],
  ["no key", "test", undefined, /has no SECRETS_KEY, .*Make one with: sortie secret key/],
  ["a key that cannot be read", "test", "{}", /SECRETS_KEY is not a private key/],
  ["what belongs to another environment", "prod", keys.privateJwk, /belong to another environment/],
])(
  "a Worker with %s knows nobody and says what to do, and lets nobody in",
  async (_what, environment, privateKey, reason) => {
    const { directory, log } = await sealed(environment, privateKey, "test");
    const found = Promise.resolve(directory.app({ consumerKey: "key-1" }, context));
    await expect(found).rejects.toThrow(DirectoryError);
    expect(log).toEqual([
      {
        level: "error",
        event: "clients.unreadable",
        environment: "test",
        reason: expect.stringMatching(reason),
      },
    ]);
    expect(JSON.stringify(log)).not.toMatch(/key-1|secret-1/);
  },
);

test("what cannot be opened is left alone for a time, and refused meanwhile", async () => {
  const { directory, log, reads } = await sealed("test", undefined);
  let now = 0;
  const later = { ...context, now: () => now };
  const app = () => (async () => directory.app({ consumerKey: "key-1" }, later))();
  for (now of [0, 1, RETRY_AFTER_MS - 1]) await expect(app()).rejects.toThrow(DirectoryError);
  expect([reads.length, log.length]).toEqual([1, 1]);
  now = RETRY_AFTER_MS;
  await expect(app()).rejects.toThrow(DirectoryError);
  expect([reads.length, log.length]).toEqual([2, 2]);
});

test("what KV could not give is asked for again by the next one", async () => {
  const { directory, parts } = await directoryOf(oneApp);
  const stored = new Map(parts);
  parts.clear();
  await expect(Promise.resolve(directory.product("p", context))).rejects.toThrow(DirectoryError);
  for (const [revision, bytes] of stored) parts.set(revision, bytes);
  expect(await directory.product("p", context)).toMatchObject({ name: "p" });
});

test("a read that the platform ended holds up nobody for longer than it may take", async () => {
  const { clients } = clientsOf(oneApp);
  const packed = await packDirectory("test", clients, null);
  let reads = 0;
  const read = (revision: string) => {
    reads++;
    if (reads === 1) return new Promise<never>(() => {});
    return Promise.resolve(packed?.parts.get(revision) ?? new Uint8Array());
  };
  const memory = new DirectoryMemory({ environment: "test", privateKey: undefined, log: () => {} });
  const directory = new DeployedDirectory(packed?.deployed ?? null, read, memory);
  const late = { ...context, within: () => Promise.reject(new Error("it took too long")) };
  await expect(Promise.resolve(directory.product("p", late))).rejects.toThrow(DirectoryError);
  expect(await directory.product("p", { ...context, now: () => 5_001 })).toMatchObject({ name: "p" });
});

test("keys that nobody has make an isolate read no part a second time, and forget no entity", async () => {
  const { directory, reads } = await directoryOf(oneApp);
  await directory.app({ consumerKey: "key-1" }, context);
  expect(reads).toHaveLength(2);
  for (let index = 0; index < 100; index++) {
    expect(directory.app({ consumerKey: `guess ${index}` }, context)).toBe(null);
  }
  expect(reads).toHaveLength(2);
});

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

test.each<[what: string, entries: unknown]>([
  ["entity that is malformed", [{ id: '["product","p"]', entity: { name: 7 } }]],
  ["part that is malformed", [{ id: 7, secret: "the secret" }]],
])("a %s is not taken for none, and shown to nobody", async (_what, entries) => {
  const log: unknown[] = [];
  const memory = new DirectoryMemory({
    environment: "test",
    privateKey: undefined,
    log: (line) => log.push(line),
  });
  const read = async () => new TextEncoder().encode(JSON.stringify({ environment: "test", entries }));
  const deployed = { entities: ["r"], index: ["i"], areSealed: false };
  const directory = new DeployedDirectory(deployed, read, memory);
  const error = await Promise.resolve(directory.product("p", context)).catch((cause) => cause);
  expect(error).toBeInstanceOf(DirectoryError);
  expect(`${error.message} ${error.cause?.message} ${JSON.stringify(log)}`).not.toContain("the secret");
});

test("an id that leads to no entity is not taken for nobody's", async () => {
  const { clients } = clientsOf(oneApp);
  const packed = await packDirectory("test", clients, null);
  const { deployed, parts } = packed ?? { deployed: null, parts: new Map<string, Uint8Array>() };
  const empty = new TextEncoder().encode('{"environment":"test","entries":[]}');
  const read = async (revision: string) =>
    deployed?.index.includes(revision) ? (parts.get(revision) ?? empty) : empty;
  const memory = new DirectoryMemory({ environment: "test", privateKey: undefined, log: () => {} });
  const directory = new DeployedDirectory(deployed, read, memory);
  const found = Promise.resolve(directory.app({ consumerKey: "key-1" }, context));
  await expect(found).rejects.toThrow("A deployed app is missing.");
});

test("few entities that are large leave parts empty, and are all found", async () => {
  const names = Array.from({ length: 6 }, (_, index) => `product ${index}`);
  const { directory } = await directoryOf({
    products: names.map((name) => ({ name, description: "x".repeat(60_000) })),
  });
  for (const name of names) expect(await directory.product(name, context)).toMatchObject({ name });
});
