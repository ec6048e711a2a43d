import { describe, expect, test } from "vitest";
import { RequestMessage, ResponseMessage } from "../../../../src/flow/message.ts";
import { oasValidation } from "../../../../src/policies/mediation/oas-validation/oas-validation.ts";
import { faultOf, flowOf, loadPolicy, problemsOf, runPolicy } from "../../policy-kit.ts";
import { error, flowFor, givenSpec, policyXml, specOf, withBody, wrongWith } from "./oas-kit.ts";

const card = {
  type: "object",
  required: ["number", "cvv", "expiration"],
  properties: { number: { type: "string" }, cvv: { type: "string" }, expiration: { type: "string" } },
};
const json = (schema: unknown) => ({ content: { "application/json": { schema } } });
const responses = { 200: { description: "" } };

describe("path and verb", () => {
  const spec = specOf(
    {
      "/things": { get: { responses } },
      "/things/{id}": { get: { responses }, delete: { responses } },
      "/things/mine": { get: { responses, parameters: [{ name: "a", in: "query", required: true }] } },
      "/things/{id}/parts/{part}.json": { get: { responses } },
      "/files/{name}:copy": { post: { responses } },
      "/": { get: { responses } },
    },
    {},
    { servers: [{ url: "https://api.example.com/ignored" }] },
  );
  test.each<[string, string, string | null]>([
    ["GET", "/things", null],
    ["GET", "/things/", null],
    ["GET", "/things/7", null],
    ["GET", "/th%69ngs", null],
    ["GET", "", null],
    ["GET", "/", null],
    ["GET", "/Things", "No API path found that matches request '/Things'."],
    ["GET", "/v1/things", "No API path found that matches request '/v1/things'."],
    ["GET", "/ignored/things", "No API path found that matches request '/ignored/things'."],
    ["GET", "/things/7/8", "No API path found that matches request '/things/7/8'."],
    ["GET", "/things/7/parts/8.json", null],
    ["GET", "/things/7/parts/.json", "No API path found that matches request '/things/7/parts/.json'."],
    ["GET", "/things/7/parts/8.xml", "No API path found that matches request '/things/7/parts/8.xml'."],
    ["POST", "/files/a:copy", null],
    ["POST", "/files/a:b:copy", null],
    ["POST", "/things", "POST operation not allowed on path '/things'."],
    ["PUT", "/things/7", "PUT operation not allowed on path '/things/{id}'."],
    [
      "GET",
      "/things/mine",
      "Query parameter 'a' is required on path '/things/mine' but not found in request.",
    ],
    ["DELETE", "/things/mine", null],
  ])("%s %s", async (verb, path, expected) => {
    expect(await wrongWith(spec, { verb, path })).toBe(expected === null ? null : error(expected));
  });
});

describe("the body of a request", () => {
  const spec = specOf({
    "/things": {
      post: { responses, requestBody: { required: true, ...json(card) } },
      put: { responses, requestBody: json(card) },
      patch: {
        responses,
        requestBody: {
          required: true,
          content: {
            "application/hal+json": { schema: card },
            "application/x-www-form-urlencoded": { schema: card },
            "text/*": { schema: { type: "string", maxLength: 1 } },
          },
        },
      },
      delete: { responses },
    },
  });
  const whole = '{"number":"1","cvv":"2","expiration":"3"}';
  const type = { "content-type": "application/json" };
  const missing = error('Object has missing required properties (["cvv","expiration"])');

  test("is refused with the words of Apigee's validator", async () => {
    const flow = flowFor({ verb: "POST", headers: type, body: '{"number":"2221005276762844"}' });
    const fault = await faultOf(
      oasValidation,
      policyXml(withBody, "oas://openapi.yaml"),
      flow,
      givenSpec(spec, "oas/openapi.yaml"),
    );
    expect([fault.code, fault.status, fault.message]).toEqual([
      "steps.oasvalidation.Failed",
      400,
      'OASValidation OAS with resource "oas://openapi.yaml": failed with reason: "[ERROR - Object has missing required properties (["cvv","expiration"]): []]"',
    ]);
  });

  test("what is hidden in a form beside a wrong percent sign is found", async () => {
    const schema = { type: "object", properties: { p: { type: "string", pattern: "^[^< ]*$" } } };
    const form = { "application/x-www-form-urlencoded": { schema } };
    const forms = specOf({ "/things": { post: { responses, requestBody: { content: form } } } });
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    for (const [body, shown] of [
      ["p=%3Cb%", "<b%"],
      ["p=a+b%ff", "a b\ufffd"],
    ] as const) {
      expect(await wrongWith(forms, { verb: "POST", headers, body })).toBe(
        error(`[Path '/p'] ECMA 262 regex "^[^< ]*$" does not match input string "${shown}"`),
      );
    }
  });

  const cut = (text: string) => new TextEncoder().encode(text);
  test.each<[string, Record<string, string>, string | Uint8Array, string | null]>([
    ["POST", type, whole, null],
    ["POST", { "content-type": "application/json;charset=utf-8" }, '{"number":"1"}', missing],
    ["POST", {}, '{"number":"1"}', missing],
    ["POST", {}, whole, null],
    ["POST", type, "", error("A request body is required but none found.")],
    ["PUT", type, "", null],
    ["PUT", type, '{"number":"1"}', missing],
    ["DELETE", type, whole, error("No request body is expected but one was found.")],
    ["DELETE", {}, "", null],
    [
      "POST",
      { "content-type": "text/plain" },
      "x",
      error(
        "Request Content-Type header 'text/plain' does not match any allowed types. Must be one of: [application/json].",
      ),
    ],
    ["PATCH", { "content-type": "application/hal+json" }, '{"number":"1"}', missing],
    ["PATCH", { "content-type": "application/x-www-form-urlencoded" }, "number=1", missing],
    ["PATCH", { "content-type": "application/x-www-form-urlencoded" }, "number=1&cvv=2&expiration=3", null],
    [
      "PATCH",
      { "content-type": "application/x-www-form-urlencoded" },
      "number=1&number=2&cvv=2&expiration=3",
      error(
        "[Path '/number'] Instance type (array) does not match any allowed primitive type (allowed: [\"string\"])",
      ),
    ],
    ["PATCH", { "content-type": "text/csv" }, "a,b,c", null],
    ["POST", type, '{"number":', error("Unable to parse JSON - Unexpected end of JSON at line 1.")],
    ["POST", type, '{"number":1,\n}', error("Unable to parse JSON - Malformed JSON at line 2.")],
    [
      "POST",
      type,
      `${whole.slice(0, -1)},"cvv":{"a:":"\\":"}}`,
      error("Unable to parse JSON - a name comes twice in an object."),
    ],
    [
      "POST",
      type,
      new Uint8Array([0xff, 0xfe, 0x7b, 0x00]),
      error("Unable to parse JSON - content is not UTF-8."),
    ],
    ["POST", type, cut(`\uFEFF${whole}`), error("Unable to parse JSON - Malformed JSON at line 1.")],
    [
      "POST",
      type,
      "[]",
      error('Instance type (array) does not match any allowed primitive type (allowed: ["object"])'),
    ],
  ])("%s %j %s", async (verb, headers, body, expected) => {
    expect(await wrongWith(spec, { verb, headers, ...(body === "" ? {} : { body }) })).toBe(expected);
  });

  test("is not looked into without ValidateMessageBody, but has to be there", async () => {
    expect(await wrongWith(spec, { verb: "POST", headers: type, body: "{" }, "")).toBe(null);
    expect(await wrongWith(spec, { verb: "POST", headers: { "content-type": "x/y" }, body: "x" }, "")).toBe(
      null,
    );
    expect(await wrongWith(spec, { verb: "DELETE", headers: type, body: "{" }, "")).toBe(null);
    expect(await wrongWith(spec, { verb: "POST" }, "")).toBe(
      error("A request body is required but none found."),
    );
  });

  test("streams where nothing asks for it", () => {
    const reads = (paths: unknown, inside: string) => [
      ...loadPolicy(oasValidation, policyXml(inside), givenSpec(specOf(paths))).reads,
    ];
    const get = { "/things": { get: { responses } } };
    const post = { "/things": { post: { responses, requestBody: { required: true, ...json(card) } } } };
    expect(reads(get, "")).toEqual([]);
    expect(reads(get, withBody)).toEqual(["request"]);
    expect(reads(post, "")).toEqual(["request"]);
    expect(reads(get, `${withBody}<Source>message</Source>`)).toEqual(["message"]);
  });
});

describe("a response", () => {
  const spec = specOf({
    "/things": {
      get: {
        responses: {
          200: {
            description: "",
            headers: { "X-Total": { required: true, schema: { type: "integer" } }, "X-Other": {} },
            ...json({
              type: "object",
              required: ["id"],
              properties: { id: { type: "integer" }, key: { writeOnly: true } },
            }),
          },
          "4XX": { description: "", ...json({ type: "object", required: ["code"] }) },
          default: { description: "" },
        },
      },
      put: { responses: { 204: { description: "" } } },
      head: { responses: { 200: { description: "", ...json({}) } } },
    },
  });
  const type = "application/json";
  const of = (status: number, headers: Record<string, string>, body?: string) =>
    new ResponseMessage({ status, headers: new Headers(headers), ...(body === undefined ? {} : { body }) });
  const source = (name: string) => `${withBody}<Source>${name}</Source>`;

  test.each<[string, ResponseMessage, string | null]>([
    ["GET", of(200, { "content-type": type, "x-total": "3" }, '{"id":1}'), null],
    [
      "GET",
      of(200, { "content-type": type, "x-total": "many" }, "{}"),
      [
        error(
          "Parameter 'X-Total': Instance type (string) does not match any allowed primitive type (allowed: [\"integer\"])",
        ),
        error('Object has missing required properties (["id"])'),
      ].join(", "),
    ],
    [
      "GET",
      of(200, { "content-type": type }, '{"id":1}'),
      error("Header parameter 'X-Total' is required on path '/things' but not found in response."),
    ],
    [
      "GET",
      of(200, { "x-total": "3" }),
      error("GET on path '/things' defines a response schema but no response body found."),
    ],
    [
      "GET",
      of(200, { "x-total": "3", "content-type": "text/html" }, "<p>"),
      error(
        "Response Content-Type header 'text/html' does not match any allowed types. Must be one of: [application/json].",
      ),
    ],
    [
      "GET",
      of(404, { "content-type": type }, "{}"),
      error('Object has missing required properties (["code"])'),
    ],
    ["GET", of(500, { "content-type": "text/html" }, "<p>"), null],
    ["PUT", of(204, {}), null],
    ["PUT", of(200, {}), error("Response status 200 not defined for path '/things'.")],
    ["POST", of(200, {}), error("POST operation not allowed on path '/things'.")],
    ["HEAD", of(200, { "content-type": type }), null],
  ])("%s", async (verb, response, expected) => {
    expect(await wrongWith(spec, { verb, response }, source("response"))).toBe(expected);
    expect(await wrongWith(spec, { verb, response }, source("message"))).toBe(expected);
  });
});

describe("AllowUnspecifiedParameters", () => {
  const spec = specOf(
    {
      "/things": {
        get: {
          responses,
          security: [{ key: [] }],
          parameters: [
            { name: "limit", in: "query", schema: { type: "integer" } },
            { name: "filter", in: "query", style: "deepObject", schema: { type: "object" } },
            { name: "page", in: "query", schema: { type: "object", properties: { from: {}, to: {} } } },
            { name: "X-Trace", in: "header", schema: { type: "string" } },
            { name: "session", in: "cookie", schema: { type: "string" } },
          ],
        },
      },
    },
    { securitySchemes: { key: { type: "apiKey", in: "header", name: "X-Key" } } },
  );
  const allow = (name: string) =>
    `<Options><AllowUnspecifiedParameters><${name}>false</${name}></AllowUnspecifiedParameters></Options>`;
  const headers = { "x-key": "k", "x-trace": "t", cookie: "session=1; theme=dark" };
  const query = "limit=1&filter[a]=1&from=1&to=2&sort=up";

  test.each<[string, string | null]>([
    ["", null],
    [allow("Query"), "Query parameter 'sort' is unexpected on path '/things'."],
    [allow("Cookie"), "Cookie parameter 'theme' is unexpected on path '/things'."],
    [allow("Header"), "Header parameter 'x-other' is unexpected on path '/things'."],
  ])("%s", async (inside, expected) => {
    const asked = { headers: { ...headers, "x-other": "1", "user-agent": "u", "cf-ray": "r" }, query };
    expect(await wrongWith(spec, asked, inside)).toBe(expected === null ? null : error(expected));
  });

  test.each(["Query", "Cookie", "Header"])("%s that are specified pass", async (name) => {
    const asked = { headers: { ...headers, cookie: "session=1" }, query: "limit=1&filter[a]=1&from=1" };
    expect(await wrongWith(spec, asked, allow(name))).toBe(null);
  });
});

describe("security", () => {
  const schemes = {
    header: { type: "apiKey", in: "header", name: "X-Key" },
    query: { type: "apiKey", in: "query", name: "key" },
    cookie: { type: "apiKey", in: "cookie", name: "sid" },
    token: { type: "http", scheme: "bearer" },
  };
  const none = error("GET on path '/things' requires security parameters. None found.");
  const spec = (security: unknown, all?: unknown) =>
    specOf({ "/things": { get: { responses, security } } }, { securitySchemes: schemes }, { security: all });
  test.each<[unknown, Record<string, unknown>, string | null]>([
    [[{ header: [] }], {}, none],
    [[{ header: [] }], { headers: { "x-key": "k" } }, null],
    [[{ header: [], query: [] }], { headers: { "x-key": "k" } }, none],
    [[{ header: [], query: [] }], { headers: { "x-key": "k" }, query: "key=1" }, null],
    [[{ header: [] }, { cookie: [] }], { headers: { cookie: "sid=1" } }, null],
    [[{ header: [] }, {}], {}, null],
    [[{ token: [] }], {}, null],
    [[], {}, null],
  ])("%j with %j", async (security, asked, expected) => {
    expect(await wrongWith(spec(security), asked)).toBe(expected);
  });

  test("of the specification counts where the operation has none", async () => {
    expect(await wrongWith(spec(undefined, [{ query: [] }]), {})).toBe(none);
    expect(await wrongWith(spec([], [{ query: [] }]), {})).toBe(null);
  });
});

describe("Source", () => {
  const spec = specOf({ "/things": { get: { responses } } });
  test.each([
    [
      "nothing",
      "steps.oasvalidation.SourceMessageNotAvailable",
      "nothing message is not available for OASValidation: OAS",
    ],
    ["text", "steps.oasvalidation.NonMessageVariable", "Variable text does not resolve to a Message"],
  ])("%s", async (source, code, message) => {
    const flow = flowOf({ variables: { text: "{}" } });
    const fault = await faultOf(
      oasValidation,
      policyXml(`<Source>${source}</Source>`),
      flow,
      givenSpec(spec),
    );
    expect([fault.code, fault.status, fault.message]).toEqual([code, 500, message]);
  });

  test("is the request", async () => {
    const flow = flowOf({ request: new RequestMessage({ verb: "PUT", path: "/v1/things" }) });
    const fault = await faultOf(oasValidation, policyXml(), flow, givenSpec(spec));
    expect(fault.message).toContain("PUT operation not allowed on path '/things'.");
  });
});

describe("OASResource as a template", () => {
  const encoder = new TextEncoder();
  const given = {
    ...givenSpec(""),
    resources: new Map([
      ["oas/one.json", encoder.encode(specOf({ "/things": { get: { responses } } }))],
      ["oas/two.yaml", encoder.encode("openapi: 3.0.0\npaths:\n  /others:\n    get: {}\n")],
    ]),
  };
  const xml = policyXml("", "oas://{which}");
  const run = (which: string) => runPolicy(oasValidation, xml, flowOf({ variables: { which } }), given);

  test("chooses among all specifications of the bundle", async () => {
    await run("one.json");
    await expect(run("two.yaml")).rejects.toThrow(
      'with resource "oas://two.yaml": failed with reason: "[ERROR - No API path found that matches request \'/things\'.: []]"',
    );
  });

  test.each(["three.json", "../one.json", "__proto__", ""])("refuses what names none: %j", async (which) => {
    await expect(run(which)).rejects.toThrow("There is no such specification in the bundle");
  });

  test("needs one to choose", () => {
    const found = loadPolicy(oasValidation, xml, { ...given, resources: new Map() }).report.problems;
    expect(found.map(({ code, message }) => `${code} ${message}`)).toEqual([
      "ResourceDoesNotExist There is no resource of the type oas that the template could name.",
    ]);
  });
});

describe("deployment", () => {
  const spec = specOf({ "/things": { get: { responses } } });
  test.each<[string, string[]]>([
    [policyXml(), []],
    ["<OASValidation/>", ["error BadResourceURL 1:1"]],
    [policyXml("", ""), ["error BadResourceURL 1:27"]],
    [policyXml("", "api.json"), ["error BadResourceURL 1:27"]],
    [policyXml("", "jsc://api.json"), ["error BadResourceURL 1:27"]],
    [policyXml("", "oas://api.txt"), ["error BadResourceURL 1:27"]],
    [policyXml("", "oas://other.json"), ["error ResourceDoesNotExist 1:27"]],
    [
      policyXml("<Options><ValidateMessageBody>yes</ValidateMessageBody></Options>"),
      ["error InvalidBoolean 1:77"],
    ],
    [
      policyXml(
        "<Options><AllowUnspecifiedParameters><Query>no</Query></AllowUnspecifiedParameters></Options>",
      ),
      ["error InvalidBoolean 1:105"],
    ],
    [policyXml("<Option/>"), ["warning UnknownElement 1:68"]],
  ])("%s", (xml, expected) => {
    expect(problemsOf(oasValidation, xml, givenSpec(spec))).toEqual(expected);
  });
});
