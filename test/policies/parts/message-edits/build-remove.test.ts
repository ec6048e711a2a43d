import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RequestMessage, ResponseMessage } from "../../../../src/flow/message.ts";
import { assignMessage } from "../../../../src/policies/messages/assign-message.ts";
import { flowOf, loadPolicy, problemsOf, runPolicy, variableOf } from "../../policy-kit.ts";

const remove = (children: string) => `<AssignMessage name="A"><Remove>${children}</Remove></AssignMessage>`;

function request(): RequestMessage {
  return new RequestMessage({
    verb: "POST",
    path: "/v1/things",
    query: "id=1&id=2&id=3&q=x",
    headers: new Headers({
      accept: "text/html",
      "x-many": "a, b, c",
      "content-type": "application/x-www-form-urlencoded",
    }),
    body: "f=1&f=2&g=3",
  });
}

async function removed(children: string): Promise<RequestMessage> {
  return (await runPolicy(assignMessage, remove(children), flowOf({ request: request() }))).request;
}

test("Remove without children removes headers, parameters and payload", async () => {
  const message = await removed("");
  expect([...message.headers.keys()]).toEqual([]);
  expect([message.verb, message.uri, message.content]).toEqual(["POST", "/v1/things", ""]);
});

test("a form is taken out of a message whose headers go, too", async () => {
  const message = await removed("<Headers/><FormParams/>");
  expect([[...message.headers], message.content]).toEqual([[], ""]);
});

describe("Headers", () => {
  test.each([
    ["<Headers/>", []],
    ['<Headers><Header name="Accept"/></Headers>', ["application/x-www-form-urlencoded", "a, b, c"]],
    [
      '<Headers><Header name="x-many.2"/></Headers>',
      ["text/html", "application/x-www-form-urlencoded", "a, c"],
    ],
    [
      '<Headers><Header name="x-many.1"/><Header name="x-many.2"/></Headers>',
      ["text/html", "application/x-www-form-urlencoded", "c"],
    ],
    [
      '<Headers><Header name="accept">false</Header><Header name="absent"/></Headers>',
      ["text/html", "application/x-www-form-urlencoded", "a, b, c"],
    ],
  ])("%s", async (children, expected) => {
    expect([...(await removed(children)).headers.values()]).toEqual(expected);
  });
});

describe("QueryParams", () => {
  test.each([
    ["<QueryParams/>", ""],
    ['<QueryParams><QueryParam name="id"/></QueryParams>', "q=x"],
    ['<QueryParams><QueryParam name="id.2"/></QueryParams>', "id=1&id=3&q=x"],
    ['<QueryParams><QueryParam name="id.1"/><QueryParam name="id.3"/></QueryParams>', "id=2&q=x"],
    ['<QueryParams><QueryParam name="absent"/></QueryParams>', "id=1&id=2&id=3&q=x"],
  ])("%s", async (children, expected) => {
    expect((await removed(children)).query).toBe(expected);
  });
});

describe("FormParams", () => {
  test.each([
    ["<FormParams/>", ""],
    ['<FormParams><FormParam name="f"/></FormParams>', "g=3"],
    ['<FormParams><FormParam name="f.1"/></FormParams>', "f=2&g=3"],
  ])("%s", async (children, expected) => {
    expect((await removed(children)).content).toBe(expected);
  });

  test("a payload that is no form stays", async () => {
    const json = new RequestMessage({
      headers: new Headers({ "content-type": "application/json" }),
      body: "{}",
    });
    const flow = await runPolicy(assignMessage, remove("<FormParams/>"), flowOf({ request: json }));
    expect(flow.request.content).toBe("{}");
  });
});

describe("Payload", () => {
  test.each([
    ["<Payload>true</Payload>", ""],
    ["<Payload/>", ""],
    ["<Payload>false</Payload>", "f=1&f=2&g=3"],
  ])("%s", async (children, expected) => {
    expect((await removed(children)).content).toBe(expected);
  });
});

describe("properties become those of a new message", () => {
  test.each([
    ["<Verb/>", "GET", "/v1/things"],
    ["<Path>true</Path>", "POST", ""],
    ["<Path>false</Path>", "POST", "/v1/things"],
  ])("%s", async (children, verb, path) => {
    const message = await removed(children);
    expect([message.verb, message.path]).toEqual([verb, path]);
  });

  test("<StatusCode/><ReasonPhrase/>", async () => {
    const flow = flowOf({ response: new ResponseMessage({ status: 404, reason: "Nothing" }) });
    await runPolicy(assignMessage, remove("<StatusCode/><ReasonPhrase/>"), flow);
    expect([flow.response?.status, flow.response?.reason]).toEqual([200, "OK"]);
  });
});

test.each([
  ["form parameters", remove("<FormParams/>"), ["message"]],
  ["everything", remove(""), []],
  ["headers", remove("<Headers/>"), []],
])("the bodies that are read are known before a request comes: %s", (_title, xml, reads) => {
  expect([...loadPolicy(assignMessage, xml).reads]).toEqual(reads);
});

test.each(["x.0", "x.-2"])("a deployment refuses the index of %s", (name) => {
  const xml = remove(`<Headers><Header name="${name}"/></Headers>`);
  expect(problemsOf(assignMessage, xml)).toEqual(["error InvalidIndex 1:42"]);
});

test("the values left in a header are those whose index was not named", async () => {
  const values = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,4}$/), { minLength: 1, maxLength: 6 });
  const indices = fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(values, indices, async (all, gone) => {
      const message = new RequestMessage();
      for (const value of all) message.ownHeaders.append("x", value);
      const headers = gone.map((index) => `<Header name="x.${index}"/>`).join("");
      const flow = flowOf({ request: message });
      await runPolicy(assignMessage, remove(`<Headers>${headers}</Headers>`), flow);
      const left = all.filter((_, index) => !gone.includes(index + 1));
      expect(variableOf(flow, "request.header.x.values")).toEqual(left);
    }),
    { numRuns: 50 },
  );
});
