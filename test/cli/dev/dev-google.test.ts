import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { decodeJwt, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { GoogleIssuer } from "../../../src/cli/example/google-issuer.ts";
import { RunningInProcess } from "../in-process.ts";
import { folderWith, get } from "../sortie.ts";

const authentication = '<GoogleIDToken><Audience useTargetUrl="true"/></GoogleIDToken>';
const environment = {
  "apiproxies/g/apiproxy/g.xml": '<APIProxy name="g" revision="3"/>',
  "apiproxies/g/apiproxy/proxies/default.xml": `<ProxyEndpoint name="default">
    <HTTPProxyConnection><BasePath>/g</BasePath></HTTPProxyConnection>
    <RouteRule name="default"><TargetEndpoint>default</TargetEndpoint></RouteRule></ProxyEndpoint>`,
  "apiproxies/g/apiproxy/targets/default.xml": `<TargetEndpoint name="default"><HTTPTargetConnection>
    <Authentication>${authentication}</Authentication><URL>http://service.example.com/v1</URL>
    </HTTPTargetConnection></TargetEndpoint>`,
};
const account = "named@p.iam.gserviceaccount.com";
const deployments = { proxies: [{ name: "g", serviceAccount: account }] };
const withoutAccount = folderWith(environment);
const withAccount = folderWith({
  ...environment,
  "environments/local/deployments.json": JSON.stringify(deployments),
});

/** Answers with the Authorization header that it got. */
const service = createServer((request, response) => response.end(request.headers.authorization));

beforeAll(async () => {
  await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
});
afterAll(() => service.close());

async function dev<T>(
  folder: string,
  options: readonly string[],
  use: (dev: RunningInProcess, url: string) => Promise<T>,
) {
  const { port } = service.address() as AddressInfo;
  const connection = `--connect-to=service.example.com=http://127.0.0.1:${port}`;
  const running = new RunningInProcess(["dev", folder, "--port", "0", connection, ...options]);
  try {
    return await use(running, await running.ready());
  } finally {
    await running.stop();
  }
}

const claims = async (url: string) => decodeJwt((await get(`${url}/g/path?a=b`)).text.replace("Bearer ", ""));

describe("sortie dev --google-issuer", () => {
  test("gives a proxy without a service account one", async () => {
    await dev(withoutAccount, ["--google-issuer"], async (_, url) => {
      expect(await claims(url)).toMatchObject({
        sub: "local@sortie.iam.gserviceaccount.com",
        aud: "http://service.example.com/v1",
      });
    });
  });

  test("has every service account that a deployment names", async () => {
    await dev(withAccount, ["--google-issuer"], async (_, url) => {
      expect((await claims(url)).sub).toBe(account);
    });
  });
});

describe("sortie dev", () => {
  test("refuses a proxy that needs a service account and has none, and says what to do", async () => {
    await dev(withoutAccount, [], async ({ output }) => {
      expect(output).toContain(
        'FAILED_PRECONDITION  Deployment of "organizations/local/apis/g/revisions/3" requires a service account identity, but one was not provided with the request.',
      );
      expect(output).toContain("--google-issuer");
      expect(output).toContain("Nothing is served");
    });
  });

  test("uses the key in the environment variable GOOGLE_SERVICE_ACCOUNT", async () => {
    const issuer = await GoogleIssuer.start();
    vi.stubEnv("GOOGLE_SERVICE_ACCOUNT", await issuer.createAccount(account));
    try {
      await dev(withAccount, [], async (_, url) => {
        expect((await claims(url)).sub).toBe(account);
      });
    } finally {
      vi.unstubAllEnvs();
      await issuer.stop();
    }
  });

  test("finishes a token that others wait for when the client that asked first has left", async () => {
    const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    let calls = 0;
    const tokens = createServer(async (_, response) => {
      calls++;
      isAsked();
      await released;
      const token = new UnsecuredJWT({ sub: account }).setExpirationTime("1h").encode();
      response.end(JSON.stringify({ id_token: token }));
    });
    await new Promise<void>((resolve) => tokens.listen(0, "127.0.0.1", resolve));
    const issuer = await GoogleIssuer.start();
    const key = JSON.parse(await issuer.createAccount(account));
    const token_uri = `http://127.0.0.1:${(tokens.address() as AddressInfo).port}/token`;
    vi.stubEnv("GOOGLE_SERVICE_ACCOUNT", JSON.stringify({ ...key, token_uri }));
    try {
      await dev(withAccount, [], async (_, url) => {
        const leaving = new AbortController();
        const first = fetch(`${url}/g`, { signal: leaving.signal });
        await asked;
        const others = Array.from({ length: 5 }, () => claims(url));
        leaving.abort();
        await expect(first).rejects.toThrow();
        release();
        for (const { sub } of await Promise.all(others)) expect(sub).toBe(account);
        expect(calls).toBe(1);
      });
    } finally {
      vi.unstubAllEnvs();
      tokens.close();
      await issuer.stop();
    }
  });

  test("answers with the documented fault without a key, and logs why", async () => {
    await dev(withAccount, [], async (running, url) => {
      expect(await get(`${url}/g`)).toMatchObject({
        status: 500,
        text: expect.stringContaining("messaging.adaptors.http.filter.GoogleTokenGenerationFailure"),
      });
      await running.prints(/google-token\.failed.*no key for the service account named@p/s);
    });
  });
});
