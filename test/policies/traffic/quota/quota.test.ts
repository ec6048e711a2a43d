import { describe, expect, test } from "vitest";
import type { Value } from "../../../../src/expression/value.ts";
import { Fault } from "../../../../src/flow/fault.ts";
import { quota } from "../../../../src/policies/traffic/quota/quota.ts";
import { MemoryCounters } from "../../../stores/counters/memory-counters.ts";
import { flowOf, loadPolicy, variableOf } from "../../policy-kit.ts";

const START = Date.parse("2026-01-02T03:04:05Z");
const together = "<Distributed>true</Distributed><Synchronous>true</Synchronous>";
const hour = "<Interval>1</Interval><TimeUnit>hour</TimeUnit>";

interface Sent {
  /** A time, or seconds after the start. */
  readonly at?: string | number;
  readonly variables?: Readonly<Record<string, Value>>;
  /** Which policy; the first by default. */
  readonly by?: number;
}

/** Sends messages through policies whose counters are one environment's: "passed", or the fault, and the flow. */
async function send(policies: readonly string[], messages: readonly Sent[]) {
  let now = START;
  const counters = new MemoryCounters(() => now).isolate();
  const steps = policies.map((xml) => {
    const { step, report } = loadPolicy(quota, xml, { counters });
    if (step === null) throw new Error(JSON.stringify(report.problems));
    return step;
  });
  const outcomes: string[] = [];
  const flows: ReturnType<typeof flowOf>[] = [];
  for (const { at = 0, variables = {}, by = 0 } of messages) {
    now = typeof at === "number" ? START + at * 1000 : Date.parse(at);
    const flow = flowOf({ variables, exchange: { now: () => now } });
    flows.push(flow);
    try {
      await steps[by]?.(flow);
      outcomes.push("passed");
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      outcomes.push(`${error.status} ${error.code}: ${error.message}`);
    }
  }
  return { outcomes, flows };
}

const outcomesOf = async (xml: string, messages: readonly Sent[]) => (await send([xml], messages)).outcomes;

const policy = (inside: string, type = "", name = "Q") =>
  `<Quota name="${name}"${type && ` type="${type}"`}>${inside}</Quota>`;

const violation = (identifier = "_default") =>
  `429 policies.ratelimit.QuotaViolation: Rate limit quota violation. Quota limit  exceeded. Identifier : ${identifier}`;

/** Of messages at these times, those that are refused by a quota of one. */
async function refused(type: string, inside: string, times: readonly string[]): Promise<string[]> {
  const xml = policy(`<Allow count="1"/>${inside}`, type);
  const outcomes = await outcomesOf(
    xml,
    times.map((at) => ({ at })),
  );
  return times.filter((_, index) => outcomes[index] !== "passed");
}

const every = (interval: number, unit: string) =>
  `<Interval>${interval}</Interval><TimeUnit>${unit}</TimeUnit>`;
const from = (start: string) => `<StartTime>${start}</StartTime>`;

describe("a quota without a type begins anew", () => {
  test.each<[string, string[], string[]]>([
    [
      "second",
      ["2026-01-02T03:04:05.1Z", "2026-01-02T03:04:05.9Z", "2026-01-02T03:04:06Z"],
      ["2026-01-02T03:04:05.9Z"],
    ],
    [
      "minute",
      ["2026-01-02T03:04:05Z", "2026-01-02T03:04:59Z", "2026-01-02T03:05:00Z"],
      ["2026-01-02T03:04:59Z"],
    ],
    ["hour", ["2026-01-02T03:59Z", "2026-01-02T03:59:59Z", "2026-01-02T04:00Z"], ["2026-01-02T03:59:59Z"]],
    ["day", ["2026-01-02T03:00Z", "2026-01-02T23:59:59Z", "2026-01-03T00:00Z"], ["2026-01-02T23:59:59Z"]],
    ["week", ["2026-01-02T03:00Z", "2026-01-03T23:59:59Z", "2026-01-04T00:00Z"], ["2026-01-03T23:59:59Z"]],
    ["month", ["2026-02-02T03:00Z", "2026-02-28T23:59:59Z", "2026-03-01T00:00Z"], ["2026-02-28T23:59:59Z"]],
  ])("with the next %s", async (unit, times, expected) => {
    expect(await refused("", every(1, unit), times)).toEqual(expected);
  });
});

describe("a calendar quota begins anew", () => {
  test.each<[string, string, string[], string[]]>([
    [
      "an hour after its start",
      every(1, "hour") + from("2020-01-01 00:30:00"),
      ["2026-01-02T03:30Z", "2026-01-02T04:29:59Z", "2026-01-02T04:30Z"],
      ["2026-01-02T04:29:59Z"],
    ],
    [
      "every 20 minutes from its start",
      every(20, "minute") + from("2026-1-2 03:05:00"),
      ["2026-01-02T03:05Z", "2026-01-02T03:24:59Z", "2026-01-02T03:25Z"],
      ["2026-01-02T03:24:59Z"],
    ],
    [
      "at midnight as 24:00:00",
      every(1, "day") + from("2026-01-01 24:00:00"),
      ["2026-01-02T00:00Z", "2026-01-02T23:59:59Z", "2026-01-03T00:00Z"],
      ["2026-01-02T23:59:59Z"],
    ],
    [
      "28 days after its start, when its unit is a month",
      every(1, "month") + from("2026-01-01 00:00:00"),
      ["2026-01-01T00:00Z", "2026-01-28T23:59:59Z", "2026-01-29T00:00Z"],
      ["2026-01-28T23:59:59Z"],
    ],
    [
      "a week after its start",
      every(1, "week") + from("2026-01-01 06:00:00"),
      ["2026-01-01T06:00Z", "2026-01-08T05:59:59Z", "2026-01-08T06:00Z"],
      ["2026-01-08T05:59:59Z"],
    ],
  ])("%s", async (_, inside, times, expected) => {
    expect(await refused("calendar", inside, times)).toEqual(expected);
  });
});

test("a flexi quota begins anew an interval after its first message, with 28 days in a month", async () => {
  const hours = ["2026-01-02T03:30Z", "2026-01-02T04:29:59Z", "2026-01-02T04:30Z", "2026-01-02T05:00Z"];
  expect(await refused("flexi", every(1, "hour"), hours)).toEqual([hours[1], hours[3]]);
  const months = ["2026-01-01T00:00Z", "2026-01-28T23:59:59Z", "2026-01-29T00:00Z"];
  expect(await refused("flexi", every(1, "month"), months)).toEqual([months[1]]);
});

test("a rolling window counts what was within the interval before", async () => {
  const times = ["2026-01-02T03:00Z", "2026-01-02T04:59Z", "2026-01-02T05:02Z", "2026-01-02T06:59Z"];
  expect(await refused("rollingwindow", every(2, "hour"), times)).toEqual([times[1], times[3]]);
});

describe("what is allowed", () => {
  const by = (allow: string) => policy(`${allow}${hour}`);
  const allowed = async (allow: string, variables: Readonly<Record<string, Value>> = {}) => {
    const { outcomes } = await send([by(allow)], Array(6).fill({ variables }));
    return outcomes.filter((outcome) => outcome === "passed").length;
  };

  test("is the variable's where it is set, else the count, else nothing", async () => {
    expect(await allowed('<Allow count="3" countRef="limit"/>')).toBe(3);
    expect(await allowed('<Allow count="3" countRef="limit"/>', { limit: "5" })).toBe(5);
    expect(await allowed('<Allow count="3" countRef="limit"/>', { limit: 4 })).toBe(4);
    expect(await allowed('<Allow count="3" countRef="limit"/>', { limit: "0" })).toBe(0);
    expect(await allowed('<Allow countRef="limit"/>')).toBe(0);
    expect(await allowed('<Allow count="3" countRef="limit"/>', { limit: "9223372036854775807" })).toBe(6);
    expect(await allowed('<Allow count="3" countRef="limit"/>', { limit: 2n ** 63n - 1n })).toBe(6);
  });

  test.each<Value>(["-1", "1.5", "NaN", "", "many", "99999999999999999999", true])(
    "%j is no count, and a fault",
    async (limit) => {
      expect(await outcomesOf(by('<Allow count="3" countRef="limit"/>'), [{ variables: { limit } }])).toEqual(
        [`500 sortie.InvalidQuotaCount: Invalid count ${limit} in quota policy Q`],
      );
    },
  );

  test("is another one for each class, and each has a counter of its own", async () => {
    const xml = by(
      '<Allow count="1"><Class ref="plan"><Allow class="gold" count="2"/><Allow class="silver" countRef="silver"/></Class></Allow>',
    );
    const messages = ["gold", "gold", "gold", "silver", "silver", "lead", "lead"].map((plan) => ({
      variables: { plan, silver: "1" },
    }));
    const { outcomes, flows } = await send([xml], [...messages, {}]);
    const no = violation();
    expect(outcomes).toEqual(["passed", "passed", no, "passed", no, "passed", no, no]);
    const gold = (name: string) => flows[1] && variableOf(flows[1], `ratelimit.Q.${name}`);
    expect(gold("class")).toBe("gold");
    expect(
      ["allowed", "used", "available", "exceed", "total.exceed"].map((name) => gold(`class.${name}.count`)),
    ).toEqual([2n, 2n, 0n, 0n, 0n]);
    expect(flows[5] && variableOf(flows[5], "ratelimit.Q.class")).toBeNull();
  });
});

describe("Interval and TimeUnit", () => {
  const xml = policy(
    '<Allow count="1"/><Interval ref="interval">1</Interval><TimeUnit ref="unit">minute</TimeUnit>',
    "flexi",
  );

  test("are the variables' where they are set, else the texts", async () => {
    const longer = { interval: "2", unit: "hour" };
    expect(await outcomesOf(xml, [{}, { at: 59 }, { at: 60 }])).toEqual(["passed", violation(), "passed"]);
    expect(
      await outcomesOf(
        xml,
        [0, 7199, 7200].map((at) => ({ at, variables: longer })),
      ),
    ).toEqual(["passed", violation(), "passed"]);
  });

  test("that no variable says and no text are faults with Apigee's words", async () => {
    const bare = policy('<Allow count="1"/><Interval ref="a"/><TimeUnit ref="b"/>');
    expect(await outcomesOf(bare, [{}, { variables: { a: "1" } }])).toEqual([
      "500 policies.ratelimit.FailedToResolveQuotaIntervalReference: Failed to resolve quota interval reference a in quota policy {1}",
      "500 policies.ratelimit.FailedToResolveQuotaIntervalTimeUnitReference: Failed to resolve quota time unit reference b in quota policy {1}",
    ]);
  });

  test.each<Value>(["0", "-1", "0.1", "NaN", "", "1e3", "9999999999"])(
    "%j is no interval",
    async (interval) => {
      const variables = { interval, unit: "month" };
      expect(await outcomesOf(xml, [{ variables }])).toEqual([
        `500 policies.ratelimit.InvalidQuotaInterval: Invalid quota interval ${interval} in quota policy Q.`,
      ]);
    },
  );

  test.each<Value>(["year", "", "constructor", "minutes"])("%j is no unit", async (unit) => {
    expect(await outcomesOf(xml, [{ variables: { unit } }])).toEqual([
      `500 policies.ratelimit.InvalidQuotaTimeUnit: Invalid quota interval time unit ${unit} in quota policy Q.`,
    ]);
  });

  test("of a second count in one isolate only", async () => {
    const shared = policy(
      `<Allow count="1"/><Interval>1</Interval><TimeUnit ref="unit">hour</TimeUnit>${together}`,
    );
    const [outcome] = await outcomesOf(shared, [{ variables: { unit: "second" } }]);
    expect(outcome).toContain("policies.ratelimit.InvalidQuotaTimeUnit");
  });
});

describe("whose messages count together", () => {
  test("says the Identifier, and those without a value are one", async () => {
    const xml = policy(`<Allow count="1"/>${hour}<Identifier ref="who"/>`);
    const sent = ["a", "b", "a", "", ""].map((who) => ({ variables: { who } }));
    expect(await outcomesOf(xml, [...sent, {}])).toEqual([
      "passed",
      "passed",
      violation("a"),
      "passed",
      violation(),
      violation(),
    ]);
  });

  test("is not told to the client where it is in a private variable", async () => {
    const xml = policy(`<Allow count="0"/>${hour}<Identifier ref="private.key"/>`);
    expect(await outcomesOf(xml, [{ variables: { "private.key": "s3cret" } }])).toEqual([violation("***")]);
  });
});

test("the weight of a message counts, unless it is too much", async () => {
  const xml = policy(`<Allow count="10"/>${hour}<MessageWeight ref="weight"/>`);
  const sent = ["8", "5", "2", "0", "1", "-1", "1.5"].map((weight) => ({ variables: { weight } }));
  expect(await outcomesOf(xml, sent)).toEqual([
    "passed",
    violation(),
    "passed",
    "passed",
    violation(),
    "500 policies.ratelimit.InvalidMessageWeight: Invalid message weight value -1",
    "500 policies.ratelimit.InvalidMessageWeight: Invalid message weight value 1.5",
  ]);
});

describe("variables", () => {
  const names = [
    "allowed.count",
    "used.count",
    "available.count",
    "exceed.count",
    "total.exceed.count",
    "expiry.time",
    "identifier",
    "class",
  ];
  const said = (flow: ReturnType<typeof flowOf> | undefined, name = "Q") =>
    names.map((each) => flow && variableOf(flow, `ratelimit.${name}.${each}`));

  test("say what is used, also when a message passes", async () => {
    const { flows } = await send([policy(`<Allow count="2"/>${hour}`)], [{}, {}, {}]);
    const expiry = BigInt(Date.parse("2026-01-02T04:00Z"));
    expect(flows.map((flow) => said(flow))).toEqual([
      [2n, 1n, 1n, 0n, 0n, expiry, "_default", null],
      [2n, 2n, 0n, 0n, 0n, expiry, "_default", null],
      [2n, 2n, 0n, 1n, 1n, expiry, "_default", null],
    ]);
  });

  test("of a rolling window say no time at which it begins anew", async () => {
    const { flows } = await send([policy(`<Allow count="2"/>${hour}`, "rollingwindow")], [{}]);
    expect(said(flows[0])).toEqual([2n, 1n, 1n, 0n, 0n, null, "_default", null]);
  });

  test.each<[string, string, string]>([
    ["calendar", from("2026-01-01 00:30:00"), "2026-01-02T03:30Z"],
    ["flexi", "", "2026-01-02T04:04:05Z"],
  ])("of the type %s say when it begins anew", async (type, start, expiry) => {
    const { flows } = await send([policy(`<Allow count="2"/>${hour}${start}`, type)], [{}]);
    expect(said(flows[0])[5]).toBe(BigInt(Date.parse(expiry)));
  });
});

describe("SharedName", () => {
  const counter = (inside: string, name: string) =>
    policy(`${hour}${together}<SharedName>tokens</SharedName>${inside}`, "rollingwindow", name);

  test("makes several policies count together, also with other limits", async () => {
    const policies = [counter('<Allow count="3"/>', "A"), counter('<Allow count="2"/>', "B")];
    const { outcomes } = await send(policies, [{}, { by: 1 }, { by: 1 }, {}, {}]);
    expect(outcomes).toEqual(["passed", "passed", violation(), "passed", violation()]);
  });

  test("is another counter than that of a policy of that name", async () => {
    const own = policy(`<Allow count="1"/>${hour}${together}`, "rollingwindow", "tokens");
    const { outcomes } = await send([counter('<Allow count="1"/>', "A"), own], [{}, { by: 1 }]);
    expect(outcomes).toEqual(["passed", "passed"]);
  });

  test("has one policy count and another one refuse", async () => {
    const count = counter('<CountOnly>true</CountOnly><MessageWeight ref="tokens"/>', "Count");
    const enforce = counter('<Allow count="100"/><EnforceOnly>true</EnforceOnly>', "Enforce");
    const sent = [
      { by: 1 },
      { by: 0, variables: { tokens: "99" } },
      { by: 1 },
      { by: 0, variables: { tokens: "500" } },
      { by: 1 },
      { by: 0, variables: { tokens: "1" } },
    ];
    const { outcomes, flows } = await send([count, enforce], sent);
    expect(outcomes).toEqual(["passed", "passed", "passed", "passed", violation(), "passed"]);
    const counts = (index: number, name: string) =>
      ["allowed", "used", "available", "exceed"].map(
        (each) => flows[index] && variableOf(flows[index], `ratelimit.${name}.${each}.count`),
      );
    expect(counts(5, "Count")).toEqual([9223372036854775807n, 600n, 9223372036854775207n, 0n]);
    expect(counts(4, "Enforce")).toEqual([100n, 599n, 0n, 1n]);
  });
});

describe("UseQuotaConfigInAPIProduct", () => {
  const defaults =
    "<DefaultConfig><Allow>1</Allow><Interval>1</Interval><TimeUnit>hour</TimeUnit></DefaultConfig>";
  const xml = (inside = defaults, step = ' stepName="VA"') =>
    policy(`<UseQuotaConfigInAPIProduct${step}>${inside}</UseQuotaConfigInAPIProduct>${together}`, "flexi");
  const ofProduct = (prefix: string, limit: Value) => ({
    [`${prefix}apiproduct.developer.quota.limit`]: limit,
    [`${prefix}apiproduct.developer.quota.interval`]: "2",
    [`${prefix}apiproduct.developer.quota.timeunit`]: "hour",
  });

  test.each(["verifyapikey.VA.", ""])(
    "takes the limit that VerifyAPIKey or OAuthV2 has found: %s",
    async (prefix) => {
      const variables = ofProduct(prefix, "2");
      expect(
        await outcomesOf(
          xml(),
          [0, 0, 7199, 7200].map((at) => ({ at, variables })),
        ),
      ).toEqual(["passed", "passed", violation(), "passed"]);
    },
  );

  test("takes that of DefaultConfig where the product has none", async () => {
    expect(await outcomesOf(xml(), [{}, { at: 3599 }, { at: 3600 }])).toEqual([
      "passed",
      violation(),
      "passed",
    ]);
  });

  test("is a fault where nothing says a limit", async () => {
    expect(await outcomesOf(xml(""), [{}])).toEqual([
      "500 policies.ratelimit.FailedToResolveQuotaIntervalReference: Failed to resolve quota interval reference verifyapikey.VA.apiproduct.developer.quota.interval in quota policy {1}",
    ]);
  });

  test("counts for each app", async () => {
    const sent = ["app1", "app2", "app1"].map((client_id) => ({ variables: { client_id } }));
    expect(await outcomesOf(xml(), sent)).toEqual(["passed", "passed", violation("app1")]);
  });
});

test.each(["<Distributed>true</Distributed>", together])(
  "a counter that cannot be reached lets nothing pass: %s",
  async (place) => {
    const memory = new MemoryCounters(() => START);
    memory.trouble = () => Promise.reject(new Error("the network is gone"));
    const { step } = loadPolicy(quota, policy(`<Allow count="9"/>${hour}${place}`), {
      counters: memory.isolate(),
    });
    const pending: Promise<unknown>[] = [];
    const flow = () =>
      flowOf({ exchange: { now: () => START, waitUntil: (work) => void pending.push(work) } });
    const run = async () => step?.(flow());
    // Who counts later hears of it after the first message.
    if (place !== together) await run();
    await Promise.all(pending);
    await expect(run()).rejects.toMatchObject({ code: "sortie.CounterUnavailable", status: 503 });
    memory.trouble = null;
    await run().catch(() => {});
    await Promise.all(pending);
    await run();
  },
);
