import { expect, test } from "vitest";
import { populateCache } from "../../../../src/policies/traffic/populate-cache.ts";
import { flowOf, loadPolicy, NOW, problemsOf, runPolicy } from "../../policy-kit.ts";

const policy = (settings: string) =>
  `<PopulateCache name="P"><CacheKey><KeyFragment>k</KeyFragment></CacheKey>${settings}<Source>v</Source></PopulateCache>`;
const settings = (inside: string) => policy(`<ExpirySettings>${inside}</ExpirySettings>`);

/** When the entry expires, from the beginning of the test's exchange: 2026-01-02 03:04:05.678. Milliseconds. */
async function lifetime(xml: string, variables = {}): Promise<number> {
  let expires = Number.NaN;
  const put = (_key: unknown, _value: unknown, expiresAt: number) => {
    expires = expiresAt;
  };
  const flow = flowOf({ variables: { v: "value", ...variables } });
  await runPolicy(populateCache, xml, flow, {
    caches: { put, get: () => null, getOrWait: () => null, invalidate: () => {}, purge: () => {} },
  });
  return expires - NOW;
}

const DAY_MS = 24 * 3600 * 1000;
const MONTH_MS = 30 * DAY_MS;
const at = (time: string) => Date.parse(time) - NOW;

test.each([
  ["TimeoutInSeconds", "<TimeoutInSeconds>300</TimeoutInSeconds>", 300_000],
  ["its old name", "<TimeoutInSec>300</TimeoutInSec>", 300_000],
  ["1 second", "<TimeoutInSeconds>1</TimeoutInSeconds>", 1_000],
  ["by ref", '<TimeoutInSeconds ref="ttl"/>', 42_000],
  ["by ref in its old name", '<TimeoutInSec ref="ttl"/>', 42_000],
  ["the variable before the text", '<TimeoutInSeconds ref="ttl">300</TimeoutInSeconds>', 42_000],
  ["the text where the variable is not set", '<TimeoutInSeconds ref="no">300</TimeoutInSeconds>', 300_000],
  ["the text where the variable is no number", '<TimeoutInSeconds ref="v">300</TimeoutInSeconds>', 300_000],
  ["nothing of both", '<TimeoutInSeconds ref="no"/>', MONTH_MS],
  ["0", "<TimeoutInSeconds>0</TimeoutInSeconds>", MONTH_MS],
  ["less", "<TimeoutInSeconds>-1</TimeoutInSeconds>", MONTH_MS],
  ["more than 30 days", "<TimeoutInSeconds>9999999</TimeoutInSeconds>", MONTH_MS],
  [
    "the new name before the old",
    "<TimeoutInSec>5</TimeoutInSec><TimeoutInSeconds>7</TimeoutInSeconds>",
    7_000,
  ],
  ["seconds before a time", "<TimeOfDay>04:00:00</TimeOfDay><TimeoutInSeconds>7</TimeoutInSeconds>", 7_000],
  ["a time today", "<TimeOfDay>14:30:00</TimeOfDay>", at("2026-01-02T14:30:00Z")],
  ["a time that is over today", "<TimeOfDay>03:04:05</TimeOfDay>", at("2026-01-03T03:04:05Z")],
  ["midnight", "<TimeOfDay>24:00:00</TimeOfDay>", at("2026-01-03T00:00:00Z")],
  ["a time by ref", '<TimeOfDay ref="time"/>', at("2026-01-02T05:00:00Z")],
  ["a date", "<ExpiryDate>01-15-2026</ExpiryDate>", at("2026-01-15T00:00:00Z")],
  ["a date by ref", '<ExpiryDate ref="date"/>', at("2026-01-10T00:00:00Z")],
  ["a date in more than 30 days", "<ExpiryDate>12-31-2027</ExpiryDate>", MONTH_MS],
  ["a date that is over", "<ExpiryDate>12-31-2025</ExpiryDate>", at("2025-12-31T00:00:00Z")],
  [
    "a date and a time: the earlier",
    "<ExpiryDate>01-15-2026</ExpiryDate><TimeOfDay>04:00:00</TimeOfDay>",
    at("2026-01-02T04:00:00Z"),
  ],
])("an entry expires by %s", async (_, inside, ms) => {
  expect(await lifetime(settings(inside), { ttl: "42", time: "05:00:00", date: "01-10-2026" })).toBe(ms);
});

test.each([
  ["no settings", policy(""), "NoExpiry"],
  ["empty settings", settings(""), "NoExpiry"],
  ["no number", settings("<TimeoutInSeconds>soon</TimeoutInSeconds>"), "InvalidExpiry"],
  ["a number with a unit", settings("<TimeoutInSec>5m</TimeoutInSec>"), "InvalidExpiry"],
  ["no time", settings("<TimeOfDay>noon</TimeOfDay>"), "InvalidExpiry"],
  ["a time that no day has", settings("<TimeOfDay>24:00:01</TimeOfDay>"), "InvalidExpiry"],
  ["a date with the day first", settings("<ExpiryDate>31-12-2027</ExpiryDate>"), "InvalidExpiry"],
  ["a date that no year has", settings("<ExpiryDate>02-30-2027</ExpiryDate>"), "InvalidExpiry"],
])("%s is a warning", (_, xml, code) => {
  expect(problemsOf(populateCache, xml)).toEqual([expect.stringContaining(`warning ${code} `)]);
  expect(loadPolicy(populateCache, xml).step).not.toBeNull();
});
