import { describe, expect, test } from "vitest";
import { RequestMessage, ResponseMessage } from "../../../src/flow/message.ts";
import { assignMessage } from "../../../src/policies/messages/assign-message.ts";
import { type FlowState, faultOf, flowOf, problemsOf, runPolicy, variableOf } from "../policy-kit.ts";

const assign = (assignTo: string, actions = '<Set><Headers><Header name="X">1</Header></Headers></Set>') =>
  `<AssignMessage name="A">${actions}${assignTo}</AssignMessage>`;

/** Fresh messages for each of the three parts of a flow. */
const parts = {
  request: (): FlowState => ({ request: new RequestMessage({ body: "q" }) }),
  response: (): FlowState => ({
    request: new RequestMessage({ body: "q" }),
    response: new ResponseMessage({ body: "r" }),
  }),
  error: (): FlowState => ({
    request: new RequestMessage({ body: "q" }),
    response: new ResponseMessage({ body: "r" }),
    error: new ResponseMessage({ status: 500, body: "e" }),
  }),
};

describe("the message that is changed", () => {
  test.each<[string, keyof typeof parts, "request" | "response" | "error"]>([
    ["", "request", "request"],
    ["", "response", "response"],
    ["", "error", "error"],
    ["<AssignTo/>", "response", "response"],
    ['<AssignTo createNew="false" transport="http" type="request"/>', "request", "request"],
    ['<AssignTo createNew="false" transport="http" type="request"/>', "response", "response"],
    ['<AssignTo createNew="false" transport="http" type="request"/>', "error", "error"],
    ['<AssignTo createNew="false" transport="http" type="response"/>', "error", "error"],
    ['<AssignTo createNew="false">request</AssignTo>', "response", "request"],
    ['<AssignTo createNew="false">request</AssignTo>', "error", "request"],
    ["<AssignTo>response</AssignTo>", "response", "response"],
    ['<AssignTo createNew="false" type="response">response</AssignTo>', "error", "error"],
    ['<AssignTo createNew="false" type="response">error</AssignTo>', "error", "error"],
    ["<AssignTo>message</AssignTo>", "request", "request"],
  ])("%j in the %s flow is the %s", async (assignTo, part, changed) => {
    const flow = flowOf(parts[part]());
    const before = { request: flow.request, response: flow.response, error: flow.error };
    await runPolicy(assignMessage, assign(assignTo), flow);
    expect({ request: flow.request, response: flow.response, error: flow.error }).toEqual(before);
    for (const name of ["request", "response", "error"] as const) {
      expect(flow[name]?.headers.get("x") ?? null).toBe(name === changed ? "1" : null);
    }
  });

  test("a named message of the flow is changed in place", async () => {
    const made = new RequestMessage({ body: "kept" });
    const flow = flowOf({ variables: { made } });
    await runPolicy(assignMessage, assign("<AssignTo>made</AssignTo>"), flow);
    expect(variableOf(flow, "made")).toBe(made);
    expect([made.content, made.headers.get("x")]).toEqual(["kept", "1"]);
  });
});

describe("a new message", () => {
  test.each([
    ['<AssignTo createNew="true" type="request">made</AssignTo>', RequestMessage],
    ['<AssignTo createNew="true" type="response">made</AssignTo>', ResponseMessage],
    ['<AssignTo createNew="true" transport="https" type="Request">made</AssignTo>', RequestMessage],
    ['<AssignTo type="response">made</AssignTo>', ResponseMessage],
    ['<AssignTo createNew="true">made</AssignTo>', RequestMessage],
    ["<AssignTo>made</AssignTo>", RequestMessage],
  ])("%s in the request flow", async (assignTo, kind) => {
    const flow = await runPolicy(assignMessage, assign(assignTo), flowOf(parts.request()));
    expect(variableOf(flow, "made")).toBeInstanceOf(kind);
    expect(variableOf(flow, "made.header.x")).toBe("1");
    expect(flow.request.headers.has("x")).toBe(false);
  });

  test.each(["response", "error"] as const)("is a response by default in the %s flow", async (part) => {
    const xml = assign('<AssignTo createNew="true">made</AssignTo>');
    const flow = await runPolicy(assignMessage, xml, flowOf(parts[part]()));
    expect(variableOf(flow, "made")).toBeInstanceOf(ResponseMessage);
  });

  test("starts as GET without content, or as 200", async () => {
    const made = async (type: string) => {
      const xml = assign(`<AssignTo createNew="true" type="${type}">made</AssignTo>`, "");
      return runPolicy(assignMessage, xml);
    };
    const request = await made("request");
    expect(variableOf(request, "made.verb")).toBe("GET");
    expect(variableOf(request, "made.content")).toBe("");
    expect(variableOf(await made("response"), "made.status.code")).toBe(200);
  });

  test("createNew=true replaces a message of that name and loses its content", async () => {
    const old = new RequestMessage({ body: "old" });
    const flow = flowOf({ variables: { made: old } });
    await runPolicy(assignMessage, assign('<AssignTo createNew="true" type="request">made</AssignTo>'), flow);
    expect(variableOf(flow, "made")).not.toBe(old);
    expect(variableOf(flow, "made.content")).toBe("");
  });

  test("createNew=true replaces a variable that is no message", async () => {
    const flow = flowOf({ variables: { made: "text" } });
    await runPolicy(assignMessage, assign('<AssignTo createNew="true" type="request">made</AssignTo>'), flow);
    expect(variableOf(flow, "made")).toBeInstanceOf(RequestMessage);
  });

  test.each<[string, keyof typeof parts, "request" | "response" | "error"]>([
    ['<AssignTo createNew="true" type="request"/>', "request", "request"],
    ['<AssignTo createNew="true"/>', "response", "response"],
    ['<AssignTo createNew="true" type="request"/>', "response", "response"],
    ['<AssignTo createNew="true" type="request"/>', "error", "error"],
    ['<AssignTo createNew="true" type="response"/>', "request", "response"],
    ['<AssignTo createNew="true" type="response"/>', "error", "error"],
    ['<AssignTo createNew="true">response</AssignTo>', "request", "response"],
    ['<AssignTo createNew="true">response</AssignTo>', "error", "error"],
    ['<AssignTo createNew="true">request</AssignTo>', "response", "request"],
  ])("%s in the %s flow takes the place of the %s", async (assignTo, part, replaced) => {
    const state = parts[part]();
    const flow = flowOf(state);
    await runPolicy(assignMessage, assign(assignTo), flow);
    for (const name of ["request", "response", "error"] as const) {
      if (name === replaced) expect([flow[name]?.content, flow[name]?.headers.get("x")]).toEqual(["", "1"]);
      else expect(flow[name]).toBe(state[name] ?? null);
    }
  });

  test.each<[string, string, keyof typeof parts, string]>([
    ["request", "<Set><Payload>[{request.content}]</Payload></Set>", "request", "[q]"],
    ["request", "<Set><Payload>[{message.content}]</Payload></Set>", "request", "[q]"],
    ["request", '<Copy source="request"><Payload>true</Payload></Copy>', "request", "q"],
    [
      "response",
      "<AssignVariable><Name>old</Name><Ref>response.content</Ref></AssignVariable><Set><Payload>[{old}]</Payload></Set>",
      "response",
      "[r]",
    ],
    ["response", "<Set><Payload>[{error.content}]</Payload></Set>", "error", "[e]"],
  ])("a new %s is made of the old one: %s", async (type, actions, part, content) => {
    const xml = assign(`<AssignTo createNew="true" transport="http" type="${type}"/>`, actions);
    const flow = await runPolicy(assignMessage, xml, flowOf(parts[part]()));
    expect(flow[part]?.content).toBe(content);
  });
});

describe("errors", () => {
  test.each([
    ['<AssignTo createNew="false" type="request">nothing</AssignTo>', "nothing"],
    ['<AssignTo createNew="false" type="response">response</AssignTo>', "response"],
    ['<AssignTo createNew="false">error</AssignTo>', "error"],
  ])("%s in the request flow is unresolved", async (assignTo, name) => {
    const fault = await faultOf(assignMessage, assign(assignTo));
    expect([fault.code, fault.message, fault.status]).toEqual([
      "steps.assignmessage.UnresolvedVariable",
      `AssignMessage[A]: unable to resolve variable ${name}`,
      500,
    ]);
  });

  test.each(['createNew="false"', ""])("a variable that is no message, with %j", async (attribute) => {
    const flow = flowOf({ variables: { text: "x" } });
    const fault = await faultOf(assignMessage, assign(`<AssignTo ${attribute}>text</AssignTo>`), flow);
    expect([fault.code, fault.message, fault.status]).toEqual([
      "steps.assignmessage.VariableOfNonMsgType",
      "AssignMessage[A]: value of variable text is not of type Message",
      500,
    ]);
  });

  test("a new response cannot be the request", async () => {
    const fault = await faultOf(
      assignMessage,
      assign('<AssignTo createNew="true" type="response">request</AssignTo>'),
    );
    expect([fault.code, fault.message, fault.status]).toEqual([
      "steps.assignmessage.SetVariableFailed",
      "AssignMessage[A]: unable to set variable request",
      500,
    ]);
  });

  test("a variable in a template that has no value is unresolved by default", async () => {
    const fault = await faultOf(assignMessage, assign("", "<Set><Payload>{nothing}</Payload></Set>"));
    expect([fault.code, fault.message]).toEqual([
      "steps.assignmessage.UnresolvedVariable",
      "AssignMessage[A]: unable to resolve variable nothing",
    ]);
  });

  test("a variable with a default is not unresolved", async () => {
    const flow = await runPolicy(assignMessage, assign("", "<Set><Payload>{nothing:x}</Payload></Set>"));
    expect(flow.request.content).toBe("x");
  });

  test("with IgnoreUnresolvedVariables it is empty text", async () => {
    const ignoring = "<IgnoreUnresolvedVariables>true</IgnoreUnresolvedVariables>";
    const xml = assign(ignoring, "<Set><Payload>[{nothing}]</Payload></Set>");
    expect((await runPolicy(assignMessage, xml)).request.content).toBe("[]");
  });
});

describe("a template that takes too much work is sortie.TooMuchWork", () => {
  const xml = `<r>${"<a/>".repeat(20_000)}</r>`;
  const payload = "<Set><Payload>{xpath('//a[//a]',xml)}</Payload></Set>";

  test("and its fault says nothing of the text", async () => {
    const fault = await faultOf(assignMessage, assign("", payload), flowOf({ variables: { xml } }));
    expect([fault.code, fault.message, fault.status, fault.policy]).toEqual([
      "sortie.TooMuchWork",
      "Evaluating an expression takes too much work",
      500,
      null,
    ]);
  });
});

test.each([
  ['<AssignTo createNew="perhaps"/>', "warning InvalidBoolean 1:25"],
  ['<AssignTo type="error"/>', "warning InvalidValue 1:25"],
  ['<AssignTo kind="request"/>', "warning UnknownAttribute 1:40"],
  ["<IgnoreUnresolvedVariables>x</IgnoreUnresolvedVariables>", "warning InvalidBoolean 1:25"],
])("a deployment reports %s", (element, problem) => {
  expect(problemsOf(assignMessage, assign(element, ""))).toEqual([problem]);
});
