import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Value } from "../../src/expression/value.ts";
import type { FlowContext } from "../../src/flow/context.ts";
import { RequestMessage, ResponseMessage } from "../../src/flow/message.ts";
import { ReadOnlyVariable, Unsettable } from "../../src/flow/unsettable.ts";
import { messageFinder, variable } from "../../src/flow/variable.ts";
import { flowOf } from "../policies/policy-kit.ts";

const get = (flow: FlowContext, name: string): Value => variable(name).get(flow);
const set = (flow: FlowContext, name: string, value: Value): void => variable(name).set(flow, value);

const request = () =>
  new RequestMessage({
    path: "/v1/things",
    query: "a=1",
    headers: new Headers({ x: "request" }),
    body: "question",
  });
const response = () => new ResponseMessage({ headers: new Headers({ x: "response" }), body: "answer" });
const error = () =>
  new ResponseMessage({ status: 500, headers: new Headers({ x: "error" }), body: "failed" });

describe("the ambient message", () => {
  test.each([
    ["is the request in the request flow", flowOf({ request: request() }), "question", "request"],
    [
      "is the response in the response flow",
      flowOf({ request: request(), response: response() }),
      "answer",
      "response",
    ],
    [
      "is the error message in the error state",
      flowOf({ request: request(), response: response(), error: error() }),
      "failed",
      "error",
    ],
  ])("%s", (_title, flow, content, header) => {
    expect([get(flow, "message.content"), get(flow, "message.header.x")]).toEqual([content, header]);
    expect(get(flow, "message")).toBe(flow.message);
  });
});

describe("the flow's messages", () => {
  test("in the error state there are still the response and the request beside the error", () => {
    const flow = flowOf({ request: request(), response: response(), error: error() });
    expect(
      ["response.content", "error.content", "error.status.code", "request.content"].map((name) =>
        get(flow, name),
      ),
    ).toEqual(["answer", "failed", 500, "question"]);
  });

  test("outside of the error state there is no error message", () => {
    const flow = flowOf({ response: response() });
    expect(["error", "error.content", "error.status.code"].map((name) => get(flow, name))).toEqual([
      null,
      null,
      null,
    ]);
  });

  test("can be replaced by messages of their kind", () => {
    const flow = flowOf({ request: request() });
    const [newRequest, newResponse] = [request(), response()];
    set(flow, "request", newRequest);
    set(flow, "response", newResponse);
    expect([flow.request, flow.response]).toEqual([newRequest, newResponse]);
  });

  test("in the error state a response takes the place of the error message, whatever it is called", () => {
    for (const name of ["response", "error", "message"]) {
      const flow = flowOf({ error: error() });
      const replacement = response();
      set(flow, name, replacement);
      expect(flow.error).toBe(replacement);
    }
  });

  test.each<[name: string, value: Value]>([
    ["request", response()],
    ["response", request()],
    ["error", response()],
    ["message", "text"],
    ["request", null],
  ])("cannot be anything else: %s", (name, value) => {
    expect(() => set(flowOf(), name, value)).toThrow(Unsettable);
  });

  test("stay when they are removed, but for the response", () => {
    const flow = flowOf({ request: request(), response: response() });
    for (const name of ["request", "response", "message", "error"]) variable(name).remove(flow);
    expect([flow.request.content, flow.response]).toEqual(["question", null]);
  });
});

describe("a message that a policy made", () => {
  test("has the properties of messages", () => {
    const flow = flowOf({ variables: { "sc.answer": response() } });
    expect(
      ["sc.answer.content", "sc.answer.status.code", "sc.answer.header.x"].map((name) => get(flow, name)),
    ).toEqual(["answer", 200, "response"]);
  });

  test("can be changed", () => {
    const flow = flowOf({ variables: { callout: response() } });
    set(flow, "callout.header.y", "1");
    set(flow, "callout.status.code", 404);
    variable("callout.header.x").remove(flow);
    expect([get(flow, "callout.headers.names"), get(flow, "callout.status.code")]).toEqual([["y"], 404]);
  });

  test("is forgotten when it is removed", () => {
    const flow = flowOf({ variables: { callout: response() } });
    variable("callout").remove(flow);
    expect([get(flow, "callout"), get(flow, "callout.content")]).toEqual([null, null]);
  });

  test("that is not there leaves plain variables of the same form", () => {
    const flow = flowOf();
    set(flow, "jwt.header.kid", "k1");
    expect(get(flow, "jwt.header.kid")).toBe("k1");
    variable("jwt.header.kid").remove(flow);
    expect(get(flow, "jwt.header.kid")).toBeNull();
  });
});

describe("which content a variable needs", () => {
  test.each([
    ["request.content", "request"],
    ["message.formparam.a", "message"],
    ["sc.answer.content", "sc.answer"],
    ["request.header.content", null],
    ["request.header.content.values", null],
    ["request", null],
    ["content", null],
    ["contents.other", null],
    ["apiproxy.name", null],
  ])("%s: %s", (name, expected) => {
    expect(variable(name).contentOf).toBe(expected);
  });
});

describe("read-only variables", () => {
  test.each(["apiproxy.name", "messageid", "system.uuid", "is.error", "error.message", "propertyset.a.b"])(
    "%s can be neither set nor removed",
    (name) => {
      expect(() => set(flowOf(), name, "x")).toThrow(ReadOnlyVariable);
      expect(() => variable(name).remove(flowOf())).toThrow(ReadOnlyVariable);
    },
  );

  test.each(["request.uri", "request.url", "request.querystring", "message.headers.count"])(
    "%s cannot be set",
    (name) => {
      expect(() => set(flowOf(), name, "x")).toThrow(ReadOnlyVariable);
      expect(() => variable(name).remove(flowOf())).toThrow(Unsettable);
    },
  );
});

/** Apigee: "Flow variables reference" (request.uri, request.url). */
describe("the address of the request", () => {
  const sent = (evaluatedUrl: string | null) => {
    const flow = flowOf({ request: request(), response: response() });
    const target = { name: "default", url: null, copyPathSuffix: true, copyQueryParams: true };
    flow.target = { ...target, evaluatedUrl, sentAt: null, receivedAt: null };
    return flow;
  };

  test("in the request flow is the client's, without a URL", () => {
    const flow = flowOf({ request: request() });
    expect([get(flow, "request.uri"), get(flow, "request.url")]).toEqual(["/v1/things?a=1", null]);
  });

  test("in the response flow is that of the call to the target, the URL without port", () => {
    const flow = sent("https://backend.example.com:8443/base/things?a=1");
    expect([get(flow, "request.uri"), get(flow, "request.url"), get(flow, "request.path")]).toEqual([
      "/base/things?a=1",
      "https://backend.example.com/base/things?a=1",
      "/v1/things",
    ]);
  });

  test("in the response flow without a target stays the client's", () => {
    expect([get(sent(null), "request.uri"), get(sent(null), "request.url")]).toEqual([
      "/v1/things?a=1",
      null,
    ]);
  });
});

describe("plain variables", () => {
  test("hold any value, and null unsets them", () => {
    const flow = flowOf();
    const message = request();
    for (const value of ["text", 1, 2n, true, ["a"], message] satisfies Value[]) {
      set(flow, "x", value);
      expect(get(flow, "x")).toBe(value);
    }
    set(flow, "x", null);
    expect([get(flow, "x"), flow.variables.size]).toEqual([null, 0]);
  });

  /** Apigee: "AssignMessage policy", "ExtractVariables policy" (SetVariableFailed). */
  test.each([
    ["a.b", "a"],
    ["a", "a.b"],
    ["a.b.c", "a"],
    ["a", "a.b.c"],
    ["a.b.c", "a.b"],
  ])("%s is there, so %s cannot be", (first, second) => {
    const flow = flowOf();
    set(flow, first, "1");
    expect(() => set(flow, second, "2")).toThrow(Unsettable);
    expect([get(flow, first), get(flow, second)]).toEqual(["1", null]);
  });

  test.each([
    ["a.b", "a.c"],
    ["a.b", "ab"],
    ["a", "a_b"],
    ["a", "A.b"],
  ])("%s and %s go together", (first, second) => {
    const flow = flowOf();
    set(flow, first, "1");
    set(flow, second, "2");
    expect([get(flow, first), get(flow, second)]).toEqual(["1", "2"]);
  });

  test("may stand below a message", () => {
    const flow = flowOf({ variables: { callout: response() } });
    set(flow, "callout.mine", "1");
    expect([get(flow, "callout.mine"), get(flow, "callout.content")]).toEqual(["1", "answer"]);
  });

  test("may stand above a message, whichever is first", () => {
    const values = [
      ["token.response", response()],
      ["token", "1"],
    ] as const;
    for (const inOrder of [values, values.toReversed()]) {
      const flow = flowOf();
      for (const [name, value] of inOrder) set(flow, name, value);
      expect([get(flow, "token"), get(flow, "token.response.content")]).toEqual(["1", "answer"]);
    }
  });
});

test.each([
  ["message", "message"],
  ["request", "request"],
  ["response", "response"],
  ["error", "error"],
] as const)("the name %s finds the flow's message", (name, key) => {
  const flow = flowOf({ response: response() });
  expect(messageFinder(name)(flow)).toBe(flow[key]);
});

describe("for any name", () => {
  const segment = fc.oneof(
    fc.constantFrom(
      "request",
      "message",
      "header",
      "queryparam",
      "formparam",
      "values",
      "count",
      "1",
      "content",
      "",
      "a",
      "__proto__",
      "propertyset",
      "target",
      "system",
      "time",
    ),
    fc.string(),
  );
  const name = fc.array(segment, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("."));
  const anyFlow = () => [
    flowOf(),
    flowOf({ request: request(), response: response() }),
    flowOf({ error: error() }),
  ];

  test("reading gives a value or null and never fails", () => {
    fc.assert(
      fc.property(name, (name) => {
        const { get } = variable(name);
        for (const flow of anyFlow()) expect(get(flow)).not.toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  test("setting a text works, or fails with Unsettable", () => {
    fc.assert(
      fc.property(name, fc.string(), (name, text) => {
        for (const flow of anyFlow()) {
          try {
            variable(name).set(flow, text);
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(Unsettable);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test("a plain variable has the value that it was set to, until it is removed", () => {
    const plain = fc.stringMatching(/^[a-z_]{1,5}(\.[a-z]{6,8}){0,3}$/).map((text) => `my${text}`);
    fc.assert(
      fc.property(plain, fc.oneof(fc.string(), fc.integer(), fc.bigInt(), fc.boolean()), (name, value) => {
        const flow = flowOf();
        set(flow, name, value);
        expect(get(flow, name)).toBe(value);
        variable(name).remove(flow);
        expect([get(flow, name), flow.variables.size]).toEqual([null, 0]);
      }),
    );
  });
});
