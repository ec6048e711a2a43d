import { exports } from "cloudflare:workers";
import { beforeEach, describe, expect, inject, test } from "vitest";
import { deploy, execute, fromDeveloper, sourceTo } from "../functions/function-kit.ts";

const { a } = inject("servers");
const things = sourceTo("things", a);

beforeEach(() => deploy({ sources: [things, { ...things, apiName: "Things" }] }));

async function post(body: BodyInit, headers: Record<string, string> = {}, path = "probe/execute") {
  const response = await exports.default.fetch(`http://gateway.test/_sortie/functions/${path}`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...fromDeveloper(), ...headers },
  });
  const text = await response.text();
  return { status: response.status, text, type: response.headers.get("content-type") };
}

test("the result is JSON with a value", async () => {
  expect(await post('{"parameters":{"action":"text","text":"ü"}}')).toEqual({
    status: 200,
    text: '{"value":"ü"}',
    type: "application/json",
  });
});

describe("a body that is not what it has to be", () => {
  test.each([
    ["no JSON", "{"],
    ["a list", "[]"],
    ["parameters that are a list", '{"parameters":[]}'],
    ["bytes that are no UTF-8", new Uint8Array([0x22, 0xff, 0x22])],
  ])("%s", async (_, body) => {
    const { status, text } = await post(body);
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({
      errorCode: "INVALID_ARGUMENT",
      errorName: "InvalidRequestBody",
      errorInstanceId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  test("another content type, which a page of another site could send", async () => {
    const { status, text } = await post("{}", { "content-type": "text/plain" });
    expect(status).toBe(400);
    expect(JSON.parse(text).errorName).toBe("InvalidRequestBody");
  });

  test("one that is too large", async () => {
    const { status, text } = await post(`{"x":"${"x".repeat(10 * 1024 * 1024)}"}`);
    expect(status).toBe(413);
    expect(JSON.parse(text).errorName).toBe("RequestBodyTooLarge");
  });

  test("one that is too large and does not say so", async () => {
    const chunk = new TextEncoder().encode("x".repeat(1024 * 1024));
    let sent = 0;
    const body = new ReadableStream({
      pull: (controller) => (sent++ < 12 ? controller.enqueue(chunk) : controller.close()),
    });
    expect(await post(body)).toMatchObject({ status: 413 });
  });
});

test("lists and objects in each other are counted before anything looks into them", async () => {
  const nested = (levels: number) => `{"parameters":{"action":${"[".repeat(levels)}${"]".repeat(levels)}}}`;
  const { status, text } = await post(nested(20_000));
  expect([status, JSON.parse(text).errorName]).toEqual([400, "InvalidRequestBody"]);
  expect(JSON.parse((await post(nested(90))).text).errorName).toBe("InvalidQueryParameterValue");
});

describe("parameters are checked against the signature", () => {
  test.each([
    [{ action: "text", other: 1 }, "UnknownParameter", { unknownParameters: ["other"] }],
    [{ text: "x" }, "MissingParameter", { parameters: ["action"] }],
    [{ action: null }, "MissingParameter", { parameters: ["action"] }],
    [{ action: 7 }, "InvalidQueryParameterValue", { parameterId: "action", parameterDataType: "String" }],
  ])("%j: %s", async (parameters, errorName, expected) => {
    expect(await execute("probe", parameters)).toMatchObject({
      status: 400,
      body: { errorCode: "INVALID_ARGUMENT", errorName, parameters: expected },
    });
  });

  test("names of JavaScript's own are names like any other", async () => {
    const { text } = await post('{"parameters":{"action":"text","__proto__":{"x":1}}}');
    expect(JSON.parse(text)).toMatchObject({ errorName: "UnknownParameter" });
  });
});

test("TypeScript v1 gets dates as classes, and Foundry's words for what is missing", async () => {
  const given = { day: "2026-01-31", at: "2026-01-31T12:00:00+02:00", count: 2 };
  expect((await execute("versionOne", { ...given, action: "dates" })).body).toEqual({
    value: "true 2026-02-02 true 2026-01-31T10:00:00.000Z",
  });
  expect((await execute("versionOne", { ...given, action: "missing secret" })).body).toMatchObject({
    parameters: { message: "Secret with name Other not found on the Source." },
  });
});

test("a function that is not there", async () => {
  expect(await execute("nothing")).toMatchObject({
    status: 404,
    body: { errorCode: "NOT_FOUND", errorName: "QueryNotFound", parameters: { query: "nothing" } },
  });
});

test.each(["probe", "probe/execute/more", "/execute"])("there is nothing at %s", async (path) => {
  expect((await post("{}", {}, path)).status).toBe(404);
});

describe("a function whose source does not pass a gate does not start", () => {
  test.each([
    ["SourceNotFound", []],
    ["SourceNotImportable", [{ ...things, codeImportEnabled: false }]],
    [
      "ExportsNotEnabled",
      [
        {
          ...things,
          exportSettings: { exportsEnabled: true, exportEnabledWithoutMarkingsValidation: false },
        },
      ],
    ],
    ["NoSingleConnection", [{ ...things, domains: [...things.domains, ...things.domains] }]],
    ["NoEgressPolicy", [{ ...things, egressPolicies: [] }]],
    [
      "EgressPolicyNotActive",
      [
        {
          ...things,
          egressPolicies: things.egressPolicies.map((policy) => ({ ...policy, state: "revoked" as const })),
        },
      ],
    ],
  ])("%s", async (gate, sources) => {
    await deploy({ sources });
    expect(await execute("probe", { action: "text" })).toMatchObject({
      status: 500,
      body: { errorCode: "FAILED_PRECONDITION", errorName: "SourceNotUsable", parameters: { gate } },
    });
  });
});

test("an alias leads to the source that the environment says", async () => {
  const { b } = inject("servers");
  const sources = [sourceTo("First", a), sourceTo("Second", b)];
  for (const [apiName, server] of [
    ["First", a],
    ["Second", b],
  ] as const) {
    await deploy({ sources, aliases: { things: apiName } });
    expect((await execute("probe", { action: "url", text: "things" })).body).toEqual({ value: server });
  }
});

test("code that asks for a source that it does not declare learns which ones there are", async () => {
  await deploy({ sources: [things, sourceTo("Other", a)] });
  for (const action of ["url", "alias"]) {
    expect((await execute("probe", { action, text: "Other" })).body).toMatchObject({
      parameters: { message: "Source alias 'Other' not found. Available aliases: [things]" },
    });
  }
});
