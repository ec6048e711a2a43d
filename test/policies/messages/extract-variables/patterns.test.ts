import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Value } from "../../../../src/expression/value.ts";
import { FlowContext } from "../../../../src/flow/context.ts";
import { RequestMessage, ResponseMessage } from "../../../../src/flow/message.ts";
import { extractVariables } from "../../../../src/policies/messages/extract-variables/extract-variables.ts";
import { flowOf, loadPolicy, problemsOf, runPolicy, variableOf } from "../../policy-kit.ts";

const policy = (inside: string) => `<ExtractVariables name="EV">${inside}</ExtractVariables>`;

/** What the named variables are after the policy has run. */
async function extracted(inside: string, flow: FlowContext, ...names: string[]) {
  await runPolicy(extractVariables, policy(inside), flow);
  return names.map((name) => variableOf(flow, name));
}

/** A flow with this path after the base path, this query and these headers. */
function request(
  fields: { suffix?: string; query?: string; headers?: [string, string][]; form?: string } = {},
  variables: Record<string, Value> = {},
): FlowContext {
  const headers = new Headers(fields.headers);
  if (fields.form !== undefined) headers.set("content-type", "application/x-www-form-urlencoded");
  const suffix = fields.suffix ?? "";
  const message = new RequestMessage({
    path: `/v1${suffix}`,
    query: fields.query ?? "",
    headers,
    body: fields.form ?? null,
  });
  const { identity, exchange } = flowOf();
  const flow = new FlowContext(identity, exchange, message, {
    pathSuffix: suffix,
    url: "https://api.example.com/v1",
  });
  for (const [name, value] of Object.entries(variables)) flow.variables.set(name, value);
  return flow;
}

describe("URIPath: patterns are matched with the path after the base path", () => {
  const three = `<URIPath>
    <Pattern ignoreCase="true">/a/{pathSeg}</Pattern>
    <Pattern ignoreCase="true">/a/b/{pathSeg}</Pattern>
    <Pattern ignoreCase="true">/a/b/c/{pathSeg}</Pattern>
  </URIPath><VariablePrefix>urirequest</VariablePrefix>`;
  const two = `<URIPath>
    <Pattern ignoreCase="true">/a/{pathSeg}</Pattern>
    <Pattern ignoreCase="true">/a/b/{pathSeg}</Pattern>
    <Pattern ignoreCase="true">/a/{pathSeg1}/c/{pathSeg2}</Pattern>
  </URIPath><VariablePrefix>urirequest</VariablePrefix>`;
  const accounts = `<URIPath><Pattern ignoreCase="true">/accounts/{id}</Pattern></URIPath>
    <VariablePrefix>urirequest</VariablePrefix>`;
  test.each([
    ["the rest of a path", accounts, "/accounts/12797282", { "urirequest.id": "12797282" }],
    ["in other letters", accounts, "/Accounts/12797282", { "urirequest.id": "12797282" }],
    ["but not over a slash", accounts, "/accounts/1/2", { "urirequest.id": null }],
    ["the first of three patterns", three, "/a/b", { "urirequest.pathSeg": "b" }],
    ["the third of three patterns", three, "/a/b/c/d", { "urirequest.pathSeg": "d" }],
    ["none of three patterns", three, "/a/b/c/d/e", { "urirequest.pathSeg": null }],
    [
      "two variables in a pattern",
      two,
      "/a/b/c/d",
      { "urirequest.pathSeg": null, "urirequest.pathSeg1": "b", "urirequest.pathSeg2": "d" },
    ],
    ["* is one segment", "<URIPath><Pattern>/a/*/{id}</Pattern></URIPath>", "/a/foo/bar", { id: "bar" }],
    [
      "** is many segments",
      "<URIPath><Pattern>/a/**/{id}</Pattern></URIPath>",
      "/a/foo/bar/baz/c",
      { id: "c" },
    ],
    ["** is one segment too", "<URIPath><Pattern>/a/**/{id}</Pattern></URIPath>", "/a/b/c", { id: "c" }],
    [
      "other letters without ignoreCase",
      "<URIPath><Pattern>/A/{id}</Pattern></URIPath>",
      "/a/b",
      { id: null },
    ],
  ])("%s", async (_, inside, suffix, variables: Record<string, string | null>) => {
    const values = await extracted(inside, request({ suffix }), ...Object.keys(variables));
    expect(values).toEqual(Object.values(variables));
  });

  test("two patterns that match with as many segments: the first is used", async () => {
    const inside = "<URIPath><Pattern>/{first}/b</Pattern><Pattern>/a/{second}</Pattern></URIPath>";
    expect(await extracted(inside, request({ suffix: "/a/b" }), "first", "second")).toEqual(["a", null]);
  });

  test("does nothing for a response", async () => {
    const flow = request({ suffix: "/a/b" });
    flow.response = new ResponseMessage();
    flow.direction = "response";
    expect(await extracted("<URIPath><Pattern>/a/{id}</Pattern></URIPath>", flow, "id")).toEqual([null]);
  });

  test("finds the request's path in the response flow too, when the source is the request", async () => {
    const flow = request({ suffix: "/a/b" });
    flow.response = new ResponseMessage();
    flow.direction = "response";
    const inside = "<Source>request</Source><URIPath><Pattern>/a/{id}</Pattern></URIPath>";
    expect(await extracted(inside, flow, "id")).toEqual(["b"]);
  });
});

describe("QueryParam, Header, FormParam and Variable", () => {
  const multiple = `
    <QueryParam name="w"><Pattern ignoreCase="true">{firstWeather}</Pattern></QueryParam>
    <QueryParam name="w.2"><Pattern ignoreCase="true">{secondWeather}</Pattern></QueryParam>
    <VariablePrefix>queryinfo</VariablePrefix>`;
  const code = `<QueryParam name="code"><Pattern ignoreCase="true">DBN{dbncode}</Pattern></QueryParam>
    <VariablePrefix>queryinfo</VariablePrefix>`;
  const token = `<QueryParam name="token"><Pattern>{tokenValue}</Pattern></QueryParam>
    <Header name="Token"><Pattern>{tokenValue}</Pattern></Header>`;
  const bearer = `<Header name="Authorization"><Pattern>Bearer {oauthtoken}</Pattern></Header>
    <VariablePrefix>clientrequest</VariablePrefix>`;
  const charset = '<Header name="Content-Type"><Pattern>*;charset={encoding}</Pattern></Header>';
  const escaped = '<QueryParam name="q"><Pattern ignoreCase="true">%{user%} {name}</Pattern></QueryParam>';
  const hello = '<FormParam name="greeting"><Pattern>hello {user}</Pattern></FormParam>';
  const second = '<Header name="myHeader.2"><Pattern>{secondHeader}</Pattern></Header>';
  const all = '<Header name="myHeader.values"><Pattern>{myHeaders}</Pattern></Header>';
  const names = '<Variable name="myVar"><Pattern>hello {firstName} {lastName}</Pattern></Variable>';
  const cases: [string, string, FlowContext, Record<string, unknown>][] = [
    [
      "part of a query parameter",
      code,
      request({ query: "code=DBN88271" }),
      { "queryinfo.dbncode": "88271" },
    ],
    ["in other letters", code, request({ query: "code=dbn88271" }), { "queryinfo.dbncode": "88271" }],
    ["the whole value must match", code, request({ query: "code=xDBN88271" }), { "queryinfo.dbncode": null }],
    [
      "parameters of the same name",
      multiple,
      request({ query: "w=Boston&w=Chicago" }),
      { "queryinfo.firstWeather": "Boston", "queryinfo.secondWeather": "Chicago" },
    ],
    ["no second one", multiple, request({ query: "w=Boston" }), { "queryinfo.secondWeather": null }],
    [
      "a decoded value",
      multiple,
      request({ query: "w=New%20York" }),
      { "queryinfo.firstWeather": "New York" },
    ],
    [
      "a header",
      bearer,
      request({ headers: [["authorization", "Bearer TU08.x"]] }),
      { "clientrequest.oauthtoken": "TU08.x" },
    ],
    [
      "a header in other letters",
      bearer,
      request({ headers: [["authorization", "bearer TU08"]] }),
      { "clientrequest.oauthtoken": null },
    ],
    [
      "anything before it",
      charset,
      request({ headers: [["content-type", "text/xml;charset=UTF-16"]] }),
      { encoding: "UTF-16" },
    ],
    [
      "anything, also longer",
      charset,
      request({ headers: [["content-type", "application/xml;charset=ASCII"]] }),
      { encoding: "ASCII" },
    ],
    ["escaped braces", escaped, request({ query: "q={user} Steve" }), { name: "Steve" }],
    ["escaped braces that are missing", escaped, request({ query: "q=user Steve" }), { name: null }],
    ["a form parameter", hello, request({ form: "greeting=hello+Ann&x=1" }), { user: "Ann" }],
    ["a form that is none", hello, request({ headers: [["content-type", "text/plain"]] }), { user: null }],
    [
      "the second value of a header",
      second,
      request({ headers: [["myHeader", "a, b"]] }),
      { secondHeader: "b" },
    ],
    [
      "the second line of a header",
      second,
      request({
        headers: [
          ["myHeader", "a"],
          ["myHeader", "b"],
        ],
      }),
      { secondHeader: "b" },
    ],
    ["no values of a header", all, request(), { myHeaders: null }],
    ["all values of a header", all, request({ headers: [["myHeader", "a,b"]] }), { myHeaders: "[a, b]" }],
    [
      "two parts of a variable",
      names,
      request({}, { myVar: "hello Ada Byron" }),
      { firstName: "Ada", lastName: "Byron" },
    ],
    [
      "a number",
      '<Variable name="n"><Pattern>4{rest}</Pattern></Variable>',
      request({}, { n: 42 }),
      { rest: "2" },
    ],
    ["a variable that is not set", names, request(), { firstName: null }],
    [
      "a variable that is a message",
      '<Variable name="request"><Pattern>{x}</Pattern></Variable>',
      request(),
      { x: null },
    ],
    [
      "the content",
      '<Variable name="request.content"><Pattern>a={x}</Pattern></Variable>',
      request({ form: "a=b" }),
      { x: "b" },
    ],
    [
      "a dotted name",
      '<FormParam name="u"><Pattern>{the.user}</Pattern></FormParam>',
      request({ form: "u=Ann" }),
      { "the.user": "Ann" },
    ],
    [
      "the last write wins",
      token,
      request({ query: "token=q", headers: [["token", "h"]] }),
      { tokenValue: "h" },
    ],
    ["what does not match writes nothing", token, request({ query: "token=q" }), { tokenValue: "q" }],
    [
      "an earlier value stays without a match",
      token,
      request({}, { tokenValue: "old" }),
      { tokenValue: "old" },
    ],
  ];
  test.each(cases)("%s", async (_, inside, flow, variables) => {
    expect(await extracted(inside, flow, ...Object.keys(variables))).toEqual(Object.values(variables));
  });

  test("query parameters do nothing for a response, its headers can be extracted", async () => {
    const response = new ResponseMessage({ headers: new Headers({ token: "h" }) });
    const flow = flowOf({ request: new RequestMessage({ query: "token=q" }), response });
    expect(await extracted(`${token}<Source>response</Source>`, flow, "tokenValue")).toEqual(["h"]);
  });
});

test.each([
  [policy('<FormParam name="p"><Pattern>{x}</Pattern></FormParam>'), ["message"]],
  [policy('<Variable name="response.content"><Pattern>{x}</Pattern></Variable>'), ["response"]],
  [policy('<Header name="p"><Pattern>{x}</Pattern></Header>'), []],
  [policy("<URIPath><Pattern>/{x}</Pattern></URIPath>"), []],
])("%s reads the content of %j", (xml, reads) => {
  expect([...loadPolicy(extractVariables, xml).reads]).toEqual(reads);
});

describe("what is wrong with patterns is reported with its place", () => {
  test.each([
    ["<QueryParam><Pattern>{a}</Pattern></QueryParam>", ["warning MissingName 1:29"]],
    ["<Header><Pattern>{a}</Pattern></Header>", ["warning MissingName 1:29"]],
    ["<FormParam><Pattern>{a}</Pattern></FormParam>", ["warning MissingName 1:29"]],
    ["<Variable><Pattern>{a}</Pattern></Variable>", ["warning MissingName 1:29"]],
    ["<URIPath><Pattern>/a/b/</Pattern></URIPath>", ["warning PatternWithoutVariable 1:38"]],
    ["<URIPath><Pattern/></URIPath>", ["warning PatternWithoutVariable 1:38"]],
    ['<QueryParam name="code"><Pattern>{*}</Pattern></QueryParam>', ["error InvalidPattern 1:53"]],
    ["<URIPath><Pattern>/a/{b</Pattern></URIPath>", ["error InvalidPattern 1:38"]],
    ['<URIPath><Pattern ignoreCase="yes">/{a}</Pattern></URIPath>', ["warning InvalidBoolean 1:38"]],
    ['<URIPath name="n"><Pattern>/{a}</Pattern></URIPath>', ["warning UnknownAttribute 1:43"]],
    ["<URIPath><pattern>/{a}</pattern></URIPath>", ["warning NoPattern 1:29", "warning UnknownElement 1:38"]],
    [
      "<URIPath><URIPath><Pattern>/{a}</Pattern></URIPath></URIPath>",
      ["warning NoPattern 1:29", "warning UnknownElement 1:38"],
    ],
  ])("%s", (inside, problems) => {
    expect(problemsOf(extractVariables, policy(inside))).toEqual(problems);
  });

  test("a wild form says what was meant", () => {
    const xml = policy("<URIPath><pattern>/{a}</pattern></URIPath>");
    const { problems } = loadPolicy(extractVariables, xml).report;
    expect(problems.map(({ remedy }) => remedy)).toEqual([
      "Write a <Pattern> with a variable in braces, or remove the element.",
      "Did you mean <Pattern>? Otherwise remove the element.",
    ]);
  });
});

test("what a pattern is filled with is found again", async () => {
  const segment = fc.string({ minLength: 1, unit: fc.constantFrom(..."abcXYZ019-._~") });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(segment, fc.boolean()), { minLength: 1, maxLength: 6 }),
      async (segments) => {
        const suffix = segments.map(([text]) => `/${text}`).join("");
        const shape = segments
          .map(([text, isVariable], index) => (isVariable ? `/{v${index}}` : `/${text}`))
          .join("");
        const flow = await runPolicy(
          extractVariables,
          policy(`<URIPath><Pattern>${shape}/{last}</Pattern></URIPath>`),
          request({ suffix: `${suffix}/end` }),
        );
        const found = segments.map((_, index) => variableOf(flow, `v${index}`));
        expect(found).toEqual(segments.map(([text, isVariable]) => (isVariable ? text : null)));
        expect(variableOf(flow, "last")).toBe("end");
      },
    ),
  );
});
