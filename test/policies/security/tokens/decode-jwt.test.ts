import { expect, test } from "vitest";
import { decodeJwt } from "../../../../src/policies/security/tokens/decode-jwt.ts";
import { variableOf } from "../../policy-kit.ts";
import { fault, holding, run, SECONDS, unsigned } from "./token-kit.ts";

const policy = '<DecodeJWT name="D"><Source>token</Source></DecodeJWT>';

test("reads a token that nobody has signed, and does not call it valid", async () => {
  const token = unsigned({ alg: "none", kid: "k" }, { sub: "a", exp: SECONDS - 60 });
  const flow = await run(decodeJwt, policy, holding(token));
  const names = ["claim.sub", "decoded.claim.sub", "header.kid", "is_expired", "seconds_remaining", "valid"];
  expect(names.map((name) => variableOf(flow, `jwt.D.${name}`))).toEqual(["a", "a", "k", true, -61, null]);
  expect(variableOf(flow, "jwt.D.time_remaining_formatted")).toBe("-00:01:00.678");
});

test("reads the header of an encrypted token", async () => {
  const flow = await run(decodeJwt, policy, holding(`${unsigned({ alg: "dir", enc: "A128GCM" }, "")}..`));
  expect([variableOf(flow, "jwt.D.header.enc"), variableOf(flow, "jwt.D.payload-json")]).toEqual([
    "A128GCM",
    null,
  ]);
});

test("each token has the header that it begins with, however many came before", async () => {
  const kids = Array.from({ length: 100 }, (_, index) => `key-${index}`);
  for (const kid of [...kids, ...kids, "x".repeat(10_000)]) {
    const flow = await run(decodeJwt, policy, holding(unsigned({ alg: "none", kid }, { sub: kid })));
    const names = ["header.kid", "header-json", "claim.sub"];
    expect(names.map((name) => variableOf(flow, `jwt.D.${name}`))).toEqual([
      kid,
      JSON.stringify({ alg: "none", kid }),
      kid,
    ]);
  }
});

test("a second token leaves nothing of the first", async () => {
  const flow = await run(decodeJwt, policy, holding(unsigned({ alg: "none" }, { role: "admin" })));
  flow.variables.set("token", unsigned({ alg: "none" }, { sub: "b" }));
  await run(decodeJwt, policy, flow);
  expect([variableOf(flow, "jwt.D.claim.role"), variableOf(flow, "jwt.D.claim.sub")]).toEqual([null, "b"]);
});

test.each([
  ["text", "hello", "FailedToDecode: Failed to decode token"],
  [
    "a scheme before the token",
    `Bearer ${unsigned({ alg: "none" }, {})}`,
    "FailedToDecode: Failed to decode token",
  ],
  ["1 MB", unsigned({ alg: "none" }, "x".repeat(1_000_000)), "FailedToDecode: Failed to decode token"],
  ["no JSON in the header", unsigned("x", {}), "InvalidJsonFormat: Invalid JSON format"],
  ["no JSON in the payload", unsigned({ alg: "none" }, "x"), "InvalidJsonFormat: Invalid JSON format"],
])("%s", async (_, token, expected) => {
  const flow = holding(token);
  expect(await fault(decodeJwt, policy, flow)).toBe(`401 steps.jwt.${expected}: policy(D)`);
  expect(variableOf(flow, "JWT.failed")).toBe(true);
});

test("a token that is not there", async () => {
  const xml = policy.replace("token", "missing");
  expect(await fault(decodeJwt, xml, holding(""))).toBe(
    "401 steps.jwt.FailedToResolveVariable: Failed to Resolve Variable : policy(D) variable(missing)",
  );
});
