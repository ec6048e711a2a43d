import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Float, type Value } from "../../../../src/expression/value.ts";
import { RequestMessage, ResponseMessage } from "../../../../src/flow/message.ts";
import { parsePayload } from "../../../../src/policies/mediation/parse-payload/parse-payload.ts";
import { faultOf, flowOf, loadPolicy, problemsOf, runPolicy, variableOf } from "../../policy-kit.ts";

const KINDS = "<PayloadType>JSON-RPC-2.0</PayloadType><Protocol>MCP</Protocol>";
const policy = (source = "", kinds = KINDS) => `<ParsePayload name="PP">${source}${kinds}</ParsePayload>`;
const ofResponse = policy("<Source>response</Source>");

const json = new Headers({ "content-type": "application/json" });
const requestOf = (body: string | Uint8Array, headers = json) =>
  flowOf({ request: new RequestMessage({ verb: "POST", path: "/mcp", headers, body }) });
const responseFlow = (body: string, headers = json) =>
  flowOf({ response: new ResponseMessage({ headers, body }) });
const rpc = (members: object) => JSON.stringify({ jsonrpc: "2.0", ...members });
const call = (params: unknown, id: unknown = 7) => rpc({ id, method: "tools/call", params });

/** What is set below each of the two prefixes. */
function told(flow: ReturnType<typeof flowOf>): Record<string, Value>[] {
  return ["apigee.payload.", "parsepayload.PP."].map((prefix) =>
    Object.fromEntries(
      [...flow.variables.entries()]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, value]) => [name.slice(prefix.length), value as Value]),
    ),
  );
}

/** Apigee: "ParsePayload policy" (Extracted flow variables). */
test.each<[name: string, body: string, variables: Record<string, Value>]>([
  [
    "a method",
    rpc({ id: 1, method: "tools/list" }),
    {
      operation: "tools/list",
      "json-rpc.request.method": "tools/list",
      "json-rpc.request.id": 1,
    },
  ],
  [
    "a notification",
    rpc({ method: "notifications/initialized" }),
    { operation: "notifications/initialized", "json-rpc.request.method": "notifications/initialized" },
  ],
  [
    "a call of a tool",
    call({ name: "get_weather", arguments: { city: "Bristol", days: 3, exact: true, at: [1] } }),
    {
      operation: "tools/call/get_weather",
      "json-rpc.request.method": "tools/call",
      "json-rpc.request.id": 7,
      "json-rpc.request.params":
        '{"name":"get_weather","arguments":{"city":"Bristol","days":3,"exact":true,"at":[1]}}',
      "json-rpc.request.params.name": "get_weather",
      "json-rpc.request.params.arguments": '{"city":"Bristol","days":3,"exact":true,"at":[1]}',
      "json-rpc.request.params.arguments.city": "Bristol",
      "json-rpc.request.params.arguments.days": 3,
      "json-rpc.request.params.arguments.exact": true,
      "json-rpc.request.params.arguments.at": "[1]",
    },
  ],
  [
    "parameters in a list, and null",
    rpc({ id: "a", method: "ping", params: [1, null] }),
    {
      operation: "ping",
      "json-rpc.request.method": "ping",
      "json-rpc.request.id": "a",
      "json-rpc.request.params": "[1,null]",
    },
  ],
  [
    "names that mean something to JavaScript",
    '{"jsonrpc":"2.0","method":"tools/call","params":{"name":"x","arguments":{"__proto__":"a","constructor":"b"}}}',
    {
      operation: "tools/call/x",
      "json-rpc.request.method": "tools/call",
      "json-rpc.request.params": '{"name":"x","arguments":{"__proto__":"a","constructor":"b"}}',
      "json-rpc.request.params.name": "x",
      "json-rpc.request.params.arguments": '{"__proto__":"a","constructor":"b"}',
      "json-rpc.request.params.arguments.__proto__": "a",
      "json-rpc.request.params.arguments.constructor": "b",
    },
  ],
  ["an answer of the client", rpc({ id: 1, result: { action: "accept" } }), {}],
  ["an error of the client", rpc({ id: 1, error: { code: -1, message: "no" } }), {}],
  ["no content", "", {}],
])("%s sets what it says below both prefixes", async (_, body, variables) => {
  const flow = await runPolicy(parsePayload, policy(), requestOf(body));
  expect(told(flow)).toEqual([variables, variables]);
});

test.each<[id: string, value: Value]>([
  ['"7"', "7"],
  ["7", 7],
  ["-3", -3],
  ["2147483648", 2147483648n],
  ["12345678901234567890", 12345678901234567890n],
  ["1.5", new Float(1.5)],
  ["null", null],
])("the id %s keeps its type", async (id, value) => {
  const flow = await runPolicy(
    parsePayload,
    policy(),
    requestOf(`{"jsonrpc":"2.0","id":${id},"method":"ping"}`),
  );
  expect(variableOf(flow, "apigee.payload.json-rpc.request.id")).toEqual(value);
});

test("whatever a call holds, its operation is the method, with the tool", async () => {
  const name = fc.string({ minLength: 1 });
  const message = fc.record({ name, arguments: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })) });
  await fc.assert(
    fc.asyncProperty(message, async (params) => {
      const flow = await runPolicy(parsePayload, policy(), requestOf(call(params)));
      expect(variableOf(flow, "apigee.payload.operation")).toBe(`tools/call/${params.name}`);
      expect(variableOf(flow, "parsepayload.PP.json-rpc.request.params")).toBe(JSON.stringify(params));
    }),
    { numRuns: 100 },
  );
});

describe("a message that cannot be read in just one way is refused", () => {
  const refused = "ParsePayload[PP]: the request is no message of JSON-RPC 2.0: ";
  const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
  const many = Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`a${index}`, 1]));

  test.each<[body: string | Uint8Array, reason: string]>([
    ["no JSON", "Malformed JSON"],
    ['{"jsonrpc":"2.0"', "Unexpected end of JSON"],
    ['{"jsonrpc":"2.0","method":"ping",}', "Malformed JSON"],
    ['/* */{"jsonrpc":"2.0","method":"ping"}', "Malformed JSON"],
    [`[${rpc({ method: "ping" })}]`, "it is no single object"],
    ['"ping"', "it is no single object"],
    ['{"method":"ping"}', '"jsonrpc" is not "2.0"'],
    ['{"jsonrpc":2.0,"method":"ping"}', '"jsonrpc" is not "2.0"'],
    [rpc({ id: 1 }), '"method" is no text'],
    [rpc({ id: 1, method: 5 }), '"method" is no text'],
    [rpc({ id: 1, method: null, result: {} }), '"method" is no text'],
    [rpc({ id: {}, method: "ping" }), '"id" is neither a text nor a number'],
    [rpc({ id: true, method: "ping" }), '"id" is neither a text nor a number'],
    [rpc({ method: "ping", params: "x" }), '"params" is no object'],
    [call({}), '"params.name" is no text'],
    [call({ name: 5 }), '"params.name" is no text'],
    [call(["get_weather"]), '"params.name" is no text'],
    ['{"jsonrpc":"2.0","method":"tools/list","method":"tools/call"}', "a name is there twice"],
    ['{"jsonrpc":"2.0","method":"tools/list","meth\\u006fd":"tools/call"}', "a name is there twice"],
    ['{"jsonrpc":"2.0","method":"tools/call","params":{"name":"a","name":"b"}}', "a name is there twice"],
    [
      '{"jsonrpc":"2.0","method":"tools/call","params":{"name":"a","arguments":{"x":{},"x":1}}}',
      "a name is there twice",
    ],
    [
      '{"jsonrpc":"2.0","method":"tools/call","params":{"name":"a","arguments":{"z":[{"y":1,"y":2}]}}}',
      "a name is there twice",
    ],
    [`{"jsonrpc":"2.0","method":"ping","params":${nested(100)}}`, "Exceeded container depth"],
    [nested(100_000), "Exceeded container depth"],
    [call({ name: "a", arguments: many }), "too many parameters"],
    [new Uint8Array([0x7b, 0xff, 0x7d]), "it is not UTF-8"],
  ])("%s: %s", async (body, reason) => {
    const fault = await faultOf(parsePayload, policy(), requestOf(body));
    expect([fault.code, fault.status, fault.message]).toEqual([
      "sortie.InvalidJsonRpcRequest",
      400,
      refused + reason,
    ]);
  });

  test("whatever its Content-Type is", async () => {
    const flow = requestOf("ping", new Headers({ "content-type": "text/plain" }));
    expect((await faultOf(parsePayload, policy(), flow)).code).toBe("sortie.InvalidJsonRpcRequest");
  });
});

describe("a response as the source", () => {
  test("is read as a request is", async () => {
    const flow = await runPolicy(
      parsePayload,
      ofResponse,
      responseFlow(rpc({ id: 1, method: "sampling/createMessage" })),
    );
    expect(variableOf(flow, "apigee.payload.operation")).toBe("sampling/createMessage");
  });

  test("that is an event stream says nothing", async () => {
    const headers = new Headers({ "content-type": "text/event-stream" });
    expect(told(await runPolicy(parsePayload, ofResponse, responseFlow("data: {}\n\n", headers)))).toEqual([
      {},
      {},
    ]);
  });

  test("that is broken, or not there, is a fault", async () => {
    for (const flow of [responseFlow("{"), flowOf()]) {
      const fault = await faultOf(parsePayload, ofResponse, flow);
      expect([fault.code, fault.status]).toEqual(["sortie.InvalidJsonRpcResponse", 502]);
    }
  });
});

test("what an earlier run has set does not outlive the next one, even one that fails", async () => {
  const flow = requestOf(call({ name: "safe", arguments: { a: 1 } }));
  const { step } = loadPolicy(parsePayload, policy());
  await flow.request.buffer();
  await step?.(flow);
  expect(Object.keys(told(flow)[0] ?? {})).toHaveLength(7);
  flow.request.setContent(rpc({ id: 2, method: "ping" }));
  await step?.(flow);
  expect(told(flow)[0]).toEqual({
    operation: "ping",
    "json-rpc.request.method": "ping",
    "json-rpc.request.id": 2,
  });
  flow.request.setContent("{");
  expect(() => step?.(flow)).toThrow();
  expect(told(flow)).toEqual([{}, {}]);
});

test.each([
  [policy("<Source>Response</Source>"), []],
  [policy("<Source>message</Source>"), ["error InvalidSource 1:25"]],
  [policy("<Source/>"), []],
  [policy("", ""), ["error PayloadTypeRequired 1:1", "error ProtocolRequired 1:1"]],
  [
    policy("", "<PayloadType>GraphQL</PayloadType><Protocol>A2A</Protocol>"),
    ["error InvalidPayloadType 1:25", "error InvalidProtocol 1:59"],
  ],
  [policy("<Sorce>request</Sorce>"), ["warning UnknownElement 1:25"]],
])("%s is %j", (xml, problems) => {
  expect(problemsOf(parsePayload, xml)).toEqual(problems);
});
