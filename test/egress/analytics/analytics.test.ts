import { expect, test } from "vitest";
import { EnvironmentAnalytics } from "../../../src/egress/analytics/analytics.ts";
import type { AnalyticsRecord, Collected } from "../../../src/egress/analytics/record.ts";
import type { AnalyticsSettings } from "../../../src/egress/analytics/settings.ts";

const toBinding: AnalyticsSettings = {
  destination: "binding",
  binding: "ANALYTICS",
  dataCollectors: [
    { name: "dc_tier", type: "STRING" },
    { name: "dc_price", type: "FLOAT" },
    { name: "dc_paid", type: "BOOLEAN" },
    { name: "dc_count", type: "INTEGER" },
    { name: "productID", type: "STRING" },
  ],
};

const record: AnalyticsRecord = {
  proxy: "orders",
  revision: "1",
  messageid: "m-1",
  status: 200,
  captured: new Map<string, Collected>([
    ["dc_tier", "gold"],
    ["dc_price", 1.5],
    ["dc_paid", true],
    ["dc_other", "é"],
  ]),
  statistics: new Map<string, Collected>([
    ["productID", "p-7"],
    ["__proto__", 1],
  ]),
  errors: null,
};

function analyticsTo(settings: AnalyticsSettings, ANALYTICS?: unknown) {
  const printed: Record<string, unknown>[] = [];
  const log: Record<string, unknown>[] = [];
  const analytics = new EnvironmentAnalytics(settings, "test", {
    bindings: { ANALYTICS },
    print: (line) => printed.push(line),
    log: (line) => log.push(line),
  });
  return { analytics, printed, log };
}

test("by default a record is a line of the log", () => {
  const { analytics, printed } = analyticsTo({ destination: "log", dataCollectors: [] });
  analytics.record({ ...record, errors: "[]" });
  expect(JSON.parse(JSON.stringify(printed))).toEqual([
    {
      level: "info",
      event: "analytics",
      environment: "test",
      proxy: "orders",
      revision: "1",
      messageid: "m-1",
      status: 200,
      captured: { dc_tier: "gold", dc_price: 1.5, dc_paid: true, dc_other: "é" },
      statistics: JSON.parse('{ "productID": "p-7", "__proto__": 1 }'),
      dataCapturePolicyErrors: "[]",
    },
  ]);
});

test("with the destination none it is nowhere", () => {
  const { analytics, printed, log } = analyticsTo({ destination: "none", dataCollectors: [] });
  analytics.record(record);
  expect([printed, log]).toEqual([[], []]);
});

/** What a data set is given. */
function written(given: AnalyticsRecord, settings = toBinding): AnalyticsEngineDataPoint {
  const points: AnalyticsEngineDataPoint[] = [];
  const { analytics, log, printed } = analyticsTo(settings, {
    writeDataPoint: (point: AnalyticsEngineDataPoint) => points.push(point),
  });
  analytics.record(given);
  expect([log, printed, points.length]).toEqual([[], [], 1]);
  return points[0] ?? {};
}

test("a data set has a column for each data collector that is listed, in that order, and one for all others", () => {
  expect(written(record)).toEqual({
    indexes: ["test/orders"],
    blobs: ["test", "orders", "m-1", '{"__proto__":1,"dc_other":"é"}', "gold", "true", "p-7"],
    doubles: [200, 1.5, 0],
  });
});

test("a text for a column of numbers is with the others, and errors are, too", () => {
  const point = written({
    ...record,
    captured: new Map([["dc_price", "dear"]]),
    statistics: new Map(),
    errors: "[]",
  });
  expect(point.blobs?.[3]).toBe('{"dc_price":"dear","dataCapturePolicyErrors":"[]"}');
  expect(point.doubles).toEqual([200, 0, 0]);
});

test("a data point keeps to the limits of Analytics Engine, however much there is", () => {
  const many = Array.from({ length: 100 }, (_, index) => `dc_${index}`);
  const dataCollectors = [
    ...many.slice(0, 16).map((name) => ({ name, type: "STRING" as const })),
    ...many.slice(16, 35).map((name) => ({ name, type: "INTEGER" as const })),
  ];
  const captured = new Map<string, Collected>(many.map((name) => [name, "é".repeat(200)]));
  const point = written({ ...record, proxy: "p".repeat(255), captured }, { ...toBinding, dataCollectors });
  const size = (text: unknown) => Buffer.byteLength(String(text ?? ""));
  expect(point.blobs?.length).toBe(20);
  expect(point.doubles?.length).toBe(20);
  expect(size(point.indexes?.[0])).toBeLessThanOrEqual(96);
  expect((point.blobs ?? []).reduce((sum: number, blob) => sum + size(blob), 0)).toBeLessThanOrEqual(16_000);
  expect(Object.keys(JSON.parse(String(point.blobs?.[3]))).length).toBeGreaterThan(15);
});

test.each([
  ["is missing", undefined],
  ["is a queue", { send: () => {} }],
])("a binding that %s is said once, and records go to the log", (_what, binding) => {
  const { analytics, printed, log } = analyticsTo(toBinding, binding);
  analytics.record(record);
  analytics.record(record);
  expect(printed).toHaveLength(2);
  expect(log).toEqual([
    {
      level: "error",
      event: "analytics.binding-missing",
      binding: "ANALYTICS",
      reason: expect.stringContaining("The Worker has no binding ANALYTICS"),
    },
  ]);
});

test("a data set that refuses a data point fails nobody", () => {
  const writeDataPoint = () => {
    throw new Error("too many data points");
  };
  const { analytics, log } = analyticsTo(toBinding, { writeDataPoint });
  analytics.record(record);
  expect(log).toEqual([
    { level: "error", event: "analytics.failed", proxy: "orders", reason: "too many data points" },
  ]);
});

test("who asks for the type of a data collector gets that of the list", () => {
  const { analytics } = analyticsTo(toBinding);
  expect(["dc_price", "dc_nobody", "__proto__"].map((name) => analytics.typeOf(name))).toEqual([
    "FLOAT",
    null,
    null,
  ]);
  expect(analytics.isListed).toBe(true);
  expect(analyticsTo({ destination: "log", dataCollectors: [] }).analytics.isListed).toBe(false);
});
