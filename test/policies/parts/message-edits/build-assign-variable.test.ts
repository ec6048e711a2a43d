import { describe, expect, test } from "vitest";
import type { Value } from "../../../../src/expression/value.ts";
import { RequestMessage } from "../../../../src/flow/message.ts";
import { assignMessage } from "../../../../src/policies/messages/assign-message.ts";
import { faultOf, flowOf, loadPolicy, problemsOf, runPolicy, variableOf } from "../../policy-kit.ts";

const assign = (source: string, name = "out", rest = "") =>
  `<AssignMessage name="A"><AssignVariable><Name>${name}</Name>${source}</AssignVariable>${rest}</AssignMessage>`;

const ignoring = "<IgnoreUnresolvedVariables>true</IgnoreUnresolvedVariables>";

const propertySets = new Map([
  [
    "host",
    new Map([
      ["url", "https://a.example"],
      ["a.b", "dotted"],
    ]),
  ],
]);

const variables = { text: "t", count: 7, key: "url", held: "[{text}]", list: ["a", "b"] };

async function assigned(source: string): Promise<Value> {
  const flow = flowOf({ variables, identity: { propertySets } });
  await runPolicy(assignMessage, assign(source), flow);
  return variableOf(flow, "out");
}

describe("the value", () => {
  test.each<[string, string, Value]>([
    ["Value is literal text", "<Value>{text} 42</Value>", "{text} 42"],
    ["an empty Value is empty text", "<Value/>", ""],
    ["Ref is another variable's value", "<Ref>text</Ref>", "t"],
    ["Ref keeps the type", "<Ref>count</Ref>", 7],
    ["Ref keeps a collection", "<Ref>list</Ref>", ["a", "b"]],
    ["Value is the default of a Ref without a value", "<Ref>nothing</Ref><Value>d</Value>", "d"],
    ["Ref wins over Value", "<Value>d</Value><Ref>text</Ref>", "t"],
    ["Template is a message template", "<Template>{text}-{count}</Template>", "t-7"],
    ["Template can call functions", "<Template>{toUpperCase(text)}</Template>", "T"],
    ["Template wins over Ref", "<Ref>count</Ref><Template>{text}</Template>", "t"],
    ["Template with ref takes the template from a variable", '<Template ref="held"/>', "[t]"],
    ["the text of a Template is the default of its ref", '<Template ref="nothing">{count}</Template>', "7"],
    ["PropertySetRef names a property", "<PropertySetRef>host.url</PropertySetRef>", "https://a.example"],
    ["PropertySetRef is a template", "<PropertySetRef>host.{key}</PropertySetRef>", "https://a.example"],
    ["a property's key may hold dots", "<PropertySetRef>host.a.b</PropertySetRef>", "dotted"],
    ["Value wins over PropertySetRef", "<Value>v</Value><PropertySetRef>host.url</PropertySetRef>", "v"],
    ["without any source the variable is unset", "", null],
  ])("%s", async (_title, source, expected) => {
    expect(await assigned(source)).toEqual(expected);
  });

  test("a Ref to a message is that message", async () => {
    const flow = await runPolicy(assignMessage, assign("<Ref>request</Ref>", "kept"));
    expect(variableOf(flow, "kept")).toBe(flow.request);
  });

  test("a held template is compiled anew when the variable changes", async () => {
    const { step } = loadPolicy(assignMessage, assign('<Template ref="held"/>'));
    const results = ["{a}", "{b}{a}", "{a}"].map((held) => {
      const flow = flowOf({ variables: { held, a: "1", b: "2" } });
      void step?.(flow);
      return variableOf(flow, "out");
    });
    expect(results).toEqual(["1", "21", "1"]);
  });
});

describe("the variable", () => {
  test.each([
    ["request.queryparam.q", "q=v", "request.querystring"],
    ["request.header.X-New", "v", "request.header.x-new"],
    ["request.verb", "v", "request.verb"],
    ["request.path", "v", "request.path"],
    ["flow.my.variable", "v", "flow.my.variable"],
    ["message.content", "v", "request.content"],
  ])("%s can be set", async (name, expected, read) => {
    const flow = await runPolicy(assignMessage, assign("<Value>v</Value>", name));
    expect(variableOf(flow, read)).toBe(expected);
  });

  test.each(["messageid", "request.uri", "request.status.code"])("%s cannot be set", async (name) => {
    const fault = await faultOf(assignMessage, assign("<Value>v</Value>", name));
    expect([fault.code, fault.status]).toEqual(["steps.assignmessage.SetVariableFailed", 500]);
    expect(fault.message).toMatch(/^AssignMessage\[A\]: unable to set variable [a-z.]+$/);
  });

  test("a name that begins another variable's cannot be set", async () => {
    const fault = await faultOf(
      assignMessage,
      assign("<Value>v</Value>", "a"),
      flowOf({ variables: { "a.b": 1 } }),
    );
    expect([fault.code, fault.message]).toEqual([
      "steps.assignmessage.SetVariableFailed",
      "AssignMessage[A]: unable to set variable a",
    ]);
  });
});

describe("a source without a value", () => {
  const sources: [string, string, string][] = [
    ["Ref", "<Ref>nothing</Ref>", "nothing"],
    ["Template", "<Template>{nothing}</Template>", "nothing"],
    ["Template with ref", '<Template ref="nothing"/>', "nothing"],
    ["PropertySetRef", "<PropertySetRef>host.none</PropertySetRef>", "host.none"],
  ];

  test.each(sources)("%s is an unresolved variable", async (_title, source, name) => {
    const fault = await faultOf(assignMessage, assign(source), flowOf({ identity: { propertySets } }));
    expect([fault.code, fault.message, fault.status]).toEqual([
      "steps.assignmessage.UnresolvedVariable",
      `AssignMessage[A]: unable to resolve variable ${name}`,
      500,
    ]);
  });

  test.each([
    ["Ref", "<Ref>nothing</Ref>", null],
    ["Template", "<Template>[{nothing}]</Template>", "[]"],
    ["Template with ref", '<Template ref="nothing"/>', null],
    ["PropertySetRef", "<PropertySetRef>host.none</PropertySetRef>", null],
  ])("%s with IgnoreUnresolvedVariables is no value", async (_title, source, expected) => {
    const flow = flowOf({ variables: { out: "before" } });
    await runPolicy(assignMessage, assign(source, "out", ignoring), flow);
    expect(variableOf(flow, "out")).toBe(expected);
  });

  test("with IgnoreUnresolvedVariables a header without a value is removed", async () => {
    const flow = flowOf({ request: new RequestMessage({ headers: new Headers({ x: "1" }) }) });
    await runPolicy(assignMessage, assign("<Ref>nothing</Ref>", "request.header.x", ignoring), flow);
    expect(flow.request.headers.has("x")).toBe(false);
  });
});

test("a held template that is malformed cannot be used", async () => {
  const flow = flowOf({ variables: { held: "{toUpperCase(a}" } });
  const fault = await faultOf(assignMessage, assign('<Template ref="held"/>'), flow);
  expect([fault.code, fault.message]).toEqual([
    "steps.assignmessage.SetVariableFailed",
    "AssignMessage[A]: unable to set variable out",
  ]);
});

test.each([
  ["a Ref to content", assign("<Ref>response.content</Ref>"), ["response"]],
  ["a Template with content", assign("<Template>{request.content}</Template>"), ["request"]],
  ["content that is set", assign("<Value>x</Value>", "made.content"), ["made"]],
  ["a template that nobody knows yet", assign('<Template ref="held"/>'), ["*"]],
  ["a literal", assign("<Value>x</Value>"), []],
])("the bodies that are read are known before a request comes: %s", (_title, xml, reads) => {
  expect([...loadPolicy(assignMessage, xml).reads]).toEqual(reads);
});

test.each([
  [
    "no Name",
    "<AssignMessage name='A'><AssignVariable><Value>x</Value></AssignVariable></AssignMessage>",
    "error InvalidVariableName 1:25",
  ],
  ["an empty Name", assign("<Value>x</Value>", ""), "error InvalidVariableName 1:41"],
  ["the reserved name ratelimit", assign("<Value>x</Value>", "ratelimit"), "error InvalidVariableName 1:41"],
  ["a name below ratelimit", assign("<Value>x</Value>", "ratelimit.q"), "error InvalidVariableName 1:41"],
  ["ResourceURL", assign("<ResourceURL>jsc://a.js</ResourceURL>"), "error ResourceURLUnsupported 1:57"],
  ["a malformed Template", assign("<Template>{toUpperCase(}</Template>"), "error InvalidTemplate 1:57"],
  ["a misspelt element", assign("<Vallue>x</Vallue>"), "warning UnknownElement 1:57"],
])("a deployment reports %s", (_title, xml, problem) => {
  expect(problemsOf(assignMessage, xml)).toEqual([problem]);
});
