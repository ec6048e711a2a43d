import { afterAll, expect, inject, test } from "vitest";
import { ManualClock } from "../egress/clock.ts";
import { httpTarget, proxyFiles, recorder, serve, setHeader, step, type TestFiles } from "./gateway-kit.ts";

const { a, b } = inject("servers");

const keys = new Set<string>();

/** A URL whose answer, or the second half of it, does not come while a test runs. */
function never(key: string, route: "hold" | "half" = "hold"): string {
  keys.add(key);
  return `${a}/${route}/cancelled-${key}`;
}

async function at(route: "arrived" | "left" | "release", key: string): Promise<void> {
  await (await fetch(`${b}/${route}/cancelled-${key}`)).text();
}

afterAll(() => Promise.all([...keys].map((key) => at("release", key))));

const flowsWith = (...names: string[]) =>
  `<PreFlow><Request>${names.map((name) => step(name)).join("")}</Request></PreFlow>`;
const callout = (name: string, url: string, inside = "", attributes = "") => ({
  [name]: `<ServiceCallout name="${name}" ${attributes}>${inside}<HTTPTargetConnection><URL>${url}</URL></HTTPTargetConnection></ServiceCallout>`,
});
const waiting = "<Response>answer</Response><Timeout>60</Timeout>";
const goingOn = 'continueOnError="true"';
/** Something that a flow waits for after a call was given up. */
const next = (key: string) => callout("Next", never(`${key}-next`), "<Response>next</Response>");
const afterFaults = `<FaultRules><FaultRule name="any">${step("Next")}</FaultRule></FaultRules>`;
const after = (milliseconds: number) => ({ "io.timeout.millis": String(milliseconds) });

const localTarget = (name: string) =>
  `<LocalTargetConnection><APIProxy>${name}</APIProxy></LocalTargetConnection>`;
/** A proxy that calls another one, gives it up, and goes on. */
const giveUp = (key: string, ...called: TestFiles[]): TestFiles =>
  Object.assign(
    proxyFiles("p", {
      flows: flowsWith("Call", "Next"),
      policies: {
        Call: `<ServiceCallout name="Call" ${goingOn}>${waiting}${localTarget("inner")}</ServiceCallout>`,
        ...next(key),
      },
    }),
    ...called,
  );

const servers = (key: string) => {
  const { hostname, port } = new URL(never(key));
  return JSON.stringify([{ name: "slow", host: hostname, port: Number(port), isEnabled: true }]);
};

test.each<[string, (key: string) => TestFiles]>([
  [
    "of a ServiceCallout whose failure lets the flow go on",
    (key) =>
      proxyFiles("p", {
        flows: flowsWith("Slow", "Next"),
        policies: { ...callout("Slow", never(key), waiting, goingOn), ...next(key) },
      }),
  ],
  [
    "of a ServiceCallout that has half of its answer",
    (key) =>
      proxyFiles("p", {
        flows: flowsWith("Slow", "Next"),
        policies: { ...callout("Slow", never(key, "half"), waiting, goingOn), ...next(key) },
      }),
  ],
  [
    "of a ServiceCallout after which a fault rule calls out",
    (key) =>
      proxyFiles("p", {
        flows: afterFaults + flowsWith("Slow"),
        policies: { ...callout("Slow", never(key), waiting), ...next(key) },
      }),
  ],
  [
    "of a ServiceCallout that the flow does not wait for",
    (key) =>
      proxyFiles("p", {
        flows: flowsWith("Slow", "Next"),
        policies: { ...callout("Slow", never(key), "<Timeout>60</Timeout>"), ...next(key) },
      }),
  ],
  [
    "of a load balancer's server",
    (key) => ({
      ...proxyFiles("p", {
        flows: flowsWith("Slow", "Next"),
        policies: {
          Slow: `<ServiceCallout name="Slow" ${goingOn}>${waiting}<HTTPTargetConnection><Path>/hold/cancelled-${key}</Path><LoadBalancer><Server name="slow"/></LoadBalancer></HTTPTargetConnection></ServiceCallout>`,
          ...next(key),
        },
      }),
      "environments/local/targetservers.json": servers(key),
    }),
  ],
  [
    "of a target after which a fault rule calls out",
    (key) =>
      proxyFiles("p", {
        target: afterFaults + httpTarget(never(key), after(60)),
        policies: next(key),
      }),
  ],
  [
    "of a target whose answer a policy reads",
    (key) =>
      proxyFiles("p", {
        flows: `${afterFaults}<PostFlow><Response>${step("Read")}</Response></PostFlow>`,
        target: httpTarget(never(key, "half"), after(60)),
        policies: { ...setHeader("Read", "x-read", "{response.content}"), ...next(key) },
      }),
  ],
  [
    "of a proxy that another one calls",
    (key) => ({
      ...proxyFiles("p", {
        flows: flowsWith("Call", "Next"),
        policies: {
          Call: '<ServiceCallout name="Call" continueOnError="true"><Response>r</Response><LocalTargetConnection><APIProxy>inner</APIProxy></LocalTargetConnection></ServiceCallout>',
          ...next(key),
        },
      }),
      ...proxyFiles("inner", { target: httpTarget(never(key), after(60)) }),
    }),
  ],
  [
    "of a proxy that has another one for its target, and gives it up",
    (key) => ({
      ...proxyFiles("p", {
        properties: { "api.timeout": "60" },
        target: afterFaults + localTarget("inner"),
        policies: next(key),
      }),
      ...proxyFiles("inner", { target: httpTarget(never(key)) }),
    }),
  ],
  [
    "of a proxy that is given up itself, to its target",
    (key) => giveUp(key, proxyFiles("inner", { target: httpTarget(never(key)) })),
  ],
  [
    "of a proxy that is given up itself, from its flow",
    (key) =>
      giveUp(
        key,
        proxyFiles("inner", {
          flows: flowsWith("Slow"),
          policies: callout("Slow", never(key), "<Response>answer</Response>"),
        }),
      ),
  ],
  [
    "of a proxy whose caller's caller is given up",
    (key) =>
      giveUp(
        key,
        proxyFiles("inner", { target: localTarget("innermost") }),
        proxyFiles("innermost", { target: httpTarget(never(key)) }),
      ),
  ],
])("a call that is given up is cancelled while its request goes on: %s", async (name, files) => {
  const key = name.replaceAll(/\W+/g, "-");
  const clock = new ManualClock();
  const gateway = await serve(files(key), { clock });
  const answer = gateway.fetch("/p");
  await at("arrived", key);
  clock.pass(60);
  await at("left", key);
  await at("arrived", `${key}-next`);
  await at("release", `${key}-next`);
  expect((await answer).status).toBeLessThan(600);
  await gateway.settled();
});

const call = callout("Call", "http://record.test/", "<Response>r</Response>");
const fault = (name: string) =>
  `<FaultRules><FaultRule name="any">${step(name)}</FaultRule></FaultRules>${flowsWith("Call")}`;

test.each<[string, string, Readonly<Record<string, string>>, boolean]>([
  ["nothing runs after its failure", flowsWith("Call"), call, false],
  ["a fault rule only assigns", fault("Set"), { ...call, ...setHeader("Set", "x-set", "set") }, false],
  ["a fault rule calls out", fault("Again"), { ...call, ...callout("Again", "http://record.test/") }, true],
  [
    "a PostClientFlow calls out",
    `${flowsWith("Call")}<PostClientFlow><Response>${step("Call")}</Response></PostClientFlow>`,
    call,
    true,
  ],
])("a call costs a signal only where that is needed: %s", async (_, flows, policies, isNeeded) => {
  const service = recorder();
  const unrecorded = { "environments/local/audit.json": '{ "destination": "none" }' };
  const gateway = await serve(
    { ...proxyFiles("p", { flows, policies }), ...unrecorded },
    {
      connections: new Map([["record.test:80", service]]),
    },
  );
  await gateway.fetch("/p");
  await gateway.settled();
  const init = service.calls[0]?.init ?? {};
  // Of a request of the platform asking is what makes a signal.
  expect(!(init instanceof Request) && init.signal instanceof AbortSignal).toBe(isNeeded);
});
