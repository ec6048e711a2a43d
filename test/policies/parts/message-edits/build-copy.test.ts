import { describe, expect, test } from "vitest";
import { RequestMessage, ResponseMessage } from "../../../../src/flow/message.ts";
import { Parameters } from "../../../../src/flow/parameters.ts";
import { assignMessage } from "../../../../src/policies/messages/assign-message.ts";
import { faultOf, flowOf, loadPolicy, problemsOf, runPolicy, variableOf } from "../../policy-kit.ts";

const copy = (children: string, attributes = 'source="request"', rest = "") =>
  `<AssignMessage name="A"><AssignTo createNew="true" type="request">made</AssignTo>` +
  `<Copy ${attributes}>${children}</Copy>${rest}</AssignMessage>`;

const ignoring = "<IgnoreUnresolvedVariables>true</IgnoreUnresolvedVariables>";

function request(): RequestMessage {
  return new RequestMessage({
    verb: "POST",
    path: "/v1/things",
    query: "id=1&id=2&id=3&q=+x&flag",
    headers: new Headers({
      accept: "text/html",
      "x-many": "a, b",
      "content-type": "application/x-www-form-urlencoded",
      "content-length": "11",
    }),
    body: "f=1&f=2&g=3",
  });
}

async function made(xml: string): Promise<RequestMessage> {
  const flow = await runPolicy(assignMessage, xml, flowOf({ request: request() }));
  const message = variableOf(flow, "made");
  if (message instanceof RequestMessage) return message;
  throw new Error("no request was made");
}

const headersOf = (message: RequestMessage) => Object.fromEntries(message.headers);

test("Copy without children copies everything", async () => {
  const message = await made(copy(""));
  expect([message.verb, message.uri, message.version, message.content]).toEqual([
    "POST",
    "/v1/things?id=1&id=2&id=3&q=+x&flag",
    "1.1",
    "f=1&f=2&g=3",
  ]);
  expect(headersOf(message)).toEqual(headersOf(request()));
});

test.each([
  ["names", Array.from({ length: 150_000 }, (_, index) => `n${index}=1`)],
  ["values of one name", Array<string>(300_000).fill("n=1")],
])("parameters are copied however many %s there are", async (_, parameters) => {
  const original = request();
  original.formParameters = new Parameters(parameters.join("&"), true);
  const flow = await runPolicy(assignMessage, copy("<FormParams/>"), flowOf({ request: original }));
  const message = variableOf(flow, "made");
  expect(message instanceof RequestMessage && message.content.length).toBe(parameters.join("&").length);
});

test("Copy without children between responses copies status and reason too", async () => {
  const source = new ResponseMessage({ status: 429, reason: "Slow down", body: "wait" });
  const xml = `<AssignMessage name="A"><Copy source="other"/></AssignMessage>`;
  const flow = flowOf({ response: new ResponseMessage(), variables: { other: source } });
  await runPolicy(assignMessage, xml, flow);
  expect([flow.response?.status, flow.response?.reason, flow.response?.content]).toEqual([
    429,
    "Slow down",
    "wait",
  ]);
});

test("the source is the ambient message when Copy does not name one", async () => {
  expect((await made(copy("<Verb>true</Verb>", ""))).verb).toBe("POST");
});

describe("Headers", () => {
  test.each([
    [
      "<Headers/>",
      { accept: "text/html", "x-many": "a, b", "content-type": "application/x-www-form-urlencoded" },
    ],
    ['<Headers><Header name="X-Many"/></Headers>', { "x-many": "a, b" }],
    ['<Headers><Header name="X-Many.2"/></Headers>', { "x-many": "b" }],
    ['<Headers><Header name="X-Many.1"/><Header name="X-Many.2"/></Headers>', { "x-many": "a, b" }],
    ['<Headers><Header name="X-Many.3"/><Header name="Absent"/></Headers>', {}],
    ['<Headers><Header name="Accept">false</Header></Headers>', {}],
  ])("%s", async (children, expected) => {
    expect(headersOf(await made(copy(children)))).toEqual(expected);
  });

  test("each Set-Cookie stays a line of its own", async () => {
    const source = new ResponseMessage();
    const cookies = ["a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "b=2"];
    for (const cookie of cookies) source.ownHeaders.append("set-cookie", cookie);
    const xml = `<AssignMessage name="A"><Copy source="other"><Headers/></Copy></AssignMessage>`;
    const flow = flowOf({ response: new ResponseMessage(), variables: { other: source } });
    await runPolicy(assignMessage, xml, flow);
    expect(flow.response?.headers.getSetCookie()).toEqual(cookies);
  });
});

describe("QueryParams", () => {
  test.each([
    ["<QueryParams/>", "id=1&id=2&id=3&q=+x&flag"],
    ['<QueryParams><QueryParam name="id"/></QueryParams>', "id=1&id=2&id=3"],
    ['<QueryParams><QueryParam name="id.1"/><QueryParam name="id.3"/></QueryParams>', "id=1&id=3"],
    ['<QueryParams><QueryParam name="id.4"/><QueryParam name="absent"/></QueryParams>', ""],
  ])("%s", async (children, expected) => {
    expect((await made(copy(children))).query).toBe(expected);
  });
});

test("all query parameters go over those of the same name and leave the others", async () => {
  const flow = flowOf({ variables: { other: new RequestMessage({ query: "a=1&b=2" }) } });
  flow.request.query = "a=0&c=3";
  const xml = `<AssignMessage name="A"><Copy source="other"><QueryParams/></Copy></AssignMessage>`;
  await runPolicy(assignMessage, xml, flow);
  expect(flow.request.query).toBe("a=1&c=3&b=2");
});

describe("FormParams", () => {
  test.each([
    ["<FormParams/>", "f=1&f=2&g=3"],
    ['<FormParams><FormParam name="g"/></FormParams>', "g=3"],
    ['<FormParams><FormParam name="f.2"/></FormParams>', "f=2"],
  ])("%s", async (children, expected) => {
    const message = await made(copy(children));
    expect(message.content).toBe(expected);
    expect(message.contentType).toBe("application/x-www-form-urlencoded");
  });

  test("a parameter that is absent leaves the payload alone", async () => {
    const message = await made(copy('<FormParams><FormParam name="absent"/></FormParams>'));
    expect([message.content, message.contentType]).toEqual(["", ""]);
  });
});

describe("flags", () => {
  test.each([
    ["Payload", "content", "f=1&f=2&g=3", ""],
    ["Verb", "verb", "POST", "GET"],
    ["Path", "path", "/v1/things", ""],
  ])("%s is copied when true and not by default", async (flag, property, copied, untouched) => {
    const read = async (children: string) => {
      const flow = await runPolicy(assignMessage, copy(children), flowOf({ request: request() }));
      return variableOf(flow, `made.${property}`);
    };
    expect(await read(`<${flag}>true</${flag}>`)).toBe(copied);
    expect(await read(`<${flag}>false</${flag}>`)).toBe(untouched);
    expect(await read(`<${flag}/>`)).toBe(untouched);
  });

  test.each([
    ["StatusCode", [418, "I'm a Teapot"]],
    ["ReasonPhrase", [200, "Teapot"]],
  ])("%s is copied between responses", async (flag, expected) => {
    const source = new ResponseMessage({ status: 418, reason: "Teapot" });
    const xml = `<AssignMessage name="A"><Copy source="other"><${flag}>true</${flag}></Copy></AssignMessage>`;
    const flow = flowOf({ response: new ResponseMessage(), variables: { other: source } });
    await runPolicy(assignMessage, xml, flow);
    expect([flow.response?.status, flow.response?.reason]).toEqual(expected);
  });

  test("a copied payload keeps its bytes and brings its Content-Type", async () => {
    const bytes = new Uint8Array([0, 255, 128, 10]);
    const source = new RequestMessage({ headers: new Headers({ "content-type": "image/png" }) });
    source.setContent(new Blob([bytes]).stream());
    const flow = flowOf({ request: source });
    await runPolicy(assignMessage, copy("<Payload>true</Payload>"), flow);
    const message = variableOf(flow, "made");
    if (!(message instanceof RequestMessage)) throw new Error("no request was made");
    expect(message.body.bytes).toEqual(bytes);
    expect(message.contentType).toBe("image/png");
    expect(flow.request.body.bytes).toEqual(bytes);
  });
});

test("copying a message onto itself changes nothing", async () => {
  const flow = flowOf({ request: request() });
  await runPolicy(assignMessage, '<AssignMessage name="A"><Copy source="request"/></AssignMessage>', flow);
  expect(flow.request.content).toBe("f=1&f=2&g=3");
});

describe("a source that cannot be used", () => {
  test("that is not set is an unresolved variable", async () => {
    const fault = await faultOf(assignMessage, copy("<Headers/>", 'source="nothing"'));
    expect([fault.code, fault.message, fault.status]).toEqual([
      "steps.assignmessage.UnresolvedVariable",
      "AssignMessage[A]: unable to resolve variable nothing",
      500,
    ]);
  });

  test("that is the response in the request flow is an unresolved variable", async () => {
    const fault = await faultOf(assignMessage, copy("<Headers/>", 'source="response"'));
    expect(fault.message).toBe("AssignMessage[A]: unable to resolve variable response");
  });

  test("that is not a message is refused", async () => {
    const flow = flowOf({ variables: { text: "x" } });
    const fault = await faultOf(assignMessage, copy("<Headers/>", 'source="text"'), flow);
    expect([fault.code, fault.message, fault.status]).toEqual([
      "steps.assignmessage.VariableOfNonMsgType",
      "AssignMessage[A]: value of variable text is not of type Message",
      500,
    ]);
  });

  test.each(["nothing", "text"])("has no effect with IgnoreUnresolvedVariables (%s)", async (source) => {
    const flow = flowOf({ request: request(), variables: { text: "x" } });
    await runPolicy(assignMessage, copy("", `source="${source}"`, ignoring), flow);
    expect(variableOf(flow, "made.verb")).toBe("GET");
  });
});

test.each([
  ["everything", copy(""), ["request"]],
  ["the payload", copy("<Payload>true</Payload>"), ["request"]],
  ["form parameters", copy("<FormParams/>"), ["request", "made"]],
  ["headers", copy("<Headers/>"), []],
])("the bodies that are read are known before a request comes: %s", (_title, xml, reads) => {
  expect([...loadPolicy(assignMessage, xml).reads]).toEqual(reads);
});

test.each(["id.0", "id.-1"])("a deployment refuses the index of %s", (name) => {
  const xml = `<AssignMessage name="A">\n<Copy><QueryParams>\n<QueryParam name="${name}"/>\n</QueryParams></Copy></AssignMessage>`;
  expect(problemsOf(assignMessage, xml)).toEqual(["error InvalidIndex 3:1"]);
  expect(loadPolicy(assignMessage, xml).report.problems[0]?.message).toBe(
    `index must be greater than zero in ${name}`,
  );
});
