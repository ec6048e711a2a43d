import { describe, expect, inject, test } from "vitest";
import {
  assign,
  httpTarget,
  marks,
  proxyFiles,
  recorder,
  serve,
  setHeader,
  sharedFlowFiles,
  step,
} from "./gateway-kit.ts";

const { a } = inject("servers");

const both = (side: string) =>
  `<Request>${step(`${side}-request`)}</Request><Response>${step(`${side}-response`)}</Response>`;

const flowsOf = (endpoint: string) => ({
  pre: `<PreFlow name="PreFlow">${both(`${endpoint}-pre`)}</PreFlow>`,
  flows: `<Flows>
    <Flow name="never"><Condition>request.verb = "PATCH"</Condition>${both("never")}</Flow>
    <Flow name="first"><Condition>request.verb = "GET"</Condition>${both(`${endpoint}-first`)}</Flow>
    <Flow name="second">${both("never")}</Flow>
  </Flows>`,
  post: `<PostFlow name="PostFlow">${both(`${endpoint}-post`)}</PostFlow>`,
});

const sides = (name: string) => [`${name}-request`, `${name}-response`];
const policies = marks(
  ...["proxy-pre", "proxy-first", "proxy-post", "target-pre", "target-first", "target-post", "never"].flatMap(
    sides,
  ),
);

const documentedOrder = [
  "proxy-pre-request",
  "proxy-first-request",
  "proxy-post-request",
  "target-pre-request",
  "target-first-request",
  "target-post-request",
  "target-pre-response",
  "target-first-response",
  "target-post-response",
  "proxy-pre-response",
  "proxy-first-response",
  "proxy-post-response",
];

const marksOf = (response: Response) => (response.headers.get("x-marks") ?? "").split(",").filter(Boolean);

/** A step after all others of the proxy's response. */
const showLast = (flow: string) =>
  flow.replace("</Response></PostFlow>", `${step("Show")}</Response></PostFlow>`);

describe("PreFlow, the first conditional Flow that applies, PostFlow; on the way in, at the target, and back", () => {
  const proxy = flowsOf("proxy");
  const target = flowsOf("target");

  test.each([
    [
      "in the order in which they run",
      [proxy.pre, proxy.flows, showLast(proxy.post)],
      [target.pre, target.flows, target.post],
    ],
    [
      "in any other order",
      [proxy.flows, showLast(proxy.post), proxy.pre],
      [target.post, target.pre, target.flows],
    ],
  ])("when the file has them %s", async (_, proxyFlows, targetFlows) => {
    const gateway = await serve(
      proxyFiles("order", {
        flows: proxyFlows.join(""),
        target: [...targetFlows, httpTarget(`${a}/status/200`)].join(""),
        policies,
      }),
    );
    expect(marksOf(await gateway.fetch("/order"))).toEqual(documentedOrder);
  });
});

test("flow hooks run around the flows of the proxy and of the target", async () => {
  const hook = (name: string) =>
    sharedFlowFiles(name, step("Mark"), {
      Mark:
        marks(name)
          [name]?.replace(`name="${name}"`, 'name="Mark"')
          .replace(name, `{apigee.edge.flowhook.name}/{apigee.edge.sharedflow.name}`) ?? "",
    });
  const gateway = await serve({
    ...proxyFiles("hooked", {
      flows: `<PreFlow>${both("proxy-pre")}</PreFlow><PostFlow><Response>${step("proxy-post-response")}</Response></PostFlow>`,
      target: `<PreFlow>${both("target-pre")}</PreFlow>${httpTarget(`${a}/status/200`)}`,
      policies,
    }),
    ...sharedFlowFiles("show", step("Mark") + step("Show"), { ...marks("Mark") }),
    ...hook("in"),
    ...hook("to"),
    ...hook("from"),
    "environments/local/flowhooks.json": JSON.stringify({
      PreProxyFlowHook: { sharedFlow: "in" },
      PreTargetFlowHook: { sharedFlow: "to" },
      PostTargetFlowHook: { sharedFlow: "from" },
      PostProxyFlowHook: { sharedFlow: "show" },
    }),
  });
  expect(marksOf(await gateway.fetch("/hooked"))).toEqual([
    "PreProxyFlowHook/in",
    "proxy-pre-request",
    "PreTargetFlowHook/to",
    "target-pre-request",
    "target-pre-response",
    "PostTargetFlowHook/from",
    "proxy-pre-response",
    "proxy-post-response",
    "Mark",
  ]);
});

test("the target hooks also run around a RouteRule's URL, which has no flows of its own", async () => {
  const gateway = await serve({
    ...proxyFiles("url", {
      flows: `<PostFlow><Response>${step("Show")}</Response></PostFlow>`,
      routes: `<RouteRule name="url"><URL>${a}/status/200</URL></RouteRule>`,
      policies: marks(),
    }),
    ...sharedFlowFiles("mark", step("Mark"), marks("Mark")),
    "environments/local/flowhooks.json": JSON.stringify({
      PreTargetFlowHook: { sharedFlow: "mark" },
      PostTargetFlowHook: { sharedFlow: "mark" },
    }),
  });
  expect(marksOf(await gateway.fetch("/url"))).toEqual(["Mark", "Mark"]);
});

test("a null route runs no flow and no hook of a target", async () => {
  const gateway = await serve({
    ...proxyFiles("none", {
      flows: `<PostFlow><Response>${step("Show")}</Response></PostFlow>`,
      policies: marks(),
    }),
    ...sharedFlowFiles("mark", step("Mark"), marks("Mark")),
    "environments/local/flowhooks.json": JSON.stringify({ PreTargetFlowHook: { sharedFlow: "mark" } }),
  });
  expect(marksOf(await gateway.fetch("/none"))).toEqual([]);
});

describe("conditions of flows are evaluated again on the way back", () => {
  const flows = `<Flows>
    <Flow name="ok"><Condition>response.status.code = 200 and proxy.pathsuffix MatchesPath "/echo/**"</Condition>
      <Request>${step("never-request")}</Request><Response>${step("proxy-first-response")}</Response></Flow>
    <Flow name="other"><Request>${step("proxy-first-request")}</Request><Response>${step("never-response")}</Response></Flow>
  </Flows><PostFlow><Response>${step("Show")}</Response></PostFlow>`;

  test("so a condition on the response picks another flow there", async () => {
    const gateway = await serve(proxyFiles("again", { flows, target: httpTarget(a), policies }));
    const response = await gateway.fetch("/again/echo/1");
    expect(marksOf(response)).toEqual(["proxy-first-request", "proxy-first-response"]);
  });

  test("and a flow without steps on that side ends the search all the same", async () => {
    const gateway = await serve(
      proxyFiles("ends", {
        flows: `<Flows>
          <Flow name="empty"><Condition>request.verb = "GET"</Condition></Flow>
          <Flow name="rest">${both("never")}</Flow>
        </Flows><PostFlow><Response>${step("Show")}</Response></PostFlow>`,
        policies,
      }),
    );
    expect(marksOf(await gateway.fetch("/ends"))).toEqual([]);
  });
});

test("a step whose condition is false is skipped, and a disabled policy too", async () => {
  const gateway = await serve(
    proxyFiles("skip", {
      flows: `<PreFlow><Response>${step("A", "request.verb = 'POST'".replaceAll("'", '"'))}${step("B")}${step("C")}${step("Show")}</Response></PreFlow>`,
      policies: {
        ...marks("A", "B", "C"),
        B: (marks("B").B ?? "").replace("<AssignMessage", '<AssignMessage enabled="false"'),
      },
    }),
  );
  expect(marksOf(await gateway.fetch("/skip"))).toEqual(["C"]);
});

test("a condition on the content reads the body, which goes on to the target all the same", async () => {
  const gateway = await serve(
    proxyFiles("content", {
      flows: `<Flows><Flow name="urgent"><Condition>request.content JavaRegex ".*urgent.*"</Condition>
        <Request>${step("Mark")}</Request></Flow></Flows>`,
      target: httpTarget(`${a}/echo`),
      policies: setHeader("Mark", "x-urgent", "yes"),
    }),
  );
  for (const [body, expected] of [
    ["an urgent order", "yes"],
    ["an order", undefined],
  ] as const) {
    const response = await gateway.fetch("/content", { method: "POST", body });
    const echo = await response.json<{ body: string; headers: [string, string][] }>();
    expect(echo.body).toBe(body);
    expect(echo.headers.find(([name]) => name === "x-urgent")?.[1]).toBe(expected);
  }
});

test("request variables can be read in the response flow, the body among them", async () => {
  const gateway = await serve(
    proxyFiles("later", {
      flows: `<PostFlow><Response>${step("Tell")}</Response></PostFlow>`,
      target: httpTarget(`${a}/status/200`),
      policies: setHeader(
        "Tell",
        "x-told",
        "{request.verb} {proxy.pathsuffix} {request.header.x-one} {request.content} {request.uri}",
      ),
    }),
  );
  const response = await gateway.fetch("/later/x?q=1", {
    method: "POST",
    body: "sent",
    headers: { "x-one": "1" },
  });
  expect(response.headers.get("x-told")).toBe("POST /x 1 sent /status/200/x?q=1");
});

test("current.flow.name and current.flow.description follow the flow", async () => {
  const gateway = await serve(
    proxyFiles("names", {
      flows: `<PreFlow name="PreFlow"><Request>${step("Note")}</Request></PreFlow>
        <Flows><Flow name="orders"><Description>Orders</Description><Request>${step("Note")}</Request></Flow></Flows>
        <PostFlow name="PostFlow"><Request>${step("Note")}</Request><Response>${step("Tell")}</Response></PostFlow>`,
      policies: {
        ...assign(
          "Note",
          "<AssignVariable><Name>seen</Name><Template>{seen}{current.flow.name}:{current.flow.description},</Template></AssignVariable>",
        ),
        ...setHeader("Tell", "x-seen", "{seen}"),
      },
    }),
  );
  expect((await gateway.fetch("/names")).headers.get("x-seen")).toBe("PreFlow:,orders:Orders,PostFlow:,");
});

describe("PostClientFlow", () => {
  const record = (url: string) =>
    `<ServiceCallout name="Record"><Request><IgnoreUnresolvedVariables>true</IgnoreUnresolvedVariables><Set><Headers><Header name="x-marks">{marks}{response.content}{error.content}|{client.sent.start.timestamp}</Header></Headers></Set></Request><HTTPTargetConnection><URL>${url}</URL></HTTPTargetConnection></ServiceCallout>`;
  const parts = {
    flows: `<PreFlow><Response>${step("Early")}${step("Content")}</Response></PreFlow><PostClientFlow><Response>${step("Late")}${step("Record")}</Response></PostClientFlow>`,
    policies: {
      ...marks("Early", "Late"),
      ...assign("Content", "<Set><Payload>made</Payload></Set>"),
      Record: record("http://record.test/"),
    },
  };

  test("runs after the client has its answer", async () => {
    const service = recorder();
    const gateway = await serve(proxyFiles("after", parts), {
      connections: new Map([["record.test:80", service]]),
    });
    const response = await gateway.fetch("/after");
    expect(service.calls).toHaveLength(0);
    expect(await response.text()).toBe("made");
    await gateway.settled();
    expect(new Headers(service.calls[0]?.init.headers).get("x-marks")).toMatch(/^Early,Late,made\|\d{13}$/);
  });

  test("runs after an error too, and sees the error", async () => {
    const service = recorder();
    const gateway = await serve(
      proxyFiles("after", {
        ...parts,
        routes: "<RouteRule name='none'><Condition>false</Condition></RouteRule>",
      }),
      { connections: new Map([["record.test:80", service]]) },
    );
    const response = await gateway.fetch("/after");
    expect(response.status).toBe(500);
    await response.text();
    await gateway.settled();
    expect(new Headers(service.calls[0]?.init.headers).get("x-marks")).toContain("RouteFailed");
  });

  test.each([
    ["of the target's", httpTarget(`${a}/bytes/10`), "x".repeat(10)],
    ["of a policy's", "", "made"],
  ])("does not mind a policy that lies about the length of the body: one %s", async (_, target, body) => {
    const response = `<Response>${target ? "" : step("Content")}${step("Lie")}</Response>`;
    const gateway = await serve(
      proxyFiles("lies", {
        flows: `<PreFlow>${response}</PreFlow><PostClientFlow><Response>${step("Late")}</Response></PostClientFlow>`,
        target,
        policies: { ...parts.policies, ...setHeader("Lie", "Content-Length", "3") },
      }),
    );
    expect(await (await gateway.fetch("/lies")).text()).toBe(body);
    await gateway.settled();
  });

  test("cannot change the answer, whatever fails in it", async () => {
    const gateway = await serve(
      proxyFiles("fails", {
        ...parts,
        flows: `<PostClientFlow><Response>${step("Fail")}</Response></PostClientFlow>`,
        policies: { Fail: '<RaiseFault name="Fail"/>' },
      }),
    );
    const response = await gateway.fetch("/fails");
    expect([response.status, await response.text()]).toEqual([200, ""]);
    await gateway.settled();
  });
});
