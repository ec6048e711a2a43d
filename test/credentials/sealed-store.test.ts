import { describe, expect, test } from "vitest";
import { SealedStore } from "../../src/credentials/sealed-store.ts";
import { MemoryStore, sealingKey } from "./memory-store.ts";

const now = Date.UTC(2026, 5, 1);
const token = { value: "ya29.secret-token", issuedAt: now, expiresAt: now + 3_600_000 };

describe("a token in the store", () => {
  test("comes back with its times", async () => {
    const store = new SealedStore(new MemoryStore(), sealingKey());
    await store.write("id", token, now);
    expect(await store.read("id", now)).toMatchObject(token);
  });

  test("is sealed: neither its key nor its value shows what is in it", async () => {
    const kv = new MemoryStore();
    await new SealedStore(kv, sealingKey()).write('["callouts@p","access"]', token, now);
    const [[key = "", { value = "" } = {}] = []] = kv.entries;
    expect(key).toMatch(/^google-token\/[\w-]{43}$/);
    expect(value.split(".")).toHaveLength(5);
    const shown = value.split(".").map((part) => atob(part.replaceAll("-", "+").replaceAll("_", "/")));
    expect([value, ...shown].some((text) => /secret|callouts/.test(text))).toBe(false);
    expect(JSON.parse(shown[0] ?? "")).toEqual({ alg: "dir", enc: "A256GCM" });
  });

  test("is sealed in another way each time", async () => {
    const kv = new MemoryStore();
    const store = new SealedStore(kv, sealingKey());
    await store.write("id", token, now);
    const [first] = kv.entries.values();
    await store.write("id", token, now);
    expect([...kv.entries.values()][0]).not.toEqual(first);
  });

  test("cannot be opened with another key", async () => {
    const kv = new MemoryStore();
    await new SealedStore(kv, sealingKey(1)).write("id", token, now);
    expect(await new SealedStore(kv, sealingKey(2)).read("id", now)).toBeNull();
  });

  test("cannot be passed off as another one", async () => {
    const kv = new MemoryStore();
    const store = new SealedStore(kv, sealingKey());
    await store.write("one", token, now);
    await store.write("two", { ...token, value: "ya29.two" }, now);
    const [one = "", two = ""] = kv.entries.keys();
    const stolen = kv.entries.get(one);
    if (stolen) kv.entries.set(two, stolen);
    expect(await store.read("two", now)).toBeNull();
  });

  test("is not there when it has expired, was changed or is garbage", async () => {
    const kv = new MemoryStore();
    const store = new SealedStore(kv, sealingKey());
    await store.write("id", token, now);
    expect(await store.read("id", token.expiresAt)).toBeNull();
    const [[key = "", entry] = []] = kv.entries;
    const value = entry?.value ?? "";
    const middle = Math.floor(value.length / 2);
    const flipped = value.charAt(middle) === "A" ? "B" : "A";
    for (const changed of [value.slice(0, middle) + flipped + value.slice(middle + 1), "garbage", ""]) {
      kv.entries.set(key, { value: changed, expirationTtl: 60 });
      expect(await store.read("id", now)).toBeNull();
    }
  });

  test("is deleted by KV when it expires, and not written when that is too soon for KV", async () => {
    const kv = new MemoryStore();
    const store = new SealedStore(kv, sealingKey());
    await store.write("id", token, now);
    expect([...kv.entries.values()][0]?.expirationTtl).toBe(3600);
    kv.entries.clear();
    await store.write("id", token, token.expiresAt - 59_000);
    expect(kv.entries.size).toBe(0);
  });
});

test.each(["", "c2hvcnQ=", "not base64!", sealingKey().slice(4)])("%j is no key to seal with", (key) => {
  expect(() => new SealedStore(new MemoryStore(), key)).toThrow(
    "SEALING_KEY is not a key of 32 bytes in base64. Make one with: openssl rand -base64 32",
  );
});

test("a key may be written in either form of base64", () => {
  const urlSafe = sealingKey(255).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  expect(new SealedStore(new MemoryStore(), `${urlSafe}\n`)).toBeInstanceOf(SealedStore);
});
