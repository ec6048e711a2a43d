import { decodeJwt } from "jose";
import { beforeAll, expect, test } from "vitest";
import { ACCOUNT, register, SCOPE, testTokens } from "./issuer-kit.ts";

beforeAll(() => register());

test("an access token is minted for the scopes and sent as the account", async () => {
  const { tokens, context } = testTokens();
  const source = tokens.identity(ACCOUNT).source({ kind: "access", scopes: [SCOPE], lifetime: 3600 });
  const token = await source.get(context);
  expect(decodeJwt(token)).toMatchObject({ sub: ACCOUNT, scope: SCOPE });
  expect(source.get(context)).toBe(token);
});
