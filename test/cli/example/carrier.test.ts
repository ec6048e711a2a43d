import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serveCarrier } from "../../../src/cli/example/carrier.ts";
import { CarrierAccounts } from "../../../src/cli/example/carrier-accounts.ts";

const client = { id: "shop", secret: "s3cret" };
const redirectUri = "http://shop.test/callback";
const verifier = "a-verifier-that-nobody-guesses";
const challenge = createHash("sha256").update(verifier).digest("base64url");

let server: Server;
let url: string;
beforeAll(async () => {
  server = createServer(serveCarrier("key", new CarrierAccounts(client)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const statusOf = async (path: string, headers: Record<string, string> = {}) =>
  (await fetch(url + path, { headers })).status;

/** What the browser is sent back with after somebody has decided. */
async function decide(decision: "allow" | "deny"): Promise<URLSearchParams> {
  const body = new URLSearchParams({
    redirect_uri: redirectUri,
    state: "state",
    code_challenge: challenge,
    account: "acme-tools",
    decision,
  });
  const response = await fetch(`${url}/oauth/authorize`, { method: "POST", body, redirect: "manual" });
  return new URL(response.headers.get("location") ?? "").searchParams;
}

function token(fields: Record<string, string>, secret = client.secret): Promise<Response> {
  const authorization = `Basic ${btoa(`${client.id}:${secret}`)}`;
  return fetch(`${url}/oauth/token`, {
    method: "POST",
    headers: { authorization },
    body: new URLSearchParams(fields),
  });
}

const withCode = (code: string, more: Record<string, string> = {}) =>
  token({
    grant_type: "authorization_code",
    code,
    code_verifier: verifier,
    redirect_uri: redirectUri,
    ...more,
  });

test.each([
  ["the days to a city", "/v1/transit-times?city=Berlin", 200],
  ["no days to a city that it does not serve", "/v1/transit-times?city=Atlantis", 404],
  ["nothing elsewhere", "/v1/anything", 404],
])("the carrier has %s for whoever has the key", async (_, path, status) => {
  expect(await statusOf(path, { "x-api-key": "key" })).toBe(status);
});

test("and says nothing to anybody else", async () => {
  expect(await statusOf("/v1/transit-times?city=Berlin", { "x-api-key": "guess" })).toBe(401);
  expect(await statusOf("/v1/parcels", { authorization: "Bearer guess" })).toBe(401);
});

describe("an account's consent", () => {
  test("is asked for on a page that repeats what came with the request as text", async () => {
    const query = new URLSearchParams({ client_id: "shop", redirect_uri: redirectUri, state: '"><script>' });
    const page = await (await fetch(`${url}/oauth/authorize?${query}`)).text();
    expect(page).toContain("Allow");
    expect(page).not.toContain("<script>");
    expect(await statusOf("/oauth/authorize?client_id=other")).toBe(400);
  });

  test("gives a code for tokens, which show the account's parcels", async () => {
    const code = (await decide("allow")).get("code") ?? "";
    const { access_token } = (await (await withCode(code)).json()) as { access_token: string };
    const answer = await fetch(`${url}/v1/parcels`, { headers: { authorization: `Bearer ${access_token}` } });
    expect(await answer.json()).toMatchObject({ parcels: [{ number: "P-1001" }] });
  });

  test("may be denied", async () => {
    expect((await decide("deny")).get("error")).toBe("access_denied");
  });

  test("gives codes and refresh tokens that are good once", async () => {
    const code = (await decide("allow")).get("code") ?? "";
    const { refresh_token } = (await (await withCode(code)).json()) as { refresh_token: string };
    expect((await withCode(code)).status).toBe(400);
    const refresh = { grant_type: "refresh_token", refresh_token };
    expect((await token(refresh)).status).toBe(200);
    expect((await token(refresh)).status).toBe(400);
  });

  test.each([
    ["another verifier", { code_verifier: "other" }],
    ["another redirect URI", { redirect_uri: "http://elsewhere.test/" }],
  ])("gives no token for %s", async (_, more) => {
    expect((await withCode((await decide("allow")).get("code") ?? "", more)).status).toBe(400);
  });

  test("gives no token to another client", async () => {
    expect((await token({ grant_type: "authorization_code", code: "x" }, "wrong")).status).toBe(401);
  });
});
