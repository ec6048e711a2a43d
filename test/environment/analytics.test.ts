import { expect, test } from "vitest";
import { Report } from "../../src/documents/report.ts";
import { readSettings } from "../../src/environment/settings.ts";

function read(json: unknown) {
  const report = new Report();
  const files = new Map([["analytics.json", new TextEncoder().encode(JSON.stringify(json, null, 1))]]);
  const { analytics } = readSettings(files, report);
  return {
    analytics,
    problems: report.problems.map(({ code, severity, line }) => `${severity} ${code} ${line}`),
  };
}

const listed = (count: number, type: string) =>
  Array.from({ length: count }, (_, index) => ({ name: `dc_${type}_${index}`, type }));

test("without the file everything goes to the log", () => {
  const { analytics } = readSettings(new Map(), new Report());
  expect(analytics).toEqual({ destination: "log", dataCollectors: [] });
});

test("data collectors are listed as Apigee exports them", () => {
  const exported = { name: "dc_a", type: "INTEGER", description: "d", createdAt: "1", lastModifiedAt: "2" };
  expect(read({ destination: "binding", binding: "ANALYTICS", dataCollectors: [exported] })).toEqual({
    analytics: {
      destination: "binding",
      binding: "ANALYTICS",
      dataCollectors: [{ name: "dc_a", type: "INTEGER" }],
    },
    problems: [],
  });
});

test.each<[string, unknown, string[]]>([
  ["no destination", {}, ["error InvalidSetting 1"]],
  ["another destination", { destination: "file" }, ["error InvalidSetting 2"]],
  ["no binding", { destination: "binding" }, ["error InvalidSetting 1"]],
  ["what is no binding", { destination: "binding", binding: "a b" }, ["error InvalidSetting 3"]],
  ["a field that nobody knows", { destination: "log", bindings: "A" }, ["error UnknownField 3"]],
  [
    "another type",
    { destination: "log", dataCollectors: [{ name: "dc_a", type: "DATE" }] },
    ["error InvalidSetting 6"],
  ],
  [
    "a data collector twice",
    { destination: "log", dataCollectors: [...listed(1, "STRING"), ...listed(1, "STRING")] },
    ["error DuplicateDataCollector 8"],
  ],
  [
    "as many columns as there are",
    {
      destination: "binding",
      binding: "A",
      dataCollectors: [...listed(16, "STRING"), ...listed(19, "FLOAT")],
    },
    [],
  ],
  [
    "too many texts",
    { destination: "binding", binding: "A", dataCollectors: listed(17, "STRING") },
    ["error TooManyDataCollectors 69"],
  ],
  [
    "too many numbers",
    { destination: "binding", binding: "A", dataCollectors: listed(20, "INTEGER") },
    ["error TooManyDataCollectors 81"],
  ],
  ["any number of them in the log", { destination: "log", dataCollectors: listed(50, "STRING") }, []],
])("%s: %j is reported as %j", (_what, json, problems) => {
  expect(read(json).problems).toEqual(problems);
});
