import { describe, expect, test } from "vitest";
import type { Value } from "../../../../src/expression/value.ts";
import { RequestMessage, ResponseMessage } from "../../../../src/flow/message.ts";
import { javascript } from "../../../../src/policies/extensions/javascript/javascript.ts";
import { Scripts } from "../../../../src/scripts/scripts.ts";
import { egressThrough, servers } from "../../callouts/service-callout/callout-kit.ts";
import { faultOf, flowOf, loadPolicy, runPolicy, variableOf } from "../../policy-kit.ts";

// What the scripts of published bundles use, each with a script that uses it.

const scripts = new Scripts();
const egress = egressThrough();
const encode = (text: string) => new TextEncoder().encode(text);

const properties = { source: "request.verb", "a b": "spaced", delta: "-1", empty: "" };
const policy = (source: string) =>
  `<Javascript name="JS" timeLimit="200"><Properties>${Object.entries(properties)
    .map(([name, value]) => `<Property name="${name}">${value}</Property>`)
    .join("")}</Properties><Source><![CDATA[${source}]]></Source></Javascript>`;

const flow = () =>
  flowOf({
    request: new RequestMessage({
      path: "/v1/things",
      query: "city=Paris&city=Rome&zip=1",
      headers: new Headers([
        ["Host", "api.example.com"],
        ["Accept", "a, b"],
        ["X-One", "1"],
      ]),
      verb: "POST",
      body: '{"identifier":"i","allow":5}',
    }),
    response: new ResponseMessage({
      status: 201,
      reason: "Created",
      headers: new Headers({ "Content-Type": "text/xml" }),
      body: "<r><error>none</error></r>",
    }),
    variables: { json: '{"a":[1,2]}', number: "42", truth: true },
  });

/** What the last expression of a script is, as JSON. */
async function result(source: string): Promise<Value> {
  const [, before = "", last = source] = /^([\s\S]*[;}]) ([^;{}]+)$/.exec(source) ?? [];
  const text = `${before}; context.setVariable('out', JSON.stringify(${last}) + '')`;
  const printer = { print: () => undefined };
  return variableOf(await runPolicy(javascript, policy(text), flow(), { scripts, egress, printer }), "out");
}

const isWhatItSays = "%s: %s";
const runs = async (_: string, source: string, expected: unknown) => {
  expect(await result(source)).toBe(JSON.stringify(expected) ?? "undefined");
};

describe("language", () => {
  test.each([
    ["ES5", "[1, 2].map(function (n) { return n * 2 })", [2, 4]],
    ["try/catch", "var a; try { throw 1 } catch (e) { a = e } a", 1],
    ["ES2015", "new Map([[1, 2]]).get(1)", 2],
    ["const", "const a = 1; a", 1],
    ["implicit global", "function f() { g = 5 } f(); g", 5],
    ["for in", "var a = []; for (var k in { x: 1, y: 2 }) a.push(k); a", ["x", "y"]],
    ["regex literal", "/b+/.exec('abbc')[0]", "bb"],
    ["E4X object", "new XML('<a><b>1</b></a>').b + ''", "1"],
    ["arrow function", "[1].map((n) => n + 1)", [2]],
    ["back-reference", "/(a)\\1/.test('aa')", true],
    [".length()", "request.queryParams.city.length()", 2],
    ["label", "var n = 0; outer: for (;;) { for (;;) { n++; break outer } } n", 1],
    [".equals()", "context.getVariable('request.verb').equals('POST')", true],
    [".equalsIgnoreCase()", "'POST'.equalsIgnoreCase('post')", true],
    ["for each", "var a = []; for each (var v in { x: 1, y: 2 }) a.push(v); a", [1, 2]],
    ["destructuring", "var [a, { b }] = [1, { b: 2 }]; a + b", 3],
    ["ES2017", "Object.entries({ a: 1 })", [["a", 1]]],
    [".toArray()", "context.getVariable('request.queryparams.names').toArray()", ["city", "zip"]],
    ["ES2020", "null ?? 'x'", "x"],
    ["for of", "var s = 0; for (var n of [1, 2]) s += n; s", 3],
    ["default parameter", "var f = (a = 7) => a; f()", 7],
    ["let", "let a = 1; a", 1],
    ["sloppy only", "var o = { a: 1 }, b; with (o) { b = a } b + 010", 9],
    ["a comma for a missing value", "[1, , 2].length", 3],
  ])(isWhatItSays, runs);

  /** Rhino has the global object where strict code has no `this`, and libraries put themselves there. */
  test.each([
    ["at the top", "'use strict'; var root = (function () { return this })(); root.lib = 1;"],
    [
      "in a function",
      "(function () { 'use strict'; var root = (function () { return this }).call(null); root.lib = 1 })();",
    ],
    ["by two directives", "function f() { 'other'; \"use strict\"\n this.lib = 1 }; f();"],
  ])("'use strict' %s leaves a function the global object", async (_, source) => {
    const text = `${source}\ncontext.setVariable('out', lib)`;
    const after = await runPolicy(javascript, policy(text), flow(), { scripts, egress });
    expect(variableOf(after, "out")).toBe(1);
  });

  test("throw", async () => {
    const { message } = await faultOf(javascript, policy("throw new Error('no')"), flow(), {
      scripts,
      egress,
    });
    expect(message).toContain('"Error: no (JS.js:1)"');
  });

  test.each([
    ["E4X that is a literal", "var a = <b/>"],
    ["Jinja around the code", "{% raw %}\nvar a = 1;\n{% endraw %}"],
    ["const without a value", "const a, b"],
    ["return at the top", "return 5"],
  ])("is not: %s", (_, source) => {
    const { report } = loadPolicy(javascript, policy(source), { scripts, egress });
    expect(report.problems.map(({ code }) => code)).toEqual(["ScriptCompilationFailed"]);
  });
});

describe("object model", () => {
  test.each([
    ["context.setVariable()", "context.setVariable('a', 1); context.getVariable('a')", 1],
    ["context.getVariable()", "context.getVariable('number')", "42"],
    ["context.setVariable", "typeof context.setVariable", "function"],
    ["context.removeVariable()", "context.removeVariable('number'); context.getVariable('number')", null],
    ["print()", "print('a')", undefined],
    ["response.content", "response.content = 'x'; response.content + ''", "x"],
    ["response.content.asXML.error", "response.content.asXML.error + ''", "none"],
    ["response.content.asJSON.error", "response.content = '{\"error\":1}'; response.content.asJSON.error", 1],
    [
      "new Request()",
      "new Request('u', 'PUT', { a: 1 }, 'b')",
      { url: "u", method: "PUT", headers: { a: 1 }, body: "b" },
    ],
    [
      "httpClient.send()",
      `var e = httpClient.send(new Request('${servers.a}/echo')); e.waitForComplete(); e.isSuccess()`,
      true,
    ],
    [
      "httpClient.get()",
      `var e = httpClient.get('${servers.a}/echo'); e.waitForComplete(); e.getResponse().status.code`,
      200,
    ],
    ["encodeURIComponent()", "encodeURIComponent('a b/ü')", "a%20b%2F%C3%BC"],
    ["decodeURIComponent()", "decodeURIComponent('a%20b')", "a b"],
    [
      "context.targetRequest.headers[..]",
      "context.targetRequest.headers['X-A'] = 'v'; context.getVariable('request.header.x-a')",
      "v",
    ],
    [
      "context.targetRequest.method",
      "context.targetRequest.method = 'PUT'; context.targetRequest.method",
      "PUT",
    ],
    [
      "context.targetRequest.body",
      "context.targetRequest.body = 'b'; context.getVariable('request.content')",
      "b",
    ],
    ["request.queryParams", "Object.keys(request.queryParams)", ["city", "zip"]],
    ["request.queryParams[..]", "request.queryParams['city'] + ''", "Paris"],
    ["request.queryParams[..].length()", "request.queryParams['city'].length()", 2],
    ["request.queryParams[..].length", "request.queryParams['city'].length + 0", 2],
    ["request.queryParams.postalcode", "request.queryParams.postalcode === undefined", true],
    ["console.log", "typeof console", "undefined"],
    ["unescape()", "unescape('%41%u0042')", "AB"],
    ["escape()", "escape('a b')", "a%20b"],
    [
      "context.proxyResponse.content",
      "context.proxyResponse.content = 'c'; context.getVariable('response.content')",
      "c",
    ],
    ["context.proxyResponse.headers[..]", "context.proxyResponse.headers['Content-Type'] + ''", "text/xml"],
    ["response.headers[..]", "response.headers['content-type'] + ''", "text/xml"],
    ["request.headers.host", "request.headers.host + ''", "api.example.com"],
    ["request.headers[..][..]", "request.headers['Accept'][1]", "b"],
    ["request.headers as text", "'' + request.queryParams", "{city=Paris, zip=1}"],
    ["module.exports", "typeof module", "undefined"],
    ["properties.source", "context.getVariable(properties.source)", "POST"],
    ["properties[..]", "properties['a b']", "spaced"],
    ["properties.NAME that is not there", "properties.nothing === undefined", true],
    ["request.body", "request.body.length", 28],
    ["request.body.asJSON.identifier", "request.body.asJSON.identifier", "i"],
    ["request.method", "request.method", "POST"],
    ["new XML()", "new XML('<a b=\"1\"/>').@b + ''", "1"],
    ["eval()", "eval('1 + 1')", 2],
    ["require()", "typeof require", "undefined"],
    ["crypto.getSHA512()", "var h = crypto.getSHA512(); h.update('a'); h.digest().length", 128],
    [
      "crypto.getSHA256()",
      "var h = crypto.getSHA256(); h.update('a'); h.digest64()",
      "ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs=",
    ],
    ["context.session[..]", "context.session['k'] = 'v'; context.session.k", "v"],
    ["context.session", "typeof context.session", "object"],
    ["context.flow", "context.flow", "PROXY_RESP_FLOW"],
    ["response.status.code", "response.status.code", 201],
    ["response.status.message", "response.status.message", "Created"],
  ])(isWhatItSays, runs);

  test("httpClient.send() with a callback", async () => {
    const source = `httpClient.send(new Request('${servers.a}/echo'), function (response, error) { context.setVariable('out', response.status.code) })`;
    const after = await runPolicy(javascript, policy(source), flow(), { scripts, egress });
    expect(variableOf(after, "out")).toBe(200);
  });

  test.each([
    ["error.content", "error.content + ''", "gone"],
    ["error.status.code", "error.status.code", "410"],
  ])(isWhatItSays, async (_, source, expected) => {
    const failed = flowOf({ error: new ResponseMessage({ status: 410, reason: "Gone", body: "gone" }) });
    const after = await runPolicy(javascript, policy(`context.setVariable('out', ${source})`), failed, {
      scripts,
      egress,
    });
    expect(variableOf(after, "out")).toBe(expected);
  });

  test.each(["context.getVaribale('a')", "context.getVaraible('a')", "console.log('a')"])(
    "%s fails, as on Apigee",
    async (source) => {
      const { code } = await faultOf(javascript, policy(source), flow(), { scripts, egress });
      expect(code).toBe("steps.javascript.ScriptExecutionFailed");
    },
  );
});

describe("methods", () => {
  test.each([
    ["stringify, parse", "JSON.stringify(JSON.parse(context.getVariable('json')))", '{"a":[1,2]}'],
    ["split, join", "'a,b'.split(',').join('-')", "a-b"],
    ["push, pop", "var a = [1]; a.push(2); a.push(3); a.pop(); a", [1, 2]],
    ["replace", "'a b b'.replace('b', 'c').replace(/ /g, '')", "acb"],
    ["toString", "(255).toString(16)", "ff"],
    ["indexOf", "'abc'.indexOf('c') + [1, 2].indexOf(2)", 3],
    ["forEach", "var n = 0; [1, 2].forEach(function (x) { n += x }); n", 3],
    ["toLowerCase, toUpperCase", "'aB'.toLowerCase() + 'aB'.toUpperCase()", "abAB"],
    ["slice", "'abc'.slice(1, -1) + [1, 2, 3].slice(1)", "b2,3"],
    ["includes", "'abc'.includes('b') && [1].includes(1)", true],
    ["call, apply", "Math.max.apply(null, [1, 3]) + Math.min.call(null, 1, 2)", 4],
    ["hasOwnProperty", "({ a: 1 }).hasOwnProperty('a')", true],
    ["substring, substr", "'abcd'.substring(1, 2) + 'abcd'.substr(-1)", "bd"],
    ["match, test, exec", "'a1'.match(/\\d/)[0] + /a/.test('a') + /(b)/.exec('b')[1]", "1trueb"],
    ["trim", "' a '.trim()", "a"],
    ["charAt, charCodeAt", "'ab'.charAt(1) + 'a'.charCodeAt(0)", "b97"],
    ["concat, splice", "var a = [1].concat([2, 3]); a.splice(0, 1); a", [2, 3]],
    [
      "getTime, getDate, getMonth, getFullYear, getSeconds",
      "var d = new Date(0); [d.getTime(), d.getDate(), d.getMonth(), d.getFullYear(), d.getSeconds()]",
      [0, 1, 0, 1970, 0],
    ],
    ["setTime, setSeconds", "var d = new Date(0); d.setTime(5000); d.setSeconds(7); d.getTime()", 7000],
    [
      "toISOString, toUTCString",
      "new Date(0).toISOString() + new Date(0).toUTCString()",
      "1970-01-01T00:00:00.000ZThu, 01 Jan 1970 00:00:00 GMT",
    ],
    [
      "map, filter, reduce, some",
      "[1, 2, 3].filter(function (n) { return n > 1 }).reduce(function (a, b) { return a + b }, 0)",
      5,
    ],
    ["endsWith, startsWith", "'abc'.endsWith('c') && 'abc'.startsWith('a')", true],
    ["toFixed, round", "(1.005).toFixed(1) + Math.round(1.5)", "1.02"],
    ["keys", "Object.keys({ a: 1 })", ["a"]],
  ])(isWhatItSays, runs);
});

describe("built-ins", () => {
  test.each([
    ["parseInt, parseFloat", "parseInt('12px', 10) + parseFloat('.5')", 12.5],
    ["new Error()", "new Error('m').message + (Error('n') instanceof Error)", "mtrue"],
    ["String(), Number()", "String(5) + Number('6')", "56"],
    [
      "Math.floor, ceil, max, min, round",
      "[Math.floor(1.5), Math.ceil(1.5), Math.max(1, 2), Math.min(1, 2)]",
      [1, 2, 2, 1],
    ],
    ["Math.random()", "var r = Math.random(); r >= 0 && r < 1", true],
    ["new RegExp()", "new RegExp('a', 'g').flags", "g"],
    ["Array.isArray()", "Array.isArray([])", true],
    ["isNaN()", "isNaN('x')", true],
    ["Object.prototype.toString.call()", "Object.prototype.toString.call([]).slice(8, -1)", "Array"],
    ["String.fromCharCode()", "String.fromCharCode(65)", "A"],
    ["Date.now()", "Date.now() > 1700000000000", true],
    ["Date.parse()", "Date.parse('1970-01-02')", 86400000],
    ["Object.assign()", "Object.assign({ a: 1 }, { b: 2 })", { a: 1, b: 2 }],
    ["new Object()", "var o = new Object(); o.a = 1; o", { a: 1 }],
    ["Object.defineProperty()", "Object.defineProperty({}, 'a', { value: 1 }).a", 1],
  ])(isWhatItSays, runs);
});

describe("policies", () => {
  const files: Record<string, string> = {
    "main.js": "context.setVariable('out', [typeof a, typeof b, typeof c].join())",
    main: "context.setVariable('out', 'no extension')",
    "a.js": "var a = 1;",
    "b.js": "var b = a + 1;",
    "c.js": "var c = b + 1;",
  };
  const resources = new Map(Object.entries(files).map(([name, text]) => [`jsc/${name}`, encode(text)]));
  const included = (...names: string[]) =>
    names.map((name) => `<IncludeURL>jsc://${name}</IncludeURL>`).join("");
  const main = "<ResourceURL>jsc://main.js</ResourceURL>";

  test.each([
    ["ResourceURL", "", main, "undefined,undefined,undefined"],
    ["inline Source", "", "<Source>context.setVariable('out', 'inline')</Source>", "inline"],
    ["one IncludeURL", "", main + included("a.js"), "number,undefined,undefined"],
    ["two IncludeURL", "", main + included("a.js", "b.js"), "number,number,undefined"],
    ["three IncludeURL", "", main + included("a.js", "b.js", "c.js"), "number,number,number"],
    ["a file without an extension", "", "<ResourceURL>jsc://main</ResourceURL>", "no extension"],
    ["DisplayName", "", `<DisplayName>My script</DisplayName>${main}`, "undefined,undefined,undefined"],
    ["async", 'async="true"', main, "undefined,undefined,undefined"],
    ...["20000", "100", "1200", "400", "50", "10000", "5000", "2000", "30000"].map((limit) => [
      `timeLimit ${limit}`,
      `timeLimit="${limit}"`,
      main,
      "undefined,undefined,undefined",
    ]),
  ])("%s", async (_, attributes, inside, expected) => {
    const xml = `<Javascript name="JS" ${attributes}>${inside}</Javascript>`;
    const after = await runPolicy(javascript, xml, flow(), { scripts, egress, resources });
    expect(variableOf(after, "out")).toBe(expected);
  });
});
