import { describe, expect, test } from "vitest";
import {
  check,
  defaultFault,
  proxyFiles,
  serve,
  setVariable,
  step,
  type TestFiles,
} from "../../../exchange/gateway-kit.ts";
import { MemoryCounters } from "../../../stores/counters/memory-counters.ts";

const places = {
  here: "",
  later: "<Distributed>true</Distributed>",
  together: "<Distributed>true</Distributed><Synchronous>true</Synchronous>",
};
const quota = (inside: string, type = "flexi") =>
  `<Quota name="Q" type="${type}"><Interval>1</Interval><TimeUnit>hour</TimeUnit>${inside}</Quota>`;
const reset = (quota: string, attributes = 'name="Q"') =>
  `<ResetQuota name="R"><Quota ${attributes}>${quota}</Quota></ResetQuota>`;
const one = '<Identifier name="_default"><Allow>1</Allow></Identifier>';

/** A proxy with a quota, which gives something back where the client asks for it. */
function files(policies: Readonly<Record<string, string>>): TestFiles {
  const flows = `<PreFlow><Request>${step("R", 'request.header.reset = "true"')}${step("Q")}</Request></PreFlow>`;
  return proxyFiles("p", { flows, policies });
}

/** The statuses of requests: `r` asks for a reset before it is counted. */
async function statuses(policies: Readonly<Record<string, string>>, requests: string, headers = {}) {
  const gateway = await serve(files(policies));
  const found: number[] = [];
  for (const each of requests) {
    found.push(
      (await gateway.fetch("/p", { headers: { ...headers, ...(each === "r" && { reset: "true" }) } })).status,
    );
    await gateway.settled();
  }
  return found;
}

describe.each(Object.entries(places))("a quota that counts %s", (_, place) => {
  test.each(["flexi", "rollingwindow"])("gets back what is allowed again: %s", async (type) => {
    const policies = {
      Q: quota(`<Allow count="2"/>${place}`, type),
      R: reset('<Identifier name="_default"><Allow>2</Allow></Identifier>'),
    };
    expect(await statuses(policies, "mmmrmm")).toEqual([200, 200, 429, 200, 200, 429]);
  });

  test("gets no more than it has counted", async () => {
    const policies = {
      Q: quota(`<Allow count="2"/>${place}`),
      R: reset('<Identifier name="_default"><Allow>100</Allow></Identifier>'),
    };
    expect(await statuses(policies, "mrmm")).toEqual([200, 200, 200, 429]);
  });
});

test("what is given back is that of an identifier and a class", async () => {
  const policies = {
    Q: quota(
      `<Identifier ref="request.header.who"/><Allow count="1"><Class ref="request.header.plan"><Allow class="gold" count="1"/></Class></Allow>${places.together}`,
    ),
    R: reset(
      '<Identifier ref="request.header.who"><Class ref="request.header.plan"><Allow>1</Allow></Class></Identifier>',
    ),
  };
  expect(await statuses(policies, "mmrm", { who: "a", plan: "gold" })).toEqual([200, 429, 200, 429]);
  const other = reset('<Identifier name="b"><Allow>1</Allow></Identifier>');
  expect(await statuses({ ...policies, R: other }, "mr", { who: "a", plan: "gold" })).toEqual([200, 429]);
});

test("names and counts come from variables, too, where they have values", async () => {
  const policies = {
    Q: quota(`<Allow count="1"/>${places.together}`),
    R: reset(
      '<Identifier name="_default"><Allow ref="request.header.back">0</Allow></Identifier>',
      'ref="request.header.quota"',
    ),
  };
  expect(await statuses(policies, "mr", { quota: "Q", back: "1" })).toEqual([200, 200]);
  expect(await statuses(policies, "mr", { quota: "Q" })).toEqual([200, 429]);
});

describe("a fault", () => {
  const faultOf = async (xml: string, headers = {}) => {
    const gateway = await serve(files({ Q: quota(`<Allow count="9"/>${places.together}`), R: xml }));
    const response = await gateway.fetch("/p", { headers: { reset: "true", ...headers } });
    return [response.status, await response.json()];
  };

  test("of a quota that there is not", async () => {
    expect(await faultOf(reset(one, 'ref="request.header.quota"'), { quota: "Other" })).toEqual([
      500,
      defaultFault("policies.resetquota.InvalidRLPolicy", "Invalid rate limit policy Other"),
    ]);
  });

  test("of a quota that no variable names", async () => {
    expect(await faultOf(reset(one, 'ref="request.header.quota"'))).toEqual([
      500,
      defaultFault("policies.resetquota.FailedToResolveRLPolicy", "Failed to resolve rate limit policy"),
    ]);
  });

  test.each(["-1", "1.5", "many"])("of a count that is none: %s", async (back) => {
    const xml = reset('<Identifier name="_default"><Allow ref="request.header.back"/></Identifier>');
    expect(await faultOf(xml, { back })).toEqual([
      500,
      defaultFault(
        "policies.resetquota.InvalidCount",
        `Invalid count value ${back} for identifier _default in ResetQuotaStepDefinition:R;API Proxy:p;Revision:3;Environment:local;Organization:test`,
      ),
    ]);
  });

  test("of a counter that cannot be reached", async () => {
    const counters = new MemoryCounters(Date.now);
    counters.trouble = () => Promise.reject(new Error("gone"));
    const gateway = await serve(files({ Q: quota(`<Allow count="9"/>${places.together}`), R: reset(one) }), {
      counters,
    });
    expect((await gateway.fetch("/p", { headers: { reset: "true" } })).status).toBe(503);
  });
});

test("a count that no variable says gives nothing back, and the flow goes on", async () => {
  const policies = {
    Q: quota(`<Allow count="1"/>${places.together}`),
    R: reset('<Identifier name="_default"><Allow ref="request.header.back"/></Identifier>'),
    ...setVariable("Unused", "x", "y"),
  };
  expect(await statuses(policies, "rr")).toEqual([200, 429]);
});

test.each([
  ["no quota", '<ResetQuota name="R"/>', "error QuotaRequired"],
  ["no identifier", reset(""), "error IdentifierRequired"],
  ["no count", reset('<Identifier name="a"/>'), "error AllowRequired"],
  [
    "a count that is none",
    reset('<Identifier name="a"><Allow>-1</Allow></Identifier>'),
    "error InvalidCount",
  ],
  ["a quota that is not there", reset(one, 'name="Qq"'), "warning QuotaNotFound"],
  ["everything", reset(one), undefined],
])("at deployment: %s", (_, xml, problem) => {
  const { problems } = check(files({ Q: quota(`<Allow count="9"/>${places.together}`), R: xml }));
  expect(problems.map(({ severity, code }) => `${severity} ${code}`)).toEqual(problem ? [problem] : []);
});
