import { describe, expect, test } from "vitest";
import type { Value } from "../../../src/expression/value.ts";
import { Fault } from "../../../src/flow/fault.ts";
import { spikeArrest } from "../../../src/policies/traffic/spike-arrest.ts";
import {
  check,
  defaultFault,
  proxyFiles,
  serve,
  setHeader,
  sharedFlowFiles,
  step,
} from "../../exchange/gateway-kit.ts";
import { MemoryCounters } from "../../stores/counters/memory-counters.ts";
import { flowOf, loadPolicy, problemsOf } from "../policy-kit.ts";

const policy = (inside: string, name = "S") => `<SpikeArrest name="${name}">${inside}</SpikeArrest>`;
const shared = "<UseEffectiveCount>true</UseEffectiveCount>";

/** Messages at these times, in milliseconds, with these variables: "passed", or the fault. */
async function outcomes(
  inside: string,
  messages: readonly (readonly [at: number, variables?: Readonly<Record<string, Value>>])[],
): Promise<string[]> {
  let now = 0;
  const counters = new MemoryCounters(() => now).isolate();
  const { step: run, report } = loadPolicy(spikeArrest, policy(inside), { counters });
  if (run === null) throw new Error(JSON.stringify(report.problems));
  const found: string[] = [];
  for (const [at, variables = {}] of messages) {
    now = at;
    try {
      await run(flowOf({ variables, exchange: { now: () => now } }));
      found.push("passed");
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      found.push(`${error.status} ${error.code}: ${error.message}`);
    }
  }
  return found;
}

const violation = (messages: number, period: number) =>
  `429 policies.ratelimit.SpikeArrestViolation: Spike arrest violation. Allowed rate : MessageRate{messagesPerPeriod=${messages}, periodInMicroseconds=${period}, maxBurstMessageCount=1.0}`;

describe("the rate", () => {
  test("in a minute is smoothed: 30pm lets one pass every two seconds", async () => {
    const sent = [0, 1999, 2000, 3999].map((at) => [at] as const);
    const refused = violation(30, 60_000_000);
    expect(await outcomes("<Rate>30pm</Rate>", sent)).toEqual(["passed", refused, "passed", refused]);
  });

  test("in a second is smoothed: 12ps lets one pass every 83 milliseconds", async () => {
    const sent = [0, 82, 83].map((at) => [at] as const);
    expect(await outcomes("<Rate>12ps</Rate>", sent)).toEqual(["passed", violation(12, 1_000_000), "passed"]);
  });

  test("may come at once with UseEffectiveCount, and no more of it in any second", async () => {
    const sent = [0, 1, 2, 999, 1011, 1012].map((at) => [at] as const);
    expect(await outcomes(`<Rate>3ps</Rate>${shared}`, sent)).toEqual([
      "passed",
      "passed",
      "passed",
      violation(3, 1_000_000),
      "passed",
      "passed",
    ]);
  });

  test("is the variable's where it has one, else the text", async () => {
    const both = '<Rate ref="rate">1ps</Rate>';
    expect(await outcomes(both, [[0], [999], [1000]])).toEqual(["passed", violation(1, 1_000_000), "passed"]);
    expect(
      await outcomes(both, [
        [0, { rate: "10ps" }],
        [100, { rate: "10ps" }],
      ]),
    ).toEqual(["passed", "passed"]);
  });

  test("in a minute holds also where messages of a rate in a second come between", async () => {
    const both = `<Rate ref="rate"/>${shared}`;
    const sent = [0, 1, 2000, 3100].map((at) => [at, { rate: at === 2000 ? "5ps" : "2pm" }] as const);
    expect(await outcomes(both, sent)).toEqual(["passed", "passed", "passed", violation(2, 60_000_000)]);
  });

  test("that is not set is a fault", async () => {
    expect(await outcomes('<Rate ref="request.header.rate"/>', [[0]])).toEqual([
      "500 policies.ratelimit.FailedToResolveSpikeArrestRate: Failed to resolve Spike Arrest Rate reference request.header.rate in SpikeArrest policy S",
    ]);
  });

  test.each<Value>([
    "30",
    "30s",
    "30.1ps",
    "-1ps",
    "0ps",
    "0pm",
    "",
    "NaNps",
    "99999999999ps",
    "ps",
    30,
    true,
    "1e3ps",
  ])("that is none is a fault: %j", async (rate) => {
    expect(await outcomes('<Rate ref="rate">5ps</Rate>', [[0, { rate }]])).toEqual([
      `500 policies.ratelimit.InvalidAllowedRate: Invalid spike arrest rate ${rate}.`,
    ]);
  });
});

describe("MessageWeight", () => {
  const inside = '<Rate>10pm</Rate><MessageWeight ref="weight">1</MessageWeight>';

  test.each(["", shared])("5 of 10pm lets two pass in a minute %s", async (effective) => {
    const sent = [0, 30_000, 59_999].map((at) => [at, { weight: "5" }] as const);
    expect(await outcomes(inside + effective, sent)).toEqual(["passed", "passed", violation(10, 60_000_000)]);
  });

  test.each<Value>(["1.5", "-1", "", "abc", "NaN", "99999999999", true])("%j is a fault", async (weight) => {
    expect(
      await outcomes(inside, [
        [0, { weight }],
        [0, { weight }],
      ]),
    ).toEqual(
      Array(2).fill(`500 policies.ratelimit.InvalidMessageWeight: Invalid message weight value ${weight}`),
    );
  });

  test("of a client takes no other's turn for longer than the period", async () => {
    expect(await outcomes(inside, [[0, { weight: "2000000000" }], [0]])).toEqual([
      violation(10, 60_000_000),
      "passed",
    ]);
  });
});

test("each value of Identifier has a rate of its own, and those without a value have one together", async () => {
  const inside = '<Rate>1pm</Rate><Identifier ref="who"/>';
  const refused = violation(1, 60_000_000);
  expect(await outcomes(inside, [[0, { who: "a" }], [0, { who: "b" }], [0, { who: "a" }], [0], [0]])).toEqual(
    ["passed", "passed", refused, "passed", refused],
  );
});

test("a counter that cannot be reached lets nothing pass", async () => {
  const memory = new MemoryCounters(() => 0);
  memory.trouble = () => Promise.reject(new Error("the network is gone"));
  const { step: run } = loadPolicy(spikeArrest, policy(`<Rate>1ps</Rate>${shared}`), {
    counters: memory.isolate(),
  });
  const fault = await Promise.resolve(run?.(flowOf())).catch((error: unknown) => error);
  expect(fault).toMatchObject({
    code: "sortie.CounterUnavailable",
    status: 503,
    message: "The counter of S cannot be reached at the moment",
  });
});

test.each([
  ["<Rate>30s</Rate>", ["error InvalidAllowedRate 1:66"]],
  ["<Rate>30.1ps</Rate>", ["error InvalidAllowedRate 1:66"]],
  ["<Rate>{{ RATE }}</Rate>", ["error InvalidAllowedRate 1:66"]],
  ['<Rate ref="r">30</Rate>', ["error InvalidAllowedRate 1:66"]],
  ["<Rate/>", ["error InvalidAllowedRate 1:66"]],
  ["", ["error InvalidAllowedRate 1:1"]],
  ["<Rate>1ps</Rate><MessageWeight>x</MessageWeight>", ["error InvalidMessageWeight 1:82"]],
  ['<Rate ref="r"/><MessageWeight ref="w"/><Identifier ref="i"/>', []],
])("at deployment: %s", (inside, problems) => {
  expect(problemsOf(spikeArrest, policy(shared + inside))).toEqual(problems);
});

test("whoever does not count together is told that each isolate counts by itself", () => {
  expect(problemsOf(spikeArrest, policy("<Rate>1ps</Rate>"))).toEqual(["warning CountedPerIsolate 1:1"]);
  const wrong = "<UseEffectiveCount>yes</UseEffectiveCount><Rate>1ps</Rate>";
  expect(problemsOf(spikeArrest, policy(wrong))).toContain("error InvalidBoolean 1:23");
});

describe("in a proxy", () => {
  const once = `<Rate>1pm</Rate>${shared}`;
  const flows = `<PreFlow><Request>${step("S")}</Request></PreFlow>`;

  test("the client gets 429 and Apigee's words", async () => {
    const gateway = await serve(proxyFiles("p", { flows, policies: { S: policy("<Rate>1pm</Rate>") } }));
    expect((await gateway.fetch("/p")).status).toBe(200);
    const refused = await gateway.fetch("/p");
    expect(refused.status).toBe(429);
    expect(await refused.json()).toEqual(
      defaultFault(
        "policies.ratelimit.SpikeArrestViolation",
        "Spike arrest violation. Allowed rate : MessageRate{messagesPerPeriod=1, periodInMicroseconds=60000000, maxBurstMessageCount=1.0}",
      ),
    );
  });

  test("with continueOnError the flow goes on, and knows", async () => {
    const gateway = await serve(
      proxyFiles("p", {
        flows: `<PreFlow><Request>${step("S")}${step("Late", "ratelimit.S.failed = true")}</Request></PreFlow>`,
        policies: {
          S: policy(once).replace("<SpikeArrest", '<SpikeArrest continueOnError="true"'),
          Late: '<AssignMessage name="Late"><AssignTo createNew="true" type="response">response</AssignTo><Set><StatusCode>299</StatusCode></Set></AssignMessage>',
          ...setHeader("Unused", "x", "y"),
        },
      }),
    );
    expect((await gateway.fetch("/p")).status).toBe(200);
    expect((await gateway.fetch("/p")).status).toBe(299);
  });

  test("policies of the same name in two proxies count apart, also one of a shared flow that both call", async () => {
    const call = '<FlowCallout name="F"><SharedFlowBundle>f</SharedFlowBundle></FlowCallout>';
    const calling = `<PreFlow><Request>${step("F")}</Request></PreFlow>`;
    const gateway = await serve({
      ...proxyFiles("a", { flows: calling, policies: { F: call } }),
      ...proxyFiles("b", { flows: calling, policies: { F: call } }),
      ...proxyFiles("c", { flows, policies: { S: policy(once) } }),
      ...sharedFlowFiles("f", step("S"), { S: policy(once) }),
    });
    const statuses: number[] = [];
    for (const path of ["/a", "/b", "/c", "/a", "/b", "/c"])
      statuses.push((await gateway.fetch(path)).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429, 429]);
  });

  test.each(["", shared])(
    "a shared flow's policy leaves the proxy's own of that name its turn %s",
    async (effective) => {
      const gateway = await serve({
        ...proxyFiles("p", {
          flows: `<PreFlow><Request>${step("F")}${step("S")}</Request></PreFlow>`,
          policies: {
            F: '<FlowCallout name="F"><SharedFlowBundle>f</SharedFlowBundle></FlowCallout>',
            S: policy(`<Rate>1pm</Rate>${effective}`),
          },
        }),
        ...sharedFlowFiles("f", step("S"), { S: policy(`<Rate>1pm</Rate>${effective}`) }),
      });
      expect((await gateway.fetch("/p")).status).toBe(200);
      expect((await gateway.fetch("/p")).status).toBe(429);
    },
  );

  test("that is in order, there is nothing to say", () => {
    const { problems } = check(proxyFiles("p", { flows, policies: { S: policy(once) } }));
    expect(problems).toEqual([]);
  });
});
