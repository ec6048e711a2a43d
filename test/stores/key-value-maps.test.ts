import { expect, test } from "vitest";
import { deployedMaps } from "../../src/stores/key-value-maps.ts";

const maps = deployedMaps({ settings: { url: "https://a.example" } });

test.each([
  ["environment", "settings", "url", "https://a.example"],
  ["environment", "settings", "other", null],
  ["environment", "other", "url", null],
  ["environment", "settings", "toString", null],
  ["environment", "__proto__", "url", null],
  ["apiproxy", "settings", "url", null],
  ["organization", "settings", "url", null],
] as const)("the map %s %s has for %s %j", (scope, name, key, value) => {
  expect(maps.get({ scope, name }, key)).toBe(value);
});
