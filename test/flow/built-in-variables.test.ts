import { describe, expect, test } from "vitest";
import type { Value } from "../../src/expression/value.ts";
import { type FlowContext, loadBalancing } from "../../src/flow/context.ts";
import { Fault } from "../../src/flow/fault.ts";
import { ResponseMessage } from "../../src/flow/message.ts";
import { variable } from "../../src/flow/variable.ts";
import { flowOf, NOW } from "../policies/policy-kit.ts";

const get = (flow: FlowContext, name: string): Value => variable(name).get(flow);
const set = (flow: FlowContext, name: string, value: Value): void => variable(name).set(flow, value);

const NOW_TEXT = "Fri, 02 Jan 2026 03:04:05 UTC";

/** A flow that has been everywhere: routed, sent to its target, answered. */
function complete(): FlowContext {
  const flow = flowOf({
    response: new ResponseMessage(),
    identity: {
      revision: "3",
      endpoint: "default",
      basePath: "/v1/*",
      propertySets: new Map([
        [
          "messages",
          new Map([
            ["hello", "Hi"],
            ["hello.formal", "Good day"],
          ]),
        ],
      ]),
    },
    exchange: {
      client: { ip: "192.0.2.1", host: "api.example.com", port: 51234, scheme: "https", country: "CH" },
      receivedAt: NOW - 1000,
    },
  });
  flow.flowName = "PreFlow";
  flow.flowDescription = "comes first";
  flow.sharedFlow = "Log";
  flow.flowHook = "PreProxyFlowHook";
  flow.route = { name: "to-things", target: "things-target" };
  flow.target = {
    name: "things-target",
    url: "https://backend.example.com/base",
    copyPathSuffix: true,
    copyQueryParams: false,
    evaluatedUrl: "https://backend.example.com/base/things?a=1",
    sentAt: { start: 0, end: 1 },
    receivedAt: { start: 1000, end: 1001 },
  };
  flow.keep(loadBalancing, { targetServer: "second", failedServers: ["first"], isFallback: true });
  flow.clientSentAt = { start: NOW, end: NOW };
  return flow;
}

/** Apigee: "Flow variables reference". */
describe("in a flow that has been everywhere", () => {
  test.each<[name: string, value: Value]>([
    ["organization.name", "org"],
    ["environment.name", "test"],
    ["apiproxy.name", "things"],
    ["apiproxy.revision", "3"],
    ["apiproxy.basepath", "/v1/*"],
    ["proxy.name", "default"],
    ["proxy.basepath", "/v1/*"],
    ["proxy.pathsuffix", "/things"],
    ["proxy.url", "https://api.example.com/v1/things"],
    ["proxy.client.ip", "192.0.2.1"],
    ["route.name", "to-things"],
    ["route.target", "things-target"],
    ["target.name", "things-target"],
    ["target.url", "https://backend.example.com/base"],
    ["target.evaluated.url", "https://backend.example.com/base/things?a=1"],
    ["target.basepath", "/base"],
    ["target.copy.pathsuffix", true],
    ["target.copy.queryparams", false],
    ["target.host", "backend.example.com"],
    ["target.port", 443],
    ["target.scheme", "https"],
    ["target.ssl.enabled", true],
    ["target.sent.start.time", "Thu, 01 Jan 1970 00:00:00 UTC"],
    ["target.sent.start.timestamp", 0n],
    ["target.sent.end.time", "Thu, 01 Jan 1970 00:00:00 UTC"],
    ["target.sent.end.timestamp", 1n],
    ["target.received.start.time", "Thu, 01 Jan 1970 00:00:01 UTC"],
    ["target.received.start.timestamp", 1000n],
    ["target.received.end.time", "Thu, 01 Jan 1970 00:00:01 UTC"],
    ["target.received.end.timestamp", 1001n],
    ["client.received.start.time", "Fri, 02 Jan 2026 03:04:04 UTC"],
    ["client.received.start.timestamp", BigInt(NOW - 1000)],
    ["client.received.end.time", "Fri, 02 Jan 2026 03:04:04 UTC"],
    ["client.received.end.timestamp", BigInt(NOW - 1000)],
    ["client.sent.start.time", NOW_TEXT],
    ["client.sent.start.timestamp", BigInt(NOW)],
    ["client.sent.end.time", NOW_TEXT],
    ["client.sent.end.timestamp", BigInt(NOW)],
    ["client.ip", "192.0.2.1"],
    ["client.resolved.ip", "192.0.2.1"],
    ["client.host", "api.example.com"],
    ["client.port", 51234],
    ["client.scheme", "https"],
    ["client.ssl.enabled", true],
    ["client.country", "CH"],
    ["current.flow.name", "PreFlow"],
    ["current.flow.description", "comes first"],
    ["apigee.edge.sharedflow.name", "Log"],
    ["apigee.edge.flowhook.name", "PreProxyFlowHook"],
    ["messageid", "exchange-1"],
    ["is.error", false],
    ["loadbalancing.targetserver", "second"],
    ["loadbalancing.failedservers", ["first"]],
    ["loadbalancing.isfallback", true],
    ["system.timestamp", BigInt(NOW)],
    ["system.time", NOW_TEXT],
    ["system.time.year", 2026],
    ["system.time.month", 1],
    ["system.time.day", 2],
    ["system.time.dayofweek", "Friday"],
    ["system.time.hour", 3],
    ["system.time.minute", 4],
    ["system.time.second", 5],
    ["system.time.millisecond", 678],
    ["system.time.zone", "UTC"],
    ["system.uuid", "00000000-0000-4000-8000-000000000000"],
    ["propertyset.messages.hello", "Hi"],
    ["propertyset.messages.hello.formal", "Good day"],
    ["propertyset.messages.none", null],
    ["propertyset.none.hello", null],
    ["propertyset.messages", null],
  ])("%s is %s", (name, value) => {
    expect(get(complete(), name)).toEqual(value);
  });
});

/** What Workers do not know, and what belongs to policies that set it. */
test.each([
  "target.ip",
  "target.cn",
  "target.expectedcn",
  "target.header.host",
  "client.cn",
  "client.email.address",
  "client.locality",
  "client.organization",
  "client.organization.unit",
  "client.state",
  "system.interface.eth0",
  "system.region.name",
  "system.pod.name",
  "apigee.metrics.policy.P.timeTaken",
  "request.transportid",
  "request.transport.message",
  "response.transport.message",
])("%s is null", (name) => {
  expect(get(complete(), name)).toBeNull();
});

describe("in a flow that has just begun", () => {
  test.each<[name: string, value: Value]>([
    ["route.name", null],
    ["route.target", null],
    ["target.name", null],
    ["target.url", null],
    ["target.evaluated.url", null],
    ["target.basepath", null],
    ["target.host", null],
    ["target.port", null],
    ["target.scheme", null],
    ["target.ssl.enabled", null],
    ["target.copy.pathsuffix", null],
    ["target.copy.queryparams", null],
    ["target.sent.start.time", null],
    ["target.sent.end.timestamp", null],
    ["target.received.start.timestamp", null],
    ["client.port", null],
    ["client.country", null],
    ["client.sent.start.time", ""],
    ["client.sent.start.timestamp", -1n],
    ["client.sent.end.time", ""],
    ["client.sent.end.timestamp", -1n],
    ["apigee.edge.sharedflow.name", null],
    ["apigee.edge.flowhook.name", null],
    ["loadbalancing.targetserver", null],
    ["loadbalancing.failedservers", null],
    ["loadbalancing.isfallback", null],
    ["fault.name", null],
    ["fault.reason", null],
    ["fault.category", null],
    ["fault.subcategory", null],
    ["error.message", null],
    ["error.state", null],
  ])("%s is %s", (name, value) => {
    expect(get(flowOf(), name)).toEqual(value);
  });
});

/** Apigee: "Handling faults" and "What you need to know about policy errors". */
describe("in the error state", () => {
  const flow = flowOf({ error: new ResponseMessage({ status: 500, body: "failed" }) });

  test.each<[name: string, value: Value]>([
    ["is.error", true],
    ["fault.name", "RaiseFault"],
    ["fault.reason", "Raising fault. Fault name : F"],
    ["fault.type", "Step"],
    ["fault.category", "Step"],
    ["fault.subcategory", ""],
    ["error.message", "Raising fault. Fault name : F"],
    ["error.content", "failed"],
    ["error.status.code", 500],
    ["error.state", "PROXY_REQ_FLOW"],
  ])("%s is %s", (name, value) => {
    expect(get(flow, name)).toEqual(value);
  });

  test("error.content and error headers can be written", () => {
    const flow = flowOf({ error: new ResponseMessage({ body: "failed" }) });
    set(flow, "error.content", "sorry");
    set(flow, "error.header.x", "1");
    expect([flow.error?.content, flow.error?.headers.get("x")]).toEqual(["sorry", "1"]);
  });
});

test("after a fault that continueOnError let pass there is a fault name, and no error", () => {
  const flow = flowOf();
  flow.lastFault = new Fault("steps.servicecallout.ExecutionFailed", "Execution of ServiceCallout S failed.");
  expect(["fault.name", "is.error", "error.message"].map((name) => get(flow, name))).toEqual([
    "ExecutionFailed",
    false,
    null,
  ]);
});

describe("the target", () => {
  const withTarget = (target: Partial<NonNullable<FlowContext["target"]>>) => {
    const flow = complete();
    if (flow.target) Object.assign(flow.target, target);
    return flow;
  };

  test("can be changed by flows", () => {
    const flow = complete();
    set(flow, "target.url", "http://other.example.com:8080/x");
    set(flow, "target.copy.pathsuffix", "false");
    set(flow, "target.copy.queryparams", true);
    expect(flow.target).toMatchObject({
      url: "http://other.example.com:8080/x",
      copyPathSuffix: false,
      copyQueryParams: true,
    });
    expect(
      ["target.host", "target.port", "target.scheme", "target.ssl.enabled"].map((name) => get(flow, name)),
    ).toEqual(["other.example.com", 8080, "http", false]);
  });

  test.each<[Value, boolean]>([
    ["false", false],
    [" FALSE ", false],
    [false, false],
    ["true", true],
    ["no", true],
    [null, true],
  ])("target.copy.pathsuffix set to %j is %s", (value, expected) => {
    const flow = complete();
    set(flow, "target.copy.pathsuffix", value);
    expect(get(flow, "target.copy.pathsuffix")).toBe(expected);
  });

  test("cannot be changed before a route has chosen it", () => {
    const flow = flowOf();
    set(flow, "target.url", "https://elsewhere.example.com");
    set(flow, "target.copy.pathsuffix", false);
    expect([flow.target, get(flow, "target.url")]).toEqual([null, null]);
  });

  test.each([
    ["https://backend.example.com", null],
    ["https://backend.example.com/", null],
    ["https://backend.example.com/a/b?c=d", "/a/b"],
    ["not a url", null],
  ])("of the URL %j has the base path %j", (url, expected) => {
    expect(get(withTarget({ url }), "target.basepath")).toBe(expected);
  });

  test("of a load balancer has the URL that was called, without its query", () => {
    const flow = withTarget({ url: null });
    expect([get(flow, "target.url"), get(flow, "target.host")]).toEqual([
      "https://backend.example.com/base/things",
      "backend.example.com",
    ]);
  });
});

test("the time is that of the reading", () => {
  let now = NOW;
  const flow = flowOf({ exchange: { now: () => now } });
  const { get } = variable("system.timestamp");
  const first = get(flow);
  now += 5;
  expect([first, get(flow)]).toEqual([BigInt(NOW), BigInt(NOW + 5)]);
});

test("a day is always written with two digits", () => {
  const flow = flowOf({ exchange: { now: () => Date.UTC(2013, 7, 7, 19, 16, 47) } });
  expect(get(flow, "system.time")).toBe("Wed, 07 Aug 2013 19:16:47 UTC");
});
