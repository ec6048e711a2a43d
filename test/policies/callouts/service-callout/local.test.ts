import { describe, expect, test } from "vitest";
import type { FlowContext } from "../../../../src/flow/context.ts";
import { Fault } from "../../../../src/flow/fault.ts";
import { RequestMessage, ResponseMessage } from "../../../../src/flow/message.ts";
import type { LocalDestination } from "../../../../src/policies/capabilities.ts";
import { flowOf, variableOf } from "../../policy-kit.ts";
import { callOut, failed, failureOf, policy, timedFlow } from "./callout-kit.ts";

interface LocalCall {
  readonly flow: FlowContext;
  readonly to: LocalDestination;
  readonly request: RequestMessage;
}

/** Proxies of the environment that give an answer and remember how they were called. */
function proxies(answer: () => ResponseMessage | Promise<ResponseMessage>) {
  const calls: LocalCall[] = [];
  const callProxy = async (flow: FlowContext, to: LocalDestination, request: RequestMessage) => {
    calls.push({ flow, to, request });
    return answer();
  };
  return { calls, callProxy };
}

const ok = () => new ResponseMessage({ status: 200, body: "from the proxy" });
const local = (inside: string, request = "") =>
  policy(`${request}<LocalTargetConnection>${inside}</LocalTargetConnection>`);
const edited = `<Request><Set>
  <Verb>PUT</Verb><Path>/7</Path>
  <QueryParams><QueryParam name="q">a b</QueryParam></QueryParams>
  <Headers><Header name="X-A">1</Header></Headers>
  <Payload contentType="text/plain">said</Payload>
</Set></Request>`;

describe("a callout to a proxy of the environment", () => {
  test.each([
    ["<Path>/data-manager</Path>", "", "/data-manager", ""],
    ["<Path> data-manager </Path>", "", "/data-manager", ""],
    ["<Path>/v1/customers/{id}</Path>", "", "/v1/customers/5", ""],
    ["<Path>/data-manager?x=1</Path>", "", "/data-manager", "x=1"],
    ["<Path>/data-manager</Path>", edited, "/data-manager/7", "q=a%20b"],
    ["<Path>/data-manager?x=1</Path>", edited, "/data-manager/7", "x=1&q=a%20b"],
  ])("by path: %s %#", async (inside, request, path, query) => {
    const { calls, callProxy } = proxies(ok);
    const flow = await callOut(local(inside, request), flowOf({ variables: { id: 5 } }), {
      proxies: { call: callProxy },
    });
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({ flow, to: { path }, request: { path, query } });
    expect(variableOf(flow, "servicecallout.requesturi")).toBe(query === "" ? path : `${path}?${query}`);
    expect(variableOf(flow, "answer.content")).toBe("from the proxy");
  });

  test.each([
    ["<APIProxy>data-manager</APIProxy>", { proxy: "data-manager", endpoint: null }],
    ["<APIProxy>data-manager</APIProxy><ProxyEndpoint/>", { proxy: "data-manager", endpoint: null }],
    [
      "<APIProxy>{kind}-manager</APIProxy><ProxyEndpoint>{endpoint}</ProxyEndpoint>",
      { proxy: "data-manager", endpoint: "second" },
    ],
  ])("by name: %s", async (inside, to) => {
    const { calls, callProxy } = proxies(ok);
    const flow = flowOf({ variables: { kind: "data", endpoint: "second" } });
    await callOut(local(inside, edited), flow, { proxies: { call: callProxy } });
    expect(calls[0]).toMatchObject({ to, request: { verb: "PUT", path: "/7", query: "q=a%20b" } });
  });

  test("gives the proxy a request of its own, with headers and payload", async () => {
    const { calls, callProxy } = proxies(ok);
    const flow = await callOut(local("<Path>/x</Path>", edited), flowOf(), { proxies: { call: callProxy } });
    const request = calls[0]?.request;
    expect(request?.content).toBe("said");
    expect([...(request?.headers ?? [])]).toEqual([
      ["content-type", "text/plain"],
      ["x-a", "1"],
    ]);
    request?.ownHeaders.set("x-a", "changed by the proxy");
    expect(variableOf(flow, "servicecallout.request.header.x-a")).toBe("1");
  });

  test("can be a GET with a payload: nothing has to go through fetch", async () => {
    const { calls, callProxy } = proxies(ok);
    const flow = flowOf({ variables: { mine: new RequestMessage({ body: "said" }) } });
    await callOut(local("<Path>/x</Path>", '<Request variable="mine"/>'), flow, {
      proxies: { call: callProxy },
    });
    expect(calls[0]?.request.content).toBe("said");
  });

  test("reads all of an answer that streams", async () => {
    const { callProxy } = proxies(() => new ResponseMessage({ body: new Blob(["streamed"]).stream() }));
    const flow = await callOut(local("<Path>/x</Path>"), flowOf(), { proxies: { call: callProxy } });
    expect(variableOf(flow, "answer.content")).toBe("streamed");
  });

  test("gets the proxy's faults as its answer, which is an error like any other", async () => {
    const { callProxy } = proxies(() => new ResponseMessage({ status: 401, body: "denied" }));
    const flow = flowOf();
    expect(await failureOf(local("<Path>/x</Path>"), flow, { proxies: { call: callProxy } })).toBe(
      failed("ResponseCode 401 is treated as error"),
    );
    expect(variableOf(flow, "answer.content")).toBe("denied");
  });

  test("fails when there is no such proxy", async () => {
    const { callProxy } = proxies(() => {
      throw new Fault(
        "messaging.adaptors.http.flow.ApplicationNotFound",
        "Unable to identify proxy for url: /x",
      );
    });
    expect(await failureOf(local("<Path>/x</Path>"), flowOf(), { proxies: { call: callProxy } })).toBe(
      failed("Unable to identify proxy for url: /x"),
    );
  });

  test("fails with the gateway's own fault when proxies call each other too deep", async () => {
    const { callProxy } = proxies(() => {
      throw new Fault("sortie.CalloutDepthExceeded", "too deep", { status: 508 });
    });
    expect(await failureOf(local("<Path>/x</Path>"), flowOf(), { proxies: { call: callProxy } })).toBe(
      "508 sortie.CalloutDepthExceeded: too deep",
    );
  });

  test("is held to the timeout", async () => {
    const { flow, clock } = timedFlow();
    const called = Promise.withResolvers<void>();
    const { callProxy } = proxies(() => {
      called.resolve();
      return new Promise(() => {});
    });
    const failure = failureOf(local("<Path>/x</Path>", "<Timeout>50</Timeout>"), flow, {
      proxies: { call: callProxy },
    });
    await called.promise;
    clock.pass(50);
    expect(await failure).toBe(failed("timeout occurred in SC"));
  });
});
