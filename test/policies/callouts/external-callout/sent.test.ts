import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Float, type Value } from "../../../../src/expression/value.ts";
import { RequestMessage, ResponseMessage } from "../../../../src/flow/message.ts";
import type { FlowVariable } from "../../../../src/policies/callouts/external-callout/wire/external_callout_pb.ts";
import { flowOf } from "../../policy-kit.ts";
import { CalloutServer, callOut, flowVariables, sending } from "./callout-kit.ts";

const everything = sending("request.headers", "request.content", "response.headers", "response.content");

function request(): RequestMessage {
  return new RequestMessage({
    verb: "POST",
    path: "/v1/things",
    query: "a=1&b=x%20y&a=2",
    headers: new Headers([
      ["content-type", "application/x-www-form-urlencoded"],
      ["x-list", "one, two"],
      ["x-list", "three"],
    ]),
    body: "colour=red&colour=blue&size=1+2",
  });
}

const strings = (...values: string[]) => expect.objectContaining({ strings: values });

test("a call goes to the method of the service with its deadline", async () => {
  const server = new CalloutServer();
  await callOut(server);
  expect(server.urls).toEqual(["http://grpc.example:9000/apigee.ExternalCalloutService/ProcessMessage"]);
  expect(server.headers[0]?.get("content-type")).toBe("application/grpc-web+proto");
  expect(server.headers[0]?.get("grpc-timeout")).toBe("5000m");
});

test("a server reads what there is, whatever texts and values that are", async () => {
  const text = fc.oneof(fc.string({ unit: "binary", maxLength: 200 }), fc.string({ maxLength: 70 }));
  const value = fc.oneof(
    text,
    fc.boolean(),
    fc.integer(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  );
  const variables = fc.dictionary(fc.stringMatching(/^[\w.]{1,80}$/), value, { maxKeys: 5 });
  await fc.assert(
    fc.asyncProperty(text, text, text, variables, async (path, content, header, variables) => {
      const server = new CalloutServer();
      const query = `a=${encodeURIComponent(header.toWellFormed())}`;
      const headers = new Headers({ "x-given": encodeURIComponent(header.toWellFormed()) });
      const flow = flowOf({ request: new RequestMessage({ path, query, headers, body: content }) });
      for (const [name, value] of Object.entries(variables)) flow.variables.set(`v.${name}`, value);
      await callOut(server, everything + flowVariables("v"), flow);
      const { request: sent, additionalFlowVariables } = server.question;
      expect(sent).toMatchObject({ uri: `${path}?${query}`, content });
      expect(sent?.queryParams).toEqual({ a: strings(header.toWellFormed()) });
      expect(sent?.headers).toEqual({ "x-given": strings(headers.get("x-given") ?? "") });
      const values = Object.entries(additionalFlowVariables).map(([name, { value }]) => [name, value.value]);
      expect(Object.fromEntries(values)).toEqual(
        Object.fromEntries(Object.entries(variables).map(([name, value]) => [`v.${name}`, value])),
      );
    }),
    { numRuns: 50 },
  );
});

describe("in the request flow", () => {
  test("the request is sent, and no other message", async () => {
    const server = new CalloutServer();
    await callOut(server, everything, flowOf({ request: request() }));
    const { request: sent, response, error, fault } = server.question;
    expect([response, error, fault]).toEqual([undefined, undefined, undefined]);
    expect(sent).toMatchObject({
      uri: "/v1/things?a=1&b=x%20y&a=2",
      verb: "POST",
      httpVersion: "1.1",
      content: "colour=red&colour=blue&size=1+2",
      queryParams: { a: strings("1", "2"), b: strings("x y") },
      formParams: { colour: strings("red", "blue"), size: strings("1 2") },
      headers: { "x-list": strings("one", "two", "three") },
    });
  });

  test("headers and content are sent only when asked for; query parameters always are", async () => {
    const server = new CalloutServer();
    await callOut(server, sending("response.headers", "response.content"), flowOf({ request: request() }));
    expect(server.question.request).toMatchObject({
      headers: {},
      formParams: {},
      content: "",
      queryParams: { a: strings("1", "2") },
    });
  });

  test("a body that is not UTF-8 is sent with replacement characters", async () => {
    const server = new CalloutServer();
    const body = Uint8Array.of(0x61, 0xff, 0x62);
    await callOut(server, everything, flowOf({ request: new RequestMessage({ body }) }));
    expect(server.question.request?.content).toBe("a\ufffdb");
  });

  test("a header that is called like a property of every object is a header", async () => {
    const server = new CalloutServer();
    const headers = new Headers({ __proto__x: "1" });
    headers.set("__proto__", "2");
    headers.set("constructor", "3");
    const flow = await callOut(server, everything, flowOf({ request: new RequestMessage({ headers }) }));
    expect(
      Object.entries(server.question.request?.headers ?? {})
        .map(([name]) => name)
        .sort(),
    ).toEqual(["__proto__", "__proto__x", "constructor"]);
    expect([...flow.request.headers.keys()]).toEqual(["__proto__", "__proto__x", "constructor"]);
  });
});

describe("in the response flow", () => {
  const response = () =>
    new ResponseMessage({
      status: 201,
      reason: "Created",
      headers: new Headers({ "x-a": "1" }),
      body: "hello",
    });

  test("the response is sent, and no other message", async () => {
    const server = new CalloutServer();
    await callOut(server, everything, flowOf({ request: request(), response: response() }));
    expect(server.question.request).toBeUndefined();
    expect(server.question.response).toMatchObject({
      statusCode: 201,
      reasonPhrase: "Created",
      headers: { "x-a": strings("1") },
      content: "hello",
    });
  });

  test("headers and content are sent only when asked for", async () => {
    const server = new CalloutServer();
    await callOut(server, sending("request.headers", "request.content"), flowOf({ response: response() }));
    expect(server.question.response).toMatchObject({ statusCode: 201, headers: {}, content: "" });
  });
});

test("in the error flow the error is sent, with the properties of responses", async () => {
  const server = new CalloutServer();
  const error = new ResponseMessage({ status: 503, headers: new Headers({ "x-a": "1" }), body: "broken" });
  await callOut(server, sending("response.content"), flowOf({ error, response: new ResponseMessage() }));
  const { request: sentRequest, response, error: sent } = server.question;
  expect([sentRequest, response]).toEqual([undefined, undefined]);
  expect(sent).toMatchObject({
    message: "Raising fault. Fault name : F",
    response: { statusCode: 503, content: "broken", headers: {} },
  });
});

test("the proxy, client, flow, route and target are described", async () => {
  const server = new CalloutServer();
  const flow = flowOf();
  flow.flowName = "get-thing";
  flow.flowDescription = "Gets a thing";
  flow.route = { name: "default", target: "backend" };
  flow.target = {
    name: "backend",
    url: "https://backend.example:8443/base",
    copyPathSuffix: true,
    copyQueryParams: false,
    evaluatedUrl: null,
    sentAt: null,
    receivedAt: null,
  };
  await callOut(server, "", flow);
  expect(server.question).toMatchObject({
    messageId: "exchange-1",
    organizationName: "org",
    environmentName: "test",
    apiProxy: { name: "things", revision: "1" },
    client: {
      host: "192.0.2.1",
      ip: "192.0.2.1",
      port: 0,
      scheme: "https",
      sslEnabled: true,
      cn: "",
      country: "",
    },
    currentFlow: { name: "get-thing", description: "Gets a thing" },
    proxy: {
      endpointName: "default",
      clientIp: "192.0.2.1",
      basePath: "/v1",
      pathSuffix: "/things",
      url: "https://api.example.com/v1/things",
    },
    route: { name: "default", target: "backend" },
    target: {
      name: "backend",
      url: "https://backend.example:8443/base",
      basePath: "/base",
      copyPathSuffix: true,
      copyQueryParams: false,
      host: "backend.example",
      port: 8443,
      scheme: "https",
      sslEnabled: true,
      expectedCn: "",
    },
  });
});

test("before routing there is neither route nor target", async () => {
  const server = new CalloutServer();
  await callOut(server);
  expect([server.question.route, server.question.target]).toEqual([undefined, undefined]);
});

describe("flow variables", () => {
  const variables = {
    "a.b.c.my-variable": "below",
    "a.b.cd": "no",
    "a.x.another-variable": "no",
    d: "only",
  };

  async function sent(
    prefixes: string[],
    values: Record<string, Value>,
  ): Promise<Record<string, FlowVariable["value"]>> {
    const server = new CalloutServer();
    await callOut(server, flowVariables(...prefixes), flowOf({ variables: values, request: request() }));
    return Object.fromEntries(
      Object.entries(server.question.additionalFlowVariables).map(([name, { value }]) => [name, value]),
    );
  }

  test("are those of the given name, and those whose names go on with a dot", async () => {
    expect(await sent(["a.b.c", "d", "unknown"], variables)).toEqual({
      "a.b.c.my-variable": { case: "string", value: "below" },
      d: { case: "string", value: "only" },
    });
  });

  test("none are sent without a prefix", async () => {
    expect(await sent([], variables)).toEqual({});
  });

  test.each<[string, Value, FlowVariable["value"] | undefined]>([
    ["a string", "text", { case: "string", value: "text" }],
    ["an empty string", "", { case: "string", value: "" }],
    ["a boolean", false, { case: "bool", value: false }],
    ["an integer", -7, { case: "int32", value: -7 }],
    ["an integer of more than 32 bits", 2 ** 31, { case: "int64", value: 2n ** 31n }],
    ["a long", 5n, { case: "int64", value: 5n }],
    ["a long beyond 64 bits", 2n ** 63n, undefined],
    ["a double", new Float(3), { case: "double", value: 3 }],
    ["a float", new Float(0.5, "float"), { case: "double", value: 0.5 }],
    ["a collection", ["a", "b"], undefined],
  ])("%s keeps its type", async (_name, value, wire) => {
    expect(await sent(["v"], { v: value })).toEqual(wire ? { v: wire } : {});
  });

  test("the gateway's own variables are sent by their prefix", async () => {
    expect(await sent(["organization", "system.time.year"], {})).toEqual({
      "organization.name": { case: "string", value: "org" },
      "system.time.year": { case: "int32", value: 2026 },
    });
  });

  test("properties of the flow's messages are sent by their prefix, without their content", async () => {
    expect(await sent(["request.header", "message.queryparam.a"], {})).toEqual({
      "request.header.content-type": { case: "string", value: "application/x-www-form-urlencoded" },
      "request.header.x-list": { case: "string", value: "one" },
      "message.queryparam.a": { case: "string", value: "1" },
    });
    const all = await sent(["request"], {});
    expect(Object.keys(all)).toContain("request.verb");
    expect(Object.keys(all)).not.toContain("request.content");
  });

  test("messages that policies made are sent by their prefix, with their content", async () => {
    const answer = new ResponseMessage({ status: 200, body: '{"a":1}' });
    expect(await sent(["stock"], { "stock.answer": answer, "stock.count": 3 })).toEqual({
      "stock.answer.version": { case: "string", value: "1.1" },
      "stock.answer.status.code": { case: "int32", value: 200 },
      "stock.answer.reason.phrase": { case: "string", value: "OK" },
      "stock.answer.content": { case: "string", value: '{"a":1}' },
      "stock.count": { case: "int32", value: 3 },
    });
  });
});
