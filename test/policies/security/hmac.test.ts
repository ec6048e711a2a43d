import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Value } from "../../../src/expression/value.ts";
import { hmac } from "../../../src/policies/security/hmac.ts";
import { faultOf, flowOf, problemsOf, runPolicy, variableOf } from "../policy-kit.ts";

const secret = '<SecretKey ref="private.key"/>';
const policy = (inside: string, algorithm = "SHA-256", key = secret) =>
  `<HMAC name="H"><Algorithm>${algorithm}</Algorithm>${key}${inside}</HMAC>`;
const withKey = (variables: Record<string, Value> = {}, key: string | null = "Secret123") =>
  flowOf({ variables: { ...(key === null ? {} : { "private.key": key }), ...variables } });

describe("the page's examples", () => {
  test.each([
    ["abc", "a7938720fe5749d31076e6961360364c0cd271443f1b580779932c244293bc94"],
    ["abc ", "274669b2a85d2532da48e2ce3d8e52ee17346d1bcd1a606d87db1934b5ab294b"],
    ["abc\n", "0780370844ca07f896066837e8230d3b6a775f678a4ae03e6b5e864c674831f5"],
  ])("of %j", async (message, expected) => {
    const flow = withKey();
    await runPolicy(hmac, policy(`<Message>${message}</Message><Output encoding="hex">out</Output>`), flow);
    const names = ["out", "hmac.H.message", "hmac.H.outputencoding"];
    expect(names.map((name) => variableOf(flow, name))).toEqual([expected, message, "hex"]);
  });

  test.each([
    ["hex", "536563726574313233"],
    ["base-16", "536563726574313233"],
    ["base64", "U2VjcmV0MTIz"],
    ["UTF8", "Secret123"],
  ])("with a key in %s", async (encoding, key) => {
    const flow = withKey({}, key);
    const xml = policy(
      "<Message>abc</Message>",
      "sha256",
      `<SecretKey encoding="${encoding}" ref="private.key"/>`,
    );
    await runPolicy(hmac, xml, flow);
    expect(Buffer.from(String(variableOf(flow, "hmac.H.output")), "base64").toString("hex")).toBe(
      "a7938720fe5749d31076e6961360364c0cd271443f1b580779932c244293bc94",
    );
  });
});

test.each(["SHA-1", "SHA224", "sha-256", "SHA-384", "Sha512", "MD-5", "MD5"])("%s", async (algorithm) => {
  const flow = withKey({ a: "x" });
  await runPolicy(hmac, policy("<Message>{a}-</Message>", algorithm), flow);
  const expected = createHmac(algorithm.toLowerCase().replace("-", ""), "Secret123").update("x-");
  expect(variableOf(flow, "hmac.H.output")).toBe(expected.digest("base64"));
});

test("what a variable holds is no template", async () => {
  const flow = withKey({ body: "{private.key}" });
  await runPolicy(hmac, policy('<Message ref="body"/>'), flow);
  expect(variableOf(flow, "hmac.H.message")).toBe("{private.key}");
});

describe("VerificationValue", () => {
  const verifying = (value: string) => policy(`<Message ref="body"/>${value}`);

  test("accepts just the value that was computed, in any encoding", async () => {
    const encodings = ["hex", "base64", "base64url"] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\ufffd")),
        fc.constantFrom(...encodings),
        async (body, encoding) => {
          const value = createHmac("sha256", "Secret123").update(body).digest(encoding);
          const xml = verifying(`<VerificationValue encoding="${encoding}" ref="value"/>`);
          await runPolicy(hmac, xml, withKey({ body, value }));
          const fault = await faultOf(hmac, xml, withKey({ body: `${body}x`, value }));
          expect(fault.code).toBe("steps.hmac.HmacVerificationFailed");
        },
      ),
      { numRuns: 30 },
    );
  });

  test.each([
    ["bytes that are no text, and were replaced", "pay \ufffd"],
    ["half a character", "pay \ud800"],
  ])("accepts nothing for %s: other contents have the same value", async (_, body) => {
    const value = createHmac("sha256", "Secret123").update("pay \ufffd").digest("base64");
    const fault = await faultOf(
      hmac,
      verifying('<VerificationValue ref="value"/>'),
      withKey({ body, value }),
    );
    expect(fault.code).toBe("steps.hmac.HmacVerificationFailed");
  });

  test.each([
    ["another value", '<VerificationValue ref="value"/>', { value: "AAAA" }, "HmacVerificationFailed"],
    ["no base64", '<VerificationValue ref="value"/>', { value: "!" }, "HmacVerificationFailed"],
    ["a beginning of it", "<VerificationValue>rBA</VerificationValue>", {}, "HmacVerificationFailed"],
    ["an empty value", '<VerificationValue ref="value"/>', { value: "" }, "EmptyVerificationValue"],
    ["no value", '<VerificationValue ref="value"/>', {}, "UnresolvedVariable"],
    [
      "no value, ignored",
      '<VerificationValue ref="value"/><IgnoreUnresolvedVariables>true</IgnoreUnresolvedVariables>',
      {},
      "UnresolvedVariable",
    ],
  ])("%s: nothing is set", async (_, value, variables, expected) => {
    const flow = withKey({ body: "b", ...variables });
    const fault = await faultOf(hmac, verifying(value), flow);
    expect([fault.faultName, fault.status, variableOf(flow, "hmac.H.output")]).toEqual([expected, 401, null]);
    expect(fault.message).not.toContain("Secret123");
  });
});

test.each<[string, string, string | null, string]>([
  ["no key", policy("<Message>a</Message>"), null, "UnresolvedVariable"],
  ["an empty key", policy("<Message>a</Message>"), "", "EmptySecretKey"],
  [
    "a key of no bytes",
    policy("<Message>a</Message>", "MD5", '<SecretKey ref="private.key" encoding="hex"/>'),
    " \n ",
    "EmptySecretKey",
  ],
  [
    "a key in another encoding",
    policy("<Message>a</Message>", "MD5", '<SecretKey ref="private.key" encoding="hex"/>'),
    "x",
    "HmacCalculationFailed",
  ],
  ["an unresolved variable", policy("<Message>{missing}</Message>"), "k", "UnresolvedVariable"],
  [
    "an algorithm that is not set",
    policy("<Message>a</Message>").replace("<Algorithm>SHA-256", '<Algorithm ref="missing">'),
    "k",
    "UnresolvedVariable",
  ],
])("%s: %s", async (_, xml, key, expected) => {
  expect((await faultOf(hmac, xml, withKey({}, key))).faultName).toBe(expected);
});

test("IgnoreUnresolvedVariables makes them empty in the message", async () => {
  const flow = withKey();
  await runPolicy(
    hmac,
    policy("<Message>a{missing}</Message><IgnoreUnresolvedVariables>true</IgnoreUnresolvedVariables>"),
    flow,
  );
  expect(variableOf(flow, "hmac.H.message")).toBe("a");
});

test.each([
  ["no algorithm", `<HMAC name="H">${secret}<Message/></HMAC>`, ["error MissingConfigurationElement 1:1"]],
  ["another algorithm", policy("<Message/>", "CRC32"), ["error InvalidValueForElement 1:16"]],
  ["no message", policy(""), ["error MissingConfigurationElement 1:1"]],
  ["no key", policy("<Message/>", "MD5", ""), ["error MissingConfigurationElement 1:1"]],
  [
    "a key in the bundle",
    policy("<Message/>", "MD5", "<SecretKey>s</SecretKey>"),
    ["error InvalidSecretInConfig 1:42"],
  ],
  [
    "a key in a plain variable",
    policy("<Message/>", "MD5", '<SecretKey ref="s"/>'),
    ["error InvalidVariableName 1:42"],
  ],
  [
    "another encoding",
    policy('<Message/><Output encoding="utf8">o</Output>'),
    ["error InvalidValueForElement 1:86"],
  ],
])("%s is refused", (_, xml, problems) => {
  expect(problemsOf(hmac, xml)).toEqual(problems);
});
