import { beforeEach, describe, expect, test } from "vitest";
import {
  type CachedMessage,
  type CachedValue,
  MAX_CACHE_KEY_BYTES,
  MAX_CACHED_BYTES,
} from "../../src/stores/caches.ts";
import type { StoreContext } from "../../src/stores/store-context.ts";
import { CHECK_AFTER_MS, LONGEST_LIFE_MS, TwoLevelCache } from "../../src/stores/two-level-cache.ts";
import { MemoryCache } from "./memory-cache.ts";

const key = { cache: "tokens", prefix: ["org", "test"], fragments: ["a"] };
const MINUTE_MS = 60_000;

let now: number;
let shared: MemoryCache;
let log: Record<string, unknown>[];
let cache: TwoLevelCache;
let waited: number[];
let isSlow: boolean;
let pending: Promise<unknown>[];

const context: StoreContext = {
  now: () => now,
  waitUntil: (work) => void pending.push(work),
  within(ms, work) {
    waited.push(ms);
    return isSlow ? Promise.reject(new Error("it took too long")) : work;
  },
};

/** The same caches in another isolate. */
const elsewhere = () => new TwoLevelCache(shared, (line) => log.push(line));
const get = (from = cache, what = key) => from.get(what, 12_000, context);
const put = (value: CachedValue, ttlMs = MINUTE_MS, what = key, to = cache) => {
  to.put(what, value, now + ttlMs, context);
  return settled();
};
/** Resolves when what was begun has reached the others. */
const settled = async () => {
  while (pending.length > 0) await pending.shift();
};

beforeEach(() => {
  now = 1_000_000_000;
  shared = new MemoryCache();
  log = [];
  waited = [];
  pending = [];
  isSlow = false;
  cache = elsewhere();
});

const message: CachedMessage = {
  kind: "response",
  headers: [
    ["set-cookie", "a=1"],
    ["set-cookie", "b=2"],
  ],
  body: new Uint8Array([0, 255, 1]),
  version: "1.1",
  coding: null,
  status: 200,
  reason: "OK",
};

describe("a value", () => {
  test.each([["text"], [""], [7], [false], [["a", "b"]], [message]] as [CachedValue][])(
    "%j comes back as it was, here and elsewhere",
    async (value) => {
      await put(value);
      expect(get()).toEqual(value);
      expect(await get(elsewhere())).toEqual(value);
    },
  );

  test.each([1, 1000, 59_000, MINUTE_MS, LONGEST_LIFE_MS])(
    "is there for its time and no longer: %i ms",
    async (ttl) => {
      await put("a", ttl);
      now += ttl - 1;
      expect(await get()).toBe("a");
      expect(await get(elsewhere())).toBe("a");
      now += 1;
      expect(await get()).toBeNull();
      expect(await get(elsewhere())).toBeNull();
    },
  );

  test("lives 30 days at most", async () => {
    await put("a", LONGEST_LIFE_MS * 2);
    now += LONGEST_LIFE_MS;
    expect(await get()).toBeNull();
  });

  test("whose time is over is not kept", async () => {
    await put("a", 0);
    expect(shared.entries.size).toBe(0);
    expect(await get()).toBeNull();
  });

  test("is at hand in the isolate, without a look at what is shared", async () => {
    await put("a");
    now += CHECK_AFTER_MS - 1;
    for (let time = 0; time < 10; time++) expect(get()).toBe("a");
    expect(shared.reads).toBe(0);
  });
});

describe("what another isolate does", () => {
  const other = () => elsewhere();

  test.each([
    ["a newer value", (isolate: TwoLevelCache) => isolate.put(key, "b", now + MINUTE_MS, context), "b"],
    ["an invalidation", (isolate: TwoLevelCache) => isolate.invalidate(key, context), null],
    ["a purge", (isolate: TwoLevelCache) => isolate.purge(key, context), null],
  ])("is seen after half a minute: %s", async (_, act, seen) => {
    await put("a", 10 * MINUTE_MS);
    now += 1;
    act(other());
    await settled();
    expect(get()).toBe("a");
    now += CHECK_AFTER_MS;
    expect(await get()).toBe(seen);
    expect(await get()).toBe(seen);
  });

  test("is not taken when it is older", async () => {
    await put("old", 10 * MINUTE_MS, key, other());
    const old = new Map(shared.entries);
    now += 1;
    await put("new", 10 * MINUTE_MS);
    for (const [id, entry] of old) shared.entries.set(id, entry);
    now += CHECK_AFTER_MS;
    expect(await get()).toBe("new");
  });

  test("is not needed: what the isolate has goes on when the shared entry is gone", async () => {
    await put("a", 10 * MINUTE_MS);
    shared.entries.clear();
    now += CHECK_AFTER_MS;
    expect(await get()).toBe("a");
  });
});

describe("an invalidation", () => {
  test("holds here at once, while it is on its way to others", async () => {
    await put("a");
    now += 1;
    cache.invalidate(key, context);
    expect(get()).toBeNull();
    await settled();
    expect(await get(elsewhere())).toBeNull();
  });

  test("concerns no other entry", async () => {
    const others = [
      { ...key, fragments: ["b"] },
      { ...key, fragments: ["a", ""] },
      { ...key, cache: "other" },
      { ...key, cache: "" },
    ];
    for (const what of others) await put("a", MINUTE_MS, what);
    cache.invalidate(key, context);
    for (const what of others) expect(get(cache, what)).toBe("a");
  });

  test("of a prefix concerns all entries that have it, and no others", async () => {
    const child = { ...key, fragments: ["b"] };
    const other = { ...key, prefix: ["org", "test", "p"] };
    for (const what of [key, child, other]) await put("a", MINUTE_MS, what);
    now += 1;
    cache.purge(key, context);
    await settled();
    expect([get(), get(cache, child), get(cache, other)]).toEqual([null, null, "a"]);
    expect(await Promise.all([get(elsewhere()), get(elsewhere(), child)])).toEqual([null, null]);
    await put("b");
    expect(get()).toBe("b");
    expect(await get(elsewhere())).toBe("b");
  });

  test("of a prefix holds however many others follow", async () => {
    const alone = new TwoLevelCache(null, () => {});
    await put("a", MINUTE_MS, key, alone);
    now += 1;
    alone.purge(key, context);
    for (let index = 0; index < 3_000; index++) alone.purge({ cache: "", prefix: [`${index}`] }, context);
    expect(get(alone)).toBeNull();
    await put("b", MINUTE_MS, key, alone);
    expect(get(alone)).toBe("b");
  });
});

describe("a cache that fails", () => {
  const fails = () => Promise.reject(new Error("down"));

  test.each([
    [
      "fails",
      () => {
        shared.trouble = fails;
      },
    ],
    [
      "is slow",
      () => {
        isSlow = true;
      },
    ],
  ])("is a miss, and waits only as long as it may: it %s", async (_, begin) => {
    await put("a", MINUTE_MS, key, elsewhere());
    begin();
    expect(await cache.get(key, 3_000, context)).toBeNull();
    expect(waited).toEqual([3_000]);
    expect(log).toMatchObject([{ level: "warn", event: "cache.unreadable", cache: "tokens" }]);
  });

  test("leaves what the isolate has, after a second", async () => {
    await put("a", 10 * MINUTE_MS);
    now += CHECK_AFTER_MS;
    isSlow = true;
    expect(await get()).toBe("a");
    expect(waited).toEqual([1_000]);
  });

  test("keeps nobody from keeping a value in the isolate", async () => {
    shared.trouble = fails;
    await put("a");
    expect(get()).toBe("a");
    expect(log).toMatchObject([{ event: "cache.unwritable", reason: "down" }]);
  });
});

test.each([
  ["a value of 256 KB", "k", "v".repeat(MAX_CACHED_BYTES), true],
  ["a longer one", "k", "v".repeat(MAX_CACHED_BYTES + 1), false],
  ["a value of 1 MB", "k", "v".repeat(1024 * 1024), false],
  ["a message of 1 MB", "k", { ...message, body: new Uint8Array(1024 * 1024) }, false],
  ["a key of 2 KB", "k".repeat(MAX_CACHE_KEY_BYTES), "v", true],
  ["a longer key", "k".repeat(MAX_CACHE_KEY_BYTES + 1), "v", false],
])("%s is kept, or else not there, and the log says so", async (_, text, value, isKept) => {
  const what = { ...key, prefix: [], fragments: [text] };
  await put("before", MINUTE_MS, what);
  now += 1;
  log.length = 0;
  await put(value, MINUTE_MS, what);
  expect(get(cache, what)).toEqual(isKept ? value : null);
  expect(log.map(({ event }) => event)).toEqual(isKept ? [] : ["cache.too-long"]);
});

test("an isolate keeps what fits into its memory, and what was used lately", async () => {
  const alone = new TwoLevelCache(null, () => {});
  const large = "v".repeat(MAX_CACHED_BYTES);
  const at = (index: number) => ({ ...key, fragments: [`${index}`] });
  for (let index = 0; index < 100; index++) {
    await put(large, MINUTE_MS, at(index), alone);
    expect(get(alone, at(0))).toBe(large);
  }
  expect(get(alone, at(99))).toBe(large);
  expect(get(alone, at(1))).toBeNull();
});

test.each(["__proto__", "constructor", "", 'a"],["b', "\0", "é".repeat(500)])(
  "keys may have any characters: %j",
  async (text) => {
    const what = { cache: text, prefix: [text], fragments: [text] };
    await put(text, MINUTE_MS, what);
    expect(await get(elsewhere(), what)).toBe(text);
    expect(await get(elsewhere(), { ...what, fragments: [`${text}x`] })).toBeNull();
  },
);

test.each([
  [["a"], ["b__c"]],
  [["a__b"], ["c"]],
  [["a", "b", "c"], []],
  [[], ["a", "b", "c"]],
  [["a", "b"], ["c"]],
])("%j with %j is found with these parts only", async (prefix, fragments) => {
  await put("other", MINUTE_MS, { cache: "", prefix: ["a"], fragments: ["b", "c"] });
  expect(await get(cache, { cache: "", prefix, fragments })).toBeNull();
});

describe("requests that look for the same entry at the same time", () => {
  /** A request of a client: what it calls when it has ended. */
  class Asking {
    readonly received = {};
    readonly ends: (() => void)[] = [];
    look(what = key): unknown {
      const own = { ...context, received: this.received };
      const value = cache.getOrWait(what, 12_000, own, (end) => this.ends.push(end));
      return value instanceof Promise ? value : { atOnce: value };
    }
    end(): void {
      for (const end of this.ends) end();
    }
  }
  const other = { ...key, fragments: ["b"] };
  const missed = { atOnce: null };
  let [first, second, third]: Asking[] = [];
  beforeEach(() => {
    cache = new TwoLevelCache(null, (line) => log.push(line));
    [first, second, third] = [new Asking(), new Asking(), new Asking()];
  });

  test("wait for the first, and find what it puts", async () => {
    expect(first?.look()).toEqual(missed);
    const waiting = [second?.look(), third?.look()];
    await put("made once");
    expect(await Promise.all(waiting)).toEqual(["made once", "made once"]);
    expect(new Asking().look()).toEqual({ atOnce: "made once" });
  });

  test("make their own when the first ends without a value, and then the next is the first", async () => {
    first?.look();
    const waiting = [second?.look(), third?.look()];
    first?.end();
    expect(await Promise.all(waiting)).toEqual([null, null]);
    expect(new Asking().look()).toEqual(missed);
    expect(new Asking().look()).toBeInstanceOf(Promise);
  });

  test("make their own when their time is up", async () => {
    first?.look();
    isSlow = true;
    expect(await second?.look()).toBeNull();
    expect(waited).toEqual([12_000, 12_000]);
  });

  test("wait for nobody whose time is up", () => {
    first?.look();
    now += 12_000;
    expect(second?.look()).toEqual(missed);
    expect(third?.look()).toBeInstanceOf(Promise);
    first?.end();
    expect(new Asking().look()).toBeInstanceOf(Promise);
  });

  test("are those of one key alone", () => {
    first?.look();
    expect(second?.look(other)).toEqual(missed);
    expect(third?.look({ ...key, cache: "elsewhere" })).toEqual(missed);
  });

  test("do not wait for themselves, nor for each other", async () => {
    first?.look();
    expect(first?.look()).toEqual(missed);
    second?.look(other);
    expect(second?.look()).toEqual(missed);
    expect(first?.look(other)).toEqual(missed);
    const waiting = third?.look();
    second?.end();
    first?.end();
    expect(await waiting).toBeNull();
    first?.look(other);
    expect(second?.look(other)).toBeInstanceOf(Promise);
  });

  test("find nothing in a value that was not kept", async () => {
    first?.look();
    const waiting = second?.look();
    await put("too long".repeat(MAX_CACHED_BYTES));
    expect(await waiting).toBeNull();
  });

  test("let the first go on when its client leaves, as long as somebody may wait for it", async () => {
    first?.look();
    expect(pending).toHaveLength(1);
    const settling = settled();
    first?.end();
    await settling;
  });

  test("look at what isolates share before", async () => {
    cache = elsewhere();
    await put("shared", MINUTE_MS, key, elsewhere());
    expect(await first?.look()).toBe("shared");
    expect(first?.ends).toEqual([]);
  });
});
