import { expect, test } from "vitest";
import { RequestMessage, ResponseMessage } from "../../../../src/flow/message.ts";
import { regularExpressionProtection } from "../../../../src/policies/security/regular-expressions/regular-expression-protection.ts";
import { faultOf, flowOf, problemsOf, runPolicy } from "../../policy-kit.ts";

const policy = (inside: string) =>
  `<RegularExpressionProtection name="R">${inside}</RegularExpressionProtection>`;
const sql =
  "<Pattern>[\\s]*(?i)((delete)|(exec)|(drop\\s*table)|(insert)|(shutdown)|(update)|(\\bor\\b))</Pattern>";
const script = '<Pattern ignoreCase="true">&lt;\\s*script\\b</Pattern>';
const on = (parts: {
  path?: string;
  query?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}) =>
  flowOf({
    request: new RequestMessage({ verb: "POST", ...parts, headers: new Headers(parts.headers ?? {}) }),
  });
const form = { "content-type": "application/x-www-form-urlencoded" };
const json = { "content-type": "application/json" };
const xml = { "content-type": "text/xml" };
const jsonAt = (path: string) =>
  `<JSONPayload><JSONPath><Expression>${path}</Expression>${script}</JSONPath></JSONPayload>`;
const xmlAt = (path: string) =>
  `<XMLPayload><Namespaces><Namespace prefix="p">u</Namespace></Namespaces><XPath><Expression>${path}</Expression><Type>string</Type>${script}</XPath></XMLPayload>`;

test.each<[string, string, ReturnType<typeof on>, string | null]>([
  ["a path", `<URIPath>${sql}</URIPath>`, on({ path: "/a/drop table" }), "/a/drop table"],
  ["a path in disguise", `<URIPath>${script}</URIPath>`, on({ path: "/%3Cscript%3E" }), "/<script>"],
  [
    "a path beside an escape that is none",
    `<URIPath>${script}</URIPath>`,
    on({ path: "/%3Cscript%zz" }),
    "/<script%zz",
  ],
  [
    "a path beside bytes that are no text",
    `<URIPath>${script}</URIPath>`,
    on({ path: "/%3Cscript%20%ff" }),
    "/<script \ufffd",
  ],
  ["a path that is encoded twice", `<URIPath>${script}</URIPath>`, on({ path: "/%253Cscript" }), "/<script"],
  [
    "a parameter of a path",
    `<URIPath>${script}</URIPath>`,
    on({ path: "/a;q=%3cscript/b" }),
    "/a;q=<script/b",
  ],
  ["another path", `<URIPath>${sql}</URIPath>`, on({ path: "/a" }), null],
  ["a query parameter", `<QueryParam name="q">${sql}</QueryParam>`, on({ query: "q=1%20OR%201" }), "1 OR 1"],
  [
    "a query parameter beside an escape that is none",
    `<QueryParam name="q">${script}</QueryParam>`,
    on({ query: "q=%3Cscript%" }),
    "<script%",
  ],
  [
    "a query parameter that is encoded twice",
    `<QueryParam name="q">${script}</QueryParam>`,
    on({ query: "q=%253Cscript" }),
    "<script",
  ],
  [
    "a query parameter with a plus for a space",
    `<QueryParam name="q">${sql}</QueryParam>`,
    on({ query: "q=drop+table" }),
    "drop table",
  ],
  [
    "a query parameter whose name is encoded",
    `<QueryParam name="q">${sql}</QueryParam>`,
    on({ query: "%71=delete" }),
    "delete",
  ],
  [
    "a query parameter behind a semicolon",
    `<QueryParam name="q">${sql}</QueryParam>`,
    on({ query: "p=1;q=delete" }),
    "delete",
  ],
  [
    "a query parameter in other letters",
    `<QueryParam name="q">${sql}</QueryParam>`,
    on({ query: "Q=delete" }),
    "delete",
  ],
  ["its second value", `<QueryParam name="q">${sql}</QueryParam>`, on({ query: "q=1&q=delete" }), "delete"],
  ["another parameter", `<QueryParam name="q">${sql}</QueryParam>`, on({ query: "p=delete" }), null],
  [
    "a header",
    `<Header name="X-A">${script}</Header>`,
    on({ headers: { "x-a": "a< Script >" } }),
    "a< Script >",
  ],
  ["no header", `<Header name="X-A">${script}</Header>`, on({}), null],
  [
    "a form parameter",
    `<FormParam name="f">${sql}</FormParam>`,
    on({ headers: form, body: "f=exec" }),
    "exec",
  ],
  [
    "a form parameter beside an escape that is none",
    `<FormParam name="f">${script}</FormParam>`,
    on({ headers: form, body: "f=%3Cscript%zz" }),
    "<script%zz",
  ],
  [
    "a form that calls itself something else, too",
    `<FormParam name="f">${sql}</FormParam>`,
    on({ headers: { "content-type": `text/plain, ${form["content-type"]}` }, body: "f=exec" }),
    "exec",
  ],
  [
    "JSON that calls itself something else, too",
    jsonAt("$.a"),
    on({ headers: { "content-type": "application/json, text/plain" }, body: '{"a":"<script>"}' }),
    "<script>",
  ],
  ["JSON", jsonAt("$.a"), on({ headers: json, body: '{"a":"<script>"}' }), "<script>"],
  ["JSON, deep", jsonAt("$..a"), on({ headers: json, body: '{"b":[{"a":1},{"a":"<script>"}]}' }), "<script>"],
  [
    "JSON in an object",
    jsonAt("$.a"),
    on({ headers: json, body: '{"a":{"b":"<script>"}}' }),
    '{"b":"<script>"}',
  ],
  ["escaped JSON", jsonAt("$.a"), on({ headers: json, body: '{"a":"\\u003cscript>"}' }), "<script>"],
  [
    "JSON with one name in several objects",
    jsonAt("$.a"),
    on({ headers: json, body: '{"a":{"a":[{"a":"a:"},{"a":""}]},"b":"a"}' }),
    null,
  ],
  ["other JSON", jsonAt("$.a"), on({ headers: json, body: '{"b":"<script>"}' }), null],
  ["XML", xmlAt("/a/b"), on({ headers: xml, body: "<a><b>&lt;script></b></a>" }), "<script>"],
  [
    "XML's second node",
    xmlAt("//p:b/text()"),
    on({ headers: xml, body: '<a xmlns="u"><b>x</b><b><![CDATA[<script>]]></b></a>' }),
    "<script>",
  ],
  ["text", jsonAt("$.a"), on({ headers: { "content-type": "text/plain" }, body: "{" }), null],
])("%s", async (_, inside, flow, input) => {
  if (input === null) return void (await runPolicy(regularExpressionProtection, policy(inside), flow));
  const fault = await faultOf(regularExpressionProtection, policy(inside), flow);
  expect([fault.code, fault.status]).toEqual(["steps.regexprotection.ThreatDetected", 500]);
  expect(fault.message).toMatch(/^Regular Expression Threat Detected in R: regex: .+ input: /s);
  expect(fault.message.slice(fault.message.indexOf(" input: ") + 8)).toBe(input);
});

test.each([
  ["a variable", `<Variable name="v">${sql}</Variable>`, { v: "shutdown" }, "ThreatDetected"],
  ["a variable that is not set", `<Variable name="v">${sql}</Variable>`, {}, "VariableResolutionFailed"],
  [
    "a source that is not there",
    `<Source>response</Source><Header name="a">${sql}</Header>`,
    {},
    "SourceMessageNotAvailable",
  ],
  [
    "a source that is text",
    `<Source>v</Source><Header name="a">${sql}</Header>`,
    { v: "x" },
    "NonMessageVariable",
  ],
])("%s: %s", async (_, inside, variables, expected) => {
  expect((await faultOf(regularExpressionProtection, policy(inside), flowOf({ variables }))).faultName).toBe(
    expected,
  );
});

test("what a private variable holds is not shown", async () => {
  const flow = flowOf({ variables: { "private.v": "shutdown" } });
  const fault = await faultOf(
    regularExpressionProtection,
    policy(`<Variable name="private.v">${sql}</Variable>`),
    flow,
  );
  expect(fault.message).toMatch(/^Regular Expression Threat Detected in R: regex: .+ input: \*\*\*\*\*$/);
});

test("a variable that is not set may be ignored", async () => {
  const inside = `<Variable name="v">${sql}</Variable><IgnoreUnresolvedVariables>true</IgnoreUnresolvedVariables>`;
  await runPolicy(regularExpressionProtection, policy(inside));
});

test.each([
  ["JSON that is none", jsonAt("$.a"), json, "{"],
  ["JSON with a name twice", jsonAt("$.a"), json, '{"a":"<script>","a":""}'],
  [
    "JSON with a name twice, once in disguise",
    jsonAt("$.b[0].a"),
    json,
    '{"b":[{"a":"<script>","\\u0061":""}]}',
  ],
  [
    "JSON in UTF-16",
    jsonAt("$.a"),
    { "content-type": "application/json;charset=utf-16le" },
    Buffer.from('{"a":"<script>"}', "utf16le"),
  ],
  [
    "JSON that claims UTF-7",
    jsonAt("$.a"),
    { "content-type": "application/json; charset=UTF-7" },
    '{"a":"+ADw-script+AD4-"}',
  ],
  [
    "a form that claims UTF-16",
    `<FormParam name="f">${sql}</FormParam>`,
    { "content-type": "application/x-www-form-urlencoded; charset=utf-16" },
    "f=exec",
  ],
  ["XML that claims UTF-7", xmlAt("/a"), xml, '<?xml version="1.0" encoding="utf-7"?><a>+ADw-script</a>'],
  [
    "XML whose DTD adds an attribute",
    xmlAt("//@b"),
    xml,
    '<!DOCTYPE a [<!ATTLIST a b CDATA "&#60;script">]><a/>',
  ],
  ["XML that is none", xmlAt("/a"), xml, "<a"],
  [
    "JSON with large values in each other",
    jsonAt("$..*"),
    json,
    `${'{"a":'.repeat(500)}"${"x".repeat(1_000_000)}"${"}".repeat(500)}`,
  ],
  ["JSON that lies deep in itself", jsonAt("$..*"), json, "[".repeat(100_000) + "]".repeat(100_000)],
  [
    "XML with large texts in each other",
    xmlAt("//*"),
    xml,
    `${"<a>".repeat(400)}${"x".repeat(1_000_000)}${"</a>".repeat(400)}`,
  ],
  [
    "10 MB for several patterns",
    `<FormParam name="f">${sql.repeat(8)}</FormParam>`,
    form,
    `f=${"a".repeat(10_000_000)}`,
  ],
])("%s is refused", async (_, inside, headers, body) => {
  expect((await faultOf(regularExpressionProtection, policy(inside), on({ headers, body }))).faultName).toBe(
    "ExecutionFailed",
  );
});

test("a form that streams through cannot be looked into, and is refused", async () => {
  const flow = on({ headers: form, body: "f=exec" });
  flow.request.body = flow.request.body.copy(true);
  const fault = await faultOf(
    regularExpressionProtection,
    policy(`<FormParam name="f">${sql}</FormParam>`),
    flow,
  );
  expect(fault.faultName).toBe("ExecutionFailed");
});

test("a pattern that stalls other engines", async () => {
  const inside = `<QueryParam name="q"><Pattern>^(a+)+$</Pattern></QueryParam>`;
  await runPolicy(regularExpressionProtection, policy(inside), on({ query: `q=${"a".repeat(50_000)}b` }));
});

test.each([
  ["escapes that stand alone", "%2541+".repeat(1_000_000)],
  ["one run of escapes", "%41".repeat(2_000_000)],
  ["escapes that are none", "%4".repeat(2_000_000)],
])("6 MB of %s are looked through", async (_, value) => {
  const inside = `<FormParam name="f">${script}</FormParam>`;
  await runPolicy(regularExpressionProtection, policy(inside), on({ headers: form, body: `f=${value}` }));
});

test("a response, by default in the response flow", async () => {
  const flow = flowOf({ response: new ResponseMessage({ headers: new Headers({ a: "exec" }) }) });
  const inside = `<Header name="a">${sql}</Header><URIPath>${sql}</URIPath>`;
  expect((await faultOf(regularExpressionProtection, policy(inside), flow)).faultName).toBe("ThreatDetected");
});

test.each([
  ["nothing to look at", policy(""), ["error NothingToEnforce"]],
  ["no pattern", policy("<URIPath/>"), ["error NoPatternsToEnforce"]],
  ["no name", policy(`<Header>${sql}</Header>`), ["error MissingName"]],
  ["an empty pattern", policy("<URIPath><Pattern/></URIPath>"), ["warning EmptyPattern"]],
  ["look-ahead", policy("<URIPath><Pattern>(?=a)</Pattern></URIPath>"), ["error InvalidRegularExpression"]],
  ["a broken pattern", policy("<URIPath><Pattern>(</Pattern></URIPath>"), ["error InvalidRegularExpression"]],
  [
    "no JSONPath",
    policy(`<JSONPayload><JSONPath>${sql}</JSONPath></JSONPayload>`),
    ["error EmptyJSONPathExpression"],
  ],
  ["a broken JSONPath", policy(jsonAt("$[")), ["error JSONPathCompilationFailed"]],
  ["no XPath", policy(`<XMLPayload><XPath>${sql}</XPath></XMLPayload>`), ["error EmptyXPathExpression"]],
  ["a broken XPath", policy(xmlAt("/q:a")), ["error XPathCompilationFailed"]],
])("deployment: %s", (_, text, expected) => {
  expect(
    problemsOf(regularExpressionProtection, text).map((problem) => problem.replace(/ \d+:\d+$/, "")),
  ).toEqual(expected);
});
