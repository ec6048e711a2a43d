import { expect, test } from "vitest";
import { decodeJws } from "../../../../src/policies/security/tokens/decode-jws.ts";
import { generateJws } from "../../../../src/policies/security/tokens/generate-jws.ts";
import { verifyJws } from "../../../../src/policies/security/tokens/verify-jws.ts";
import { problemsOf, variableOf } from "../../policy-kit.ts";
import { failing, fault, holding, pairFor, run, tokenOf, unsigned } from "./token-kit.ts";

const secretKey = '<SecretKey><Id>k</Id><Value ref="private.secret"/></SecretKey>';
const generate = (inside: string, algorithm = "HS256", key = secretKey) =>
  `<GenerateJWS name="G"><Algorithm>${algorithm}</Algorithm>${key}${inside}<OutputVariable>token</OutputVariable></GenerateJWS>`;
const verify = (inside = "", algorithm = "HS256", key = secretKey) =>
  `<VerifyJWS name="V"><Algorithm>${algorithm}</Algorithm>${key}<Source>token</Source>${inside}</VerifyJWS>`;
const decode = '<DecodeJWS name="D"><Source>token</Source></DecodeJWS>';
const detached = "<DetachedContent>content</DetachedContent>";
const content = "any text, {not} JSON";

test("a text that was signed", async () => {
  const flow = await run(generateJws, generate('<Payload ref="content"/>'), holding("", { content }));
  await run(verifyJws, verify(), flow);
  const names = ["valid", "payload", "header.algorithm", "header.kid", "decoded.header.kid", "header-json"];
  expect(names.map((name) => variableOf(flow, `jws.V.${name}`))).toEqual([
    true,
    content,
    "HS256",
    "k",
    "k",
    '{"kid":"k","alg":"HS256"}',
  ]);
});

test("the payload's own text is a template, and a variable's is not", async () => {
  const xml = generate('<Payload ref="missing">{"sub":"{client}"}</Payload>');
  const flow = await run(generateJws, xml, holding("", { client: "{private.secret}" }));
  await run(verifyJws, verify(), flow);
  expect(variableOf(flow, "jws.V.payload")).toBe('{"sub":"{private.secret}"}');
});

test("a variable of the payload's text that is not set", async () => {
  const text = "<Payload>a {nobody}</Payload>";
  expect((await failing(generateJws, generate(text), holding(""))).code).toBe(
    "steps.jws.FailedToResolveVariable",
  );
  const ignoring = generate(`${text}<IgnoreUnresolvedVariables>true</IgnoreUnresolvedVariables>`);
  const flow = await run(generateJws, ignoring, holding(""));
  await run(verifyJws, verify(), flow);
  expect(variableOf(flow, "jws.V.payload")).toBe("a ");
});

test("a signature apart from its text", async () => {
  const xml = generate('<Payload ref="content"/><DetachContent>true</DetachContent>');
  const flow = await run(generateJws, xml, holding("", { content }));
  expect(String(variableOf(flow, "token")).split(".")[1]).toBe("");
  await run(verifyJws, verify(detached), flow);
  expect([variableOf(flow, "jws.V.valid"), variableOf(flow, "jws.V.payload")]).toEqual([true, ""]);
  flow.variables.set("content", `${content}.`);
  expect(await fault(verifyJws, verify(detached), flow)).toBe(
    "401 steps.jws.InvalidJws: Invalid JWS: policy(V)",
  );
  expect(variableOf(flow, "jws.V.valid")).toBe(false);
});

test.each(["pay \ufffd", "pay \ud800"])(
  "a text that others are decoded to, too, is not verified: %j",
  async (text) => {
    const xml = generate('<Payload ref="content"/><DetachContent>true</DetachContent>');
    const flow = await run(generateJws, xml, holding("", { content: "pay \ufffd" }));
    flow.variables.set("content", text);
    expect((await failing(verifyJws, verify(detached), flow)).code).toBe("steps.jws.InvalidJws");
  },
);

test.each(["RS512", "PS256", "ES384"])("%s with a private and a public key", async (algorithm) => {
  const { privatePem, keySet } = await pairFor(algorithm);
  const key = '<PrivateKey><Id>key-1</Id><Value ref="private.pem"/></PrivateKey>';
  const flow = holding("", { content, "private.pem": privatePem, set: keySet });
  await run(generateJws, generate("<Payload>signed</Payload>", algorithm, key), flow);
  await run(verifyJws, verify("", algorithm, '<PublicKey><JWKS ref="set"/></PublicKey>'), flow);
  expect(variableOf(flow, "jws.V.payload")).toBe("signed");
});

test("DecodeJWS reads what nobody has signed, and does not call it valid", async () => {
  const flow = await run(decodeJws, decode, holding(unsigned({ alg: "none", kid: "k" }, "text")));
  const names = ["payload", "header.algorithm", "header.kid", "valid"];
  expect(names.map((name) => variableOf(flow, `jws.D.${name}`))).toEqual(["text", "none", "k", null]);
});

test.each<[string, string, () => Promise<string> | string, string]>([
  ["alg none", verify(), () => unsigned({ alg: "none" }, "x"), "AlgorithmMismatch"],
  ["no signature", verify(), () => unsigned({ alg: "HS256" }, "x"), "InvalidJws"],
  ["text", verify(), () => "hello", "InvalidJws"],
  ["an encrypted token", verify(), () => `${unsigned({ alg: "HS256" }, "x")}..`, "InvalidJws"],
  ["no JSON in the header", verify(), () => unsigned("x", "x"), "InvalidJsonFormat"],
  ["no algorithm", verify(), () => unsigned({}, "x"), "NoAlgorithmFoundInHeader"],
  ["1 MB", verify(), () => unsigned({ alg: "HS256" }, "x".repeat(1_000_000)), "InvalidJws"],
  ["a text that is apart", verify(), () => unsigned({ alg: "HS256" }, ""), "InvalidSignature"],
  ["a text that is not apart", verify(detached), () => tokenOf("x"), "ContentIsNotDetached"],
  [
    "a text that is missing",
    verify(detached),
    () => unsigned({ alg: "HS256" }, ""),
    "FailedToResolveVariable",
  ],
  ["a critical header", verify(), () => tokenOf("x", { a: 1, crit: ["a"] }), "UnhandledCriticalHeader"],
  [
    "another header",
    verify('<AdditionalHeaders><Claim name="a">2</Claim></AdditionalHeaders>'),
    () => tokenOf("x", { a: "1" }),
    "InvalidClaim",
  ],
])("VerifyJWS: %s", async (_, xml, token, expected) => {
  const flow = holding(await token());
  const { code, status } = await failing(verifyJws, xml, flow);
  expect([code, status, variableOf(flow, "JWS.failed")]).toEqual([`steps.jws.${expected}`, 401, true]);
});

test.each([
  ["text", "hello", "FailedToDecode"],
  ["no JSON in the header", unsigned("x", "x"), "InvalidJsonFormat"],
  ["no algorithm", unsigned({}, "x"), "NoAlgorithmFoundInHeader"],
  ["bytes that are not UTF-8", `${unsigned({ alg: "none" }, "").slice(0, -1)}_w.`, "FailedToDecode"],
])("DecodeJWS: %s", async (_, token, expected) => {
  expect((await failing(decodeJws, decode, holding(token))).code).toBe(`steps.jws.${expected}`);
});

test.each([
  ["no payload", problemsOf(generateJws, generate("")), ["error MissingConfigurationElement 1:1"]],
  [
    "encryption",
    problemsOf(generateJws, generate("<Payload>x</Payload>", "dir")),
    ["error InvalidValueForElement 1:23"],
  ],
  ["no key", problemsOf(verifyJws, verify("", "HS256", "")), ["error MissingConfigurationElement 1:1"]],
  ["alg none", problemsOf(verifyJws, verify("", "none")), ["error InvalidValueForElement 1:21"]],
])("deployment: %s", (_, problems, expected) => {
  expect(problems).toEqual(expected);
});
