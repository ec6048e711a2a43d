import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RequestMessage } from "../../../src/flow/message.ts";
import { basicAuthentication } from "../../../src/policies/security/basic-authentication.ts";
import { faultOf, flowOf, loadPolicy, problemsOf, runPolicy, variableOf } from "../policy-kit.ts";

const names = '<User ref="u"/><Password ref="p"/>';
const policy = (inside: string) => `<BasicAuthentication name="BA">${inside}</BasicAuthentication>`;
const encode = (rest = "", attributes = "") =>
  policy(`<Operation>Encode</Operation>${names}<AssignTo${attributes}>out</AssignTo>${rest}`);
const decode = (rest = "") =>
  policy(`<Operation>Decode</Operation>${names}<Source>request.header.Authorization</Source>${rest}`);
const strict = "<IgnoreUnresolvedVariables>false</IgnoreUnresolvedVariables>";

const withHeader = (authorization: string) =>
  flowOf({ request: new RequestMessage({ headers: new Headers({ authorization }) }) });
const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

describe("Encode", () => {
  test("writes the value of a Basic Authorization header to AssignTo", async () => {
    const flow = flowOf({ variables: { u: "Aladdin", p: "open sesame" } });
    await runPolicy(basicAuthentication, encode(), flow);
    expect(variableOf(flow, "out")).toBe("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  });

  test.each([
    ["", "earlier"],
    [' createNew="false"', "earlier"],
    [' createNew="true"', basic("a:b")],
  ])("a variable that is set, with%j", async (attributes, expected) => {
    const flow = flowOf({ variables: { u: "a", p: "b", out: "earlier" } });
    await runPolicy(basicAuthentication, encode("", attributes), flow);
    expect(variableOf(flow, "out")).toBe(expected);
  });

  test("a variable without a value is empty text", async () => {
    const flow = flowOf({ variables: { u: "a" } });
    await runPolicy(basicAuthentication, encode(), flow);
    expect(variableOf(flow, "out")).toBe(basic("a:"));
  });

  test.each([
    [{}, "u"],
    [{ u: "a" }, "p"],
  ])("%j: UnresolvedVariable when IgnoreUnresolvedVariables is false", async (variables, missing) => {
    const fault = await faultOf(basicAuthentication, encode(strict), flowOf({ variables }));
    expect([fault.code, fault.status, fault.message]).toEqual([
      "steps.basicauthentication.UnresolvedVariable",
      500,
      `Unresolved variable : ${missing}`,
    ]);
  });

  test("a variable that nobody can set is a fault of the policy", async () => {
    const xml = encode("", ' createNew="true"').replace(">out<", ">system.time<");
    const fault = await faultOf(basicAuthentication, xml, flowOf({ variables: { u: "a", p: "b" } }));
    expect(fault.code).toBe("steps.basicauthentication.SetVariableFailed");
  });
});

describe("Decode", () => {
  test.each([
    ["a header", basic("Aladdin:open sesame"), ["Aladdin", "open sesame"]],
    ["a scheme in other letters", basic("a:b").replace("Basic", "bASIC"), ["a", "b"]],
    ["a password with colons", basic("a:b:c"), ["a", "b:c"]],
    ["empty parts", basic(":"), ["", ""]],
    ["no padding", "Basic YTpi", ["a", "b"]],
  ])("%s", async (_, header, expected) => {
    const flow = withHeader(header);
    await runPolicy(basicAuthentication, decode(), flow);
    expect([variableOf(flow, "u"), variableOf(flow, "p")]).toEqual(expected);
  });

  test.each([
    ["no scheme", "YTpi"],
    ["another scheme", "Bearer YTpi"],
    ["no base64", "Basic a:b"],
    ["no colon", "Basic 23435"],
    ["no text", "Basic"],
    ["bytes that are not UTF-8", `Basic ${Buffer.from([0x61, 0x3a, 0xe9]).toString("base64")}`],
  ])("%s: InvalidBasicAuthenticationSource, and nothing is set", async (_, header) => {
    const flow = withHeader(header);
    const fault = await faultOf(basicAuthentication, decode(), flow);
    expect([fault.code, fault.status, fault.message]).toEqual([
      "steps.basicauthentication.InvalidBasicAuthenticationSource",
      500,
      "Source variable : request.header.Authorization for basic authentication decode policy is not valid",
    ]);
    expect([variableOf(flow, "u"), variableOf(flow, "p")]).toEqual([null, null]);
  });

  test.each([
    ["", "InvalidBasicAuthenticationSource"],
    [strict, "UnresolvedVariable"],
  ])("a source that is not set, with %j: %s", async (rest, name) => {
    expect((await faultOf(basicAuthentication, decode(rest), flowOf())).faultName).toBe(name);
  });

  test("takes apart what Encode makes", async () => {
    const user = fc.string({ unit: "grapheme" }).filter((text) => !text.includes(":"));
    await fc.assert(
      fc.asyncProperty(user, fc.string({ unit: "grapheme" }), async (u, p) => {
        const flow = flowOf({ variables: { u, p } });
        await runPolicy(basicAuthentication, encode(), flow);
        const taken = withHeader(String(variableOf(flow, "out")));
        await runPolicy(basicAuthentication, decode(), taken);
        expect([variableOf(taken, "u"), variableOf(taken, "p")]).toEqual([u, p]);
      }),
    );
  });
});

test.each([
  ["no operation", policy(names), ["error OperationRequired 1:1"]],
  [
    "another operation",
    policy(`<Operation>Decrypt</Operation>${names}`),
    ["warning InvalidValue 1:32", "error OperationRequired 1:32"],
  ],
  ["no user", encode().replace('<User ref="u"/>', ""), ["error UserNameRequired 1:1"]],
  ["no ref", encode().replace(' ref="u"', ""), ["error UserNameRequired 1:61"]],
  ["no password", encode().replace('<Password ref="p"/>', ""), ["error PasswordRequired 1:1"]],
  ["nothing to assign to", encode().replace("<AssignTo>out</AssignTo>", ""), ["error AssignToRequired 1:1"]],
  ["no source", policy(`<Operation>Decode</Operation>${names}`), ["error SourceRequired 1:1"]],
])("%s is refused", (_, xml, problems) => {
  expect(problemsOf(basicAuthentication, xml)).toEqual(problems);
});

test("a password in the policy itself is told from one that is missing", () => {
  const { problems } = loadPolicy(
    basicAuthentication,
    encode().replace('<Password ref="p"/>', "<Password>x</Password>"),
  ).report;
  expect(problems).toMatchObject([
    {
      code: "PasswordRequired",
      message: '<Password> has a text, and takes the name of a variable in "ref" only.',
      remedy: 'Write <Password ref="…"/>.',
    },
  ]);
});
