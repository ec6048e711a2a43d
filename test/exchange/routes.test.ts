import { describe, expect, inject, test } from "vitest";
import type { Echo } from "../servers/routes.ts";
import { assign, defaultFault, httpTarget, proxyFiles, serve, setHeader, step } from "./gateway-kit.ts";

const { a } = inject("servers");

const tell = setHeader("Tell", "x-route", "{route.name}:{route.target}");
const showRoute = `<PostFlow><Response>${step("Tell")}</Response></PostFlow>`;

describe("the first RouteRule with a true condition, or with none, is taken", async () => {
  const gateway = await serve(
    proxyFiles("routes", {
      flows: showRoute,
      routes: `
        <RouteRule name="options"><Condition>request.verb = "OPTIONS"</Condition></RouteRule>
        <RouteRule name="body"><Condition>request.content = "direct"</Condition><URL>${a}/echo/direct</URL></RouteRule>
        <RouteRule name="never"><Condition>false</Condition><URL>${a}/status/500</URL></RouteRule>
        <RouteRule name="default"><TargetEndpoint>default</TargetEndpoint></RouteRule>`,
      target: httpTarget(`${a}/echo`),
      policies: tell,
    }),
  );

  test("to nothing at all", async () => {
    const response = await gateway.fetch("/routes/x", { method: "OPTIONS" });
    expect([response.status, await response.text(), response.headers.get("x-route")]).toEqual([
      200,
      "",
      "options:",
    ]);
  });

  test("to a URL, with path suffix and query", async () => {
    const response = await gateway.fetch("/routes/x?q=1", { method: "POST", body: "direct" });
    expect(response.headers.get("x-route")).toBe("body:default");
    expect(await response.json<Echo>()).toMatchObject({ url: "/echo/direct/x?q=1", body: "direct" });
  });

  test("to a target endpoint", async () => {
    const response = await gateway.fetch("/routes/x?q=1", { method: "POST", body: "other" });
    expect(response.headers.get("x-route")).toBe("default:default");
    expect(await response.json<Echo>()).toMatchObject({ url: "/echo/x?q=1", body: "other" });
  });
});

test("when no RouteRule applies the fault is RouteFailed", async () => {
  const gateway = await serve(
    proxyFiles("none", { routes: "<RouteRule name='never'><Condition>false</Condition></RouteRule>" }),
  );
  const response = await gateway.fetch("/none");
  expect(response.status).toBe(500);
  expect(await response.json()).toEqual(
    defaultFault("messaging.runtime.RouteFailed", "Unable to route the message to a TargetEndpoint"),
  );
});

describe("a null route", () => {
  test("answers 200 with an empty body", async () => {
    const response = await (await serve(proxyFiles("none", {}))).fetch("/none");
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });

  test("answers with the response that the request flow built", async () => {
    const gateway = await serve(
      proxyFiles("built", {
        flows: `<PreFlow><Request>${step("Build")}</Request></PreFlow>`,
        policies: assign(
          "Build",
          '<AssignTo createNew="true" type="response">response</AssignTo><Set><StatusCode>201</StatusCode><Payload contentType="text/plain">built</Payload></Set>',
        ),
      }),
    );
    const response = await gateway.fetch("/built");
    expect([response.status, await response.text()]).toEqual([201, "built"]);
  });

  const made = {
    flows: `<PreFlow><Request>${step("Make")}</Request></PreFlow>`,
    policies: assign(
      "Make",
      `<Set><Headers><Header name="Authorization">for a target</Header></Headers>
      <Payload contentType="application/json">{"a":1}</Payload></Set>`,
    ),
  };

  test("answers with the payload that the request flow made, without the request's headers", async () => {
    const gateway = await serve(proxyFiles("made", made));
    const response = await gateway.fetch("/made", {
      method: "POST",
      body: "sent",
      headers: { "x-sent": "1" },
    });
    expect([response.status, await response.text()]).toEqual([200, '{"a":1}']);
    expect([...response.headers.keys()]).toEqual(["content-type"]);
    expect(response.headers.get("content-type")).toBe("application/json");
  });

  test("does not send back what the client sent, not even with another form parameter", async () => {
    const gateway = await serve(
      proxyFiles("kept", {
        flows: `<PreFlow><Request>${step("Change")}</Request></PreFlow>`,
        policies: assign("Change", '<Set><FormParams><FormParam name="b">2</FormParam></FormParams></Set>'),
      }),
    );
    const response = await gateway.fetch("/kept", { method: "POST", body: new URLSearchParams({ a: "1" }) });
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });

  test("answers with what the response flow makes of it", async () => {
    const gateway = await serve(
      proxyFiles("made", {
        flows: `<PreFlow><Response>${step("Make")}</Response></PreFlow>`,
        policies: assign(
          "Make",
          '<Set><Payload contentType="text/plain">hello {request.queryparam.name}</Payload></Set>',
        ),
      }),
    );
    const response = await gateway.fetch("/made?name=world");
    expect([await response.text(), response.headers.get("content-type")]).toEqual([
      "hello world",
      "text/plain",
    ]);
  });
});
