import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RecentlyUsed } from "../../src/stores/recently-used.ts";

/** As many characters as the values of all entries may have. */
const MOST = 10;

const sizeOf = (value: string) => value.length;

describe("what was used longest ago makes room", () => {
  test("for what is set", () => {
    const evicted: string[] = [];
    const kept = new RecentlyUsed<string>(MOST, sizeOf, (value) => evicted.push(value));
    kept.set("a", "1111");
    kept.set("b", "2222");
    expect(kept.get("a")).toBe("1111");
    kept.set("c", "3333");
    expect([kept.get("a"), kept.get("b"), kept.get("c")]).toEqual(["1111", undefined, "3333"]);
    expect(evicted).toEqual(["2222"]);
  });

  test("and a look that is no use changes nothing", () => {
    const kept = new RecentlyUsed<string>(MOST, sizeOf);
    kept.set("a", "1111");
    kept.set("b", "2222");
    expect(kept.peek("a")).toBe("1111");
    kept.set("c", "3333");
    expect(kept.peek("a")).toBeUndefined();
  });
});

test("a value larger than all may be is not kept, and drives nothing out but what stood in its place", () => {
  const kept = new RecentlyUsed<string>(MOST, sizeOf);
  kept.set("a", "1");
  kept.set("b", "2");
  kept.set("b", "2".repeat(MOST + 1));
  expect([kept.get("a"), kept.get("b"), kept.count]).toEqual(["1", undefined, 1]);
});

test("a plain list of the keys by their use says what is kept, whatever happens", () => {
  const key = fc.constantFrom(..."abcdef");
  const step = fc.oneof(
    fc.record({ does: fc.constant("set" as const), key, value: fc.string({ maxLength: 12 }) }),
    fc.record({ does: fc.constantFrom("get" as const, "delete" as const, "clear" as const), key }),
  );
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const kept = new RecentlyUsed<string>(MOST, sizeOf);
      let expected: [string, string][] = [];
      for (const each of steps) {
        const own = expected.find(([name]) => name === each.key);
        const others = expected.filter(([name]) => name !== each.key);
        if (each.does === "set") {
          kept.set(each.key, each.value);
          expected = each.value.length > MOST ? others : [...others, [each.key, each.value]];
          while (expected.reduce((sum, [, value]) => sum + value.length, 0) > MOST) expected.shift();
        } else if (each.does === "get") {
          expect(kept.get(each.key)).toBe(own?.[1]);
          if (own) expected = [...others, own];
        } else {
          kept[each.does](each.key);
          expected = each.does === "clear" ? [] : others;
        }
        expect(kept.count).toBe(expected.length);
        for (const [name, value] of expected) expect(kept.peek(name)).toBe(value);
      }
    }),
  );
});
