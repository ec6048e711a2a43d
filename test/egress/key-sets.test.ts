import { describe, expect, inject, test } from "vitest";
import { noAudit } from "../../src/egress/audit/audit.ts";
import { Deadlines } from "../../src/egress/deadline.ts";
import { Egress } from "../../src/egress/egress.ts";
import { compileEgressPolicy } from "../../src/egress/egress-policy.ts";
import { internet } from "../../src/egress/internet.ts";
import type { KeySet } from "../../src/egress/key-set.ts";
import {
  COOLDOWN_MS,
  KEPT_SETS,
  LAST_GOOD_MS,
  MAX_AGE_MS,
  PublishedKeySets,
  RENEWED_AFTER_MS,
  TIMEOUT_MS,
  TROUBLE_REMEMBERED_MS,
} from "../../src/egress/key-sets.ts";
import { Scripted } from "../credentials/script.ts";
import type { ScriptedAnswer } from "../servers/scripted.ts";
import { ManualClock } from "./clock.ts";

const { scripted, nobody } = inject("servers");

const setOf = (...ids: string[]): ScriptedAnswer => ({
  body: { keys: ids.map((kid) => ({ kty: "RSA", kid, n: "x", e: "AQAB" })) },
});
const down: ScriptedAnswer = { status: 503, body: "no" };

function egressTo(...allow: string[]): Egress {
  const policy = compileEgressPolicy({ allow, advice: "dev" });
  return new Egress({ policy, internet, connections: new Map(), log: () => {}, audit: noAudit });
}

/** A host with these answers, and an isolate that asks for its keys. */
async function hostWith(...answers: ScriptedAnswer[]) {
  const host = new Scripted();
  await host.answers(...answers);
  const clock = new ManualClock();
  const background: Promise<unknown>[] = [];
  const deadlines = new Deadlines(clock);
  const exchange = {
    now: clock.now,
    within: <T>(ms: number, work: Promise<T>) => deadlines.within(ms, work),
    waitUntil: (work: Promise<unknown>) => void background.push(work),
  };
  const sets = new PublishedKeySets();
  const by = { kind: "policy", name: "V", proxy: "p", source: null, user: null } as const;
  const ask = async (kid = "a", url = host.url, egress = egressTo(scripted, nobody)): Promise<KeySet> =>
    sets.at(url, kid, { egress, by, exchange });
  return {
    host,
    clock,
    ask,
    has: async (kid: string) => (await ask(kid)).named(kid).length > 0,
    failure: (...asked: Parameters<typeof ask>) =>
      ask(...asked).then(
        () => null,
        (error: Error) => error.message,
      ),
    calls: async () => (await host.calls()).length,
    settled: () => Promise.all(background),
  };
}

describe("asking", () => {
  test("happens once for as long as keys are good", async () => {
    const { has, clock, calls } = await hostWith(setOf("a"));
    expect(await has("a")).toBe(true);
    clock.pass(RENEWED_AFTER_MS - 1);
    expect([await has("a"), await calls()]).toEqual([true, 1]);
  });

  test("happens once for all who wait", async () => {
    const { host, ask, calls } = await hostWith({ ...setOf("a"), isHeld: true });
    const all = Array.from({ length: 50 }, () => ask());
    await host.arrived(1);
    await host.release();
    expect([new Set(await Promise.all(all)).size, await calls()]).toEqual([1, 1]);
  });

  test("happens in the background before keys are too old", async () => {
    const { host, ask, clock, calls, settled } = await hostWith(setOf("a"), setOf("a", "b"));
    const first = await ask();
    clock.pass(RENEWED_AFTER_MS);
    expect(await ask()).toBe(first);
    await host.arrived(2);
    await settled();
    expect([(await ask()).named("b").length, await calls()]).toEqual([1, 2]);
  });

  test("happens again when keys are too old", async () => {
    const { has, clock, calls } = await hostWith(setOf("a"), setOf("b"));
    await has("a");
    clock.pass(MAX_AGE_MS);
    expect([await has("a"), await calls()]).toEqual([false, 2]);
  });

  test("for a key that is not there happens only so often", async () => {
    const { has, clock, calls } = await hostWith(setOf("a"), setOf("a", "b"));
    await has("a");
    expect([await has("b"), await calls()]).toEqual([false, 1]);
    clock.pass(COOLDOWN_MS);
    expect([await has("b"), await calls()]).toEqual([true, 2]);
    for (let i = 0; i < 20; i++) await has(`unknown-${i}`);
    expect(await calls()).toBe(2);
  });

  test("again is not waited for longer than the one before may take", async () => {
    const { host, ask, clock, failure, calls } = await hostWith({ ...setOf("a"), isHeld: true }, setOf("a"));
    const first = failure();
    await host.arrived(1);
    const second = failure();
    clock.pass(2 * TIMEOUT_MS);
    expect(await first).not.toBeNull();
    await second;
    clock.pass(TROUBLE_REMEMBERED_MS);
    expect([(await ask()).named("a").length, await calls()]).toEqual([1, 2]);
    await host.release();
  });
});

describe("a host in trouble", () => {
  test.each<[string, ScriptedAnswer, string]>([
    ["is down", down, "The answer has status 503."],
    [
      "redirects",
      { status: 302, headers: { location: `${scripted}/other` }, body: "" },
      "The answer has status 302.",
    ],
    ["sends text", { body: "hello" }, "The key set is not JSON."],
    ["sends one key", { body: { kty: "RSA" } }, 'The key set has no list "keys".'],
    ["sends keys that are no list", { body: { keys: {} } }, 'The key set has no list "keys".'],
    [
      "sends too much",
      { body: `{"keys":[],"x":"${"x".repeat(1024 * 1024)}"}` },
      "The key set cannot be had.",
    ],
  ])("that %s gives no keys", async (_, answer, message) => {
    const { failure } = await hostWith(answer);
    expect(await failure()).toBe(message);
  });

  test("that is not there, or may not be called, gives no keys", async () => {
    const { failure } = await hostWith();
    expect(await failure("a", `${nobody}/keys`)).toBe("The key set cannot be had.");
    expect(await failure("a", "http://other.example/keys")).toBe("The key set cannot be had.");
    expect(await failure("a", "no url")).toBe("The key set cannot be had.");
  });

  test.each<[string, ScriptedAnswer]>([
    ["headers", { ...setOf("a"), isHeld: true }],
    ["body", { ...setOf("a"), isEndless: true }],
  ])("whose %s do not come is not waited for", async (_, answer) => {
    const { host, failure, clock } = await hostWith(answer);
    const failed = failure();
    await host.arrived(1);
    await expect
      .poll(async () => {
        clock.pass(TIMEOUT_MS);
        return Promise.race([failed, Promise.resolve("waiting")]);
      })
      .toBe("The key set cannot be had.");
    await host.release();
  });

  test("is left alone for a while", async () => {
    const { failure, clock, calls, has } = await hostWith(down, setOf("a"));
    await failure();
    await failure();
    expect(await calls()).toBe(1);
    clock.pass(TROUBLE_REMEMBERED_MS);
    expect(await has("a")).toBe(true);
  });

  test("has its last good keys count, and not for ever", async () => {
    const { has, failure, clock } = await hostWith(setOf("a"), down);
    await has("a");
    clock.pass(MAX_AGE_MS);
    expect(await has("a")).toBe(true);
    expect(await has("a")).toBe(true);
    clock.pass(LAST_GOOD_MS);
    expect(await failure()).toBe("The answer has status 503.");
  });

  test("that must not be called any more has none of its keys count", async () => {
    const { ask, failure, host, clock } = await hostWith(setOf("a"));
    await ask();
    clock.pass(MAX_AGE_MS);
    expect(await failure("a", host.url, egressTo())).toBe("The key set cannot be had.");
    expect(await failure("a", host.url, egressTo())).toBe("The key set cannot be had.");
  });
});

test("an isolate keeps so many sets, whatever URLs tokens bring", async () => {
  const { ask, host, calls } = await hostWith(setOf("a"));
  await ask();
  for (let i = 0; i < KEPT_SETS; i++) await ask("a", `${host.url}/${i}`);
  await ask();
  expect(await calls()).toBe(KEPT_SETS + 2);
});

test("URLs that give no keys leave those of others where they are", async () => {
  const { ask, host, failure, calls } = await hostWith(setOf("a"));
  await ask();
  for (let i = 0; i < 2 * KEPT_SETS; i++) await failure("a", `${host.url}/${i}`, egressTo());
  await ask();
  expect(await calls()).toBe(1);
});
