import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { type HistoryEntry, MOST_KEPT, RETENTION_MS } from "../../src/webhooks/history.ts";
import { StoredHistory } from "../../src/webhooks/stored-history.ts";

const entry = (id: string, user: string | null = "ann"): HistoryEntry => ({
  id,
  time: "2026-11-26T00:00:00.000Z",
  durationMs: 1,
  user,
  status: "succeeded",
  error: null,
  externalSystemMayHaveChanged: false,
  inputs: {},
  responses: [],
});

/** Does something with a history of its own. */
function withHistory<T>(use: (history: StoredHistory, sql: SqlStorage) => T): Promise<T> {
  const stub = env.WEBHOOK_EXECUTIONS.getByName(crypto.randomUUID());
  return runInDurableObject(stub, (_instance, { storage }) =>
    use(new StoredHistory(storage.sql), storage.sql),
  );
}

const all = { user: null, size: 50, before: null };
const idsOf = ({ entries }: { entries: readonly HistoryEntry[] }) => entries.map(({ id }) => id);

test("the latest come first, page by page, for everybody or for one user", () =>
  withHistory((history) => {
    for (const [id, user] of [
      ["1", "ann"],
      ["2", "bob"],
      ["3", null],
      ["4", "ann"],
    ] as const) {
      history.add(entry(id, user), 0);
    }
    expect(idsOf(history.page(all, 1))).toEqual(["4", "3", "2", "1"]);
    const first = history.page({ ...all, size: 3 }, 1);
    expect(idsOf(first)).toEqual(["4", "3", "2"]);
    const second = history.page({ ...all, size: 3, before: first.next }, 1);
    expect([idsOf(second), second.next]).toEqual([["1"], null]);
    expect(idsOf(history.page({ ...all, user: "ann" }, 1))).toEqual(["4", "1"]);
    expect(idsOf(history.page({ ...all, user: "' OR 1=1 --" }, 1))).toEqual([]);
  }));

test("after six months executions are neither shown nor kept", () =>
  withHistory((history, sql) => {
    history.add(entry("old"), 0);
    history.add(entry("young"), 1000);
    expect(idsOf(history.page(all, RETENTION_MS))).toEqual(["young"]);
    expect(history.forget(RETENTION_MS)).toBe(1000 + RETENTION_MS);
    expect(sql.exec("SELECT COUNT(*) AS kept FROM history").one()).toEqual({ kept: 1 });
    expect(history.forget(1000 + RETENTION_MS)).toBeNull();
    expect(sql.exec("SELECT COUNT(*) AS kept FROM history").one()).toEqual({ kept: 0 });
  }));

test("where there are too many the oldest go", () =>
  withHistory((history, sql) => {
    history.add(entry("first"), 0);
    history.add(entry("second"), 0);
    sql.exec("UPDATE sqlite_sequence SET seq = ? WHERE name = 'history'", MOST_KEPT);
    history.add(entry("last"), 0);
    expect(idsOf(history.page(all, 1))).toEqual(["last", "second"]);
  }));

test("the object wakes up by itself when the oldest is old enough", async () => {
  const stub = env.WEBHOOK_EXECUTIONS.getByName(crypto.randomUUID());
  await stub.record(entry("kept"));
  const wakesAt = await runInDurableObject(stub, (_instance, { storage }) => storage.getAlarm());
  expect(wakesAt).toBeGreaterThan(Date.now() + RETENTION_MS - 60_000);
  expect(await runDurableObjectAlarm(stub)).toBe(true);
  expect(idsOf(await stub.history(all))).toEqual(["kept"]);
  expect(await runInDurableObject(stub, (_instance, { storage }) => storage.getAlarm())).not.toBeNull();
});
