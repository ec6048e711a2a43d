import { afterAll, describe, expect, inject, test } from "vitest";
import { defaultFault, httpTarget, marks, proxyFiles, serve, setHeader, step } from "./gateway-kit.ts";

const { a, b } = inject("servers");

const held: string[] = [];
const hold = (key: string) => {
  held.push(key);
  return `${a}/hold/timeouts-${key}`;
};
afterAll(() => Promise.all(held.map(async (key) => (await fetch(`${b}/release/timeouts-${key}`)).text())));

const gatewayTimeout = defaultFault("messaging.adaptors.http.flow.GatewayTimeout", "Gateway Timeout");
const apiTimedOut = defaultFault("flow.APITimedOut", "API timed out");

/** A callout that is given up after a time that is longer than the api.timeout of these tests. */
const slow = (key: string) => ({
  Slow: `<ServiceCallout name="Slow" continueOnError="true"><Response>late</Response><Timeout>60</Timeout><HTTPTargetConnection><URL>${hold(key)}</URL></HTTPTargetConnection></ServiceCallout>`,
});
const short = { "api.timeout": "30" };

describe("504 GatewayTimeout", () => {
  test.each([
    ["io.timeout.millis", {}, { "io.timeout.millis": "30" }],
    ["what is left of api.timeout", short, {}],
  ])("when the target does not answer within %s", async (name, properties, target) => {
    const gateway = await serve(
      proxyFiles("p", { properties, target: httpTarget(hold(name.slice(0, 2)), target) }),
    );
    const response = await gateway.fetch("/p");
    expect([response.status, await response.json()]).toEqual([504, gatewayTimeout]);
  });

  test("when a policy reads an answer whose body does not end in time", async () => {
    held.push("half");
    const gateway = await serve(
      proxyFiles("p", {
        flows: `<PostFlow><Response>${step("Read")}</Response></PostFlow>`,
        target: httpTarget(`${a}/half/timeouts-half`, { "io.timeout.millis": "30" }),
        policies: setHeader("Read", "x-read", "{response.content}"),
      }),
    );
    const response = await gateway.fetch("/p");
    expect([response.status, await response.json()]).toEqual([504, gatewayTimeout]);
  });

  test("when another proxy that is the target takes longer than api.timeout", async () => {
    const gateway = await serve({
      ...proxyFiles("outer", {
        properties: short,
        target: "<LocalTargetConnection><APIProxy>inner</APIProxy></LocalTargetConnection>",
      }),
      ...proxyFiles("inner", { target: httpTarget(hold("inner")) }),
    });
    const response = await gateway.fetch("/outer");
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
    const gateway = await serve(
      proxyFiles("p", {
        properties: short,
        flows,
        target: httpTarget(`${a}/status/200`),
        policies: { ...marks("A"), ...slow(name.replace(" ", "-")) },
      }),
    );
    const response = await gateway.fetch("/p");
    expect([response.status, await response.json()]).toEqual([504, apiTimedOut]);
  });
});

test("fault rules run to their end after api.timeout", async () => {
  const gateway = await serve(
    proxyFiles("p", {
      properties: short,
      flows: `<FaultRules><FaultRule name="time"><Condition>fault.name = "APITimedOut"</Condition>${step("Slow")}${step("A")}${step("Show")}</FaultRule></FaultRules>
        <PreFlow><Request>${step("Slow")}</Request></PreFlow>`,
      target: httpTarget(`${a}/status/200`),
      policies: { ...marks("A"), ...slow("rules") },
    }),
  );
  const response = await gateway.fetch("/p");
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
