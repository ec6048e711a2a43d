import { describe, expect, inject, test } from "vitest";
import type { Echo } from "../servers/routes.ts";
import { assign, httpTarget, proxyFiles, recorder, serve, step } from "./gateway-kit.ts";

const { a } = inject("servers");

/** What a target saw of a request, and what the client saw of its answer. */
async function through(
  init: RequestInit & { path?: string },
  parts: { target?: Record<string, string>; proxy?: Record<string, string>; url?: string } = {},
) {
  const gateway = await serve(
    proxyFiles("p", {
      target: httpTarget(parts.url ?? `${a}/echo`, parts.target),
      properties: parts.proxy ?? {},
    }),
  );
  const response = await gateway.fetch(`/p${init.path ?? ""}`, init);
  return response;
}

async function echoOf(response: Promise<Response>) {
  const echo = await (await response).json<Echo>();
  const values = (name: string) =>
    echo.headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
  return { ...echo, values };
}

describe("to the target go", () => {
  test("all headers but those of the client's connection and Apigee's own", async () => {
    const { values } = await echoOf(
      through({
        headers: [
          ["x-one", "1"],
          ["x-one", "2"],
          ["accept", "text/plain"],
          ["connection", "keep-alive, x-private"],
          ["x-private", "p"],
          ["proxy-authorization", "Basic eA=="],
          ["te", "trailers"],
          ["X-Apigee-Message-Id", "forged"],
          ["upgrade", "websocket"],
        ],
      }),
    );
    expect(values("x-one")).toEqual(["1", "2"]);
    expect(values("accept")).toEqual(["text/plain"]);
    for (const name of ["x-private", "proxy-authorization", "te", "x-apigee-message-id", "upgrade"]) {
      expect(values(name), name).toEqual([]);
    }
  });

  test("no TRACE, which would give the client what the gateway has added", async () => {
    const answer = await through({ method: "TRACE" });
    expect([answer.status, await answer.text()]).toEqual([503, expect.not.stringContaining('"server"')]);
  });

  test("the target's own name in Host", async () => {
    expect((await echoOf(through({ headers: { host: "gateway.test" } }))).values("host")).toEqual([
      a.slice("http://".length),
    ]);
  });

  test.each(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])(
    "the method %s",
    async (method) => {
      expect((await echoOf(through({ method }))).method).toBe(method);
    },
  );

  test("the method, query and body that policies made", async () => {
    const gateway = await serve(
      proxyFiles("p", {
        flows: `<PreFlow><Request>${step("Make")}</Request></PreFlow>`,
        target: httpTarget(`${a}/echo`),
        policies: assign(
          "Make",
          '<Set><Verb>PUT</Verb><Headers><Header name="x-made">1</Header></Headers><QueryParams><QueryParam name="q">a b</QueryParam></QueryParams><Payload contentType="application/json">{"made":true}</Payload></Set>',
        ),
      }),
    );
    const echo = await echoOf(gateway.fetch("/p?old=1", { method: "POST", body: "old" }));
    expect(echo).toMatchObject({ method: "PUT", url: "/echo?old=1&q=a%20b", body: '{"made":true}' });
    expect(echo.values("content-type")).toEqual(["application/json"]);
    expect(echo.values("content-length")).toEqual(["13"]);
    expect(echo.values("x-made")).toEqual(["1"]);
  });

  test("the client's address in X-Forwarded-For only when the property says so", async () => {
    const headers = { "cf-connecting-ip": "192.0.2.7", "x-forwarded-for": "198.51.100.1" };
    expect((await echoOf(through({ headers }))).values("x-forwarded-for")).toEqual(["198.51.100.1"]);
    const proxy = { "X-Forwarded-For": "true" };
    expect((await echoOf(through({ headers }, { proxy }))).values("x-forwarded-for")).toEqual([
      "198.51.100.1, 192.0.2.7",
    ]);
  });
});

describe("what the target's properties do not retain stays behind", () => {
  const headers: [string, string][] = [
    ["user-agent", "test"],
    ["x-one", "1"],
    ["x-two", "1"],
    ["x-two", "2"],
    ["content-type", "text/csv"],
  ];

  test.each([
    [{ "request.retain.headers.enabled": "false" }, [], []],
    [{ "request.retain.headers": "User-Agent" }, ["test"], []],
    [{ "request.retain.headers": "X-Two", "request.retain.headers.enabled": "false" }, [], ["1", "2"]],
  ])("request headers: %j", async (target, userAgent, xTwo) => {
    const { values } = await echoOf(through({ method: "POST", body: "a,b", headers }, { target }));
    expect([values("user-agent"), values("x-one"), values("x-two")]).toEqual([userAgent, [], xTwo]);
    expect(values("content-type"), "describes the body").toEqual(["text/csv"]);
  });

  test.each([
    [{ "retain.queryparams.enabled": "false" }, "/echo"],
    [{ "retain.queryparams": "b, c d" }, "/echo?b=%2F&c%20d=+&b"],
    [{ "retain.queryparams": "a", "retain.queryparams.enabled": "false" }, "/echo?a=1"],
  ])("query parameters: %j", async (target, url) => {
    expect((await echoOf(through({ path: "?a=1&b=%2F&c%20d=+&b" }, { target }))).url).toBe(url);
  });

  test.each([
    [{ "response.retain.headers.enabled": "false" }, [null, []]],
    [{ "response.retain.headers": "set-cookie" }, [null, ["a=1", "b=2"]]],
    [{ "response.retain.headers": "X-One" }, ["1", []]],
  ])("response headers: %j", async (target, expected) => {
    const url = `${a}/headers?X-One=1&Set-Cookie=a%3D1&Set-Cookie=b%3D2`;
    const { headers } = await through({}, { url, target });
    expect([headers.get("x-one"), headers.getSetCookie()]).toEqual(expected);
  });
});

describe("to the client go", () => {
  test("repeated header lines as they came, and several Set-Cookie apart", async () => {
    const url = `${a}/headers?X-One=1&X-One=2&Set-Cookie=a%3D1&Set-Cookie=b%3D2`;
    const { headers } = await through({}, { url });
    expect([headers.get("x-one"), headers.getSetCookie()]).toEqual(["1, 2", ["a=1", "b=2"]]);
  });

  test.each([200, 201, 202, 206, 301, 404, 418, 500, 599])(
    "the status %i with the target's body",
    async (status) => {
      const response = await through({}, { url: `${a}/status/${status}?body=said` });
      expect([response.status, await response.text()]).toEqual([status, "said"]);
    },
  );

  test.each([204, 205, 304])("the status %i without a body", async (status) => {
    const response = await through({}, { url: `${a}/status/${status}` });
    expect([response.status, response.body]).toEqual([status, null]);
  });

  test("502 for a status above 599, which Workers cannot send", async () => {
    const response = await through({}, { url: `${a}/status/600?body=said` });
    expect([response.status, await response.text()]).toEqual([502, "said"]);
  });

  test("redirects as they are", async () => {
    const response = await through({}, { url: `${a}/redirect?to=/elsewhere&status=307` });
    expect([response.status, response.headers.get("location")]).toEqual([307, "/elsewhere"]);
    expect(await response.text()).toBe("moved");
  });

  test("the headers of an answer to HEAD without a body", async () => {
    const response = await through({ method: "HEAD" }, { url: `${a}/headers?content-length=7` });
    expect([response.status, response.body, response.headers.get("content-length")]).toEqual([
      200,
      null,
      "7",
    ]);
  });
});

test("HEAD tells the length of a body that policies made", async () => {
  const gateway = await serve(
    proxyFiles("p", {
      flows: `<PreFlow><Response>${step("Make")}</Response></PreFlow>`,
      policies: assign("Make", '<Set><Payload contentType="text/plain">caf\u00e9</Payload></Set>'),
    }),
  );
  const response = await gateway.fetch("/p", { method: "HEAD" });
  expect([response.body, response.headers.get("content-length")]).toEqual([null, "5"]);
});

test("a body is sent although a policy turned the client's GET into HEAD for the target", async () => {
  const service = recorder();
  const gateway = await serve(
    proxyFiles("p", {
      flows: `<PreFlow><Request>${step("Head")}</Request><Response>${step("Make")}</Response></PreFlow>`,
      target: httpTarget("http://service.test/"),
      policies: {
        ...assign("Head", "<Set><Verb>HEAD</Verb></Set>"),
        ...assign("Make", '<Set><Payload contentType="text/plain">made</Payload></Set>'),
      },
    }),
    { connections: new Map([["service.test:80", service]]) },
  );
  expect(await (await gateway.fetch("/p")).text()).toBe("made");
  expect(service.calls[0]?.init.method).toBe("HEAD");
});

test("a policy that sets a status without a body lets go of the target's", async () => {
  const gateway = await serve(
    proxyFiles("p", {
      flows: `<PreFlow><Response>${step("Empty")}</Response></PreFlow>`,
      target: httpTarget(`${a}/bytes/10`),
      policies: assign("Empty", "<Set><StatusCode>204</StatusCode></Set>"),
    }),
  );
  const response = await gateway.fetch("/p");
  expect([response.status, response.body]).toEqual([204, null]);
});
