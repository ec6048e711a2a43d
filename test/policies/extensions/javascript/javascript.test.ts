import { describe, expect, test } from "vitest";
import { Float, type Value } from "../../../../src/expression/value.ts";
import type { FlowContext } from "../../../../src/flow/context.ts";
import type { Fault } from "../../../../src/flow/fault.ts";
import { RequestMessage, ResponseMessage } from "../../../../src/flow/message.ts";
import { javascript } from "../../../../src/policies/extensions/javascript/javascript.ts";
import { Scripts } from "../../../../src/scripts/scripts.ts";
import { egressThrough, servers } from "../../callouts/service-callout/callout-kit.ts";
import { flowOf, loadPolicy, runPolicy, variableOf } from "../../policy-kit.ts";

const scripts = new Scripts();
const egress = egressThrough();
const encode = (text: string) => new TextEncoder().encode(text);

/** Runs a script on a request, or on the response in the second place, and returns the flow afterwards. */
async function run(
  source: string,
  flow: FlowContext = flowOf(),
  printed: string[] = [],
): Promise<FlowContext> {
  const resources = new Map([["jsc/main.js", encode(source)]]);
  const xml = `<Javascript name="JS" timeLimit="200"><Properties><Property name="greeting">Hello {request.queryparam.who}</Property></Properties><ResourceURL>jsc://main.js</ResourceURL></Javascript>`;
  return runPolicy(javascript, xml, flow, {
    scripts,
    egress,
    resources,
    printer: { print: (_policy, _flow, text) => printed.push(text) },
  });
}

const request = () =>
  flowOf({
    request: new RequestMessage({
      path: "/v1/things",
      query: "who=Ada&city=Paris&city=Rome",
      headers: new Headers([
        ["X-One", "1"],
        ["X-Two", "a, b"],
        ["Content-Type", "application/json"],
      ]),
      verb: "POST",
      body: '{"id":7}',
    }),
  });

/** What `out` is after a script. */
async function out(source: string, flow = request()): Promise<Value> {
  return variableOf(await run(source, flow), "out");
}

describe("variables", () => {
  test.each<[string, Value]>([
    ["context.setVariable('out', context.getVariable('request.verb') === 'POST')", true],
    ["context.setVariable('out', context.getVariable('nothing') === null)", true],
    ["context.setVariable('out', 'text')", "text"],
    ["context.setVariable('out', 5)", 5],
    ["context.setVariable('out', 12345678901)", 12345678901n],
    ["context.setVariable('out', 1.5)", new Float(1.5)],
    ["context.setVariable('out', NaN)", new Float(Number.NaN)],
    ["context.setVariable('out', false)", false],
    ["context.setVariable('out', undefined)", null],
    ["context.setVariable('a', {b: 1}); context.setVariable('out', context.getVariable('a').b)", 1],
    ["context.setVariable('out', typeof context.getVariable('system.timestamp'))", "number"],
    [
      "context.setVariable('out', context.getVariable('request.headers.names') + '')",
      "[content-type, x-one, x-two]",
    ],
    ["context.setVariable('out', context.getVariable('request.headers.names').toArray().length)", 3],
    [
      "context.setVariable('x', 1); context.removeVariable('x'); context.setVariable('out', context.getVariable('x'))",
      null,
    ],
    [
      "context.setVariable('a', 1); context.setVariable('a.b', 2); context.setVariable('out', context.getVariable('a.b'))",
      2,
    ],
    ["context.setVariable('out', '\\u0000\\ud800')", "\u0000\ud800"],
    [
      "context.setVariable('__proto__', 'p'); context.setVariable('out', context.getVariable('__proto__') + typeof context.getVariable('constructor'))",
      "pobject",
    ],
    ["context.setVariable('out', properties.greeting === 'Hello Ada')", true],
  ])("%s", async (source, expected) => {
    expect(await out(source)).toEqual(expected);
  });

  test("an object prints as JavaScript prints it", async () => {
    const flow = await run("context.setVariable('o', {a: 1}); context.setVariable('l', ['x', 'y'])");
    expect([String(variableOf(flow, "o")), String(variableOf(flow, "l"))]).toEqual([
      "[object Object]",
      "x,y",
    ]);
  });

  test("one that is read-only cannot be set", async () => {
    await expect(run("context.setVariable('messageid', 'x')")).rejects.toMatchObject({
      code: "steps.javascript.ScriptExecutionFailed",
    });
  });
});

describe("messages", () => {
  test.each<[string, Value]>([
    ["context.setVariable('out', request.headers['X-One'] == '1')", true],
    ["context.setVariable('out', request.headers['x-two'][1])", "b"],
    ["context.setVariable('out', request.queryParams['city'] + '')", "Paris"],
    ["context.setVariable('out', request.queryParams.city.length())", 2],
    ["context.setVariable('out', request.queryParams.city.length + 0)", 2],
    ["context.setVariable('out', request.queryParams.none === undefined)", true],
    [
      "var n = []; for (var k in request.queryParams) n.push(k); context.setVariable('out', n.join())",
      "who,city",
    ],
    [
      "request.headers['X-New'] = 'v'; context.setVariable('out', context.getVariable('request.header.x-new'))",
      "v",
    ],
    [
      "request.headers['X-New'] = ['v', 'w']; context.setVariable('out', context.getVariable('request.header.x-new.values.count'))",
      2,
    ],
    [
      "delete request.headers['X-One']; context.setVariable('out', context.getVariable('request.header.x-one'))",
      null,
    ],
    ["context.setVariable('out', request.body.asJSON.id)", 7],
    ["context.setVariable('out', request.content.asJSON.id)", 7],
    ["context.setVariable('out', JSON.parse(request.content).id)", 7],
    ["context.setVariable('out', context.proxyRequest.method)", "POST"],
    ["request.method = 'PUT'; context.setVariable('out', context.getVariable('request.verb'))", "PUT"],
    [
      "context.targetRequest.body = 'new'; context.setVariable('out', context.getVariable('request.content'))",
      "new",
    ],
    ["var request = request || 1; context.setVariable('out', request.method)", "POST"],
    ["context.setVariable('out', 'X-One' in request.headers)", true],
    ["context.setVariable('out', message.method)", "POST"],
  ])("%s", async (source, expected) => {
    expect(await out(source)).toEqual(expected);
  });

  test("of the response", async () => {
    const flow = flowOf({
      response: new ResponseMessage({ status: 404, reason: "Not Found", body: '{"a":[1]}' }),
    });
    await run(
      "var a = response.content.asJSON.a[0]; context.proxyResponse.content = JSON.stringify({ a: a, s: response.status.code, m: response.status.message }); response.status.code = 201",
      flow,
    );
    expect(flow.response?.content).toBe('{"a":1,"s":404,"m":"Not Found"}');
    expect(flow.response?.status).toBe(201);
  });
});

/** Apigee's own samples build answers so: `response.content = ''; response.content.asJSON.city = …`. */
describe("what a script changes in a payload's JSON and XML is the payload's", () => {
  const json = '{ "a": 1 }';
  test.each([
    ["a new object", "", "var r = response.content.asJSON; r.city = 'Rome'", '{"city":"Rome"}'],
    ["a member more", json, "response.content.asJSON.error = 'none'", '{"a":1,"error":"none"}'],
    [
      "the same object each time",
      json,
      "response.content.asJSON.b = 2; response.content.asJSON.c = 3",
      '{"a":1,"b":2,"c":3}',
    ],
    ["nothing, where it only looks", json, "response.content.asJSON.a", json],
    [
      "what is seen at once",
      json,
      "response.content.asJSON.b = 2; var seen = response.content + ''; response.content.asJSON.c = seen.length",
      '{"a":1,"b":2,"c":13}',
    ],
    [
      "what variables see",
      json,
      "response.content.asJSON.b = 2; response.content.asJSON.c = context.getVariable('response.content').length",
      '{"a":1,"b":2,"c":13}',
    ],
    [
      "not what was replaced",
      json,
      "var old = response.content.asJSON; old.b = 2; response.content = 'new'",
      "new",
    ],
    [
      "not what a variable replaced",
      json,
      "response.content.asJSON.b = 2; context.setVariable('response.content', 'new')",
      "new",
    ],
    ["XML", "<a><b>1</b></a>", "response.content.asXML.b = 2", "<a>\n  <b>2</b>\n</a>"],
  ])("%s", async (_, body, source, expected) => {
    const flow = flowOf({ response: new ResponseMessage({ body }) });
    await run(source, flow);
    expect(flow.response?.content).toBe(expected);
  });
});

test.each<[string, string, Value]>([
  [
    "is the object itself",
    "var o = { a: 1 }; context.setVariable('o', o); context.setVariable('out', context.getVariable('o') === o)",
    true,
  ],
  [
    "has what the script puts into it later",
    "var l = []; context.setVariable('l', l); l.push('x'); context.setVariable('out', context.getVariable('l').length)",
    1,
  ],
])("an object in a variable %s", async (_, source, expected) => {
  expect(await out(source)).toBe(expected);
});

test("an object in a variable is seen by the next script as the last one has left it", async () => {
  const flow = await run("var l = []; context.setVariable('l', l); l.push('x')");
  await run("context.setVariable('out', context.getVariable('l').join())", flow);
  expect(variableOf(flow, "out")).toBe("x");
});

describe("print", () => {
  test("takes several values", async () => {
    const printed: string[] = [];
    await run("print('a', 1, null)", flowOf(), printed);
    expect(printed).toEqual(["a 1 null"]);
  });

  test("is cut at 64 KiB for a step", async () => {
    const printed: string[] = [];
    await run("for (var i = 0; i < 100; i++) print(new Array(1001).join('x'))", flowOf(), printed);
    expect(printed.join("").length).toBe(64 * 1024);
  });
});

describe("crypto", () => {
  test.each([
    ["getMD5", "900150983cd24fb0d6963f7d28e17f72"],
    ["getSHA1", "a9993e364706816aba3e25717850c26c9cd0d89d"],
    ["getSHA256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  ])("%s hashes text", async (name, hex) => {
    expect(
      await out(
        `var h = crypto.${name}(); h.update('a'); h.update('bc'); context.setVariable('out', h.digest())`,
      ),
    ).toBe(hex);
  });

  test.each([
    ["yyyy-MM-dd'T'HH:mm:ss.SSS", "undefined", "2026-01-02T03:04:05.678"],
    ["yyyy-MM-dd HH:mm", "'GMT+9'", "2026-01-02 12:04"],
    ["HH:mm", "'Asia/Kolkata'", "08:34"],
    ["HH:mm", "'PST'", "19:04"],
    ["HH:mm", "'Nowhere/None'", "03:04"],
  ])("dateFormat(%j, %s)", async (format, zone, expected) => {
    expect(
      await out(
        `context.setVariable('out', crypto.dateFormat(${JSON.stringify(format)}, ${zone}, 1767323045678))`,
      ),
    ).toBe(expected);
  });
});

/** The documented causes, with the text of each. Apigee: "JavaScript policy runtime errors". */
describe("a script that fails", () => {
  const failed = (text: string) => `Execution of JS failed with error: Javascript runtime error: "${text}"`;

  test.each([
    ["var a = 1;\nvar b = price * 2;", 'ReferenceError: "price" is not defined. (main.js:2)'],
    ["JSON.parse('<x>')", "SyntaxError: Unexpected token: <. (main.js:1)"],
    ["var u;\n\nu.length", 'TypeError: Cannot read property "length" from undefined. (main.js:3)'],
    ["var u;\n u['X-A']", 'TypeError: Cannot read property "X-A" from undefined. (main.js:2)'],
    ["var u = null; u['a'] = 1", 'TypeError: Cannot set property "a" of null. (main.js:1)'],
    ["decodeURIComponent('%')", "URIError: Malformed URI sequence. (main.js:1)"],
    ["new Date('x').toISOString()", "RangeError: Date is invalid. (main.js:1)"],
    ["var n = 5;\n(5).toPrecision(400)", "RangeError: Precision 400 out of range. (main.js:2)"],
    [
      "var n = 100;\n n.toUpperCase()",
      "TypeError: Cannot find function toUpperCase in object 100. (main.js:2)",
    ],
    [
      "context.getVaribale('x')",
      "TypeError: Cannot find function getVaribale in object [object Object]. (main.js:1)",
    ],
    ["[1, 2]['firs' + 't'] (\n)", "TypeError: Cannot find function first in object 1,2. (main.js:1)"],
    [
      "var x = new XML('<a b=\"1\"/>').@b; var o = {}; o.missing()",
      "TypeError: Cannot find function missing in object [object Object]. (main.js:1)",
    ],
    ["var f = 5; f(f())", "TypeError: f is not a function, it is number. (main.js:1)"],
    [
      "var o = { a: 5 }; o.a()",
      'TypeError: Cannot call property a in object [object Object]. It is not a function, it is "number". (main.js:1)',
    ],
    [
      "for (var i = 0; i < 5; i++) [{ f: String }, { f: String }, {}][i].f(i)",
      "TypeError: Cannot find function f in object [object Object]. (main.js:1)",
    ],
    ["var C = 5; new C()", "TypeError: not a function (main.js:1)"],
    ["eval('(5).x()')", "TypeError: not a function (main.js:1)"],
    ["throw new Error('mine')", "Error: mine (main.js:1)"],
    ["throw new Array(10001).join('x')", new Array(4097).join("x")],
    ["throw 'text'", "text"],
    ["throw { toString: function () { throw 1 } }", ""],
  ])("%j", async (source, text) => {
    await expect(run(source)).rejects.toMatchObject({
      code: "steps.javascript.ScriptExecutionFailed",
      status: 500,
      message: failed(text),
    });
  });

  test("is not executed a second time to say so", async () => {
    const printed: string[] = [];
    const flow = flowOf();
    const source = `print('once', Math.random() < 2); context.setVariable('n', (context.getVariable('n') || 0) + 1); httpClient.get('${servers.a}/echo').waitForComplete(); context.nothing()`;
    await expect(run(source, flow, printed)).rejects.toThrow("Cannot find function nothing");
    expect([printed, variableOf(flow, "n")]).toEqual([["once true"], 1]);
  });

  test("that goes another way the second time is told as it was", async () => {
    const source = "if (Date.now() % 2 === 0) print('even'); else print('odd'); context.nothing()";
    for (let time = 0; time < 5; time++) {
      await expect(run(source)).rejects.toThrow(/Cannot find function nothing|not a function/);
    }
  });

  test.each([
    ["an endless loop", "for (;;) {}"],
    ["a catastrophic regular expression", "/^(a+)+$/.test(new Array(40).join('a') + 'b')"],
    ["one that catches everything", "for (;;) { try { for (;;) {} } catch (e) {} }"],
  ])("by its time limit: %s", async (_, source) => {
    await expect(run(source)).rejects.toMatchObject({
      code: "steps.javascript.ScriptExecutionFailed",
      message: "Execution of JS failed with error: Javascript runtime exceeded limit of 200ms",
    });
  });

  test.each([
    ["recursion", "function f() { return f() + 1 } f()"],
    ["a text of 1 GB", "var s = 'x'; for (;;) s += s"],
    ["arrays", "var a = []; for (;;) a.push(new Array(100000).join('abc'))"],
    ["deep JSON", "JSON.parse(new Array(200000).join('['))"],
    [
      "a proxy as a value",
      "context.setVariable('x', new Proxy({}, { get: function () { throw 1 }, ownKeys: function () { throw 1 } }))",
    ],
  ])("with the documented fault, and the next one runs: %s", async (_, source) => {
    const xml = `<Javascript name="JS" timeLimit="10000"><Source><![CDATA[${source}]]></Source></Javascript>`;
    await expect(runPolicy(javascript, xml, flowOf(), { scripts, egress })).rejects.toMatchObject({
      code: "steps.javascript.ScriptExecutionFailed",
    });
    expect(await out("context.setVariable('out', 'fine')")).toBe("fine");
  });
});

test.each([
  [
    "JSON.stringify",
    "var n = 0; JSON.stringify = function () { return '[]' }; context.setVariable({ toString: function () { return 'x' } }, 1)",
  ],
  ["arrays", "Array.prototype.toJSON = function () { return ['set'] }; context.setVariable('x', 1)"],
  [
    "an operation that is none",
    "Array.prototype.toJSON = function () { return ['reboot'] }; context.setVariable('x', 1)",
  ],
  [
    "a call that is none",
    "Array.prototype.toJSON = function () { return ['send', 5] }; context.setVariable('x', 1)",
  ],
  [
    "an exchange of nobody",
    "Array.prototype.toJSON = function () { return ['outcome', 99] }; context.setVariable('x', 1)",
  ],
])("a script that has damaged its world gets nothing by it: %s", async (_, source) => {
  const failed = await run(source).catch((thrown: unknown) => thrown);
  if (failed instanceof Error)
    expect(failed).toMatchObject({ code: "steps.javascript.ScriptExecutionFailed" });
  expect(await out("context.setVariable('out', 'fine')")).toBe("fine");
});

describe("a script meets nothing of the gateway by", () => {
  test.each([
    ["Function", "context.setVariable('out', new Function('return typeof globalThis.fetch')())", "undefined"],
    [
      "the constructor of what it is given",
      "context.setVariable('out', context.getVariable.constructor('return typeof process')())",
      "undefined",
    ],
    ["eval", "context.setVariable('out', eval('typeof caches + typeof WebAssembly'))", "undefinedundefined"],
    ["import", "import('node:fs').catch(function () {}); context.setVariable('out', 'nothing')", "nothing"],
    [
      "a promise that never settles",
      "new Promise(function () {}).then(function () { context.setVariable('out', 1) }); context.setVariable('out', 0)",
      0,
    ],
    [
      "a symbol as a name",
      "var s = 'free'; try { context.setVariable(Symbol('x'), 1) } catch (e) { s = e.name } context.setVariable('out', s)",
      "free",
    ],
    ["a symbol as a value", "context.setVariable('out', typeof Symbol('x').toString())", "string"],
    [
      "an object with a cycle",
      "var o = {}; o.o = o; context.setVariable('o', o); context.setVariable('out', String(context.getVariable('o') === o))",
      "true",
    ],
    [
      "a getter that throws",
      "var o = { get a() { throw new Error('no') } }; context.setVariable('o', o); context.setVariable('out', 'set')",
      "set",
    ],
    ["a getter as a value", "context.setVariable('out', { get a() { return 1 } }.a)", 1],
    [
      "thousands of variables",
      "for (var i = 0; i < 3000; i++) context.setVariable('v' + i, i); context.setVariable('out', context.getVariable('v2999'))",
      2999,
    ],
    [
      "JSON of 10 MB",
      "var text = '[\"' + new Array(10000000).join('x') + '\"]'; var s; try { s = JSON.parse(text)[0].length } catch (e) { s = e.name } context.setVariable('out', typeof s)",
      "number",
    ],
  ] as const)("%s", async (_, source, expected) => {
    const xml = `<Javascript name="JS" timeLimit="20000"><Source><![CDATA[${source}]]></Source></Javascript>`;
    const flow = await runPolicy(javascript, xml, request(), { scripts, egress });
    expect(variableOf(flow, "out")).toBe(expected);
  });

  test.each([
    [
      "a value whose toString throws",
      "context.setVariable('x', { toString: function () { throw new TypeError('mine') } })",
    ],
    [
      "a name whose toString throws",
      "context.getVariable({ toString: function () { throw new TypeError('mine') } })",
    ],
    ["a header with a line break", "response.headers['X-A'] = 'a\\r\\nSet-Cookie: b'"],
  ])("%s: it fails", async (_, source) => {
    const flow = flowOf({ response: new ResponseMessage() });
    await expect(run(source.replaceAll("\\\\", "\\"), flow)).rejects.toMatchObject({
      code: "steps.javascript.ScriptExecutionFailed",
    });
    expect([...(flow.response?.headers ?? [])].filter(([name]) => name === "set-cookie")).toEqual([]);
  });
});

describe("each execution begins in a clean world", () => {
  test.each([
    [
      "implicit globals",
      "leak = (typeof leak === 'undefined' ? 0 : leak) + 1; context.setVariable('out', leak)",
    ],
    ["prototypes", "Array.prototype.n = (Array.prototype.n || 0) + 1; context.setVariable('out', [].n)"],
    ["the world's own objects", "context.n = (context.n || 0) + 1; context.setVariable('out', context.n)"],
    ["replaced built-ins", "JSON.n = (JSON.n || 0) + 1; context.setVariable('out', JSON.n)"],
    [
      "what eval leaves",
      "eval('var z = 1'); globalThis.q = (globalThis.q || 0) + 1; context.setVariable('out', q)",
    ],
  ])("%s", async (_, source) => {
    for (let time = 0; time < 3; time++) expect(await out(source)).toBe(1);
  });

  test("also after one that has damaged it", async () => {
    await run(
      "JSON.stringify = function () { return 'null' }; Object.defineProperty = null; Math.random = null",
    ).catch(() => {});
    expect(await out("context.setVariable('out', JSON.stringify([1]))")).toBe("[1]");
  });

  test("with random numbers of its own", async () => {
    const source = "context.setVariable('out', Math.random() + ',' + Math.random())";
    const drawn = new Set([await out(source), await out(source), await out(source)]);
    expect(drawn.size).toBe(3);
  });
});

describe("httpClient", () => {
  const { a, nobody } = servers;

  test("waitForComplete waits, and the response has the shape of a message", async () => {
    const source = `
      var r = new Request('${a}/echo?q=1', 'POST', { 'X-Test': 'yes' }, 'hello');
      var e = httpClient.send(r);
      e.waitForComplete();
      var o = e.getResponse();
      context.setVariable('out', [e.isComplete(), e.isSuccess(), e.isError(), o.status.code, typeof o.headers['Content-Type'], e.getError() === undefined].join());
      context.setVariable('text', o.content);`;
    const flow = await run(source);
    expect(variableOf(flow, "out")).toBe("true,true,false,200,object,true");
    expect(String(variableOf(flow, "text"))).toContain("hello");
  });

  test("an exchange may be kept in a variable, and its status compared as it is", async () => {
    const source = `
      context.setVariable('pending', httpClient.get('${a}/echo'));
      var e = context.getVariable('pending');
      e.waitForComplete();
      context.setVariable('out', [e.getResponse().status == 200, e.getResponse().status + '', JSON.stringify(e.getResponse().status)].join());`;
    const flow = await run(source);
    expect(variableOf(flow, "out")).toBe('true,200,{"code":200,"message":"OK"}');
  });

  test("a callback runs before the flow goes on, in the world of its script", async () => {
    const source = `
      var count = 0;
      httpClient.get('${a}/echo', function (response, error) { count++; context.setVariable('out', response.status.code + ',' + error + ',' + count); });`;
    expect(variableOf(await run(source), "out")).toBe("200,undefined,1");
  });

  test("a call that cannot be made is an error of the exchange, not of the script", async () => {
    const source = `var e = httpClient.get('${nobody}/'); e.waitForComplete(); context.setVariable('out', e.isError() + ' ' + (e.getResponse() === undefined) + ' ' + typeof e.getError());`;
    expect(variableOf(await run(source), "out")).toBe("true true string");
  });

  test("a host that nobody named is an error of the exchange", async () => {
    const source =
      "var e = httpClient.get('http://127.0.0.1:1/'); e.waitForComplete(); context.setVariable('out', e.isError());";
    expect(variableOf(await run(source), "out")).toBe(true);
  });

  test("waits of many at once keep each its own world", async () => {
    const source = (who: number) =>
      `mine = ${who}; for (var i = 0; i < 3; i++) { httpClient.get('${a}/echo').waitForComplete(); mine += 10; } context.setVariable('out', mine);`;
    const flows = await Promise.all(Array.from({ length: 8 }, (_, who) => run(source(who))));
    expect(flows.map((flow) => variableOf(flow, "out"))).toEqual(
      Array.from({ length: 8 }, (_, who) => who + 30),
    );
  });

  test("an exchange may be begun in one step and read in the next", async () => {
    const flow = flowOf();
    await run(`context.session['call'] = httpClient.get('${a}/echo');`, flow);
    await run(
      "var e = context.session['call']; e.waitForComplete(); context.setVariable('out', e.getResponse().status.code);",
      flow,
    );
    expect(variableOf(flow, "out")).toBe(200);
  });

  test("a callback that throws is the script's own failure", async () => {
    await expect(
      run(`httpClient.get('${a}/echo', function () { throw new Error('in it'); });`),
    ).rejects.toMatchObject({
      message: 'Execution of JS failed with error: Javascript runtime error: "Error: in it (main.js:1)"',
    });
  });

  test.each([
    ["a header with a line break", `httpClient.send(new Request('${a}/', 'GET', { 'X-A': 'a\\nb' }))`],
    ["too many calls", `for (var i = 0; i < 30; i++) httpClient.get('${nobody}/')`],
  ])("%s is refused", async (_, source) => {
    await expect(run(source)).rejects.toMatchObject({ code: "steps.javascript.ScriptExecutionFailed" });
  });

  test("waiting does not count as work", async () => {
    const source = `for (var i = 0; i < 5; i++) httpClient.get('${a}/echo').waitForComplete(); context.setVariable('out', 'done')`;
    const resources = new Map([["jsc/main.js", encode(source)]]);
    const xml = '<Javascript name="JS" timeLimit="5"><ResourceURL>jsc://main.js</ResourceURL></Javascript>';
    const flow = await runPolicy(javascript, xml, flowOf(), { scripts, egress, resources });
    expect(variableOf(flow, "out")).toBe("done");
  });
});

test("included files run in order, in the scope of the main one, and keep nothing of an execution", async () => {
  const resources = new Map([
    ["jsc/lib/a.js", encode("var counter = 0; function next() { return ++counter + suffix(); }")],
    ["jsc/b.js", encode("var where = 'b'; function suffix() { return '!' + where; }")],
    ["jsc/main.js", encode("context.setVariable('out', next() + next())")],
  ]);
  const xml =
    '<Javascript name="JS"><ResourceURL>jsc://main.js</ResourceURL><IncludeURL>jsc://lib/a.js</IncludeURL><IncludeURL>jsc://b.js</IncludeURL></Javascript>';
  const { step } = loadPolicy(javascript, xml, { scripts, egress, resources });
  for (let time = 0; time < 2; time++) {
    const flow = flowOf();
    await step?.(flow);
    expect(variableOf(flow, "out")).toBe("1!b2!b");
  }
});

test.each([
  [
    "what the main file declares",
    "function read() { return config.x; }",
    "var config = { x: 'x' }; context.setVariable('out', read())",
    "x",
  ],
  [
    "variables of the request",
    "var verb = context.getVariable('request.verb');",
    "context.setVariable('out', verb)",
    "GET",
  ],
  [
    "random numbers, anew each time",
    "var seed = Math.random();",
    "context.setVariable('out', typeof seed)",
    "number",
  ],
])("included files may use %s", async (_, included, main, expected) => {
  const resources = new Map([
    ["jsc/a.js", encode(included)],
    ["jsc/main.js", encode(main)],
  ]);
  const xml =
    '<Javascript name="JS"><ResourceURL>jsc://main.js</ResourceURL><IncludeURL>jsc://a.js</IncludeURL></Javascript>';
  const flow = await runPolicy(javascript, xml, flowOf(), { scripts, egress, resources });
  expect(variableOf(flow, "out")).toBe(expected);
});

test("context.session keeps values from one step of a request to the next", async () => {
  const flow = flowOf();
  await run("context.session['a'] = { b: [1, 2] }", flow);
  await run("context.setVariable('out', context.session.a.b[1])", flow);
  expect(variableOf(flow, "out")).toBe(2);
  expect(await out("context.setVariable('out', context.session.a === undefined)")).toBe(true);
});

describe("a deployment is refused for", () => {
  const problems = (inside: string, files: Record<string, string> = {}, attributes = "") => {
    const resources = new Map(Object.entries(files).map(([path, text]) => [`jsc/${path}`, encode(text)]));
    const { report } = loadPolicy(javascript, `<Javascript name="JS" ${attributes}>${inside}</Javascript>`, {
      scripts,
      egress,
      resources,
    });
    return report.problems.map(
      ({ severity, code, file, line, column }) => `${severity} ${code} ${file}:${line}:${column}`,
    );
  };

  test.each([
    ["no script", "", {}, ["error NoResourceURLOrSource policies/P.xml:1:1"]],
    [
      "a URL that is none",
      "<ResourceURL>main.js</ResourceURL>",
      {},
      ["error InvalidResourceUrlFormat policies/P.xml:1:24"],
    ],
    [
      "another kind of resource",
      "<ResourceURL>py://main.py</ResourceURL>",
      {},
      ["error WrongResourceType policies/P.xml:1:24"],
    ],
    [
      "a file that is missing",
      "<ResourceURL>jsc://main.js</ResourceURL>",
      {},
      ["error NoResourceForURL policies/P.xml:1:24"],
    ],
    [
      "two scripts",
      "<ResourceURL>jsc://a.js</ResourceURL><Source>1</Source>",
      { "a.js": "" },
      ["error ResourceURLAndSource policies/P.xml:1:61"],
    ],
    [
      "a syntax error",
      "<ResourceURL>jsc://a.js</ResourceURL>",
      { "a.js": "var a = 1;\nvar b = ;" },
      ["error ScriptCompilationFailed resources/jsc/a.js:2:9"],
    ],
    [
      "Java",
      "<ResourceURL>jsc://a.js</ResourceURL>",
      { "a.js": "\n  java.lang.System.exit(1)" },
      ["error RhinoOnly resources/jsc/a.js:2:3"],
    ],
  ])("%s", (_, inside, files, expected) => {
    expect(problems(inside, files)).toEqual(expected);
  });

  test.each([
    ["return;", "Put the script into a function: (function () { … })();"],
    ["import { a } from './a.js'", "Name the file that it needs in an <IncludeURL> of the policy."],
    ["var b = ;", "Correct the script at this place, or in the lines above."],
    ["var x = <a/>;", "Write it in ECMAScript without the extensions of Rhino."],
  ])("%s, and what to do about it is said", (source, remedy) => {
    const resources = new Map([["jsc/a.js", encode(source)]]);
    const xml = '<Javascript name="JS"><ResourceURL>jsc://a.js</ResourceURL></Javascript>';
    const { report } = loadPolicy(javascript, xml, { scripts, egress, resources });
    expect(report.problems).toMatchObject([{ code: "ScriptCompilationFailed", remedy }]);
  });

  describe("SSLInfo", () => {
    const inside = (content: string) =>
      `<SSLInfo><Enabled>true</Enabled>${content}</SSLInfo><ResourceURL>jsc://a.js</ResourceURL>`;

    test.each([
      ["<ClientAuthEnabled>true</ClientAuthEnabled>", "error ClientCertificateNotSupported"],
      ["<TrustStore>ref://trust</TrustStore>", "error TrustStoreNotSupported"],
      ["<CRLStore>ref://crl</CRLStore>", "error CRLStoreNotSupported"],
      ["<IgnoreValidationErrors>true</IgnoreValidationErrors>", "warning IgnoreValidationErrorsNotSupported"],
      ["<Protocols><Protocol>TLSv1.2</Protocol></Protocols>", "warning ProtocolsNotSupported"],
    ])("%s is a problem of a script that calls, and of no other", (content, problem) => {
      const calls = { "a.js": "httpClient.get('https://api.example.com/')" };
      expect(problems(inside(content), calls)).toEqual([`${problem} policies/P.xml:1:56`]);
      expect(problems(inside(content), { "a.js": "context.getVariable('x')" })).toEqual([]);
    });

    test("is a problem beside a script that cannot be read, too", () => {
      expect(problems(inside("<TrustStore>t</TrustStore>"), { "a.js": "var b = ;" })).toEqual([
        "error ScriptCompilationFailed resources/jsc/a.js:1:9",
        "error TrustStoreNotSupported policies/P.xml:1:56",
      ]);
    });

    test("whose flags are unclear is refused, whatever the script does", () => {
      const unclear = inside("<ClientAuthEnabled>{flow.x}</ClientAuthEnabled>");
      expect(problems(unclear, { "a.js": "" })).toEqual(["error InvalidBoolean policies/P.xml:1:56"]);
    });
  });

  test.each([
    ["new Date().toLocaleDateString('de')", 12],
    ["var a = {};\na.toSource()", 3],
    ["typeof response.content.asXML == 'xml'", 1],
  ])("no reason: what differs from Rhino is a warning: %s", (source, column) => {
    const line = source.split("\n").length;
    expect(problems("<ResourceURL>jsc://a.js</ResourceURL>", { "a.js": source })).toEqual([
      `warning RhinoDiffers resources/jsc/a.js:${line}:${column}`,
    ]);
  });

  test.each(["0", "abc", "-1", "99999999"])("no reason: timeLimit=%j is a warning", (limit) => {
    expect(problems("<Source>1</Source>", {}, `timeLimit="${limit}"`)).toEqual([
      "warning InvalidTimeLimit policies/P.xml:1:1",
    ]);
  });
});

test("a script that reads no payload leaves the body alone", () => {
  const reads = (source: string) => [
    ...loadPolicy(javascript, `<Javascript name="JS"><Source><![CDATA[${source}]]></Source></Javascript>`, {
      scripts,
      egress,
    }).reads,
  ];
  expect(reads("context.setVariable('x', request.headers['a'])")).toEqual([]);
  expect(reads("context.getVariable('response.content')")).toEqual(["response"]);
  expect(reads("var b = context.targetRequest.body")).toEqual(["request"]);
  expect(reads("context.getVariable('a' + b)")).toEqual(["*"]);
  expect(reads("JSON.stringify(error)")).toEqual(["*"]);
  expect(reads("eval('1')")).toEqual(["*"]);
  expect(reads("var c = context; c.proxyResponse.content")).toEqual(["*"]);
  expect(reads("(function (c) { return c.targetRequest.body })(context)")).toEqual(["*"]);
  expect(reads("var answers = {}; answers[response]")).toEqual(["*"]);
});

test("a fault carries what led to it, for the log", async () => {
  const fault = (await run("x()").catch((thrown: unknown) => thrown)) as Fault;
  expect(fault.cause).toBeInstanceOf(Error);
});

test("a script that nobody has seen to wait is told so, and not given what is in the memory", async () => {
  const source =
    "Array.prototype.toJSON = function () { return ['wait', 0] }; try { print(1) } finally { delete Array.prototype.toJSON }";
  await expect(run(source)).rejects.toMatchObject({
    message: expect.stringContaining("a script waits only for calls that it names"),
  });
});
