import { request } from "node:http";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { IdentityProvider } from "../../../src/cli/dev/identity-provider.ts";
import { Callers } from "../../../src/credentials/callers.ts";

let provider: IdentityProvider;
beforeAll(async () => {
  provider = await IdentityProvider.start();
});
afterAll(() => provider.stop());

const get = (path: string) => fetch(`${provider.issuer}${path}`, { redirect: "manual" });

test("a token for curl is text that the gateway's settings accept", async () => {
  const jwt = await (await get("/token?as=alice")).text();
  const callers = new Callers(provider.settings, async (url) => {
    const response = await fetch(url);
    return { status: response.status, text: await response.text() };
  });
  const asking = new Request("http://localhost:8787/", { headers: { authorization: `Bearer ${jwt}` } });
  expect(await callers.identify(asking)).toEqual({
    kind: "user",
    id: `${provider.issuer}#alice`,
    name: "alice",
    login: "alice",
  });
});

test("signing in sets the cookie of Cloudflare Access for this host, and goes back", async () => {
  const { status, headers } = await get("/login?as=alice&return_to=http://localhost:8787/_sortie/oauth");
  expect([status, headers.get("location")]).toEqual([303, "http://localhost:8787/_sortie/oauth"]);
  const [, jwt = "", attributes] =
    /^CF_Authorization=([^;]+); (.*)$/.exec(headers.get("set-cookie") ?? "") ?? [];
  expect(attributes).toBe("Path=/; HttpOnly; SameSite=Lax");
  const keys = createRemoteJWKSet(new URL(`${provider.issuer}/jwks`));
  expect((await jwtVerify(jwt, keys, { issuer: provider.issuer })).payload.sub).toBe("alice");
});

test("signing in as nobody asks who", async () => {
  const page = await (
    await get(`/login?return_to=${encodeURIComponent('http://localhost/"><script>')}`)
  ).text();
  expect(page).toContain('name="as"');
  expect(page).not.toContain("<script>");
});

test("its OpenID configuration names its keys", async () => {
  expect(await (await get("/.well-known/openid-configuration")).json()).toMatchObject({
    issuer: provider.issuer,
    jwks_uri: `${provider.issuer}/jwks`,
  });
});

describe("nothing is given", () => {
  test.each([
    ["to a name that is none", "/token?as=a%20b", 400],
    ["without a name", "/token", 404],
    ["to another host", "/login?as=alice&return_to=https://evil.example.com", 400],
    [
      "to a host that only begins as this machine's",
      "/login?as=alice&return_to=http://localhost.evil.example",
      400,
    ],
    ["elsewhere", "/other", 404],
  ])("%s", async (_, path, status) => {
    const response = await get(path);
    expect(response.status).toBe(status);
    expect(response.headers.get("set-cookie")).toBeNull();
  });

  test("to a page whose name was made to point here", async () => {
    const status = await new Promise((resolve, reject) => {
      const { port } = new URL(provider.issuer);
      const options = {
        host: "127.0.0.1",
        port,
        path: "/token?as=alice",
        headers: { host: `evil.example.com:${port}` },
      };
      request(options, (response) => resolve(response.resume().statusCode))
        .on("error", reject)
        .end();
    });
    expect(status).toBe(403);
  });
});
