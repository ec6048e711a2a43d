import { beforeEach, expect, test } from "vitest";
import { EnvironmentMaps, entriesOfMaps } from "../../src/stores/environment-maps.ts";
import type { StoreContext } from "../../src/stores/store-context.ts";
import { memoryMaps } from "./memory-maps.ts";

const context: StoreContext = { now: () => 0, waitUntil: () => {}, within: (_ms, work) => work };
const settings = { scope: "environment", owner: "", name: "settings" } as const;
const ofOrders = { scope: "apiproxy", owner: "orders", name: "settings" } as const;

let stored: ReturnType<typeof memoryMaps>;
let maps: EnvironmentMaps;
const deployed = (url: string) =>
  new EnvironmentMaps(
    { organization: "org", environment: "prod" },
    [{ map: ofOrders, key: "url", values: ["a", "b"] }, ...entriesOfMaps({ settings: { url } })],
    stored,
  );
const get = (map: Parameters<EnvironmentMaps["get"]>[0], key: string) => maps.get(map, key, 300_000, context);

beforeEach(() => {
  stored = memoryMaps();
  maps = deployed("https://a.example");
});

test.each([
  [settings, "url", ["https://a.example"]],
  [ofOrders, "url", ["a", "b"]],
  [settings, "other", null],
  [settings, "toString", null],
  [{ ...settings, name: "other" }, "url", null],
  [{ ...settings, name: "__proto__" }, "url", null],
  [{ ...settings, scope: "organization" }, "url", null],
  [{ ...ofOrders, owner: "other" }, "url", null],
] as const)("the map %o has for %s what is deployed: %j", async (map, key, values) => {
  expect(await get(map, key)).toEqual(values);
  expect(get(map, key)).toEqual(values);
});

test("what was put counts more than what is deployed, also after another deployment", async () => {
  await maps.put(settings, "url", ["https://put.example"], context);
  expect(get(settings, "url")).toEqual(["https://put.example"]);
  maps = deployed("https://b.example");
  expect(get(settings, "url")).toEqual(["https://put.example"]);
});

test("what was deleted is gone, also when it is deployed", async () => {
  await maps.delete(settings, "url", context);
  expect(get(settings, "url")).toBeNull();
  maps = deployed("https://b.example");
  expect(get(settings, "url")).toBeNull();
});

test("what was put and deleted leaves nothing behind", async () => {
  await maps.put(settings, "session", ["1"], context);
  await maps.delete(settings, "session", context);
  expect(get(settings, "session")).toBeNull();
});
