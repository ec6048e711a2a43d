import { describe, expect, test } from "vitest";
import { quota } from "../../../../src/policies/traffic/quota/quota.ts";
import { loadPolicy, problemsOf } from "../../policy-kit.ts";

const hour = "<Interval>1</Interval><TimeUnit>hour</TimeUnit>";
const together = "<Distributed>true</Distributed><Synchronous>true</Synchronous>";
const allow = '<Allow count="3"/>';

/** The problems of a quota, without their columns. */
const problems = (inside: string, type = "") =>
  problemsOf(quota, `<Quota name="Quota-1"${type && ` type="${type}"`}>\n${inside}</Quota>`).map((each) =>
    each.replace(/:\d+$/, ""),
  );

describe("refused at deployment, as by Apigee", () => {
  test.each<[string, string, string, string, string]>([
    [
      "InvalidQuotaInterval",
      "",
      `<Interval>0.1</Interval><TimeUnit>hour</TimeUnit>${allow}`,
      "2",
      "Invalid quota interval 0.1 in quota policy Quota-1.",
    ],
    [
      "InvalidQuotaInterval",
      "",
      `<Interval ref="i">0</Interval><TimeUnit>hour</TimeUnit>${allow}`,
      "2",
      "Invalid quota interval 0 in quota policy Quota-1.",
    ],
    [
      "InvalidQuotaInterval",
      "",
      `<TimeUnit>hour</TimeUnit>${allow}`,
      "1",
      "Invalid quota interval  in quota policy Quota-1.",
    ],
    [
      "InvalidQuotaTimeUnit",
      "",
      `<Interval>1</Interval><TimeUnit>year</TimeUnit>${allow}`,
      "2",
      "Invalid quota interval time unit year in quota policy Quota-1.",
    ],
    [
      "InvalidQuotaTimeUnit",
      "",
      `<Interval>1</Interval><TimeUnit/>${allow}`,
      "2",
      "Invalid quota interval time unit  in quota policy Quota-1.",
    ],
    [
      "InvalidQuotaType",
      "window",
      `${hour}${allow}`,
      "1",
      "No enum constant com.apigee.quota.types.QuotaType.window.",
    ],
    [
      "InvalidQuotaType",
      "default",
      `${hour}${allow}`,
      "1",
      "No enum constant com.apigee.quota.types.QuotaType.default.",
    ],
    [
      "InvalidStartTime",
      "calendar",
      `${hour}${allow}<StartTime>7-16-2017 12:00:00</StartTime>`,
      "2",
      "Invalid Starttime:7-16-2017 12:00:00; Start Time should be of the format yyyy-MM-dd HH:mm:ss.",
    ],
    [
      "InvalidStartTime",
      "calendar",
      `${hour}${allow}<StartTime>2026-02-30 12:00:00</StartTime>`,
      "2",
      "Invalid Starttime:2026-02-30 12:00:00; Start Time should be of the format yyyy-MM-dd HH:mm:ss.",
    ],
    [
      "InvalidStartTime",
      "calendar",
      `${hour}${allow}<StartTime>2026-02-01 24:00:01</StartTime>`,
      "2",
      "Invalid Starttime:2026-02-01 24:00:01; Start Time should be of the format yyyy-MM-dd HH:mm:ss.",
    ],
    [
      "StartTimeNotSupported",
      "flexi",
      `${hour}${allow}<StartTime>2026-02-01 12:00:00</StartTime>`,
      "2",
      "Starttime is not supported for quotatype flexi. Starttime is supported only for calendar based type.",
    ],
    [
      "InvalidTimeUnitForDistributedQuota",
      "",
      `<Interval>1</Interval><TimeUnit>second</TimeUnit>${allow}`,
      "2",
      "Invalid timeunit second for distributed quota.",
    ],
    [
      "InvalidSynchronizeIntervalForAsyncConfiguration",
      "",
      `${hour}${allow}<Synchronous>false</Synchronous><AsynchronousConfiguration><SyncIntervalInSeconds>-1</SyncIntervalInSeconds></AsynchronousConfiguration>`,
      "2",
      "SyncIntervalInSeconds should be a value greater than zero.",
    ],
    [
      "InvalidAsynchronizeConfigurationForSynchronousQuota",
      "",
      `${hour}${allow}<AsynchronousConfiguration><SyncIntervalInSeconds>5</SyncIntervalInSeconds></AsynchronousConfiguration>`,
      "2",
      "AsynchronousConfiguration is not valid for synchronous quota.",
    ],
  ])("%s of type “%s”: %s", (code, type, inside, line, message) => {
    const xml = inside.includes("<Synchronous>")
      ? `${inside}<Distributed>true</Distributed>`
      : inside + together;
    expect(problems(xml, type)).toEqual([`error ${code} ${line}`]);
    const { report } = loadPolicy(quota, `<Quota name="Quota-1"${type && ` type="${type}"`}>${xml}</Quota>`);
    expect(report.problems[0]?.message).toBe(message);
    expect(report.problems[0]?.remedy).not.toBe("");
  });
});

test.each([
  [
    "a class without a variable",
    `${hour}<Allow count="1"><Class><Allow class="a" count="1"/></Class></Allow>`,
    "error ClassRequired 2",
  ],
  ["a count that is none", `${hour}<Allow count="-1"/>`, "error InvalidCount 2"],
  [
    "a count of a class that is none",
    `${hour}<Allow count="1"><Class ref="c"><Allow class="a" count="x"/></Class></Allow>`,
    "error InvalidCount 2",
  ],
  [
    "only to count and only to enforce",
    `${hour}${allow}<SharedName>s</SharedName><CountOnly>true</CountOnly><EnforceOnly>true</EnforceOnly>`,
    "error CountOnlyAndEnforceOnly 2",
  ],
  ["neither true nor false", `${hour}${allow}<EnforceOnly>maybe</EnforceOnly>`, "error InvalidBoolean 2"],
  [
    "a weight that is none",
    `${hour}${allow}<MessageWeight>1.5</MessageWeight>`,
    "error InvalidMessageWeight 2",
  ],
  [
    "nothing that counts with it",
    `${hour}${allow}<EnforceOnly>true</EnforceOnly>`,
    "warning SharedNameMissing 2",
  ],
  ["no count where the variable is not set", `${hour}<Allow countRef="limit"/>`, "warning NoDefaultCount 2"],
  ["no count at all", hour, "warning NoDefaultCount 1"],
  [
    "the limit of a product and one of its own",
    `${hour}${allow}<UseQuotaConfigInAPIProduct stepName="VA"/>`,
    "warning LimitBesideProduct 2",
  ],
  [
    "a counter that fails open",
    `${hour}${allow}<DataStoreFailureModeOpen>true</DataStoreFailureModeOpen>`,
    "warning FailsClosed 2",
  ],
  ["what Apigee does not know either", `${hour}${allow}<Weight ref="w"/>`, "warning UnknownElement 2"],
  [
    "the default of an editor",
    `${hour}${allow}<PreciseAtSecondsLevel>false</PreciseAtSecondsLevel><DataStoreFailureModeOpen>false</DataStoreFailureModeOpen><CountOnly>false</CountOnly><EnforceOnly>false</EnforceOnly>`,
    undefined,
  ],
])("a quota with %s", (_, inside, problem) => {
  expect(problems(inside + together)).toEqual(problem === undefined ? [] : [problem]);
});

test("whoever does not count together is told that each isolate counts by itself", () => {
  expect(problems(`${hour}${allow}`)).toEqual(["warning CountedPerIsolate 1"]);
  expect(problems(`${hour}${allow}<Distributed>false</Distributed><Synchronous>true</Synchronous>`)).toEqual([
    "warning CountedPerIsolate 2",
  ]);
  expect(problems(`${hour}${allow}<Distributed>true</Distributed>`)).toEqual([]);
});

test("a calendar quota without a start is told when it begins anew", () => {
  expect(problems(`${hour}${allow}${together}`, "calendar")).toEqual(["warning StartTimeMissing 1"]);
});
