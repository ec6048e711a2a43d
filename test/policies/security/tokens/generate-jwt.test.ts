import { createPrivateKey } from "node:crypto";
import fc from "fast-check";
import { compactDecrypt, decodeJwt, decodeProtectedHeader, importPKCS8 } from "jose";
import { describe, expect, test } from "vitest";
import type { Value } from "../../../../src/expression/value.ts";
import type { FlowContext } from "../../../../src/flow/context.ts";
import { generateJwt } from "../../../../src/policies/security/tokens/generate-jwt.ts";
import { verifyJwt } from "../../../../src/policies/security/tokens/verify-jwt.ts";
import { problemsOf, variableOf } from "../../policy-kit.ts";
import { failing, fault, holding, pairFor, run, SECONDS } from "./token-kit.ts";

const secretKey = '<SecretKey><Value ref="private.secret"/></SecretKey>';
const privateKey = '<PrivateKey><Value ref="private.pem"/></PrivateKey>';
const policy = (inside = "", algorithm = "HS256", key = secretKey) =>
  `<GenerateJWT name="G"><Algorithm>${algorithm}</Algorithm>${key}${inside}</GenerateJWT>`;
const lenient = "<IgnoreUnresolvedVariables>true</IgnoreUnresolvedVariables>";

async function tokenFrom(xml: string, variables: Record<string, Value> = {}): Promise<string> {
  return made(await run(generateJwt, xml, holding("", variables)));
}

function made(flow: FlowContext): string {
  return String(variableOf(flow, "jwt.G.generated_jwt"));
}

async function claimsFrom(inside: string, variables: Record<string, Value> = {}): Promise<object> {
  const { iat, ...claims } = decodeJwt(await tokenFrom(policy(inside), variables));
  expect(iat).toBe(SECONDS);
  return claims;
}

describe("what VerifyJWT accepts", () => {
  test.each(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"])(
    "%s",
    async (algorithm) => {
      const { privatePem, publicPem } = await pairFor(algorithm);
      const token = await tokenFrom(policy("<Subject>a</Subject>", algorithm, privateKey), {
        "private.pem": privatePem,
      });
      const xml = `<VerifyJWT name="V"><Algorithm>${algorithm}</Algorithm><Source>token</Source><PublicKey><Value ref="pem"/></PublicKey></VerifyJWT>`;
      const flow = await run(verifyJwt, xml, holding(token, { pem: publicPem }));
      expect(variableOf(flow, "jwt.V.claim.sub")).toBe("a");
    },
  );

  test.each([
    ["dir", "A256CBC-HS512", "DirectKey", 64],
    ["A128KW", "A128GCM", "SecretKey", 16],
    ["A192GCMKW", "A192GCM", "SecretKey", 24],
    ["PBES2-HS512+A256KW", "A256GCM", "PasswordKey", 20],
  ])("%s and %s, compressed", async (alg, enc, element, length) => {
    const encoding = element === "PasswordKey" ? "" : ' encoding="base64"';
    const key = `<${element}${encoding}><Id>k</Id><Value ref="private.key"/></${element}>`;
    const inside = `<Algorithms><Key>${alg}</Key><Content>${enc}</Content></Algorithms>${key}`;
    const variables = { "private.key": Buffer.from(new Uint8Array(length).fill(7)).toString("base64") };
    const token = await tokenFrom(
      `<GenerateJWT name="G">${inside}<Compress>true</Compress><Subject>a</Subject></GenerateJWT>`,
      variables,
    );
    expect(decodeProtectedHeader(token)).toMatchObject({ alg, enc, typ: "JWT", kid: "k", zip: "DEF" });
    const xml = `<VerifyJWT name="V">${inside}<Source>token</Source></VerifyJWT>`;
    expect(variableOf(await run(verifyJwt, xml, holding(token, variables)), "jwt.V.claim.sub")).toBe("a");
  });

  test.each(["RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A256KW"])("%s with a key of a set", async (alg) => {
    const { generateKeyPair, exportJWK } = await import("jose");
    const pair = await generateKeyPair(alg, { extractable: true });
    const set = JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: "k", use: "enc" }] });
    const token = await tokenFrom(
      `<GenerateJWT name="G"><Algorithms><Key>${alg}</Key><Content>A128GCM</Content></Algorithms><PublicKey><JWKS ref="set"/><Id>k</Id></PublicKey></GenerateJWT>`,
      { set },
    );
    const { plaintext } = await compactDecrypt(token, pair.privateKey);
    expect(JSON.parse(new TextDecoder().decode(plaintext))).toEqual({ iat: SECONDS });
  });

  test("claims of any text and number", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(
          fc
            .string()
            .filter((name) => !["iss", "sub", "aud", "iat", "exp", "nbf", "jti", "kid"].includes(name)),
          fc.jsonValue({ maxDepth: 4 }),
        ),
        async (claims) => {
          const json = JSON.stringify(claims);
          const token = await tokenFrom(policy('<AdditionalClaims ref="json"/>'), { json });
          const xml = `<VerifyJWT name="V"><Algorithm>HS256</Algorithm><Source>token</Source>${secretKey}<AdditionalClaims ref="json"/></VerifyJWT>`;
          const flow = await run(verifyJwt, xml, holding(token, { json }));
          expect(JSON.parse(String(variableOf(flow, "jwt.V.payload-json")))).toEqual({
            ...JSON.parse(json),
            iat: SECONDS,
          });
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("claims", () => {
  const claim = (attributes: string, text = "") =>
    `<AdditionalClaims><Claim ${attributes}>${text}</Claim></AdditionalClaims>`;

  test.each<[string, object]>([
    ["", {}],
    ["<Subject>a</Subject><Issuer>i</Issuer>", { sub: "a", iss: "i" }],
    ['<Subject ref="who"/>', { sub: "me" }],
    [`<Subject ref="missing"/>${lenient}`, {}],
    ["<Audience>a</Audience>", { aud: "a" }],
    ["<Audience>a, b</Audience>", { aud: ["a", "b"] }],
    ["<Id/>", { jti: "00000000-0000-4000-8000-000000000000" }],
    ["<Id>7</Id>", { jti: "7" }],
    ["<ExpiresIn>1h</ExpiresIn>", { exp: SECONDS + 3600 }],
    ["<ExpiresIn>1500</ExpiresIn>", { exp: SECONDS + 2 }],
    ['<ExpiresIn ref="span"/>', { exp: SECONDS + 864_000 }],
    ["<NotBefore>60m</NotBefore>", { nbf: SECONDS + 3600 }],
    ["<NotBefore>2017-08-14T11:00:21.269-0700</NotBefore>", { nbf: 1502733621 }],
    ["<NotBefore>Mon, 14 Aug 2017 11:00:21 PDT</NotBefore>", { nbf: 1502733621 }],
    ["<NotBefore>Monday, 14-Aug-17 11:00:21 PDT</NotBefore>", { nbf: 1502733621 }],
    ["<NotBefore>Mon Aug 14 11:00:21 2017</NotBefore>", { nbf: 1502708421 }],
    [claim('name="a"', " x "), { a: "x" }],
    [claim('name="a" ref="who"', "x"), { a: "me" }],
    [claim('name="a" ref="missing"', "x"), { a: "x" }],
    [claim('name="a" ref="missing"') + lenient, {}],
    [claim('name="a" type="number"', "1.5"), { a: 1.5 }],
    [claim('name="a" type="boolean"', "TRUE"), { a: true }],
    [claim('name="a" type="map"', '{"x":"{who}"}'), { a: { x: "me" } }],
    [claim('name="a" type="map" ref="object"'), { a: { x: "{who}" } }],
    [claim('name="a" array="true"', "x, y"), { a: ["x", "y"] }],
    [claim('name="a" ref="list" array="true"'), { a: ["p", "q"] }],
    [claim('name="a" type="number" array="true"', "1,2"), { a: [1, 2] }],
    ['<AdditionalClaims ref="json"/>', { sub: "s", deep: { a: [1] } }],
    ['<AdditionalClaims ref="json"/><Subject>own</Subject>', { sub: "own", deep: { a: [1] } }],
  ])("%s", async (inside, expected) => {
    const variables = {
      who: "me",
      span: "10d",
      list: ["p", "q"],
      object: '{"x":"{who}"}',
      json: '{"sub":"s","deep":{"a":[1]},"iat":1}',
    };
    expect(await claimsFrom(inside, variables)).toEqual(expected);
  });

  test.each([
    [claim('name="a" type="number"', "x"), "InvalidClaim"],
    [claim('name="a" type="boolean"', "x"), "InvalidClaim"],
    [claim('name="a" type="map" ref="who"'), "InvalidClaim"],
    ['<AdditionalClaims ref="who"/>', "InvalidJsonFormat"],
    ['<Subject ref="missing"/>', "FailedToResolveVariable"],
    ['<ExpiresIn ref="who"/>', "GenerationFailed"],
    ['<NotBefore ref="who"/>', "GenerationFailed"],
    ["<CriticalHeaders>missing</CriticalHeaders>", "SigningFailed"],
  ])("%s: %s", async (inside, expected) => {
    expect((await failing(generateJwt, policy(inside), holding("", { who: "me" }))).faultName).toBe(expected);
  });
});

test("the header has type, algorithm, key id and what is added, and nothing replaces the algorithm", async () => {
  const inside =
    '<AdditionalHeaders ref="more"><Claim name="a" type="number">1</Claim></AdditionalHeaders><CriticalHeaders>a</CriticalHeaders>';
  const key = secretKey.replace("<Value", '<Id ref="key-id">k</Id><Value');
  const token = await tokenFrom(policy(inside, "HS256", key), { more: '{"alg":"none","b":true}' });
  expect(decodeProtectedHeader(token)).toEqual({
    typ: "JWT",
    b: true,
    a: 1,
    kid: "k",
    crit: ["a"],
    alg: "HS256",
  });
});

test.each(["x", 1, true, null, [1], ["missing"]])("a header crit that is %j", async (crit) => {
  const flow = holding("", { headers: JSON.stringify({ crit }) });
  expect(await fault(generateJwt, policy('<AdditionalHeaders ref="headers"/>'), flow)).toBe(
    "401 steps.jwt.SigningFailed: Failed to sign: policy(G)",
  );
});

test("OutputVariable names where the token goes", async () => {
  const flow = await run(generateJwt, policy("<OutputVariable>mine</OutputVariable>"), holding(""));
  expect(String(variableOf(flow, "mine")).split(".")).toHaveLength(3);
});

describe("private keys", () => {
  test("with a password, or in PKCS#1", async () => {
    const { privatePem } = await pairFor("RS256");
    const key = createPrivateKey(privatePem);
    const sealed = key.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "word" });
    const withPassword = privateKey.replace("</Private", '<Password ref="private.word"/></Private');
    const variables = { "private.pem": String(sealed), "private.word": "word" };
    await tokenFrom(policy("", "RS256", withPassword), variables);
    const wrong = holding("", { ...variables, "private.word": "other" });
    expect((await failing(generateJwt, policy("", "RS256", withPassword), wrong)).faultName).toBe(
      "KeyParsingFailed",
    );
    const pkcs1 = String(key.export({ type: "pkcs1", format: "pem" }));
    await tokenFrom(policy("", "RS256", privateKey), { "private.pem": pkcs1 });
    const onOneLine = privatePem.replaceAll("\n", "\\n");
    await tokenFrom(policy("", "RS256", privateKey), { "private.pem": onOneLine });
  });

  test.each([
    ["ES256", "RS256", "WrongKeyType"],
    ["RS256", "ES256", "WrongKeyType"],
    ["ES256", "ES384", "InvalidCurve"],
  ])("of %s for %s: %s", async (pair, algorithm, expected) => {
    const { privatePem } = await pairFor(pair);
    const flow = holding("", { "private.pem": privatePem });
    expect((await failing(generateJwt, policy("", algorithm, privateKey), flow)).faultName).toBe(expected);
  });

  test.each(["", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"])(
    "%j",
    async (pem) => {
      const flow = holding("", { "private.pem": pem });
      expect(await fault(generateJwt, policy("", "RS256", privateKey), flow)).toBe(
        "401 steps.jwt.KeyParsingFailed: Failed to parse key: policy(G)",
      );
      expect(variableOf(flow, "JWT.failed")).toBe(true);
    },
  );

  test("a key of 1024 bits is too short", async () => {
    const { RSA_1024 } = await import("./short-key.ts");
    const flow = holding("", { "private.pem": RSA_1024 });
    expect((await failing(generateJwt, policy("", "RS256", privateKey), flow)).faultName).toBe(
      "InsufficientKeyLength",
    );
    await expect(importPKCS8(RSA_1024, "RS256")).resolves.toBeDefined();
  });

  test("a secret that is too short", async () => {
    const flow = holding("", { "private.secret": "short" });
    expect(await fault(generateJwt, policy(), flow)).toBe(
      "401 steps.jwt.InsufficientKeyLength: Insufficient key length: policy(G)",
    );
  });
});

test.each([
  ["several algorithms", policy("", "RS256,RS512", privateKey), ["error InvalidValueForElement"]],
  [
    "a public key to sign",
    policy("", "RS256", "<PublicKey><Value>x</Value></PublicKey>"),
    ["error InvalidConfigurationForActionAndAlgorithm"],
  ],
  ["a secret for RS256", policy("", "RS256"), ["error InvalidConfigurationForActionAndAlgorithm"]],
  [
    "a private key for HS256",
    policy("", "HS256", privateKey),
    ["error InvalidConfigurationForActionAndAlgorithm"],
  ],
  [
    "a plain password",
    policy("", "RS256", privateKey.replace("</Priv", "<Password>x</Password></Priv")),
    ["error InvalidSecretInConfig"],
  ],
  ["no time", policy("<NotBefore>tomorrow</NotBefore>"), ["error InvalidTimeFormat"]],
  ["no span", policy("<ExpiresIn>-1</ExpiresIn>"), ["error InvalidTimeFormat"]],
  [
    "a set without an id",
    '<GenerateJWT name="G"><Algorithms><Key>RSA-OAEP-256</Key><Content>A128GCM</Content></Algorithms><PublicKey><JWKS ref="s"/></PublicKey></GenerateJWT>',
    ["error InvalidKeyConfiguration"],
  ],
  ["another type", policy("<Type>Encrypted</Type>"), ["warning TypeMismatch"]],
  ["an issuer with braces", policy("<Issuer>https://{host}/</Issuer>"), ["warning LiteralClaim"]],
])("%s", (_, xml, expected) => {
  expect(problemsOf(generateJwt, xml).map((problem) => problem.replace(/ \d+:\d+$/, ""))).toEqual(expected);
});
