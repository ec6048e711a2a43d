import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RequestMessage, ResponseMessage } from "../../../../src/flow/message.ts";
import { assignMessage } from "../../../../src/policies/messages/assign-message.ts";
import { faultOf, flowOf, loadPolicy, problemsOf, runPolicy, variableOf } from "../../policy-kit.ts";

const policy = (actions: string) => `<AssignMessage name="A">${actions}</AssignMessage>`;

const set = (parts: string) => policy(`<Set>${parts}</Set>`);
const add = (parts: string) => policy(`<Add>${parts}</Add>`);

const request = () =>
  new RequestMessage({
    verb: "POST",
    path: "/v1/things",
    query: "q=1&q=2&r=3",
    headers: new Headers({ accept: "text/html", "x-many": "a, b" }),
    body: "f=1&g=2",
  });

const form = () => {
  const message = request();
  message.ownHeaders.set("content-type", "application/x-www-form-urlencoded");
  return message;
};

describe("in a request", () => {
  test.each([
    [
      "a header is created",
      set('<Headers><Header name="X-New">v</Header></Headers>'),
      "request.header.x-new",
      "v",
    ],
    [
      "a header is overwritten with all its values",
      set('<Headers><Header name="X-Many">c</Header></Headers>'),
      "request.header.x-many.values.string",
      "c",
    ],
    [
      "a header's value is a message template",
      set('<Headers><Header name="X-New">{request.verb} {request.header.accept}</Header></Headers>'),
      "request.header.x-new",
      "POST text/html",
    ],
    ["an empty Headers does nothing", set("<Headers/>"), "request.headers.names.string", "accept,x-many"],
    [
      "Add gives a header one more value",
      add('<Headers><Header name="X-Many">c</Header></Headers>'),
      "request.header.x-many.values.string",
      "a, b, c",
    ],
    [
      "Add creates a header",
      add('<Headers><Header name="X-New">c</Header></Headers>'),
      "request.header.x-new",
      "c",
    ],
    [
      "a query parameter is overwritten with all its values",
      set('<QueryParams><QueryParam name="q">{request.queryparam.r}</QueryParam></QueryParams>'),
      "request.querystring",
      "q=3&r=3",
    ],
    [
      "a query parameter's value is percent-encoded when it is sent",
      set('<QueryParams><QueryParam name="r">a b&amp;c</QueryParam></QueryParams>'),
      "request.querystring",
      "q=1&q=2&r=a%20b%26c",
    ],
    [
      "Add gives a query parameter one more value",
      add('<QueryParams><QueryParam name="q">3</QueryParam></QueryParams>'),
      "request.querystring",
      "q=1&q=2&r=3&q=3",
    ],
    ["an empty QueryParams does nothing", set("<QueryParams/>"), "request.querystring", "q=1&q=2&r=3"],
    ["Verb is set", set("<Verb>{request.queryparam.q}PUT</Verb>"), "request.verb", "1PUT"],
    ["an empty Verb does nothing", set("<Verb/>"), "request.verb", "POST"],
    ["Path is set", set("<Path>/x/{request.verb}</Path>"), "request.path", "/x/POST"],
    ["Version is set", set("<Version>1.0</Version>"), "request.version", "1.0"],
    [
      "StatusCode belongs to responses and does nothing",
      set("<StatusCode>404</StatusCode>"),
      "request.verb",
      "POST",
    ],
    [
      "ReasonPhrase belongs to responses and does nothing",
      set("<ReasonPhrase>X</ReasonPhrase>"),
      "request.verb",
      "POST",
    ],
    ["Payload is set", set("<Payload>Hello {request.verb}</Payload>"), "request.content", "Hello POST"],
    ["an empty Payload empties the content", set("<Payload/>"), "request.content", ""],
    [
      "a Payload's contentType sets the Content-Type",
      set('<Payload contentType="text/plain">x</Payload>'),
      "request.header.content-type",
      "text/plain",
    ],
    [
      "a Payload's contentType is a message template",
      set('<Payload contentType="{request.header.accept}">x</Payload>'),
      "request.header.content-type",
      "text/html",
    ],
    [
      "a Payload's variablePrefix and variableSuffix choose the delimiters",
      set('<Payload variablePrefix="@" variableSuffix="#">{"verb":"@request.verb#"}</Payload>'),
      "request.content",
      '{"verb":"POST"}',
    ],
    [
      "a Payload of JSON keeps its braces",
      set('<Payload contentType="application/json">{ "verb": "{request.verb}", "o": {} }</Payload>'),
      "request.content",
      '{ "verb": "POST", "o": {} }',
    ],
    [
      "a Payload of XML elements is sent as XML",
      set('<Payload contentType="text/xml"><a b="c"><d>{request.verb}</d></a></Payload>'),
      "request.content",
      '<a b="c"><d>POST</d></a>',
    ],
    [
      "a Payload in CDATA is sent without the CDATA marks",
      set("<Payload><![CDATA[<a>{request.verb}</a>]]></Payload>"),
      "request.content",
      "<a>POST</a>",
    ],
  ])("%s", async (_title, xml, variable, expected) => {
    const flow = await runPolicy(assignMessage, xml, flowOf({ request: request() }));
    expect(variableOf(flow, variable)).toBe(expected);
  });

  test.each([
    [
      "Set overwrites form parameters and keeps the others",
      set('<FormParams><FormParam name="f">a b</FormParam></FormParams>'),
      form,
      "f=a%20b&g=2",
    ],
    [
      "Add gives a form parameter one more value",
      add('<FormParams><FormParam name="f">3</FormParam></FormParams>'),
      form,
      "f=1&g=2&f=3",
    ],
    [
      "Set replaces a payload that is no form",
      set('<FormParams><FormParam name="f">{request.verb}</FormParam></FormParams>'),
      request,
      "f=POST",
    ],
  ])("%s, as application/x-www-form-urlencoded", async (_title, xml, message, expected) => {
    const flow = await runPolicy(assignMessage, xml, flowOf({ request: message() }));
    expect(variableOf(flow, "request.content")).toBe(expected);
    expect(variableOf(flow, "request.header.content-type")).toBe("application/x-www-form-urlencoded");
  });

  test("an empty FormParams changes neither payload nor Content-Type", async () => {
    const xml = set("<FormParams/>");
    const flow = await runPolicy(assignMessage, xml, flowOf({ request: request() }));
    expect(flow.request.content).toBe("f=1&g=2");
    expect(flow.request.contentType).not.toContain("form");
  });
});

describe("in a response", () => {
  const response = () => new ResponseMessage({ status: 200, reason: "OK", body: "hello" });
  const inResponse = (xml: string) => runPolicy(assignMessage, xml, flowOf({ response: response() }));

  test("StatusCode and ReasonPhrase are message templates", async () => {
    const xml = set(
      "<StatusCode>{request.header.s:40}4</StatusCode><ReasonPhrase>No {request.verb}</ReasonPhrase>",
    );
    const flow = await inResponse(xml);
    expect([flow.response?.status, flow.response?.reason]).toEqual([404, "No GET"]);
  });

  test("what belongs to requests does nothing", async () => {
    const xml = set(
      '<Verb>PUT</Verb><Path>/x</Path><Version>1.0</Version><QueryParams><QueryParam name="q">1</QueryParam></QueryParams>' +
        '<FormParams><FormParam name="f">1</FormParam></FormParams>',
    );
    const flow = await inResponse(xml);
    expect(flow.response?.content).toBe("hello");
    expect([flow.request.verb, flow.request.path, flow.request.query]).toEqual(["GET", "/v1/things", ""]);
  });

  test.each(["100", "199", "600", "911", "999"])(
    "a status of %j is one, whether or not it can be sent",
    async (status) => {
      const flow = flowOf({ response: response(), variables: { s: status } });
      await runPolicy(assignMessage, set("<StatusCode>{s}</StatusCode>"), flow);
      expect(flow.response?.status).toBe(Number(status));
    },
  );

  test.each(["99", "1000", "20x", "abc", ""])("a status of %j is none", async (status) => {
    const xml = set("<StatusCode>{s}</StatusCode>");
    const fault = await faultOf(
      assignMessage,
      xml,
      flowOf({ response: response(), variables: { s: status } }),
    );
    expect([fault.code, fault.message]).toEqual([
      "steps.assignmessage.SetVariableFailed",
      "AssignMessage[A]: unable to set variable status.code",
    ]);
  });

  test("the headers of the old payload do not describe the new one", async () => {
    const old = response();
    old.ownHeaders.set("content-length", "5");
    old.ownHeaders.set("content-encoding", "gzip");
    const flow = await runPolicy(assignMessage, set("<Payload>new</Payload>"), flowOf({ response: old }));
    expect([...(flow.response?.headers.keys() ?? [])]).toEqual([]);
  });
});

test("a header's value cannot smuggle in another header", async () => {
  const xml = set('<Headers><Header name="X">{evil}</Header></Headers>');
  const fault = await faultOf(assignMessage, xml, flowOf({ variables: { evil: "a\r\nSet-Cookie: b" } }));
  expect([fault.code, fault.message]).toEqual([
    "steps.assignmessage.SetVariableFailed",
    "AssignMessage[A]: unable to set variable header.X",
  ]);
});

describe("an entry without a usable name does nothing, and the rest of its list is done", () => {
  test.each([
    [
      "Set",
      set(
        '<Headers><Header ref="n">x</Header><Header name="a b">x</Header><Header name="Accept">c</Header></Headers>',
      ),
      "accept=c, x-many=a, b",
    ],
    [
      "Add",
      add('<Headers><Header>x</Header><Header name="X-New">c</Header></Headers>'),
      "accept=text/html, x-many=a, b, x-new=c",
    ],
    [
      "Copy",
      policy('<Copy source="other"><Headers><Header/><Header name="X-New"/></Headers></Copy>'),
      "accept=text/html, x-many=a, b, x-new=v",
    ],
    [
      "Remove",
      policy('<Remove><Headers><Header ref="names"/><Header name="Accept"/></Headers></Remove>'),
      "x-many=a, b",
    ],
    [
      "Remove of nothing else",
      policy("<Remove><Headers><Header/></Headers></Remove>"),
      "accept=text/html, x-many=a, b",
    ],
  ])("%s", async (_, xml, expected) => {
    const other = new RequestMessage({ headers: new Headers({ "x-new": "v", "x-other": "w" }) });
    const flow = flowOf({ request: request(), variables: { other } });
    await loadPolicy(assignMessage, xml).step?.(flow);
    expect([...flow.request.headers].map(([name, value]) => `${name}=${value}`).join(", ")).toBe(expected);
  });

  test("of query and form parameters, too", async () => {
    const nameless =
      "<QueryParams><QueryParam>x</QueryParam></QueryParams><FormParams><FormParam>x</FormParam></FormParams>";
    const flow = flowOf({ request: form() });
    await loadPolicy(assignMessage, set(nameless)).step?.(flow);
    expect([flow.request.query, flow.request.content]).toEqual(["q=1&q=2&r=3", "f=1&g=2"]);
  });
});

test("actions and their parts happen in document order", async () => {
  const xml = policy(`
    <Add><Headers><Header name="X">1</Header></Headers></Add>
    <AssignVariable><Name>between</Name><Ref>request.header.X</Ref></AssignVariable>
    <Set><Headers><Header name="X">2</Header></Headers></Set>
    <Add><Headers><Header name="X">{between}</Header></Headers></Add>`);
  const flow = await runPolicy(assignMessage, xml);
  expect(variableOf(flow, "request.header.X.values.string")).toBe("2, 1");
});

test.each([
  ["form parameters", set('<FormParams><FormParam name="f">1</FormParam></FormParams>'), ["message"]],
  [
    "a template that mentions content",
    set('<Headers><Header name="X">{response.content}</Header></Headers>'),
    ["response"],
  ],
  ["a literal payload", set("<Payload>x</Payload>"), []],
])("the bodies that are read are known before a request comes: %s", (_title, xml, reads) => {
  expect([...loadPolicy(assignMessage, xml).reads]).toEqual(reads);
});

test.each([
  ["a status that cannot be sent", set("<StatusCode>700</StatusCode>"), "warning InvalidStatusCode 1:30"],
  ["a verb that nobody knows", set("<Verb>GTE</Verb>"), "warning UnknownVerb 1:30"],
  ["a verb that Workers cannot send", set("<Verb>LINK</Verb>"), "warning UnknownVerb 1:30"],
  ["a header without a name", set("<Headers><Header>x</Header></Headers>"), "warning MissingName 1:39"],
  [
    "a name no header can have",
    set('<Headers><Header name="a b">x</Header></Headers>'),
    "warning InvalidHeaderName 1:39",
  ],
  ["a long prefix", set('<Payload variablePrefix="{{">x</Payload>'), "error InvalidPayload 1:30"],
  ["an empty suffix", set('<Payload variableSuffix="">x</Payload>'), "error InvalidPayload 1:30"],
  [
    "a function in the call of another",
    set("<ReasonPhrase>{firstnonnull(escapeJSON(a.b),'')}</ReasonPhrase>"),
    "warning NestedFunction 1:30",
  ],
  ["a malformed function call", set("<Verb>{toUpperCase(</Verb>"), "error InvalidTemplate 1:30"],
  [
    "Google authentication without a scope",
    set("<Authentication><GoogleAccessToken><Scopes/></GoogleAccessToken></Authentication>"),
    "error ScopeMissing 1:46",
  ],
  ["an unknown part", set("<Cookies/>"), "warning UnknownElement 1:30"],
  ["a part that only Set has", add("<Verb>GET</Verb>"), "warning UnknownElement 1:30"],
])("a deployment reports %s", (_title, xml, problem) => {
  expect(problemsOf(assignMessage, xml)).toEqual([problem]);
});

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const text = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);
const escaped = (value: string) =>
  value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

test("what Set puts into a header, parameter or payload is what variables read back", async () => {
  await fc.assert(
    fc.asyncProperty(word, text, async (name, value) => {
      const xml = set(
        `<Headers><Header name="${name}">{v}</Header></Headers>` +
          `<QueryParams><QueryParam name="${name}">{v}</QueryParam></QueryParams>` +
          `<FormParams><FormParam name="${name}">{v}</FormParam></FormParams>`,
      );
      const flow = await runPolicy(assignMessage, xml, flowOf({ variables: { v: value } }));
      expect(variableOf(flow, `request.header.${name}.values.string`)).toBe(value);
      expect(variableOf(flow, `request.queryparam.${name}`)).toBe(value);
      expect(variableOf(flow, `request.formparam.${name}`)).toBe(value);
      const payload = set(
        `<Payload variablePrefix="\u00a7" variableSuffix="\u00a7">${escaped(value)}</Payload>`,
      );
      expect((await runPolicy(assignMessage, payload)).request.content).toBe(value);
    }),
    { numRuns: 50 },
  );
});
