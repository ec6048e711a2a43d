import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { generateKeys, readKeyPair } from "../../src/credentials/secrets/keys.ts";
import { type EntryPlace, entryKey, readRecord, sealEntry } from "../../src/stores/sealed-entry.ts";
import type { StoreContext } from "../../src/stores/store-context.ts";
import {
  MAX_KEY_BYTES,
  MAX_VALUE_BYTES,
  RETRY_AFTER_MS,
  SETTLING_MS,
  type StoredMaps,
} from "../../src/stores/stored-maps.ts";
import { MemoryKv, memoryMaps, privateJwk } from "./memory-maps.ts";

const MAX_AGE_MS = 300_000;
const anotherKey = (await generateKeys()).privateJwk;

const place: EntryPlace = {
  organization: "org",
  environment: "prod",
  map: { scope: "environment", owner: "", name: "settings" },
  key: "url",
};
const inMap = (map: Partial<EntryPlace["map"]>) => ({ ...place, map: { ...place.map, ...map } });

let now: number;
let timesOut: boolean;
let kv: MemoryKv;
let log: Record<string, unknown>[];
let maps: StoredMaps;

beforeEach(() => {
  now = 1_000_000;
  timesOut = false;
  kv = new MemoryKv();
  log = [];
  maps = memoryMaps(kv, { log });
});

const context: StoreContext = {
  now: () => now,
  waitUntil: () => {},
  within: (_ms, work) => (timesOut ? Promise.reject(new Error("it took too long")) : work),
};

/** The same namespace in another isolate. */
const elsewhere = (options = {}) => memoryMaps(kv, { log, ...options });
const read = (from = maps, what = place, maxAge = MAX_AGE_MS) => from.read(what, maxAge, context);
const write = (value: string, what = place) => maps.write(what, [value], context);

describe("entries", () => {
  test("are found where they were written, at once, and elsewhere", async () => {
    await maps.write(place, ["a", "b"], context);
    expect(read()).toEqual({ values: ["a", "b"] });
    expect(await read(elsewhere())).toEqual({ values: ["a", "b"] });
  });

  test("that are not there are null", async () => {
    expect(await read()).toBeNull();
  });

  test("are read from KV once, and again when they are too old", async () => {
    await elsewhere().write(place, ["a"], context);
    await read();
    expect(read()).toEqual({ values: ["a"] });
    expect(kv.reads).toBe(1);
    now += MAX_AGE_MS - 1;
    expect(read()).toEqual({ values: ["a"] });
    now += 1;
    expect(await read()).toEqual({ values: ["a"] });
    expect(kv.reads).toBe(2);
    expect(await read(maps, place, 0)).toEqual({ values: ["a"] });
    expect(kv.reads).toBe(3);
  });

  test("that are not there are remembered, too", async () => {
    await read();
    expect(read()).toBeNull();
    expect(kv.reads).toBe(1);
  });

  test("are read once for all who ask at the same time", async () => {
    await elsewhere().write(place, ["a"], context);
    expect(await Promise.all([read(), read(), read()])).toHaveLength(3);
    expect(kv.reads).toBe(1);
  });

  test("are forgotten with clear", async () => {
    await read();
    await elsewhere().write(place, ["a"], context);
    maps.clear();
    expect(await read()).toEqual({ values: ["a"] });
  });

  test("that were just written are not taken for older ones of KV", async () => {
    await write("new");
    kv.entries.clear();
    now += SETTLING_MS - 1;
    expect(read(maps, place, 1)).toEqual({ values: ["new"] });
    now += 1;
    expect(await read(maps, place, 1)).toBeNull();
  });

  test("that were written while KV was being read are the newer ones", async () => {
    const reading = read();
    await write("new");
    await reading;
    expect(read()).toEqual({ values: ["new"] });
  });

  test("of two requests that put the same key, the later one stays", async () => {
    await Promise.all([write("first"), write("second")]);
    expect(read()).toEqual({ values: ["second"] });
    expect(await read(elsewhere())).toEqual({ values: ["second"] });
  });

  test("are gone when they were deleted, and hide those that are deployed", async () => {
    await write("a");
    await maps.delete(place, true, context);
    expect(read()).toEqual({ values: null });
    expect(await read(elsewhere())).toEqual({ values: null });
    await maps.delete(place, false, context);
    expect(read()).toBeNull();
    expect(kv.entries.size).toBe(0);
  });
});

test.each([
  ["another key", { ...place, key: "other" }],
  ["another map", inMap({ name: "other" })],
  ["another scope", inMap({ scope: "organization" })],
  ["another owner", inMap({ scope: "apiproxy", owner: "orders" })],
  ["another environment", { ...place, environment: "test" }],
  ["names that are the same when put together", { ...inMap({ name: "settings,url" }), key: "" }],
])("%s is another entry", async (_, other) => {
  await write("a");
  expect(await read(elsewhere(), other)).toBeNull();
});

test("maps of the organization are the same in all environments, and no others are", async () => {
  await write("shared", inMap({ scope: "organization" }));
  const other = { ...inMap({ scope: "organization" }), environment: "test" };
  expect(await read(elsewhere(), other)).toEqual({ values: ["shared"] });
  expect(await read(elsewhere(), { ...other, organization: "another" })).toBeNull();
});

test("any names and values come back as they were", async () => {
  const name = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("__proto__", "constructor", "", "a/b", "\0"),
  );
  await fc.assert(
    fc.asyncProperty(name, name, fc.array(name, { minLength: 1, maxLength: 3 }), async (map, key, values) => {
      const there = { ...inMap({ name: map }), key };
      const wellFormed = values.map((value) => value.toWellFormed());
      await maps.write(there, wellFormed, context);
      expect(await read(elsewhere(), there)).toEqual({ values: wellFormed });
      const [stored] = kv.entries.keys();
      expect(stored?.length).toBeLessThan(512);
      kv.entries.clear();
    }),
    { numRuns: 30 },
  );
});

describe("in KV", () => {
  test("values are sealed, with names to be listed by", async () => {
    await write("a very secret value");
    const [[key, json]] = [...kv.entries] as [[string, string]];
    expect(key).toMatch(/^kvm\/environment\/prod\/[\w-]{43}$/);
    expect(json).not.toContain("secret");
    expect(readRecord(json)).toMatchObject({ map: place.map, key: "url" });
  });

  test.each([
    ["sealed for another key", async () => write("a"), { privateKey: anotherKey }],
    [
      "moved from another place",
      async () => {
        const { seals } = await readKeyPair(privateJwk);
        const other = await sealEntry({ ...place, key: "other" }, ["a"], seals);
        kv.entries.set(await entryKey(place), other.replace('"other"', '"url"'));
      },
      {},
    ],
    ["no JSON", async () => void kv.entries.set(await entryKey(place), "{"), {}],
    ["something else", async () => void kv.entries.set(await entryKey(place), '{"values":["a"]}'), {}],
    ["sealed, without a key in the Worker", async () => write("a"), { privateKey: "" }],
  ])("an entry that is %s is not taken, and not taken for missing", async (_, prepare, options) => {
    await prepare();
    await expect(Promise.resolve(read(elsewhere(options)))).rejects.toThrow(
      /cannot be opened|no SECRETS_KEY/,
    );
    expect(log.at(-1)).toMatchObject({
      event: "keyvaluemap.unreadable",
      environment: "prod",
      map: "settings",
    });
  });

  test("nothing is written without a key to seal it with", async () => {
    const writing = elsewhere({ privateKey: "" }).write(place, ["a"], context);
    await expect(writing).rejects.toMatchObject({ name: "MapError", isTransient: false });
    expect(kv.entries.size).toBe(0);
  });
});

describe("when KV fails", () => {
  const fails = () => Promise.reject(new Error("KV is down"));

  test("what was read before goes on, and KV is asked again a while later", async () => {
    await elsewhere().write(place, ["old"], context);
    await read();
    now += MAX_AGE_MS;
    kv.trouble = fails;
    expect(await read()).toEqual({ values: ["old"] });
    expect(log.at(-1)).toMatchObject({ level: "warn", event: "keyvaluemap.stale", reason: "KV is down" });
    const reads = kv.reads;
    expect(read()).toEqual({ values: ["old"] });
    expect(kv.reads).toBe(reads);
    now += RETRY_AFTER_MS;
    kv.trouble = null;
    await elsewhere().write(place, ["new"], context);
    expect(await read()).toEqual({ values: ["new"] });
  });

  test.each([
    ["fails", false],
    ["is slow", true],
  ])("and nothing was read before, an entry cannot be read: KV %s", async (_, isSlow) => {
    timesOut = isSlow;
    kv.trouble = isSlow ? null : fails;
    await expect(Promise.resolve(read())).rejects.toMatchObject({ name: "MapError", isTransient: true });
    expect(log.at(-1)).toMatchObject({ level: "error", event: "keyvaluemap.unreadable" });
  });

  test("a write fails, and what is there is asked for anew", async () => {
    await write("old");
    kv.trouble = fails;
    await expect(write("new")).rejects.toMatchObject({ name: "MapError", isTransient: true });
    kv.trouble = null;
    expect(await read()).toEqual({ values: ["old"] });
  });

  test("now and then, a write comes through", async () => {
    let left = 2;
    kv.trouble = () => (left-- > 0 ? fails() : (Promise.resolve() as Promise<never>));
    await write("a");
    expect(await read(elsewhere())).toEqual({ values: ["a"] });
  });
});

test.each([
  ["values of 512 KB", { values: ["v".repeat(MAX_VALUE_BYTES)] }, true],
  ["longer ones", { values: ["v".repeat(MAX_VALUE_BYTES), "v"] }, false],
  ["values that UTF-8 makes longer", { values: ["é".repeat(MAX_VALUE_BYTES / 2 + 1)] }, false],
  ["a value of 1 MB", { values: ["v".repeat(1024 * 1024)] }, false],
  ["a key of 2 KB", { key: "k".repeat(MAX_KEY_BYTES) }, true],
  ["a longer one", { key: "k".repeat(MAX_KEY_BYTES + 1) }, false],
])(
  "%s can be written: %s",
  async (_, { values = ["v"], key = "k" }: { values?: string[]; key?: string }, fits) => {
    const writing = maps.write({ ...place, key }, values, context);
    if (fits) await writing;
    else await expect(writing).rejects.toMatchObject({ name: "MapError", isTransient: false });
  },
);

test("an isolate keeps what fits into its memory, whatever clients ask for", async () => {
  for (let key = 0; key < 30; key++) await write("v".repeat(MAX_VALUE_BYTES), { ...place, key: `${key}` });
  now += SETTLING_MS + MAX_AGE_MS;
  const before = kv.reads;
  for (let key = 0; key < 30; key++) await read(maps, { ...place, key: `${key}` });
  expect(kv.reads - before).toBe(30);
  expect(read(maps, { ...place, key: "29" })).not.toBeInstanceOf(Promise);
  expect(read(maps, { ...place, key: "0" })).toBeInstanceOf(Promise);
});
