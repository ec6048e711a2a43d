import { afterAll, describe, expect, inject, test } from "vitest";
import { ManualClock } from "../egress/clock.ts";
import {
  defaultFault,
  httpTarget,
  marks,
  proxyFiles,
  serve,
  setHeader,
  step,
  type TestFiles,
} from "./gateway-kit.ts";

const { a, b } = inject("servers");

const held: string[] = [];
const hold = (key: string, route = "hold") => {
  held.push(key);
  return `${a}/${route}/timeouts-${key}`;
};
afterAll(() => Promise.all(held.map(async (key) => (await fetch(`${b}/release/timeouts-${key}`)).text())));

const gatewayTimeout = defaultFault("messaging.adaptors.http.flow.GatewayTimeout", "Gateway Timeout");
const apiTimedOut = defaultFault("flow.APITimedOut", "API timed out");

/** A callout that is given up after a time that is longer than the api.timeout of these tests. */
const slow = (key: string) => ({
  Slow: `<ServiceCallout name="Slow" continueOnError="true"><Response>late</Response><Timeout>60</Timeout><HTTPTargetConnection><URL>${hold(key)}</URL></HTTPTargetConnection></ServiceCallout>`,
});
const short = { "api.timeout": "30" };

/** What a client gets for whom `ms` pass once the gateway waits for what is held under the key. */
async function answerAfter(ms: number, key: string, files: TestFiles, path = "/p"): Promise<Response> {
  const clock = new ManualClock();
  const gateway = await serve(files, { clock });
  const answer = gateway.fetch(path);
  await fetch(`${b}/arrived/timeouts-${key}`);
  clock.pass(ms);
  return answer;
}

describe("504 GatewayTimeout", () => {
  test.each([
    ["io.timeout.millis", {}, { "io.timeout.millis": "30" }],
    ["what is left of api.timeout", short, {}],
  ])("when the target does not answer within %s", async (name, properties, target) => {
    const key = name.slice(0, 2);
    const files = proxyFiles("p", { properties, target: httpTarget(hold(key), target) });
    const response = await answerAfter(30, key, files);
    expect([response.status, await response.json()]).toEqual([504, gatewayTimeout]);
  });

  test("when a policy reads an answer whose body does not end in time", async () => {
    const files = proxyFiles("p", {
      flows: `<PostFlow><Response>${step("Read")}</Response></PostFlow>`,
      target: httpTarget(hold("half", "half"), { "io.timeout.millis": "30" }),
      policies: setHeader("Read", "x-read", "{response.content}"),
    });
    const response = await answerAfter(30, "half", files);
    expect([response.status, await response.json()]).toEqual([504, gatewayTimeout]);
  });

  test("when another proxy that is the target takes longer than api.timeout", async () => {
    const files = {
      ...proxyFiles("outer", {
        properties: short,
        target: "<LocalTargetConnection><APIProxy>inner</APIProxy></LocalTargetConnection>",
      }),
      ...proxyFiles("inner", { target: httpTarget(hold("inner")) }),
    };
    const response = await answerAfter(30, "inner", files, "/outer");
    expect([response.status, await response.json()]).toEqual([504, gatewayTimeout]);
  });
});

describe("504 APITimedOut, when a step took so long that api.timeout is over", () => {
  test.each([
    ["another step", `<PreFlow><Request>${step("Slow")}${step("A")}</Request></PreFlow>`],
    ["the target call", `<PreFlow><Request>${step("Slow")}</Request></PreFlow>`],
    [
      "another flow",
      `<PreFlow><Response>${step("Slow")}</Response></PreFlow><PostFlow><Response>${step("A")}</Response></PostFlow>`,
    ],
    ["the answer", `<PreFlow><Response>${step("Slow")}</Response></PreFlow>`],
  ])("before %s", async (name, flows) => {
    const key = name.replace(" ", "-");
    const files = proxyFiles("p", {
      properties: short,
      flows,
      target: httpTarget(`${a}/status/200`),
      policies: { ...marks("A"), ...slow(key) },
    });
    const response = await answerAfter(60, key, files);
    expect([response.status, await response.json()]).toEqual([504, apiTimedOut]);
  });
});

test("fault rules run to their end after api.timeout", async () => {
  const clock = new ManualClock();
  const gateway = await serve(
    proxyFiles("p", {
      properties: short,
      flows: `<FaultRules><FaultRule name="time"><Condition>fault.name = "APITimedOut"</Condition>${step("Late")}${step("A")}${step("Show")}</FaultRule></FaultRules>
        <PreFlow><Request>${step("Slow")}</Request></PreFlow>`,
      target: httpTarget(`${a}/status/200`),
      policies: {
        ...marks("A"),
        ...slow("rules"),
        Late: slow("late").Slow.replace('name="Slow"', 'name="Late"'),
      },
    }),
    { clock },
  );
  const answer = gateway.fetch("/p");
  for (const key of ["rules", "late"]) {
    await fetch(`${b}/arrived/timeouts-${key}`);
    clock.pass(60);
  }
  const response = await answer;
  expect([response.status, response.headers.get("x-marks")]).toEqual([504, "A,"]);
});

test("408 RequestTimeOut is for a client that breaks off while a policy reads its body", async () => {
  const gateway = await serve(
    proxyFiles("p", {
      flows: `<PreFlow><Request>${step("Read")}</Request></PreFlow>`,
      policies: setHeader("Read", "x-read", "{request.content}"),
    }),
  );
  const body = new ReadableStream({
    pull: (controller) => controller.error(new Error("Network connection lost.")),
  });
  expect((await gateway.fetch("/p", { method: "POST", body })).status).toBe(408);
});
