import { describe, expect, test } from "vitest";
import { flowOf } from "../../policy-kit.ts";
import { clients, policy, run, tokenOf, world } from "./oauth-kit.ts";

const tokens = (type: string, cascade?: boolean) => {
  const said = cascade === undefined ? "" : ` cascade="${cascade}"`;
  return `<Tokens><Token type="${type}"${said}>the.token</Token></Tokens>`;
};
const pair = (status: "approved" | "revoked") => [
  tokenOf({ sibling: "refresh-1", status }),
  tokenOf({ kind: "refresh", token: "refresh-1", sibling: "token-1", status }),
];

describe.each([
  ["InvalidateToken", "approved", "revoked"],
  ["ValidateToken", "revoked", "approved"],
] as const)("%s", (operation, before, after) => {
  const revokes = operation === "InvalidateToken";

  test.each([
    // Who has stolen an access token may have its refresh token.
    ["accesstoken", "token-1", false, [after, revokes ? after : before]],
    ["accesstoken", "token-1", true, [after, after]],
    ["accesstoken", "token-1", undefined, [after, revokes ? after : before]],
    ["refreshtoken", "refresh-1", undefined, [revokes ? after : before, after]],
    ["refreshtoken", "refresh-1", false, [before, after]],
    ["refreshtoken", "refresh-1", true, [after, after]],
  ])("%s %s with cascade %s", async (type, token, cascade, expected) => {
    const given = await world(clients, ...pair(before));
    const flow = flowOf({ variables: { "the.token": token } });
    expect((await run(policy(operation, tokens(type, cascade)), flow, given)).fault).toBeNull();
    expect([...given.issuedTokens.tokens.values()].map(({ status }) => status)).toEqual(expected);
  });

  test.each([
    ["accesstoken", "", 500, "steps.oauth.v2.FailedToResolveToken"],
    ["accesstoken", "refresh-1", 401, "keymanagement.service.invalid_access_token"],
    ["refreshtoken", "refresh-0", 401, "keymanagement.service.invalid_refresh_token"],
  ])("%s %j is an error", async (type, token, status, code) => {
    const given = await world(clients, ...pair(before));
    const flow = flowOf({ variables: { "the.token": token } });
    const { fault } = await run(policy(operation, tokens(type, true)), flow, given);
    expect([fault?.status, fault?.code]).toEqual([status, code]);
  });

  test("fail closed: a store that cannot be changed is an error", async () => {
    const given = await world(clients, ...pair(before));
    given.issuedTokens.isDown = true;
    const flow = flowOf({ variables: { "the.token": "token-1" } });
    const { fault } = await run(policy(operation, tokens("accesstoken", true)), flow, given);
    expect(fault?.code).toBe("sortie.ClientsUnavailable");
  });
});

test("what is presented as a refresh token may be an access token, where tokens are revoked", async () => {
  const given = await world(clients, ...pair("approved"));
  const flow = flowOf({ variables: { "the.token": "token-1" } });
  expect((await run(policy("InvalidateToken", tokens("refreshtoken", false)), flow, given)).fault).toBeNull();
  expect([...given.issuedTokens.tokens.values()].map(({ status }) => status)).toEqual(["revoked", "revoked"]);
  const { fault } = await run(policy("ValidateToken", tokens("refreshtoken", true)), flow, given);
  expect(fault?.code).toBe("keymanagement.service.invalid_refresh_token");
});

test("fail closed: a token that others change all the time is an error, never taken for revoked", async () => {
  const given = await world(clients, ...pair("approved"));
  given.issuedTokens.change = async () => false;
  const flow = flowOf({ variables: { "the.token": "token-1" } });
  const { fault } = await run(policy("InvalidateToken", tokens("accesstoken", true)), flow, given);
  expect(fault?.code).toBe("sortie.ClientsUnavailable");
});
