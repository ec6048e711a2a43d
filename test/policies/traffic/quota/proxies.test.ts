import { describe, expect, test } from "vitest";
import type { Connection } from "../../../../src/egress/call.ts";
import {
  check,
  defaultFault,
  httpTarget,
  proxyFiles,
  recorder,
  serve,
  setHeader,
  sharedFlowFiles,
  step,
  type TestFiles,
} from "../../../exchange/gateway-kit.ts";
import { MemoryCounters } from "../../../stores/counters/memory-counters.ts";

const quota = (inside: string, name = "Q", attributes = "") =>
  `<Quota name="${name}" ${attributes}><Interval>1</Interval><TimeUnit>hour</TimeUnit><Distributed>true</Distributed><Synchronous>true</Synchronous>${inside}</Quota>`;
const once = quota('<Allow count="1"/>');
const flows = `<PreFlow><Request>${step("Q")}</Request></PreFlow>`;

/** The statuses of requests, one after the other. */
async function statuses(
  files: TestFiles,
  paths: readonly string[],
  counters?: MemoryCounters,
): Promise<number[]> {
  const gateway = await serve(files, counters && { counters });
  const found: number[] = [];
  for (const path of paths) found.push((await gateway.fetch(path)).status);
  return found;
}

test("the client gets 429 and Apigee's words", async () => {
  const gateway = await serve(proxyFiles("p", { flows, policies: { Q: once } }));
  expect((await gateway.fetch("/p")).status).toBe(200);
  const refused = await gateway.fetch("/p");
  expect(refused.status).toBe(429);
  expect(await refused.json()).toEqual(
    defaultFault(
      "policies.ratelimit.QuotaViolation",
      "Rate limit quota violation. Quota limit  exceeded. Identifier : _default",
    ),
  );
});

test("policies of the same name in two proxies count apart, also one of a shared flow that both call", async () => {
  const call = { F: '<FlowCallout name="F"><SharedFlowBundle>f</SharedFlowBundle></FlowCallout>' };
  const calling = `<PreFlow><Request>${step("F")}</Request></PreFlow>`;
  const files = {
    ...proxyFiles("a", { flows: calling, policies: call }),
    ...proxyFiles("b", { flows: calling, policies: call }),
    ...proxyFiles("c", { flows, policies: { Q: once } }),
    ...sharedFlowFiles("f", step("Q"), { Q: once }),
  };
  expect(await statuses(files, ["/a", "/b", "/c", "/a", "/b", "/c"])).toEqual([200, 200, 200, 429, 429, 429]);
});

test("a shared flow's policy and the proxy's own of that name count apart, but for a name that they share", async () => {
  const flows = `<PreFlow><Request>${step("F")}${step("Q")}</Request></PreFlow>`;
  const F = '<FlowCallout name="F"><SharedFlowBundle>f</SharedFlowBundle></FlowCallout>';
  const filesWith = (Q: string) => ({
    ...proxyFiles("p", { flows, policies: { F, Q } }),
    ...sharedFlowFiles("f", step("Q"), { Q }),
  });
  expect(await statuses(filesWith(once), ["/p", "/p"])).toEqual([200, 429]);
  const together = quota('<Allow count="1"/><SharedName>s</SharedName>');
  expect(await statuses(filesWith(together), ["/p"])).toEqual([429]);
});

test("a policy that stands in several places counts each time", async () => {
  const twice = `<PreFlow><Request>${step("Q")}</Request><Response>${step("Q")}</Response></PreFlow>`;
  const policies = { Q: quota('<Allow count="3"/>') };
  expect(await statuses(proxyFiles("p", { flows: twice, policies }), ["/p", "/p"])).toEqual([200, 429]);
});

test("a new deployment does not begin to count anew", async () => {
  const counters = new MemoryCounters(Date.now);
  const files = proxyFiles("p", { flows, policies: { Q: once } });
  expect(await statuses(files, ["/p"], counters)).toEqual([200]);
  const changed = proxyFiles("p", { flows, policies: { Q: once.replace("<Interval>1<", "<Interval>2<") } });
  expect(await statuses(changed, ["/p"], counters)).toEqual([429]);
});

describe("with continueOnError", () => {
  // As in published circuit breakers: what was counted in the response decides where the next request goes.
  const breaker = {
    ...proxyFiles("p", {
      flows: `<PreFlow><Request>${step("Enforce")}</Request></PreFlow><PostFlow><Response>${step("Count", "response.status.code = 429")}</Response></PostFlow>`,
      routes:
        '<RouteRule name="first"><Condition>ratelimit.Enforce.failed = false</Condition><TargetEndpoint>default</TargetEndpoint></RouteRule><RouteRule name="second"><TargetEndpoint>other</TargetEndpoint></RouteRule>',
      target: `<HTTPTargetConnection><URL>http://busy.example</URL><Properties><Property name="success.codes">1xx,2xx,3xx,4xx</Property></Properties></HTTPTargetConnection>`,
      policies: {
        Enforce: quota(
          '<Allow count="2"/><EnforceOnly>true</EnforceOnly><SharedName>s</SharedName>',
          "Enforce",
          'type="rollingwindow" continueOnError="true"',
        ),
        Count: quota(
          '<Allow count="2"/><CountOnly>true</CountOnly><SharedName>s</SharedName>',
          "Count",
          'type="rollingwindow"',
        ),
        ...setHeader("Unused", "x", "y"),
      },
    }),
    "apiproxies/p/apiproxy/targets/other.xml": `<TargetEndpoint name="other">${httpTarget("http://other.example")}</TargetEndpoint>`,
  };

  test("a condition knows whether the quota is used up", async () => {
    const other = recorder();
    const gateway = await serve(breaker, {
      connections: new Map<string, Connection>([
        ["busy.example:80", { fetch: async () => new Response("busy", { status: 429 }) }],
        ["other.example:80", other],
      ]),
      allow: ["busy.example", "other.example"],
    });
    const found: number[] = [];
    for (let index = 0; index < 4; index++) found.push((await gateway.fetch("/p")).status);
    expect(found).toEqual([429, 429, 200, 200]);
    expect(other.calls).toHaveLength(2);
  });
});

describe("at deployment, a quota that only enforces", () => {
  const enforce = quota('<Allow count="1"/><SharedName>tokens</SharedName><EnforceOnly>true</EnforceOnly>');
  const counting = (name: string, inside = "<CountOnly>true</CountOnly>") =>
    quota(`<Allow count="1"/><SharedName>${name}</SharedName>${inside}`, "C");
  const problems = (policies: Readonly<Record<string, string>>) => {
    const steps = Object.keys(policies).map((name) => step(name));
    const files = proxyFiles("p", {
      flows: `<PreFlow><Request>${steps.join("")}</Request></PreFlow>`,
      policies,
    });
    return check(files).problems.map(({ severity, code, remedy }) => `${severity} ${code}: ${remedy}`);
  };

  test.each([
    [
      "a name that is nearly the same",
      "token",
      "Did you mean token? Otherwise write the same <SharedName> into both.",
    ],
    ["another name", "calls", "Write the same <SharedName> into both."],
  ])("is warned of where what counts has %s", (_, name, fix) => {
    expect(problems({ Q: enforce, C: counting(name) })).toEqual([`warning SharedNameDiffers: ${fix}`]);
  });

  test.each([
    ["one that only counts has its name", { Q: enforce, C: counting("tokens") }],
    ["one that counts and refuses has its name", { Q: enforce, C: counting("tokens", "") }],
    ["nothing else counts in its bundle", { Q: enforce }],
  ])("is not warned of where %s", (_, policies) => {
    expect(problems(policies)).toEqual([]);
  });
});
