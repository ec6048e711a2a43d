import { expect, test } from "vitest";
import {
  applicationResetKey,
  readReset,
  resetValue,
  userResetKey,
  writeWithdrawal,
} from "../../../src/credentials/oauth/resets.ts";

/** A KV namespace in memory. */
class MemoryKv {
  readonly values = new Map<string, string>();
  async get(keys: string[]): Promise<Map<string, string | null>> {
    return new Map(keys.map((key) => [key, this.values.get(key) ?? null]));
  }
  async put(key: string, value: string): Promise<void> {
    this.values.set(key, value);
  }
}

test("without a reset every consent is good", async () => {
  expect(await readReset(new MemoryKv(), "prod", "calendar", "alice")).toBe(0);
});

test("a reset of the application is for everybody, a withdrawal for one user; the later one counts", async () => {
  const kv = new MemoryKv();
  kv.values.set(applicationResetKey("prod", "calendar"), resetValue(2000));
  await writeWithdrawal(kv, "prod", "calendar", "alice", 3000);
  await writeWithdrawal(kv, "prod", "calendar", "bob", 1000);
  const read = (...of: [string, string, string]) => readReset(kv, ...of);
  expect(await read("prod", "calendar", "alice")).toBe(3000);
  expect(await read("prod", "calendar", "bob")).toBe(2000);
  expect(await read("prod", "other", "alice")).toBe(0);
  expect(await read("test", "calendar", "alice")).toBe(0);
});

test("the key of a user fits into KV and shows nothing of the user", async () => {
  const key = await userResetKey("prod", "calendar", `https://issuer.example.com#${"x".repeat(5000)}`);
  expect(key).toMatch(/^oauth-reset\/prod\/calendar\/[\w-]{43}$/);
});

test("what is no time is an error, and nobody's consent is good by it", async () => {
  const kv = new MemoryKv();
  kv.values.set(applicationResetKey("prod", "calendar"), "soon");
  await expect(readReset(kv, "prod", "calendar", "alice")).rejects.toThrow(
    "no time at oauth-reset/prod/calendar",
  );
});
