import { describe, expect, test } from "vitest";
import { Float, type Value } from "../../../src/expression/value.ts";
import { statisticsCollector } from "../../../src/policies/extensions/statistics-collector.ts";
import { flowOf, loadPolicy, problemsOf, runPolicy } from "../policy-kit.ts";
import { keptAnalytics, recordOf } from "./analytics-kit.ts";

const policy = (...statistics: readonly string[]) =>
  `<StatisticsCollector name="SC"><Statistics>${statistics.join("")}</Statistics></StatisticsCollector>`;

async function collected(variables: Record<string, Value>, ...statistics: readonly string[]) {
  const { given, records } = keptAnalytics();
  const flow = await runPolicy(statisticsCollector, policy(...statistics), flowOf({ variables }), given);
  return recordOf(flow, records)?.statistics ?? {};
}

describe("a statistic", () => {
  test.each<[string, Value, unknown]>([
    ["string", "a", "a"],
    ["string", 7, "7"],
    ["String", "a", "a"],
    ["integer", 7, 7],
    ["integer", "7", 7],
    ["integer", 7.9, 7],
    ["integer", "seven", undefined],
    ["long", 2n ** 40n, 2 ** 40],
    ["long", 2n ** 62n, String(2n ** 62n)],
    ["float", "1.5", 1.5],
    ["double", new Float(3), 3],
    ["double", "x", undefined],
    ["boolean", "TRUE", true],
    ["boolean", "maybe", undefined],
  ])("of the type %s and the value %s is %s", async (type, value, expected) => {
    expect((await collected({ v: value }, `<Statistic name="s" ref="v" type="${type}"/>`)).s).toBe(expected);
  });

  test.each<[string, unknown]>([
    ["", undefined],
    ["unknown", "unknown"],
    [" {request.verb} ", "{request.verb}"],
  ])("whose variable is not set is its default %j", async (text, expected) => {
    expect((await collected({}, `<Statistic name="s" ref="v" type="string">${text}</Statistic>`)).s).toBe(
      expected,
    );
  });

  test("has a default of its type, or none", async () => {
    const both = [
      '<Statistic name="a" ref="v" type="integer">5</Statistic>',
      '<Statistic name="b" type="integer" ref="w">5</Statistic>',
    ];
    expect(await collected({ w: "no number" }, ...both)).toEqual({ a: 5 });
  });

  test("of a predefined variable needs no type", async () => {
    expect(await collected({}, '<Statistic name="verb" ref="request.verb"/>')).toEqual({ verb: "GET" });
  });

  test("keeps 400 bytes, in whole characters", async () => {
    const { s } = await collected({ v: "é".repeat(300) }, '<Statistic name="s" ref="v" type="string"/>');
    expect(s).toBe("é".repeat(200));
  });
});

test("the last policy to run says what is recorded", async () => {
  const { given, records } = keptAnalytics();
  const flow = flowOf({ variables: { a: "1", b: "2" } });
  await runPolicy(statisticsCollector, policy('<Statistic name="a" ref="a" type="string"/>'), flow, given);
  await runPolicy(statisticsCollector, policy('<Statistic name="b" ref="b" type="string"/>'), flow, given);
  expect(recordOf(flow, records)).toMatchObject({
    proxy: "things",
    revision: "1",
    messageid: "exchange-1",
    statistics: { b: "2" },
  });
  expect(records).toHaveLength(1);
});

test("a policy that collects nothing leaves no record", async () => {
  const { given, records } = keptAnalytics();
  const flow = await runPolicy(
    statisticsCollector,
    policy('<Statistic name="a" ref="a" type="string"/>'),
    flowOf(),
    given,
  );
  expect(recordOf(flow, records)).toBeUndefined();
});

test.each<[string, readonly string[]]>([
  ['<Statistic name="s" ref="v" type="char"/>', ["error UnsupportedDatatype 1:44"]],
  ['<Statistic name="organization" ref="v" type="string"/>', ["error InvalidName 1:44"]],
  ['<Statistic name="environment" ref="v" type="string"/>', ["error InvalidName 1:44"]],
  ['<Statistic name="s" ref="v"/>', ["warning DatatypeMissing 1:44"]],
  ['<Statistic name="s" ref="response.status.code"/>', []],
  ['<Statistic name="a_b.c d" ref="v" type="string"/>', []],
  ['<Statistic ref="v" type="string"/>', ["warning MissingName 1:44"]],
  ['<Statistic name="s" type="string">d</Statistic>', ["warning MissingRef 1:44"]],
  ['<Statistic name="s" ref="v" type="integer">five</Statistic>', ["warning InvalidDefault 1:44"]],
  ["", ["warning NothingToCollect 1:1"]],
  ['<Statistic name="s" ref="v" type="string"/>'.repeat(101), ["error TooManyStatistics 1:4344"]],
])("%.60s is reported as %j", (statistics, problems) => {
  expect(problemsOf(statisticsCollector, policy(statistics), keptAnalytics().given)).toEqual(problems);
});

test("the texts of documented errors", () => {
  const xml = policy(
    '<Statistic name="S" ref="v" type="char"/>',
    '<Statistic name="environment" ref="v" type="string"/>',
  );
  const { problems } = loadPolicy(statisticsCollector, xml, keptAnalytics().given).report;
  expect(problems.map(({ message }) => message)).toEqual([
    "StatisticsCollection S: Datatype char is unsupported.",
    "StatisticsCollection: Name: environment conflicts with system defined variables.",
  ]);
});
