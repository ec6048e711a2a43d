import { expect, inject, test } from "vitest";
import type { MessageContext } from "../../../../src/policies/callouts/external-callout/wire/external_callout_pb.ts";
import { proxyFiles, serve, sharedFlowFiles, step, type TestFiles } from "../../../exchange/gateway-kit.ts";
import { type Answer, CalloutServer, sending } from "./callout-kit.ts";

const { a } = inject("servers");

const everything = sending("request.headers", "request.content", "response.headers", "response.content");

const calloutPolicy = (attributes = "") => `<ExternalCallout name="EC" ${attributes}>
  <TimeoutMs>5000</TimeoutMs>
  <GrpcConnection><Server name="callout-server"/></GrpcConnection>
  <Configurations>${everything}</Configurations>
</ExternalCallout>`;

const raise = `<RaiseFault name="Raise"><FaultResponse><Set><StatusCode>418</StatusCode><Payload>raised</Payload></Set></FaultResponse></RaiseFault>`;
const showVariables = `<AssignMessage name="Show"><Set><Headers>
  <Header name="X-Failed">{externalcallout.EC.failed}</Header><Header name="X-Fault">{fault.name}</Header>
</Headers></Set></AssignMessage>`;

const servers: TestFiles = {
  "environments/local/targetservers.json": JSON.stringify([
    { name: "callout-server", host: "grpc.example", port: 9000, protocol: "GRPC", isEnabled: true },
  ]),
};

/** Serves a proxy whose callouts reach a server that answers like this. */
async function serving(
  parts: Parameters<typeof proxyFiles>[1],
  answer?: (context: MessageContext) => Answer,
  more: TestFiles = {},
) {
  const server = new CalloutServer(answer);
  const files = { ...proxyFiles("p", { policies: { EC: calloutPolicy() }, ...parts }), ...servers, ...more };
  const gateway = await serve(files, { connections: new Map([["grpc.example:9000", server]]) });
  return { server, gateway };
}

const text = (value: string) => ({ value: { case: "string" as const, value } });
const onRequest = (steps: string) => `<PreFlow name="PreFlow"><Request>${steps}</Request></PreFlow>`;
const onResponse = (steps: string) => `<PreFlow name="PreFlow"><Response>${steps}</Response></PreFlow>`;
const echo = `<HTTPTargetConnection><URL>${a}/echo</URL></HTTPTargetConnection>`;

test("a server changes the request on its way to the target", async () => {
  const { server, gateway } = await serving({ flows: onRequest(step("EC")), target: echo }, () => ({
    request: {
      content: "changed",
      headers: { "x-added": { strings: ["1", "2"] }, "x-given": {} },
      queryParams: { q: { strings: ["new"] } },
    },
  }));
  const response = await gateway.fetch("/p/x?q=old", {
    method: "POST",
    body: "given",
    headers: { "x-given": "1" },
  });
  const { url, body, headers } = await response.json<{
    url: string;
    body: string;
    headers: [string, string][];
  }>();
  expect([url, body]).toEqual(["/echo/x?q=new", "changed"]);
  const lines = headers.map(([name, value]) => `${name.toLowerCase()}: ${value}`);
  expect(lines.filter((line) => line.startsWith("x-"))).toEqual(["x-added: 1", "x-added: 2"]);
  expect(server.question).toMatchObject({
    request: { uri: "/p/x?q=old", verb: "POST", content: "given" },
    apiProxy: { name: "p" },
    currentFlow: { name: "PreFlow" },
  });
});

test("in a target's request flow it changes where the call goes", async () => {
  const { gateway } = await serving({ target: `${onRequest(step("EC"))}${echo}` }, () => ({
    target: { url: `${a}/echo/other`, copyPathSuffix: false, copyQueryParams: false },
  }));
  const { url } = await (await gateway.fetch("/p/x?q=1")).json<{ url: string }>();
  expect(url).toBe("/echo/other");
});

test("in the response flow it changes the answer", async () => {
  const { server, gateway } = await serving({ flows: onResponse(step("EC")), target: echo }, () => ({
    response: { content: "changed", headers: { "x-added": { strings: ["1"] } } },
  }));
  const response = await gateway.fetch("/p");
  expect([await response.text(), response.headers.get("x-added")]).toEqual(["changed", "1"]);
  expect(server.question.response?.content).toContain('"server":"a"');
});

test("in a fault rule it changes the error", async () => {
  const faultRule = `<FaultRules><FaultRule name="any">${step("EC")}</FaultRule></FaultRules>`;
  const { server, gateway } = await serving(
    { flows: `${onRequest(step("Raise"))}${faultRule}`, policies: { EC: calloutPolicy(), Raise: raise } },
    ({ error }) => ({ error: { response: { content: `${error?.response?.content}, changed` } } }),
  );
  const response = await gateway.fetch("/p");
  expect([response.status, await response.text()]).toEqual([418, "raised, changed"]);
  expect(server.question.error?.response?.statusCode).toBe(418);
});

test("in a shared flow it sees the message of the flow that called it", async () => {
  const shared = sharedFlowFiles("s", step("EC"), { EC: calloutPolicy() });
  const call = `<FlowCallout name="Call"><SharedFlowBundle>s</SharedFlowBundle></FlowCallout>`;
  for (const [flows, part] of [
    [onRequest(step("Call")), "request"],
    [onResponse(step("Call")), "response"],
  ] as const) {
    const { server, gateway } = await serving({ flows, policies: { Call: call } }, undefined, shared);
    await gateway.fetch("/p");
    const { request, response } = server.question;
    expect({ request: request !== undefined, response: response !== undefined }).toEqual({
      request: part === "request",
      response: part === "response",
    });
  }
});

test.each([
  ["the response", "", { response: { statusCode: 200 } }],
  [
    "the error, after a fault",
    onRequest(step("Raise")),
    { error: { response: { statusCode: 418, content: "raised" } } },
  ],
])("in PostClientFlow it sees %s, and changes nothing any more", async (_name, flows, sent) => {
  const after = `<PostClientFlow><Response>${step("EC")}</Response></PostClientFlow>`;
  const { server, gateway } = await serving(
    { flows: `${flows}${after}`, policies: { EC: calloutPolicy(), Raise: raise } },
    () => ({ response: { content: "late" }, error: { response: { content: "late" } } }),
  );
  const response = await gateway.fetch("/p");
  expect(await response.text()).not.toContain("late");
  await gateway.settled();
  expect(server.question).toMatchObject(sent);
});

test("a fault in the answer ends the flow also with continueOnError", async () => {
  const faults = `<FaultRules><FaultRule name="any">${step("Show")}</FaultRule></FaultRules>`;
  const { gateway } = await serving(
    {
      flows: `${onRequest(step("EC"))}${faults}`,
      policies: { EC: calloutPolicy('continueOnError="true"'), Show: showVariables },
    },
    () => ({ fault: { name: "Denied", faultString: "You are not on the list" } }),
  );
  const response = await gateway.fetch("/p");
  expect(response.status).toBe(500);
  expect([response.headers.get("x-failed"), response.headers.get("x-fault")]).toEqual(["true", "Denied"]);
  expect(await response.json()).toEqual({
    fault: { faultstring: "You are not on the list", detail: { errorcode: "steps.externalcallout.Denied" } },
  });
});

test("a server that cannot be reached lets the flow go on with continueOnError, and ends it without", async () => {
  const broken = () => {
    throw new Error("nobody there");
  };
  const policies = { EC: calloutPolicy('continueOnError="true"'), Show: showVariables };
  const { gateway } = await serving(
    { flows: onRequest(step("EC")) + onResponseFlow(step("Show")), policies },
    broken,
  );
  const response = await gateway.fetch("/p");
  expect([response.status, response.headers.get("x-failed"), response.headers.get("x-fault")]).toEqual([
    200,
    "true",
    "ExecutionError",
  ]);
  const strict = await serving({ flows: onRequest(step("EC")) }, broken);
  expect(await (await strict.gateway.fetch("/p")).json()).toEqual({
    fault: {
      faultstring:
        "Encountered the following exception while sending the gRPC request or processing the response: [io.grpc.StatusRuntimeException: UNAVAILABLE: io exception].",
      detail: { errorcode: "steps.externalcallout.ExecutionError" },
    },
  });
});

test("a variable that the server sets can be used in the rest of the flow", async () => {
  const answer = `<AssignMessage name="Show"><Set><Payload>{risk.score}</Payload></Set></AssignMessage>`;
  const { gateway } = await serving(
    {
      flows: onRequest(step("EC")) + onResponseFlow(step("Show")),
      policies: { EC: calloutPolicy(), Show: answer },
    },
    () => ({ additionalFlowVariables: { "risk.score": text("high") } }),
  );
  expect(await (await gateway.fetch("/p")).text()).toBe("high");
});

function onResponseFlow(steps: string): string {
  return `<PostFlow name="PostFlow"><Response>${steps}</Response></PostFlow>`;
}
