import { describe, expect, inject, test } from "vitest";
import { MAX_CALLOUT_DEPTH } from "../../src/exchange/local-call.ts";
import type { Echo } from "../servers/routes.ts";
import {
  assign,
  httpTarget,
  marks,
  proxyFiles,
  recorder,
  serve,
  setHeader,
  setVariable,
  step,
} from "./gateway-kit.ts";

const { a } = inject("servers");

const local = (content: string) => `<LocalTargetConnection>${content}</LocalTargetConnection>`;
const both = (request: string, response: string) =>
  `<PreFlow><Request>${request}</Request><Response>${response}</Response></PreFlow>`;

describe("LocalTargetConnection calls another proxy of the environment in this process", () => {
  const inner = {
    ...proxyFiles("inner", {
      basePath: "/team/*/inner",
      flows: both(step("In"), step("Out") + step("Tell")),
      target: httpTarget(`${a}/echo`),
      policies: {
        ...marks("In", "Out"),
        ...setHeader("Tell", "x-inner", "{marks}{proxy.pathsuffix}|{request.path}|{apiproxy.name}"),
      },
    }),
    ...proxyFiles("two", {
      basePath: "/two",
      flows: both("", step("Tell")),
      policies: setHeader("Tell", "x-inner", "{proxy.name}"),
    }),
    "apiproxies/two/apiproxy/proxies/second.xml": `<ProxyEndpoint name="second"><PreFlow><Response>${step("Tell")}</Response></PreFlow><HTTPProxyConnection><BasePath>/two/second</BasePath></HTTPProxyConnection><RouteRule name="r"/></ProxyEndpoint>`,
  };
  const call = async (connection: string, path = "/outer", flow = "", policies = {}) => {
    const gateway = await serve({
      ...inner,
      ...proxyFiles("outer", { target: flow + local(connection), policies }),
    });
    return gateway.fetch(path, { method: "POST", body: "sent", headers: { "x-one": "1" } });
  };

  test("by the name of the proxy, with the path suffix and query behind its base path", async () => {
    const response = await call("<APIProxy>inner</APIProxy>", "/outer/x?q=1");
    expect(response.headers.get("x-inner")).toBe("In,Out,/x|/team/*/inner/x|inner");
    const echo = await response.json<Echo>();
    expect(echo).toMatchObject({ method: "POST", url: "/echo/x?q=1", body: "sent" });
    expect(echo.headers.filter(([name]) => name === "x-one")).toEqual([["x-one", "1"]]);
  });

  test.each([
    ["below its base path", "/x", "/team/*/inner/x"],
    ["the whole of it where it begins with the base path", "/team/a/inner/x", "/team/a/inner/x"],
  ])("by name and path together: the path is %s", async (_, path, called) => {
    const connection = `<APIProxy>inner</APIProxy><ProxyEndpoint>default</ProxyEndpoint><Path>${path}</Path>`;
    expect((await call(connection)).headers.get("x-inner")).toBe(`In,Out,/x|${called}|inner`);
  });

  test.each([
    ["first", "<APIProxy>two</APIProxy>", "default"],
    ["named", "<APIProxy>two</APIProxy><ProxyEndpoint>second</ProxyEndpoint>", "second"],
  ])("at its %s ProxyEndpoint", async (_, connection, endpoint) => {
    expect((await call(connection)).headers.get("x-inner")).toBe(endpoint);
  });

  test.each([
    ["/team/red/inner", "/outer/x?q=1", "/x|/team/red/inner/x|inner", "/echo/x?q=1"],
    [
      "/team/red/inner/deep?own=2",
      "/outer/x?q=1",
      "/deep/x|/team/red/inner/deep/x|inner",
      "/echo/deep/x?own=2&q=1",
    ],
    ["team/red/inner", "/outer", "|/team/red/inner|inner", "/echo"],
    ["/team/{request.header.x-one}/inner", "/outer", "|/team/1/inner|inner", "/echo"],
    ["/team/red/inner/../inner/a", "/outer", "/a|/team/red/inner/a|inner", "/echo/a"],
  ])("by a path: %s", async (path, requested, told, url) => {
    const response = await call(`<Path>${path}</Path>`, requested);
    expect(response.headers.get("x-inner")).toBe(`In,Out,${told}`);
    expect((await response.json<Echo>()).url).toBe(url);
  });

  test("with names out of variables", async () => {
    const policies = setVariable("Set", "which", "two");
    const flow = `<PreFlow><Request>${step("Set")}</Request></PreFlow>`;
    expect(
      (await call("<APIProxy>{which}</APIProxy>", "/outer", flow, policies)).headers.get("x-inner"),
    ).toBe("default");
  });

  test("without path suffix and query when the target's flow says so", async () => {
    const policies = {
      ...setVariable("Path", "target.copy.pathsuffix", "false"),
      ...setVariable("Query", "target.copy.queryparams", "false"),
    };
    const flow = `<PreFlow><Request>${step("Path")}${step("Query")}</Request></PreFlow>`;
    const response = await call("<APIProxy>inner</APIProxy>", "/outer/x?q=1", flow, policies);
    expect((await response.json<Echo>()).url).toBe("/echo");
  });
});

test("each proxy has variables of its own, and both share the message id", async () => {
  const gateway = await serve({
    ...proxyFiles("outer", {
      flows: both(step("Set"), step("Tell")),
      target: local("<APIProxy>inner</APIProxy>"),
      policies: {
        ...setVariable("Set", "own", "outer's"),
        ...setHeader("Tell", "x-outer", "{messageid}|{theirs}"),
      },
    }),
    ...proxyFiles("inner", {
      flows: both(step("Set"), step("Tell")),
      policies: {
        ...setVariable("Set", "theirs", "inner's"),
        ...setHeader("Tell", "x-inner", "{messageid}|{own}"),
      },
    }),
  });
  const { headers } = await gateway.fetch("/outer");
  expect(headers.get("x-outer")).toMatch(/^[0-9a-f-]{36}\|$/);
  expect(headers.get("x-outer")).toBe(headers.get("x-inner"));
});

test("an error of the called proxy is an error answer for the one that calls", async () => {
  const gateway = await serve({
    ...proxyFiles("outer", {
      target: `<FaultRules><FaultRule name="inner"><Condition>error.status.code = 500 and fault.name = "ErrorResponseCode"</Condition>${step("Tell")}</FaultRule></FaultRules>${local("<APIProxy>inner</APIProxy>")}`,
      policies: setHeader("Tell", "x-caught", "{error.content}"),
    }),
    ...proxyFiles("inner", { routes: "<RouteRule name='never'><Condition>false</Condition></RouteRule>" }),
  });
  const response = await gateway.fetch("/outer");
  expect([response.status, response.headers.get("x-caught")]).toEqual([
    500,
    expect.stringContaining("RouteFailed"),
  ]);
});

test("a proxy that is not deployed is ApplicationNotFound", async () => {
  const gateway = await serve(proxyFiles("outer", { target: local("<APIProxy>absent</APIProxy>") }));
  const response = await gateway.fetch("/outer");
  expect([response.status, await response.text()]).toEqual([
    404,
    expect.stringContaining("ApplicationNotFound"),
  ]);
});

test("proxies that call each other in a circle are stopped at the limit", async () => {
  const gateway = await serve(
    proxyFiles("p", {
      flows: both("", step("Deeper")),
      target: `${local("<APIProxy>p</APIProxy>")}<DefaultFaultRule name="count">${step("Deeper")}</DefaultFaultRule>`,
      policies: assign("Deeper", '<Add><Headers><Header name="x-level">1</Header></Headers></Add>'),
    }),
  );
  const response = await gateway.fetch("/p");
  expect(response.status).toBe(508);
  expect(response.headers.get("x-level")?.split(", ")).toHaveLength(MAX_CALLOUT_DEPTH + 1);
  expect(await response.text()).toContain("sortie.CalloutDepthExceeded");
});

test("PostClientFlow of the called proxy runs too", async () => {
  const service = recorder();
  const call = `<ServiceCallout name="Call"><HTTPTargetConnection><URL>http://record.test/</URL></HTTPTargetConnection></ServiceCallout>`;
  const gateway = await serve(
    {
      ...proxyFiles("outer", { target: local("<APIProxy>inner</APIProxy>") }),
      ...proxyFiles("inner", {
        flows: `<PostClientFlow><Response>${step("Call")}</Response></PostClientFlow>`,
        policies: { Call: call },
      }),
    },
    { connections: new Map([["record.test:80", service]]) },
  );
  await (await gateway.fetch("/outer")).text();
  await gateway.settled();
  expect(service.calls).toHaveLength(1);
});

test("the properties of the called proxy hold for its request", async () => {
  const gateway = await serve({
    ...proxyFiles("outer", { target: local("<APIProxy>inner</APIProxy>") }),
    ...proxyFiles("inner", {
      properties: { "request.streaming.enabled": "true" },
      flows: both(step("Tell"), ""),
      target: httpTarget(`${a}/echo`),
      policies: setHeader("Tell", "x-content", "[{request.content}]"),
    }),
  });
  const echo = await (await gateway.fetch("/outer", { method: "POST", body: "sent" })).json<Echo>();
  expect([echo.body, echo.headers.find(([name]) => name === "x-content")?.[1]]).toEqual(["sent", "[]"]);
});
