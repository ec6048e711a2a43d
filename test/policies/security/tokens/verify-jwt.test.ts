import { CompactEncrypt, type CryptoKey, exportJWK, generateKeyPair, importPKCS8 } from "jose";
import { describe, expect, test } from "vitest";
import type { Value } from "../../../../src/expression/value.ts";
import { RequestMessage } from "../../../../src/flow/message.ts";
import { verifyJwt } from "../../../../src/policies/security/tokens/verify-jwt.ts";
import { flowOf, NOW, problemsOf, runPolicy, variableOf } from "../../policy-kit.ts";
import {
  failing,
  fault,
  given,
  holding,
  pairFor,
  run,
  SECONDS,
  SECRET,
  tokenOf,
  unsigned,
} from "./token-kit.ts";

const secretKey = '<SecretKey><Value ref="private.secret"/></SecretKey>';
const policy = (inside: string, algorithm = "HS256", key = secretKey, source = "<Source>token</Source>") =>
  `<VerifyJWT name="V"><Algorithm>${algorithm}</Algorithm>${source}${key}${inside}</VerifyJWT>`;
const publicKey = (text: string) => `<PublicKey><Value>${text}</Value></PublicKey>`;
const invalid = "401 steps.jwt.InvalidToken: Invalid token: policy(V)";
const wrong = (name: string) => `401 steps.jwt.InvalidClaim: Invalid Claim: policy(V) claim(${name})`;

describe("signatures", () => {
  test.each(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"])(
    "%s with a public key and with a key set",
    async (algorithm) => {
      const { privateKey, publicPem, keySet } = await pairFor(algorithm);
      const token = await tokenOf({ sub: "a" }, { alg: algorithm, kid: "key-1" }, privateKey);
      for (const key of [publicKey(publicPem), `<PublicKey><JWKS>${keySet}</JWKS></PublicKey>`]) {
        const flow = await run(verifyJwt, policy("", algorithm, key), holding(token));
        expect([variableOf(flow, "jwt.V.valid"), variableOf(flow, "jwt.V.claim.subject")]).toEqual([
          true,
          "a",
        ]);
      }
    },
  );

  test.each([
    ["HS256", "utf-8", SECRET],
    ["HS384", "hex", Buffer.from(SECRET).toString("hex")],
    ["HS512", "base16", Buffer.from(SECRET).toString("hex").toUpperCase()],
    ["HS256", "base64", Buffer.from(SECRET).toString("base64")],
    ["HS256", "base64url", Buffer.from(SECRET).toString("base64url")],
  ])("%s with a secret in %s", async (algorithm, encoding, secret) => {
    const token = await tokenOf({}, { alg: algorithm });
    const key = secretKey.replace("<SecretKey", `<SecretKey encoding="${encoding}"`);
    const flow = await run(
      verifyJwt,
      policy("", algorithm, key),
      holding(token, { "private.secret": secret }),
    );
    expect(variableOf(flow, "jwt.V.valid")).toBe(true);
  });

  test("one of several algorithms that take the same key", async () => {
    const { privateKey, publicPem } = await pairFor("PS256");
    const token = await tokenOf({}, { alg: "PS256" }, privateKey);
    const flow = await run(verifyJwt, policy("", "PS256, RS256", publicKey(publicPem)), holding(token));
    expect(variableOf(flow, "jwt.V.header.algorithm")).toBe("PS256");
  });

  test("the key of a certificate", async () => {
    const token = await tokenOf({}, { alg: "RS256" }, await importPKCS8(CERTIFIED_KEY, "RS256"));
    const key = `<PublicKey><Certificate ref="certificate"/></PublicKey>`;
    const flow = await run(verifyJwt, policy("", "RS256", key), holding(token, { certificate: CERTIFICATE }));
    expect(variableOf(flow, "jwt.V.valid")).toBe(true);
  });
});

describe("what never verifies", () => {
  const none = (alg: unknown) => unsigned({ alg }, { sub: "admin" });

  test.each(["none", "None", "NONE", "nOnE", "HS384", "", "hs256"])("alg %j", async (alg) => {
    expect(await fault(verifyJwt, policy(""), holding(none(alg)))).toBe(
      "401 steps.jwt.AlgorithmMismatch: Algorithm mismatch: policy(V)",
    );
  });

  test("a signature with the public key as a secret", async () => {
    const { publicPem, keySet } = await pairFor("RS256");
    const confused = await tokenOf({ sub: "admin" }, { kid: "key-1" }, new TextEncoder().encode(publicPem));
    for (const key of [publicKey(publicPem), `<PublicKey><JWKS>${keySet}</JWKS></PublicKey>`]) {
      expect((await failing(verifyJwt, policy("", "RS256", key), holding(confused))).faultName).toBe(
        "AlgorithmMismatch",
      );
    }
  });

  test("a secret in a key set", async () => {
    const keys = [{ kty: "oct", k: Buffer.from(SECRET).toString("base64url"), kid: "key-1" }];
    const { privateKey } = await pairFor("RS256");
    const token = await tokenOf({}, { alg: "RS256", kid: "key-1" }, privateKey);
    const xml = policy("", "RS256", `<PublicKey><JWKS>${JSON.stringify({ keys })}</JWKS></PublicKey>`);
    expect(await fault(verifyJwt, xml, holding(token))).toBe(
      "401 steps.jwt.WrongKeyType: Wrong key type: policy(V)",
    );
  });

  test("another algorithm than those of a list", async () => {
    const { privateKey, publicPem } = await pairFor("RS256");
    const token = await tokenOf({}, { alg: "RS256" }, privateKey);
    expect(
      (await failing(verifyJwt, policy("", "RS384,RS512", publicKey(publicPem)), holding(token))).faultName,
    ).toBe("AlgorithmInTokenNotPresentInConfiguration");
  });

  test.each([
    ["no token", "", invalid],
    ["text", "hello", invalid],
    ["a scheme before the token", "Bearer a.b.c", invalid],
    ["two parts", "a.b", invalid],
    ["no base64", "ey!.e30.", invalid],
    [
      "a header that is no JSON",
      unsigned("{", {}),
      "401 steps.jwt.InvalidJsonFormat: Invalid JSON format: policy(V)",
    ],
    [
      "a header that is a list",
      unsigned([], {}),
      "401 steps.jwt.InvalidJsonFormat: Invalid JSON format: policy(V)",
    ],
    [
      "no algorithm",
      unsigned({}, {}),
      "401 steps.jwt.NoAlgorithmFoundInHeader: No algorithm found in header: policy(V)",
    ],
    ["no signature", unsigned({ alg: "HS256" }, {}), invalid],
    ["an encrypted token", `${unsigned({ alg: "HS256" }, {})}..`, invalid],
    [
      "a header that is nested deep",
      unsigned(`{"alg":"HS256","a":${"[".repeat(9000)}`, {}),
      "401 steps.jwt.InvalidJsonFormat: Invalid JSON format: policy(V)",
    ],
    ["a token of 1 MB", unsigned({ alg: "HS256" }, "x".repeat(1_000_000)), invalid],
    [
      "a million claims",
      unsigned(
        { alg: "HS256" },
        Object.fromEntries(Array.from({ length: 1_000_000 }, (_, i) => [`c${i}`, i])),
      ),
      invalid,
    ],
  ])("%s", async (_, token, expected) => {
    expect(await fault(verifyJwt, policy(""), holding(token))).toBe(expected);
  });

  test.each([
    ["text", "hello"],
    ["a list", "[1]"],
    ["a number", "1"],
    ["bytes that are not UTF-8", null],
    ["values too deep in each other", `{"a":${"[".repeat(200)}${"]".repeat(200)}}`],
  ])("a signed payload that is %s", async (_, payload) => {
    const token =
      payload === null ? await tokenOfBytes(new Uint8Array([0x7b, 0xff, 0x7d])) : await tokenOf(payload);
    expect((await failing(verifyJwt, policy(""), holding(token))).faultName).toBe("InvalidJsonFormat");
  });

  test("a signature in another spelling", async () => {
    const token = await tokenOf({});
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (const last of [...alphabet].filter((character) => character !== token.at(-1))) {
      expect(await fault(verifyJwt, policy(""), holding(token.slice(0, -1) + last))).toBe(invalid);
    }
  });

  test("a payload that was changed", async () => {
    const [header, , signature] = (await tokenOf({ sub: "a" })).split(".");
    const payload = Buffer.from('{"sub":"b"}').toString("base64url");
    expect(await fault(verifyJwt, policy(""), holding(`${header}.${payload}.${signature}`))).toBe(invalid);
  });

  async function tokenOfBytes(payload: Uint8Array): Promise<string> {
    const { CompactSign } = await import("jose");
    return new CompactSign(payload)
      .setProtectedHeader({ alg: "HS256" })
      .sign(new TextEncoder().encode(SECRET));
  }
});

describe("times", () => {
  const expired = "401 steps.jwt.TokenExpired: The Token has expired: policy(V)";
  const early = "401 steps.jwt.TokenNotYetValid: The Token is not yet valid: policy(V)";
  const minutes = "<MaxLifespan>5m</MaxLifespan>";
  const sinceIssue = '<MaxLifespan useIssueTime="true">5m</MaxLifespan>';

  test.each<[object, string, string | null]>([
    [{ exp: SECONDS + 1 }, "", null],
    [{ exp: SECONDS }, "", expired],
    [{ exp: SECONDS - 20 }, "<TimeAllowance>30s</TimeAllowance>", null],
    [{ exp: SECONDS - 40 }, "<TimeAllowance>30s</TimeAllowance>", expired],
    [{ exp: SECONDS - 20 }, '<TimeAllowance ref="allowance"/>', null],
    [{ exp: String(SECONDS + 100) }, "", wrong("exp")],
    [{ exp: null }, "", wrong("exp")],
    [{ nbf: SECONDS }, "", null],
    [{ nbf: SECONDS + 10 }, "", early],
    [{ nbf: SECONDS + 10 }, "<TimeAllowance>30s</TimeAllowance>", null],
    [{ nbf: [] }, "", wrong("nbf")],
    [{ iat: SECONDS }, "", null],
    [{ iat: SECONDS + 10 }, "", early],
    [{ iat: SECONDS + 10 }, "<IgnoreIssuedAt>true</IgnoreIssuedAt>", null],
    [{ iat: "now" }, "<IgnoreIssuedAt>true</IgnoreIssuedAt>", wrong("iat")],
    [{ nbf: SECONDS, exp: SECONDS + 300 }, minutes, null],
    [{ nbf: SECONDS, exp: SECONDS + 301 }, minutes, wrong("exp")],
    [{ nbf: SECONDS }, minutes, wrong("exp")],
    [{ exp: SECONDS + 10 }, minutes, wrong("nbf")],
    [{ iat: SECONDS, exp: SECONDS + 300 }, sinceIssue, null],
    [{ nbf: SECONDS, exp: SECONDS + 300 }, sinceIssue, wrong("iat")],
    [{ nbf: SECONDS, exp: SECONDS + 1 }, '<MaxLifespan ref="nonsense"/>', wrong("exp")],
  ])("%j with %j", async (claims, inside, expected) => {
    const flow = holding(await tokenOf(claims), { allowance: "30s", nonsense: "long" });
    if (expected === null) await run(verifyJwt, policy(inside), flow);
    else expect(await fault(verifyJwt, policy(inside), flow)).toBe(expected);
    expect(variableOf(flow, "jwt.V.valid")).toBe(expected === null);
  });
});

describe("claims", () => {
  const claim = (attributes: string, text = "") =>
    `<AdditionalClaims><Claim ${attributes}>${text}</Claim></AdditionalClaims>`;
  const lenient = "<IgnoreUnresolvedVariables>true</IgnoreUnresolvedVariables>";

  test.each<[string, object, string | null]>([
    ["<Subject>a</Subject>", { sub: "a" }, null],
    ["<Subject>a</Subject>", { sub: "b" }, "sub"],
    ["<Subject>a</Subject>", {}, "sub"],
    ["<Subject>1</Subject>", { sub: 1 }, "sub"],
    ['<Issuer ref="who"/>', { iss: "me" }, null],
    ['<Issuer ref="who"/>', { iss: "you" }, "iss"],
    [`<Issuer ref="missing"/>${lenient}`, { iss: "" }, "iss"],
    [`<Issuer ref="missing"/>${lenient}`, {}, "iss"],
    ["<Id>7</Id>", { jti: "7" }, null],
    ["<Id>7</Id>", { jti: "8" }, "jti"],
    ["<Audience>a</Audience>", { aud: "a" }, null],
    ["<Audience>a</Audience>", { aud: ["b", "a"] }, null],
    ["<Audience>a, c</Audience>", { aud: ["b", "c"] }, null],
    ["<Audience>a</Audience>", { aud: "b" }, "aud"],
    ["<Audience>a</Audience>", { aud: [["a"]] }, "aud"],
    ["<Audience>a</Audience>", {}, "aud"],
    [`<Audience ref="missing"/>${lenient}`, { aud: "" }, "aud"],
    ["<RequiredClaims>sub,aud</RequiredClaims>", { sub: "a", aud: "b" }, null],
    ["<RequiredClaims>sub,aud</RequiredClaims>", { sub: "a" }, "aud"],
    ["<RequiredClaims>toString</RequiredClaims>", {}, "toString"],
    [claim('name="role"', "admin"), { role: "admin" }, null],
    [claim('name="role"', "admin"), { role: "user" }, "role"],
    [claim('name="role"', "admin"), { role: ["admin"] }, "role"],
    [claim('name="role" ref="who"', "admin"), { role: "me" }, null],
    [claim('name="role" ref="missing"', "admin"), { role: "admin" }, null],
    [claim('name="role" ref="missing"') + lenient, { role: "admin" }, "role"],
    [claim('name="role"'), { role: "any" }, null],
    [claim('name="role"'), {}, "role"],
    [claim('name="n" type="number"', "5"), { n: 5 }, null],
    [claim('name="n" type="number"', "5"), { n: "5" }, "n"],
    [claim('name="n" type="number"', "five"), { n: 5 }, "n"],
    [claim('name="b" type="boolean"', "true"), { b: true }, null],
    [claim('name="b" type="boolean"', "true"), { b: "true" }, "b"],
    [claim('name="m" type="map"', '{"a":{"b":[1]}}'), { m: { a: { b: [1] } } }, null],
    [claim('name="m" type="map"', '{"a":1}'), { m: { a: 1, b: 2 } }, "m"],
    [claim('name="l" array="true"', "a,b"), { l: ["b", "a"] }, null],
    [claim('name="l" array="true"', "a,b"), { l: ["a", "b", "c"] }, "l"],
    [claim('name="l" array="true"', "a,a"), { l: ["a", "b"] }, "l"],
    [claim('name="l" type="number" array="true"', "1,2"), { l: [1, 2] }, null],
    ['<AdditionalClaims ref="json"/>', { a: 1, b: "x" }, null],
    ['<AdditionalClaims ref="json"/>', { a: 2 }, "a"],
  ])("%s with %j", async (inside, claims, expected) => {
    const flow = holding(await tokenOf(claims), { who: "me", json: '{"a":1}' });
    if (expected === null) await run(verifyJwt, policy(inside), flow);
    else expect(await fault(verifyJwt, policy(inside), flow)).toBe(wrong(expected));
  });

  test.each([
    ["number", 1],
    ["list", ["me"]],
    ["object", { me: true }],
    ["text with a space", "me "],
  ])("an issuer that is a %s is not that issuer", async (_, iss) => {
    expect(
      await fault(verifyJwt, policy('<Issuer ref="who"/>'), holding(await tokenOf({ iss }), { who: "me" })),
    ).toBe(wrong("iss"));
  });

  test("values that lie deep in each other are compared at once", async () => {
    const deep = `{"a":${"[".repeat(90)}${"]".repeat(90)}}`;
    await run(
      verifyJwt,
      policy('<AdditionalClaims ref="json"/>'),
      holding(await tokenOf(deep), { json: deep }),
    );
  });

  test("__proto__ is a claim like any other", async () => {
    const flow = holding(await tokenOf('{"__proto__":{"role":"admin"},"sub":"a"}'));
    expect(await fault(verifyJwt, policy(claim('name="role"', "admin")), flow)).toBe(wrong("role"));
  });

  test.each([
    ['<Issuer ref="missing"/>', "missing"],
    ['<AdditionalClaims ref="missing"/>', "missing"],
    [claim('name="role" ref="missing"'), "missing"],
  ])("a variable that is not set: %s", async (inside, name) => {
    expect(await fault(verifyJwt, policy(inside), holding(await tokenOf({})))).toBe(
      `401 steps.jwt.FailedToResolveVariable: Failed to Resolve Variable : policy(V) variable(${name})`,
    );
  });

  test("a header that must be there", async () => {
    const inside = '<AdditionalHeaders><Claim name="moniker">Harvey</Claim></AdditionalHeaders>';
    await run(verifyJwt, policy(inside), holding(await tokenOf({}, { moniker: "Harvey" })));
    expect(await fault(verifyJwt, policy(inside), holding(await tokenOf({}, { moniker: "Ann" })))).toBe(
      wrong("moniker"),
    );
  });
});

describe("critical headers", () => {
  test.each<[string, unknown, string | null]>([
    ["", undefined, null],
    ["<KnownHeaders>a,b</KnownHeaders>", ["a"], null],
    ['<KnownHeaders ref="known"/>', ["b"], null],
    ["", ["a"], "UnhandledCriticalHeader"],
    ["<KnownHeaders>b</KnownHeaders>", ["a", "b"], "UnhandledCriticalHeader"],
    ["<IgnoreCriticalHeaders>true</IgnoreCriticalHeaders>", ["a"], null],
  ])("%j with crit %j", async (inside, crit, expected) => {
    const token = await tokenOf({}, { a: 1, b: 2, ...(crit === undefined ? {} : { crit }) });
    const flow = holding(token, { known: "a, b" });
    if (expected === null) await run(verifyJwt, policy(inside), flow);
    else expect((await failing(verifyJwt, policy(inside), flow)).faultName).toBe(expected);
  });

  test.each([[[]], ["a"], [[1]], [{ a: 1 }], [["missing"]]])("crit %j is none", async (crit) => {
    const inside = "<IgnoreCriticalHeaders>true</IgnoreCriticalHeaders>";
    const token = unsigned({ alg: "HS256", crit }, {}, "AAAA");
    expect(await fault(verifyJwt, policy(inside), holding(token))).toBe(invalid);
  });
});

describe("keys", () => {
  test.each<[string, string, Record<string, Value>, string]>([
    ["HS256", secretKey, { "private.secret": "short" }, "InsufficientKeyLength"],
    ["HS512", secretKey, { "private.secret": "x".repeat(63) }, "InsufficientKeyLength"],
    ["HS256", secretKey, { "private.secret": null }, "FailedToResolveVariable"],
    [
      "HS256",
      secretKey.replace("SecretKey>", 'SecretKey encoding="hex">'),
      { "private.secret": "not hexadecimal" },
      "InvalidSecretKey",
    ],
    [
      "RS256",
      '<PublicKey><Value ref="pem"/></PublicKey>',
      { pem: "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----" },
      "KeyParsingFailed",
    ],
    ["RS256", '<PublicKey><Value ref="pem"/></PublicKey>', { pem: "" }, "KeyParsingFailed"],
    [
      "RS256",
      '<PublicKey><Certificate ref="pem"/></PublicKey>',
      { pem: "no certificate" },
      "KeyParsingFailed",
    ],
    ["RS256", '<PublicKey><JWKS ref="set"/></PublicKey>', { set: "{" }, "InvalidKeyConfiguration"],
    [
      "RS256",
      '<PublicKey><JWKS ref="set"/></PublicKey>',
      { set: '{"kty":"RSA"}' },
      "InvalidKeyConfiguration",
    ],
    ["RS256", '<PublicKey><JWKS ref="set"/></PublicKey>', { set: '{"keys":[]}' }, "NoMatchingPublicKey"],
    [
      "RS256",
      '<PublicKey><JWKS ref="set"/></PublicKey>',
      { set: '{"keys":[1,null,{"kid":"key-1"}]}' },
      "NoMatchingPublicKey",
    ],
    [
      "RS256",
      '<PublicKey><JWKS ref="set"/></PublicKey>',
      { set: '{"keys":[{"kid":"key-1","kty":"EC","crv":"P-256"}]}' },
      "WrongKeyType",
    ],
    [
      "RS256",
      '<PublicKey><JWKS ref="set"/></PublicKey>',
      { set: '{"keys":[{"kid":"key-1","kty":"RSA","n":"!","e":"AQAB"}]}' },
      "KeyParsingFailed",
    ],
    [
      "ES256",
      '<PublicKey><JWKS ref="set"/></PublicKey>',
      { set: '{"keys":[{"kid":"key-1","kty":"EC","crv":"P-384"}]}' },
      "InvalidCurve",
    ],
  ])("%s with %s and %j: %s", async (algorithm, key, variables, expected) => {
    const token = unsigned({ alg: algorithm, kid: "key-1" }, {}, "AAAA");
    const flow = holding(token, variables);
    if (variables["private.secret"] === null) flow.variables.delete("private.secret");
    expect((await failing(verifyJwt, policy("", algorithm, key), flow)).faultName).toBe(expected);
  });

  test("a key for encryption does not verify", async () => {
    const { privateKey, keySet } = await pairFor("RS256");
    const set = keySet.replace('"kid"', '"use":"enc","kid"');
    const token = await tokenOf({}, { alg: "RS256", kid: "key-1" }, privateKey);
    const xml = policy("", "RS256", '<PublicKey><JWKS ref="set"/></PublicKey>');
    expect((await failing(verifyJwt, xml, holding(token, { set }))).faultName).toBe("NoMatchingPublicKey");
  });

  test.each<[object, string | null]>([
    [{ use: "sig", key_ops: ["verify"], alg: "RS256" }, null],
    [{ key_ops: ["encrypt", "wrapKey"] }, "NoMatchingPublicKey"],
    [{ key_ops: ["sign"] }, "NoMatchingPublicKey"],
    [{ key_ops: [] }, "NoMatchingPublicKey"],
    [{ key_ops: "verify" }, "NoMatchingPublicKey"],
    [{ use: "SIG" }, "NoMatchingPublicKey"],
    [{ alg: "RS384" }, "NoMatchingPublicKey"],
    [{ alg: "RSA-OAEP-256" }, "NoMatchingPublicKey"],
  ])("a key of a set that says %j", async (said, expected) => {
    const { privateKey, keySet } = await pairFor("RS256");
    const [jwk] = JSON.parse(keySet).keys;
    const set = JSON.stringify({ keys: [{ ...jwk, ...said }] });
    const flow = holding(await tokenOf({}, { alg: "RS256", kid: "key-1" }, privateKey), { set });
    const xml = policy("", "RS256", '<PublicKey><JWKS ref="set"/></PublicKey>');
    if (expected === null) await run(verifyJwt, xml, flow);
    else expect((await failing(verifyJwt, xml, flow)).faultName).toBe(expected);
  });

  test.each(["jwk", "jku", "x5u", "x5c"])(
    "a key that comes with the token, in %s, is not used",
    async (name) => {
      const { privateKey: own, publicKey: ownPublic } = await generateKeyPair("RS256");
      const { keySet, publicPem } = await pairFor("RS256");
      const brought = {
        jwk: await exportJWK(ownPublic),
        jku: "https://a.example/",
        x5u: "https://a.example/",
        x5c: ["AA=="],
      };
      const header = { alg: "RS256", kid: "key-1", [name]: brought[name as keyof typeof brought] };
      const token = await tokenOf({ sub: "admin" }, header, own);
      for (const key of ['<PublicKey><JWKS ref="set"/></PublicKey>', publicKey(publicPem)]) {
        expect(await fault(verifyJwt, policy("", "RS256", key), holding(token, { set: keySet }))).toBe(
          invalid,
        );
      }
    },
  );

  test.each<[unknown, string]>([
    ["__proto__", "NoMatchingPublicKey"],
    ["constructor", "NoMatchingPublicKey"],
    ["KEY-1", "NoMatchingPublicKey"],
    ["", "NoMatchingPublicKey"],
    [["key-1"], "KeyIdMissing"],
    [1, "KeyIdMissing"],
    [null, "KeyIdMissing"],
  ])("the kid %j names no key", async (kid, expected) => {
    const { privateKey, keySet } = await pairFor("RS256");
    const flow = holding(await tokenOf({}, { alg: "RS256", kid }, privateKey), { set: keySet });
    const xml = policy("", "RS256", '<PublicKey><JWKS ref="set"/></PublicKey>');
    expect((await failing(verifyJwt, xml, flow)).faultName).toBe(expected);
  });

  test("a key set needs a kid in the token", async () => {
    const { privateKey, keySet } = await pairFor("RS256");
    const xml = policy("", "RS256", '<PublicKey><JWKS ref="set"/></PublicKey>');
    const flow = holding(await tokenOf({}, { alg: "RS256" }, privateKey), { set: keySet });
    expect((await failing(verifyJwt, xml, flow)).faultName).toBe("KeyIdMissing");
  });

  test("one of a thousand keys", async () => {
    const { privateKey, keySet } = await pairFor("RS256");
    const [jwk] = JSON.parse(keySet).keys;
    const keys = Array.from({ length: 1000 }, (_, i) => ({
      ...jwk,
      kid: `key-${i}`,
      ...(i === 1 ? {} : { n: "AQAB" }),
    }));
    const xml = policy("", "RS256", '<PublicKey><JWKS ref="set"/></PublicKey>');
    const token = await tokenOf({}, { alg: "RS256", kid: "key-1" }, privateKey);
    const flow = await run(verifyJwt, xml, holding(token, { set: JSON.stringify({ keys }) }));
    expect(variableOf(flow, "jwt.V.valid")).toBe(true);
  });

  test("nothing of a key is in a fault or its causes", async () => {
    const pem = "-----BEGIN PUBLIC KEY-----\nU0VDUkVU\n-----END PUBLIC KEY-----";
    const xml = policy("", "RS256", '<PublicKey><Value ref="pem"/></PublicKey>');
    const thrown = await failing(verifyJwt, xml, holding(unsigned({ alg: "RS256" }, {}, "AAAA"), { pem }));
    const told = `${thrown.message} ${thrown.stack} ${thrown.cause instanceof Error ? thrown.cause.stack : thrown.cause}`;
    expect(told).not.toContain("U0VDUkVU");
  });
});

describe("the log says why", () => {
  const twoParts = "it is not three or five parts in Base64url with a dot between each";
  test.each<[title: string, token: () => string | Promise<string>, algorithm: string, reason: string]>([
    ["text is no token", () => "hello", "HS256", twoParts],
    [
      "a scheme is no part of a token",
      () => "Bearer a.b.c",
      "HS256",
      "it begins with Bearer, which is taken off the Authorization header where the policy has no Source",
    ],
    ["a token is too long", () => "a".repeat(300_000), "HS256", "it is longer than 262144 characters"],
    ["a header is no JSON", () => unsigned("{", {}), "HS256", "its header is no JSON object"],
    ["a payload is no JSON", () => tokenOf("hello"), "HS256", "its payload is no JSON object"],
    ["an algorithm is not taken", () => tokenOf({}), "HS384", "the policy takes HS384"],
    [
      "a signed token has five parts",
      async () => `${await tokenOf({})}..`,
      "HS256",
      "it has 5 parts, and a signed one has 3",
    ],
    [
      "a part ends in stray bits",
      async () => `${(await tokenOf({})).slice(0, -1)}B`,
      "HS256",
      "the last letter of a part holds bits that stand for nothing",
    ],
    [
      "somebody else has signed it",
      async () => tokenOf({}, {}, new TextEncoder().encode("other".repeat(20))),
      "HS256",
      "its signature does not verify with the key",
    ],
  ])("%s", async (_, token, algorithm, reason) => {
    const thrown = await failing(verifyJwt, policy("", algorithm), holding(await token()));
    expect(thrown.cause).toBe(reason);
    expect(thrown.message).not.toContain(reason);
  });

  test.each([
    ["other", {}, "the key set has no key with its kid"],
    ["key-1", { use: "enc" }, "the key with its kid is for another use or algorithm"],
  ])("no key fits: %s %j", async (kid, use, reason) => {
    const { privateKey, keySet } = await pairFor("RS256");
    const keys = JSON.parse(keySet).keys.map((key: object) => ({ ...key, ...use }));
    const xml = policy("", "RS256", '<PublicKey><JWKS ref="set"/></PublicKey>');
    const token = await tokenOf({}, { alg: "RS256", kid }, privateKey);
    const thrown = await failing(verifyJwt, xml, holding(token, { set: JSON.stringify({ keys }) }));
    expect([thrown.faultName, thrown.cause]).toEqual(["NoMatchingPublicKey", reason]);
  });
});

describe("Source", () => {
  const withHeader = (authorization: string) =>
    flowOf({
      request: new RequestMessage({ headers: new Headers({ authorization }) }),
      variables: { "private.secret": SECRET },
    });
  const explicit = "<Source>request.header.Authorization</Source>";

  test("is the Authorization header after Bearer by default", async () => {
    const flow = await run(
      verifyJwt,
      policy("", "HS256", secretKey, ""),
      withHeader(`Bearer ${await tokenOf({})}`),
    );
    expect(variableOf(flow, "jwt.V.valid")).toBe(true);
  });

  test.each([", Bearer ", ","])(
    "is no token with %j behind it: others may take what follows",
    async (more) => {
      const other = unsigned({ alg: "none" }, { sub: "admin" });
      const flow = withHeader(`Bearer ${await tokenOf({})}${more}${more === "," ? "" : other}`);
      expect(await fault(verifyJwt, policy("", "HS256", secretKey, ""), flow)).toBe(invalid);
    },
  );

  test("is not stripped when it is named", async () => {
    const token = await tokenOf({});
    const xml = policy("", "HS256", secretKey, explicit);
    expect(await fault(verifyJwt, xml, withHeader(`Bearer ${token}`))).toBe(invalid);
    await run(verifyJwt, xml, withHeader(token));
  });

  test.each([
    ["", "null"],
    [explicit, "request.header.Authorization"],
  ])("that is not there, with %j", async (source, name) => {
    const flow = flowOf({ variables: { "private.secret": SECRET } });
    expect(await fault(verifyJwt, policy("", "HS256", secretKey, source), flow)).toBe(
      `401 steps.jwt.FailedToResolveVariable: Failed to Resolve Variable : policy(V) variable(${name})`,
    );
    expect(variableOf(flow, "JWT.failed")).toBe(true);
  });
});

describe("variables", () => {
  test("of a token", async () => {
    const claims = {
      sub: "a",
      iss: "i",
      aud: ["x", "y"],
      exp: SECONDS + 3600,
      iat: SECONDS,
      nbf: SECONDS,
      n: 1.5,
      big: 2 ** 40,
      b: false,
      o: { p: 1 },
      l: [1],
    };
    const flow = await run(verifyJwt, policy(""), holding(await tokenOf(claims, { typ: "JWT", kid: "k" })));
    const expected: Record<string, unknown> = {
      valid: true,
      "claim.subject": "a",
      "claim.sub": "a",
      "decoded.claim.sub": "a",
      "claim.issuer": "i",
      "claim.audience": ["x", "y"],
      "decoded.claim.aud": '["x","y"]',
      "claim.expiry": SECONDS + 3600,
      "claim.issuedat": SECONDS,
      "claim.notbefore": SECONDS,
      "claim.big": BigInt(2 ** 40),
      "claim.b": false,
      "claim.o": '{"p":1}',
      "claim.l": "[1]",
      "header.algorithm": "HS256",
      "header.type": "JWT",
      "header.kid": "k",
      "decoded.header.kid": "k",
      "header-json": '{"alg":"HS256","typ":"JWT","kid":"k"}',
      "payload-json": JSON.stringify(claims),
      "payload-claim-names": Object.keys(claims),
      is_expired: false,
      expiry_formatted: "2026-01-02T04:04:05.000+0000",
      seconds_remaining: 3599,
      time_remaining_formatted: "00:59:59.322",
    };
    const held = Object.fromEntries(
      Object.keys(expected).map((name) => [name, variableOf(flow, `jwt.V.${name}`)]),
    );
    expect(held).toEqual(expected);
    expect(String(variableOf(flow, "jwt.V.claim.n"))).toBe("1.5");
  });

  test("of a token that fails later are gone", async () => {
    const flow = await run(verifyJwt, policy(""), holding(await tokenOf({ sub: "admin" })));
    flow.variables.set("token", await tokenOf({ sub: "other", exp: SECONDS - 1 }));
    await failing(verifyJwt, policy(""), flow);
    const left = ["jwt.V.claim.sub", "jwt.V.payload-json", "jwt.V.header.alg", "jwt.V.valid"];
    expect(left.map((name) => variableOf(flow, name))).toEqual([null, null, null, false]);
  });

  test("with names that begin with each other", async () => {
    const flow = await run(verifyJwt, policy(""), holding(await tokenOf({ a: 1, "a.b": 2 })));
    expect([variableOf(flow, "jwt.V.claim.a"), variableOf(flow, "jwt.V.claim.a.b")]).toEqual([1, 2]);
  });
});

describe("encrypted tokens", () => {
  const encrypted = (key: string, content: string, element: string, inside = "") =>
    `<VerifyJWT name="V"><Algorithms><Key>${key}</Key><Content>${content}</Content></Algorithms><Source>token</Source>${element}${inside}</VerifyJWT>`;
  const privateKey = '<PrivateKey><Value ref="private.pem"/></PrivateKey>';

  async function encrypt(
    alg: string,
    enc: string,
    key: CryptoKey | Uint8Array,
    header = {},
  ): Promise<string> {
    return new CompactEncrypt(new TextEncoder().encode('{"sub":"a"}'))
      .setProtectedHeader({ alg, enc, ...header })
      .encrypt(key);
  }

  test.each(["RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW"])("%s", async (alg) => {
    const { generateKeyPair, exportPKCS8 } = await import("jose");
    const pair = await generateKeyPair(alg, { extractable: true });
    const flow = holding(await encrypt(alg, "A128GCM", pair.publicKey), {
      "private.pem": await exportPKCS8(pair.privateKey),
    });
    await run(verifyJwt, encrypted(alg, "A128GCM", privateKey), flow);
    expect(variableOf(flow, "jwt.V.claim.sub")).toBe("a");
  });

  test.each([
    ["dir", "A128CBC-HS256", "DirectKey", 32],
    ["dir", "A256CBC-HS512", "DirectKey", 64],
    ["dir", "A256GCM", "DirectKey", 32],
    ["A128KW", "A128GCM", "SecretKey", 16],
    ["A256GCMKW", "A256GCM", "SecretKey", 32],
  ])("%s and %s with a key of the exact length", async (alg, enc, element, length) => {
    const bytes = new Uint8Array(length).fill(7);
    const token = await encrypt(alg, enc, bytes);
    const xml = encrypted(alg, enc, `<${element} encoding="base64"><Value ref="private.key"/></${element}>`);
    const keyed = (size: number) => ({
      "private.key": Buffer.from(new Uint8Array(size).fill(7)).toString("base64"),
    });
    expect(variableOf(await run(verifyJwt, xml, holding(token, keyed(length))), "jwt.V.claim.sub")).toBe("a");
    expect((await failing(verifyJwt, xml, holding(token, keyed(length + 1)))).faultName).toBe(
      "InvalidSecretKey",
    );
    expect((await failing(verifyJwt, xml, holding(token, keyed(length - 1)))).faultName).toBe(
      "InsufficientKeyLength",
    );
  });

  test("a password, and one that asks for too much work", async () => {
    const xml = encrypted(
      "PBES2-HS256+A128KW",
      "A128GCM",
      '<PasswordKey><Value ref="private.word"/></PasswordKey>',
    );
    const word = new TextEncoder().encode("open sesame");
    const make = (p2c: number) =>
      new CompactEncrypt(new TextEncoder().encode('{"sub":"a"}'))
        .setProtectedHeader({ alg: "PBES2-HS256+A128KW", enc: "A128GCM" })
        .setKeyManagementParameters({ p2c })
        .encrypt(word);
    const variables = { "private.word": "open sesame" };
    await run(verifyJwt, xml, holding(await make(10_000), variables));
    expect(await fault(verifyJwt, xml, holding(await make(10_001), variables))).toBe(invalid);
  });

  test("another algorithm, key or content is refused", async () => {
    const xml = encrypted(
      "A128KW",
      "A128GCM",
      '<SecretKey encoding="base64"><Value ref="private.key"/></SecretKey>',
    );
    const keyOf = (fill: number) => new Uint8Array(16).fill(fill);
    const variables = { "private.key": Buffer.from(keyOf(7)).toString("base64") };
    const names = await Promise.all(
      [
        encrypt("A128GCMKW", "A128GCM", keyOf(7)),
        encrypt("A128KW", "A192GCM", keyOf(7)),
        encrypt("A128KW", "A128GCM", keyOf(8)),
        tokenOf({ sub: "a" }),
      ].map(async (token) => (await failing(verifyJwt, xml, holding(await token, variables))).faultName),
    );
    expect(names).toEqual(["AlgorithmMismatch", "AlgorithmMismatch", "InvalidToken", "AlgorithmMismatch"]);
  });
});

test("key sets at a URL are asked for by the policy, with the id of the key", async () => {
  const { privateKey, keySet } = await pairFor("RS256");
  const { KeySet } = await import("../../../../src/egress/key-set.ts");
  const asked: unknown[] = [];
  const keySets = {
    at: (url: string, kid: string, { by }: { by: { name: string } }) => {
      asked.push([url, kid, by.name]);
      return new KeySet(keySet);
    },
  };
  const token = await tokenOf({}, { alg: "RS256", kid: "key-1" }, privateKey);
  const keyed = (attribute: string) => policy("", "RS256", `<PublicKey><JWKS ${attribute}/></PublicKey>`);
  const flow = () => holding(token, { where: "https://keys.example/b" });
  await runPolicy(verifyJwt, keyed('uri="https://keys.example/a"'), flow(), { ...given, keySets });
  await runPolicy(verifyJwt, keyed('uriRef="where"'), flow(), { ...given, keySets });
  expect(asked).toEqual([
    ["https://keys.example/a", "key-1", "V"],
    ["https://keys.example/b", "key-1", "V"],
  ]);
  expect(NOW).toBeGreaterThan(0);
});

describe("deployment", () => {
  const bare = (inside: string) => `<VerifyJWT name="V">${inside}</VerifyJWT>`;
  const hs = "<Algorithm>HS256</Algorithm>";
  const rs = "<Algorithm>RS256</Algorithm>";
  test.each([
    ["no algorithm", bare(secretKey), ["error MissingConfigurationElement"]],
    ["alg none", policy("", "none"), ["error InvalidValueForElement"]],
    [
      "both kinds",
      bare(`${hs}<Algorithms><Key>dir</Key><Content>A128GCM</Content></Algorithms>`),
      ["error InvalidConfiguration"],
    ],
    ["keys of different types", policy("", "HS256,RS256"), ["error InvalidFamiliesForAlgorithm"]],
    ["no key", bare(hs), ["error MissingConfigurationElement"]],
    ["a secret for RS256", bare(rs + secretKey), ["error InvalidConfigurationForActionAndAlgorithm"]],
    [
      "a public key for HS256",
      bare(hs + publicKey("x")),
      ["error InvalidConfigurationForActionAndAlgorithm"],
    ],
    [
      "a key too many",
      bare(hs + secretKey + publicKey("x")),
      ["warning InvalidConfigurationForActionAndAlgorithm"],
    ],
    [
      "a secret in the bundle",
      bare(`${hs}<SecretKey><Value>s</Value></SecretKey>`),
      ["error InvalidSecretInConfig"],
    ],
    [
      "a secret in a plain variable",
      bare(`${hs}<SecretKey><Value ref="s"/></SecretKey>`),
      ["error InvalidVariableNameForSecret"],
    ],
    ["a key without a value", bare(`${hs}<SecretKey/>`), ["error InvalidKeyConfiguration"]],
    [
      "an empty value",
      bare(`${hs}<SecretKey><Value/></SecretKey>`),
      ["error EmptyElementForKeyConfiguration"],
    ],
    [
      "an unknown encoding",
      bare(`${hs}<SecretKey encoding="rot13"><Value ref="private.s"/></SecretKey>`),
      ["error InvalidValueForElement"],
    ],
    ["no public key", bare(`${rs}<PublicKey/>`), ["error InvalidKeyConfiguration"]],
    [
      "two public keys",
      bare(`${rs}<PublicKey><Value>x</Value><JWKS>y</JWKS></PublicKey>`),
      ["error InvalidKeyConfiguration"],
    ],
    [
      "an empty key set",
      bare(`${rs}<PublicKey><JWKS/></PublicKey>`),
      ["error EmptyElementForKeyConfiguration"],
    ],
    [
      "text for a key set",
      bare(`${rs}<PublicKey><JWKS>{</JWKS></PublicKey>`),
      ["warning InvalidKeyConfiguration"],
    ],
    [
      "one key for a key set",
      bare(`${rs}<PublicKey><JWKS>{"kty":"RSA"}</JWKS></PublicKey>`),
      ["warning InvalidKeyConfiguration"],
    ],
    ["text for a key", bare(`${rs}${publicKey("MIIB")}`), ["warning InvalidKeyConfiguration"]],
    [
      "text for a certificate",
      bare(`${rs}<PublicKey><Certificate>MIIB</Certificate></PublicKey>`),
      ["warning InvalidKeyConfiguration"],
    ],
    ["no URL", bare(`${rs}<PublicKey><JWKS uri="keys"/></PublicKey>`), ["error InvalidKeyConfiguration"]],
    [
      "keys without TLS",
      bare(`${rs}<PublicKey><JWKS uri="http://keys.example/"/></PublicKey>`),
      ["warning InsecureKeySet"],
    ],
    ["an empty subject", policy("<Subject/>"), ["warning EmptyElement"]],
    ["a subject with braces", policy("<Subject>{client.subject}</Subject>"), ["warning LiteralClaim"]],
    ["no span", policy("<TimeAllowance>soon</TimeAllowance>"), ["error InvalidTimeFormat"]],
    ["a flag that is none", policy("<IgnoreIssuedAt>yes</IgnoreIssuedAt>"), ["error InvalidBoolean"]],
    [
      "a claim without a name",
      policy("<AdditionalClaims><Claim>x</Claim></AdditionalClaims>"),
      ["error MissingNameForAdditionalClaim"],
    ],
    [
      "a registered claim",
      policy('<AdditionalClaims><Claim name="sub">x</Claim></AdditionalClaims>'),
      ["error InvalidNameForAdditionalClaim"],
    ],
    [
      "a type of claim",
      policy('<AdditionalClaims><Claim name="a" type="date">x</Claim></AdditionalClaims>'),
      ["error InvalidTypeForAdditionalClaim"],
    ],
    [
      "an array that is none",
      policy('<AdditionalClaims><Claim name="a" array="yes">x</Claim></AdditionalClaims>'),
      ["error InvalidValueOfArrayAttribute"],
    ],
    [
      "a registered header",
      policy('<AdditionalHeaders><Claim name="alg">x</Claim></AdditionalHeaders>'),
      ["error InvalidNameForAdditionalHeader"],
    ],
    [
      "a type of header",
      policy('<AdditionalHeaders><Claim name="a" type="date">x</Claim></AdditionalHeaders>'),
      ["error InvalidTypeForAdditionalHeader"],
    ],
    [
      "a header without a name",
      policy("<AdditionalHeaders><Claim>x</Claim></AdditionalHeaders>"),
      ["error MissingNameForAdditionalHeader"],
    ],
    ["what the editor leaves", policy("<CustomClaims/>"), []],
  ])("%s", (_, xml, expected) => {
    expect(problemsOf(verifyJwt, xml).map((problem) => problem.replace(/ \d+:\d+$/, ""))).toEqual(expected);
  });
});

/** A certificate made for these tests, no longer valid, and its key. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIC+TCCAeGgAwIBAgIUVIA0PU6LU9ADa6LoK94sAKFJezYwDQYJKoZIhvcNAQEL
BQAwDDEKMAgGA1UEAwwBeDAeFw0yNjExMjYxNTA2MDdaFw0yNjExMjcxNTA2MDda
MAwxCjAIBgNVBAMMAXgwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQC6
8dqJyfiD0FoqyMllA6Rn041pZayiL3QS/HyLT/s54CE8Zr0XCw1z7EetVnrG0sIe
kLfLyMDQXSqSKGwL4sZ+2nV8N/qviz68cR5+YYMZBVENSXWueoi3hMu2m/fREzzl
4i91e8jUSBqVsHrG0LYAP4t7rJ81XXIYI4oc1F7lj1fH4bynXwqIWHHVSTPcBYc4
57YqAZfCf49jNDRsT4b8/RYCpJaFmuUddTzxXEg4zGDGjiq1LL3kokIvchhBzkcY
B1HXZizxjnlpzirnhBJuDBP7EyyumNKM9cJ9fm62suckp/YSCLGhEIW8iur6lLtn
JdvLyQiWczZ+ttGRQyNXAgMBAAGjUzBRMB0GA1UdDgQWBBSwkuqmvS2T980WplkY
oB4mYqUvcDAfBgNVHSMEGDAWgBSwkuqmvS2T980WplkYoB4mYqUvcDAPBgNVHRMB
Af8EBTADAQH/MA0GCSqGSIb3DQEBCwUAA4IBAQB+6ea2QVnBtzTBixEj+mv8mxT9
ES8+U7OfHfU26x8PHAcnGgE3J1emwY1XvyM2jeu0Om5X3NnsRiMQElM7O1Lv+z21
S4gqJq2fd8426GN1csn5toII4u4PbNn7Z9jeJpQw/0G1LzUCtZI6qNi53kiOGb42
WfghFuBturm+oxas+bSBy8iC2ZsIvewHH5J2bySnX0vhpFq6pszBxX7+6AXL2egB
Cb4oJ1DG/K5pC3aEr0eI7CMbZz8qhw90Rb73PDeI5sNiMXixuAc8S4og8CTrOIjT
3mL16x0jazs0whXDIySOvYz5qF73L95hxIHzzkr4lTSUiKaLqcreEedw5b5e
-----END CERTIFICATE-----`;
const CERTIFIED_KEY = `-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC68dqJyfiD0Foq
yMllA6Rn041pZayiL3QS/HyLT/s54CE8Zr0XCw1z7EetVnrG0sIekLfLyMDQXSqS
KGwL4sZ+2nV8N/qviz68cR5+YYMZBVENSXWueoi3hMu2m/fREzzl4i91e8jUSBqV
sHrG0LYAP4t7rJ81XXIYI4oc1F7lj1fH4bynXwqIWHHVSTPcBYc457YqAZfCf49j
NDRsT4b8/RYCpJaFmuUddTzxXEg4zGDGjiq1LL3kokIvchhBzkcYB1HXZizxjnlp
zirnhBJuDBP7EyyumNKM9cJ9fm62suckp/YSCLGhEIW8iur6lLtnJdvLyQiWczZ+
ttGRQyNXAgMBAAECggEAQ9r9o/33goDh+Z2f3FaSGk2jipopK0VmMG4NFtQVMFC2
P6JbCD4ux+D/s18seXaOl2GYFRPtSLRIe3zImxfZTLom4su+5nD4eJXmp6DlYPOZ
E+WSHZ7EeThuaP372ZvOAvMynsYrg0IYxDSmm/ut1DE8g8uIjmo4u6JKw2QifdgG
67Txi22GFvAuD7v7VSEhCFbwBgky1CxmYjm+D1M57rDw9FFOUGkCbC8iv6abG0MR
yvFbNcNGh6c1b671239MEFaOMJDaBVfRlm1MOft6tzlZ1d/s7V/Ade44zq0NI4/Q
cJLJratcQqXsfByJzwBOBgc4Xoqqyuiq0E7XBFgzYQKBgQDjMGJo+fkIZHHBTaDD
OwFj6IsHRTENKw/UeZPi4eSmBBKMiSD5veXLhwbboHoWld+NBuCCYjY28+7Hbh6h
0q3xbJkvG+vjx/iZLGBdQ+4y5yW0NO6eGT6OMShxnKYFREaGYz50hIRPDZ8V47yT
M2/v6Zwwltls4v4aaPE4zI7o1QKBgQDSpvPiarqUR5AGftq6klUK+gKgCDqkiLkC
8ePQIVN9pHhhYmqo8aR0DzQ8OPpbSSYcefOV6NNayR9M4QweCEZZjDxurTJIlEdp
tSeFrBylQWDfzclEcVCl131vN3qSVb5s4/yzyJv/Pr8PUFYXmZPNRfNoxDTbOKaC
T5vvQiaxewKBgBZKQv2FuRdHs5mBokpFWceRo0JdWYivNuhj3UyfWS2orKE5OxEF
vqwPXW7i+deJcNuHVzOzqxoNKNpMRZke8I4FV6o1lRlOH2f34KSF67L21s4te1Pr
qiWNUSiEdA2EO18oEZKhBdIzxe4B4BiZLVxekUJ7Km3yf3fb3/7wovzZAoGASYDg
EN1VBXCDHQEeqYNuEUpzqAu3Crp6dECbUYCPdYPyTWjd9t16mNTFUU5AbaH0nnMf
P+vh9AfB2D2e0MvqYEzCuYvNw+2ZjZUcmVQZGsDZYL6ZwDwZ/ARZTHl7V5x7udtD
zift5v6qBFnv8IQyQqpp6OCt4OC/mTDWJIJcpgkCgYEA2o5ajwY+QgyMcfWLNS/6
wIRXfWMerkbK7rX2BS7/E02jyB47t8G2HbkMrergRiAEZKhnEnDmWyAEVCY/9lF5
ufVZpyLOkoMNGysp4EmSmzD0g+ast4F+wGPt4Z3W1yiv3nfAjTa0tpW25AnuEeC5
MvipN/R5gwxDT0YF1t2aNZ8=
-----END PRIVATE KEY-----`;
