import { describe, expect, test } from "vitest";
import { Float, type Value } from "../../../../src/expression/value.ts";
import type { FlowContext } from "../../../../src/flow/context.ts";
import { RequestMessage, ResponseMessage } from "../../../../src/flow/message.ts";
import {
  LONGEST_NAME,
  MOST_CHANGED,
} from "../../../../src/policies/callouts/external-callout/apply-variables.ts";
import type { FlowVariable } from "../../../../src/policies/callouts/external-callout/wire/external_callout_pb.ts";
import { flowOf, variableOf } from "../../policy-kit.ts";
import {
  type Answer,
  CalloutServer,
  callOut,
  failed,
  failureOf,
  flowVariables,
  sending,
} from "./callout-kit.ts";

const everything = sending("request.headers", "request.content", "response.headers", "response.content");

const form = "application/x-www-form-urlencoded";

function flowWith(fields: ConstructorParameters<typeof RequestMessage>[0] = {}): FlowContext {
  return flowOf({
    request: new RequestMessage({
      verb: "POST",
      path: "/v1/things",
      query: "a=1&b=2",
      headers: new Headers({ "content-type": "text/plain", "x-list": "one, two", "x-one": "1" }),
      body: "hello",
      ...fields,
    }),
  });
}

/** Runs the policy against a server that answers this and nothing else. */
const answeredWith = (answer: Answer, flow = flowWith(), configurations = everything) =>
  callOut(new CalloutServer(() => answer), configurations, flow);

/** The same with a request in the answer. */
const requestAnswered = (request: Answer["request"], flow?: FlowContext, configurations?: string) =>
  answeredWith({ request }, flow, configurations);

test("an answer without anything changes nothing", async () => {
  const { request } = await answeredWith({});
  expect(request).toMatchObject({ verb: "POST", uri: "/v1/things?a=1&b=2", content: "hello" });
  expect(request.headers.get("x-list")).toBe("one, two");
});

test("an answer that sends everything back as it was leaves bytes as they were", async () => {
  const body = Uint8Array.of(0x61, 0xff);
  const flow = await callOut(new CalloutServer(), everything, flowWith({ body }));
  expect(flow.request.body.bytes).toEqual(body);
  expect(flow.request.uri).toBe("/v1/things?a=1&b=2");
});

describe("immutable fields", () => {
  test("of the request are ignored", async () => {
    const { request } = await requestAnswered({
      uri: "/x",
      verb: "DELETE",
      httpVersion: "2",
      content: "hello",
    });
    expect(request).toMatchObject({ uri: "/v1/things?a=1&b=2", verb: "POST", version: "1.1" });
  });

  test("of the response are ignored", async () => {
    const flow = flowOf({ response: new ResponseMessage({ status: 201, reason: "Created" }) });
    await answeredWith({ response: { statusCode: 500, reasonPhrase: "No" } }, flow);
    expect(flow.response).toMatchObject({ status: 201, reason: "Created" });
  });

  test("of everything else are ignored", async () => {
    const flow = await answeredWith({
      messageId: "other",
      organizationName: "other",
      apiProxy: { name: "other" },
      client: { ip: "203.0.113.9" },
      proxy: { basePath: "/other", pathSuffix: "/other" },
      currentFlow: { name: "other" },
      request: { content: "hello" },
    });
    expect(
      ["messageid", "organization.name", "apiproxy.name", "client.ip", "proxy.basepath"].map((name) =>
        variableOf(flow, name),
      ),
    ).toEqual(["exchange-1", "org", "things", "192.0.2.1", "/v1"]);
  });
});

describe("headers", () => {
  const lines = ({ request }: FlowContext, name: string) => request.headers.get(name);

  test("that come back with values have those and no others", async () => {
    const flow = await requestAnswered({
      headers: { "X-One": { strings: ["2"] }, "x-new": { strings: ["n"] } },
    });
    expect([lines(flow, "x-one"), lines(flow, "x-new"), lines(flow, "x-list")]).toEqual([
      "2",
      "n",
      "one, two",
    ]);
  });

  test("that come back without values are removed", async () => {
    const flow = await requestAnswered({ headers: { "x-one": {}, "x-list": { strings: [] }, "x-none": {} } });
    expect([lines(flow, "x-one"), lines(flow, "x-list")]).toEqual([null, null]);
  });

  test("are changed also when they were not sent", async () => {
    const flow = await requestAnswered(
      { headers: { "x-one": {}, "x-new": { strings: ["n"] } } },
      flowWith(),
      "",
    );
    expect([lines(flow, "x-one"), lines(flow, "x-new")]).toEqual([null, "n"]);
  });

  test("of several items become one line for each", async () => {
    const flow = flowOf({
      response: new ResponseMessage({ headers: new Headers({ "x-list": "one, two" }) }),
    });
    const items = {
      "x-list": { strings: ["one", "two"] },
      "set-cookie": { strings: ["a=1; Expires=Thu, 1 Jan", "b=2"] },
    };
    await answeredWith({ response: { headers: items } }, flow);
    expect(flow.response?.headers.getSetCookie()).toEqual(["a=1; Expires=Thu, 1 Jan", "b=2"]);
    expect(flow.response?.headers.get("x-list")).toBe("one, two");
  });

  test.each([
    ["x-bad", "a\r\nx-smuggled: 1", "variable header.x-bad cannot be set: the value holds a line break"],
    ["x bad", "1", "variable header.x bad cannot be set: that is no valid header name"],
  ])("that HTTP cannot carry are a fault: %s", async (name, value, reason) => {
    const server = new CalloutServer(() => ({
      request: { content: "hello", headers: { [name]: { strings: [value] } } },
    }));
    expect(await failureOf(server, everything, flowWith())).toBe(failed(reason));
  });
});

describe("parameters", () => {
  test("of the query are replaced, added, removed and left alone", async () => {
    const queryParams = { a: { strings: ["x y", "z"] }, b: {}, c: { strings: ["3"] } };
    const { request } = await requestAnswered(
      { content: "hello", queryParams },
      flowWith({ query: "a=1&b=2&keep=%7e" }),
    );
    expect(request.query).toBe("a=x%20y&a=z&keep=%7e&c=3");
  });

  test("of a form are replaced, added and removed", async () => {
    const flow = flowWith({ headers: new Headers({ "content-type": form }), body: "a=1&b=2&keep=+" });
    const formParams = { a: { strings: ["9"] }, b: {}, c: { strings: ["3"] } };
    const { request } = await requestAnswered({ content: "a=1&b=2&keep=+", formParams }, flow);
    expect(request.content).toBe("a=9&keep=+&c=3");
  });

  test("of a form may be very many", async () => {
    const names = Array.from({ length: 40_000 }, (_, index) => `n${index}`);
    const flow = flowWith({ headers: new Headers({ "content-type": form }), body: names.join("&") });
    const server = new CalloutServer(({ request }) => {
      for (const list of Object.values(request?.formParams ?? {})) list.strings = ["1"];
      return { request };
    });
    const { request } = await callOut(server, everything, flow);
    expect(request.content).toBe(names.map((name) => `${name}=1`).join("&"));
  });

  test("of a form are changed also when the content was not sent", async () => {
    const flow = flowWith({
      headers: new Headers({ "content-type": form }),
      body: new Blob(["a=1"]).stream(),
    });
    const { request } = await requestAnswered({ formParams: { a: { strings: ["9"] } } }, flow, "");
    expect(request.content).toBe("a=9");
  });

  test("of a form make a form of a request without a body", async () => {
    const flow = flowWith({ headers: new Headers(), body: null });
    const { request } = await requestAnswered({ formParams: { a: { strings: ["9"] } } }, flow);
    expect([request.content, request.contentType]).toEqual(["a=9", form]);
  });

  test("of a form in content that is none are a fault", async () => {
    const server = new CalloutServer(() => ({
      request: { content: "hello", formParams: { a: { strings: ["9"] } } },
    }));
    expect(await failureOf(server, everything, flowWith())).toBe(
      failed("variable request.formparam.a cannot be set: the request's content is no form"),
    );
  });
});

describe("content", () => {
  test("is replaced, and what the headers said of the old one goes", async () => {
    const flow = flowWith({ headers: new Headers({ "content-length": "5" }) });
    const { request } = await requestAnswered({ content: "bye" }, flow);
    expect([request.content, request.headers.get("content-length")]).toEqual(["bye", null]);
  });

  test("that comes back empty is removed when it was sent", async () => {
    const { request } = await requestAnswered({ content: "" });
    expect(request.body.isEmpty).toBe(true);
  });

  test("that comes back empty stays when it was not sent, and is not even read", async () => {
    const { request } = await requestAnswered(
      { content: "" },
      flowWith({ body: new Blob(["hello"]).stream() }),
      "",
    );
    expect(request.body.isStream).toBe(true);
  });

  test("is replaced also when it was not sent", async () => {
    const { request } = await requestAnswered({ content: "bye" }, flowWith(), "");
    expect(request.content).toBe("bye");
  });

  test("of the response is replaced in the response flow", async () => {
    const flow = flowOf({ response: new ResponseMessage({ body: "hello" }) });
    await answeredWith({ response: { content: "bye" }, request: { content: "no" } }, flow);
    expect([flow.response?.content, flow.request.content]).toEqual(["bye", ""]);
  });

  test("of the error is replaced in the error flow, with its headers", async () => {
    const flow = flowOf({ error: new ResponseMessage({ status: 500, body: "broken" }) });
    const response = { content: "bye", headers: { "x-new": { strings: ["n"] } } };
    await answeredWith({ error: { message: "other", response } }, flow);
    expect([flow.error?.content, flow.error?.headers.get("x-new")]).toEqual(["bye", "n"]);
    expect(variableOf(flow, "error.message")).toBe("Raising fault. Fault name : F");
  });
});

describe("the target", () => {
  const url = "https://backend.example/base";
  function routed(): FlowContext {
    const flow = flowOf();
    flow.target = {
      name: "t",
      url,
      copyPathSuffix: true,
      copyQueryParams: true,
      evaluatedUrl: null,
      sentAt: null,
      receivedAt: null,
    };
    return flow;
  }

  test("may be changed in its URL and in what is copied to it", async () => {
    const target = {
      copyPathSuffix: false,
      copyQueryParams: true,
      url: "https://other.example/x",
      host: "ignored",
    };
    const flow = await answeredWith({ target }, routed());
    expect(flow.target).toMatchObject({
      url: target.url,
      copyPathSuffix: false,
      copyQueryParams: true,
      name: "t",
    });
  });

  test("keeps its URL when none comes back", async () => {
    const flow = await answeredWith({ target: { copyPathSuffix: true, copyQueryParams: true } }, routed());
    expect(flow.target?.url).toBe(url);
  });

  test("cannot be expected to have another name in its certificate", async () => {
    const server = new CalloutServer(() => ({ target: { expectedCn: "other.example" } }));
    expect(await failureOf(server, "", routed())).toBe(
      failed(
        "variable target.expectedcn cannot be set: Workers compare a certificate with the URL's host, and nothing else",
      ),
    );
  });
});

describe("flow variables", () => {
  const variablesAnswered = (
    additionalFlowVariables: Answer["additionalFlowVariables"] & object,
    variables: Record<string, Value> = {},
    configurations = "",
  ) => answeredWith({ additionalFlowVariables }, flowOf({ variables }), configurations);

  test.each<[FlowVariable["value"], Value]>([
    [{ case: "string", value: "text" }, "text"],
    [{ case: "string", value: "" }, ""],
    [{ case: "bool", value: false }, false],
    [{ case: "int32", value: -7 }, -7],
    [{ case: "int64", value: 9007199254740993n }, 9007199254740993n],
    [{ case: "double", value: 3 }, new Float(3)],
  ])("are set with their type: %o", async (value, expected) => {
    expect(variableOf(await variablesAnswered({ "risk.score": { value } }), "risk.score")).toEqual(expected);
  });

  test("that come back empty are removed with everything under them", async () => {
    const flow = await variablesAnswered({ a: {}, gone: {} }, { "a.b": "1", "a.c.d": "2", ab: "3" });
    expect([...flow.variables.keys()]).toEqual(["ab"]);
  });

  test("that are the beginning of others replace them", async () => {
    const flow = await variablesAnswered(
      { a: { value: { case: "string", value: "1" } } },
      { "a.b": "1", "a.c.d": "2" },
    );
    expect([...flow.variables]).toEqual([["a", "1"]]);
  });

  test("that another is the beginning of replace it", async () => {
    const flow = await variablesAnswered(
      { "a.b.c": { value: { case: "string", value: "1" } } },
      { "a.b": "old" },
    );
    expect([...flow.variables]).toEqual([["a.b.c", "1"]]);
  });

  test("that come back as they were sent stay what they are", async () => {
    const flow = flowOf({ variables: { "v.f": new Float(0.5, "float") } });
    await callOut(new CalloutServer(), flowVariables("v", "system", "request"), flow);
    expect(variableOf(flow, "v.f")).toEqual(new Float(0.5, "float"));
  });

  test("that nobody may set stay what they are", async () => {
    const text = { value: { case: "string", value: "other" } } as const;
    const flow = await variablesAnswered({ messageid: text, "system.uuid": {}, request: text, response: {} });
    expect(variableOf(flow, "messageid")).toBe("exchange-1");
  });

  test("may be properties of messages", async () => {
    const flow = await variablesAnswered({
      "request.header.x-new": { value: { case: "string", value: "n" } },
      "request.verb": { value: { case: "string", value: "PUT" } },
    });
    expect([flow.request.headers.get("x-new"), flow.request.verb]).toEqual(["n", "PUT"]);
  });

  test("that need content which nobody has read are a fault", async () => {
    const server = new CalloutServer(() => ({
      additionalFlowVariables: { "request.formparam.a": { value: { case: "string", value: "1" } } },
    }));
    const flow = flowWith({ body: new Blob(["a=0"]).stream() });
    expect(await failureOf(server, "", flow)).toBe(
      failed("variable request.formparam.a cannot be set: the message's content has not been read"),
    );
  });

  test("that are too many are a fault", async () => {
    const many = Object.fromEntries(
      Array.from({ length: MOST_CHANGED + 1 }, (_, index) => [
        `v${index}`,
        { value: { case: "bool" as const, value: true } },
      ]),
    );
    const server = new CalloutServer(() => ({ additionalFlowVariables: many }));
    expect(await failureOf(server)).toBe(
      failed("variable v0 cannot be set: the answer changes 1001 variables, and at most 1000 can be changed"),
    );
  });

  test("with a name that is too long are a fault, which does not quote all of it", async () => {
    const answer = (name: string): Answer => ({
      additionalFlowVariables: { [name]: { value: { case: "bool", value: true } } },
    });
    const longest = `${"a.".repeat(LONGEST_NAME / 2 - 1)}bc`;
    expect(variableOf(await answeredWith(answer(longest)), longest)).toBe(true);
    expect(await failureOf(new CalloutServer(() => answer(`${longest}d`)))).toBe(
      failed(`variable ${longest.slice(0, 50)}… cannot be set: its name has more than 1000 characters`),
    );
  });

  test("called like a property of every object are variables like others", async () => {
    const additionalFlowVariables = JSON.parse(
      '{"__proto__":{"value":{"case":"string","value":"1"}},"constructor":{"value":{"case":"string","value":"2"}}}',
    );
    const flow = await variablesAnswered(additionalFlowVariables);
    expect(Object.fromEntries(flow.variables)).toEqual(JSON.parse('{"__proto__":"1","constructor":"2"}'));
  });
});

describe("a fault in the answer", () => {
  test("is raised with its name and text, after everything else of the answer was applied", async () => {
    const server = new CalloutServer(() => ({
      fault: { name: "Denied", faultString: "You are not on the list", type: "x", category: "y" },
      additionalFlowVariables: { reason: { value: { case: "string", value: "list" } } },
    }));
    const flow = flowOf();
    expect(await failureOf(server, "", flow)).toBe(
      "500 steps.externalcallout.Denied: You are not on the list",
    );
    expect(variableOf(flow, "reason")).toBe("list");
  });

  test("without a name is an ExecutionError", async () => {
    const server = new CalloutServer(() => ({ fault: { faultString: "No" } }));
    expect(await failureOf(server)).toBe("500 steps.externalcallout.ExecutionError: No");
  });

  test("that says nothing is none", async () => {
    await callOut(new CalloutServer(() => ({ fault: {} })));
  });
});
