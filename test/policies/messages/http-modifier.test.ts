import { describe, expect, test } from "vitest";
import { RequestMessage, ResponseMessage } from "../../../src/flow/message.ts";
import { httpModifier } from "../../../src/policies/messages/http-modifier.ts";
import { faultOf, flowOf, loadPolicy, problemsOf, runPolicy, variableOf } from "../policy-kit.ts";

const policy = (inside: string) => `<HTTPModifier name="H">${inside}</HTTPModifier>`;

const header = (name: string, value = "") => `<Headers><Header name="${name}">${value}</Header></Headers>`;
const query = (name: string, value = "") =>
  `<QueryParams><QueryParam name="${name}">${value}</QueryParam></QueryParams>`;
const form = (name: string, value = "") =>
  `<FormParams><FormParam name="${name}">${value}</FormParam></FormParams>`;

const FORM = "application/x-www-form-urlencoded";

function request(contentType = FORM): RequestMessage {
  return new RequestMessage({
    verb: "POST",
    path: "/v1/things",
    query: "q=1",
    headers: new Headers({ "x-a": "1", "content-type": contentType }),
    body: "f=1",
  });
}

async function modified(inside: string, contentType?: string): Promise<RequestMessage> {
  const flow = flowOf({ request: request(contentType), variables: { "user.id": "u1" } });
  return (await runPolicy(httpModifier, policy(inside), flow)).request;
}

/** Verb, version, path and query, headers and payload. */
const shown = (message: RequestMessage) => [
  message.verb,
  message.version,
  message.uri,
  [...message.headers].map((pair) => pair.join(": ")).join("; "),
  message.content,
];

/** Apigee: "HTTPModifier policy", a request POST /v1/things?q=1 with the header x-a and the form f=1. */
test.each<[inside: string, changed: ReturnType<typeof shown>]>([
  ["", ["POST", "1.1", "/v1/things?q=1", `content-type: ${FORM}; x-a: 1`, "f=1"]],
  [
    `<Add>${header("x-a", "{user.id}")}</Add>`,
    ["POST", "1.1", "/v1/things?q=1", `content-type: ${FORM}; x-a: 1, u1`, "f=1"],
  ],
  [
    `<Add>${query("q", "{user.id}")}${form("f", "2")}</Add>`,
    ["POST", "1.1", "/v1/things?q=1&q=u1", `content-type: ${FORM}; x-a: 1`, "f=1&f=2"],
  ],
  [
    `<Set>${header("x-a", "{user.id}")}${query("q", "2")}${form("f", "3")}</Set>`,
    ["POST", "1.1", "/v1/things?q=2", `content-type: ${FORM}; x-a: u1`, "f=3"],
  ],
  [
    "<Set><Verb>PUT</Verb><Path>/v2/{user.id}</Path><Version>1.0</Version></Set>",
    ["PUT", "1.0", "/v2/u1?q=1", `content-type: ${FORM}; x-a: 1`, "f=1"],
  ],
  [
    `<Remove>${header("x-a")}${query("q")}${form("f")}</Remove>`,
    ["POST", "1.1", "/v1/things", `content-type: ${FORM}`, ""],
  ],
  ["<Remove/>", ["POST", "1.1", "/v1/things", "", ""]],
  ["<Remove><Headers/><FormParams/></Remove>", ["POST", "1.1", "/v1/things?q=1", "", ""]],
  [
    `<Remove><Headers/></Remove><Set>${header("x-b", "2")}</Set>`,
    ["POST", "1.1", "/v1/things?q=1", "x-b: 2", "f=1"],
  ],
  [
    `<Set>${header("x-b", "2")}</Set><Remove><Headers/></Remove>`,
    ["POST", "1.1", "/v1/things?q=1", "", "f=1"],
  ],
])("%s", async (inside, changed) => {
  expect(shown(await modified(inside))).toEqual(changed);
});

test("a payload that is no form stays, whatever is removed", async () => {
  expect((await modified("<Remove/>", "text/plain")).content).toBe("f=1");
});

test("a status is set on a response", async () => {
  const response = new ResponseMessage();
  await runPolicy(
    httpModifier,
    policy("<Set><StatusCode>201</StatusCode><Verb>PUT</Verb></Set>"),
    flowOf({ response }),
  );
  expect(response.status).toBe(201);
});

test.each([
  ['<AssignTo createNew="true" type="request">made</AssignTo>', RequestMessage],
  ['<AssignTo createNew="true" transport="http" type="response">made</AssignTo>', ResponseMessage],
])("%s makes a message", async (assignTo, kind) => {
  const flow = await runPolicy(httpModifier, policy(`<Set>${header("x", "1")}</Set>${assignTo}`));
  const made = variableOf(flow, "made");
  expect(made).toBeInstanceOf(kind);
  expect((made as RequestMessage).headers.get("x")).toBe("1");
  expect(flow.request.headers.get("x")).toBeNull();
});

test.each([
  [`<Set>${header("x", "1")}${query("q", "1")}<Path>/a</Path></Set><Remove>${header("y")}</Remove>`, []],
  [`<Set>${form("f", "1")}</Set>`, ["message"]],
])("%s reads the content of %j alone, and lets others stream", (inside, reads) => {
  expect([...loadPolicy(httpModifier, policy(inside)).reads]).toEqual(reads);
});

describe("what is wrong", () => {
  test.each([
    [
      `<Set>${header("x", "{no.such}")}</Set>`,
      "steps.httpmodifier.UnresolvedVariable",
      "HTTPModifier[H]: unable to resolve variable no.such",
    ],
    [
      `<Set>${header("x", "1")}</Set><AssignTo createNew="false">no.such</AssignTo>`,
      "steps.httpmodifier.UnresolvedVariable",
      "HTTPModifier[H]: unable to resolve variable no.such",
    ],
    [
      `<Set>${header("x", "1")}</Set><AssignTo>text</AssignTo>`,
      "steps.httpmodifier.VariableOfNonMsgType",
      "HTTPModifier[H]: value of variable text is not of type Message",
    ],
    [
      `<Set>${header("x", "a&#10;b")}</Set>`,
      "steps.httpmodifier.SetVariableFailed",
      "HTTPModifier[H]: unable to set variable header.x",
    ],
  ])("%s is the fault %s", async (inside, code, text) => {
    const fault = await faultOf(httpModifier, policy(inside), flowOf({ variables: { text: "t" } }));
    expect([fault.code, fault.status, fault.message]).toEqual([code, 500, text]);
  });

  test("with IgnoreUnresolvedVariables a variable without a value is empty text", async () => {
    const ignored = `<Set>${header("x", "a{no.such}b")}</Set><IgnoreUnresolvedVariables>true</IgnoreUnresolvedVariables>`;
    expect((await modified(ignored)).headers.get("x")).toBe("ab");
  });

  test.each([
    ["<Copy source='request'/>", ["warning UnknownElement 1:24"]],
    ["<AssignVariable><Name>a</Name></AssignVariable>", ["warning UnknownElement 1:24"]],
    ["<Set><Payload>x</Payload></Set>", ["warning UnknownElement 1:29"]],
    ["<Remove><Payload/></Remove>", ["warning UnknownElement 1:32"]],
    [`<Remove>${header("x.0")}</Remove>`, ["error InvalidIndex 1:41"]],
    ["<Set><StatusCode>999</StatusCode></Set>", ["warning InvalidStatusCode 1:29"]],
    ['<AssignTo type="error"/>', ["warning InvalidValue 1:24"]],
  ])("%s is %j", (inside, problems) => {
    expect(problemsOf(httpModifier, policy(inside))).toEqual(problems);
  });
});
