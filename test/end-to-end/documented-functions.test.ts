import { once } from "node:events";
import { symlinkSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RunningInProcess, sortieInProcess } from "../cli/in-process.ts";
import { documented, withOntology } from "../cli/publish/documented.ts";
import { documentedPython } from "../cli/publish/documented-python.ts";
import { folderWith, repository } from "../cli/sortie.ts";
import { needsBrowser } from "../needs.ts";
import { CLIENT_ID, CLIENT_SECRET, OpenIdProvider } from "../servers/openid-provider.ts";
import { consentAtProvider, startBrowser } from "./browser.ts";
import { freePort } from "./documentation/shell.ts";

const SECRET = "the secret of the source";

/** A source on this machine with one domain. */
function source(apiName: string, port: number, more: string): string {
  return `
apiName: ${apiName}
configuration:
  type: rest
  domains: [{ scheme: HTTP, host: 127.0.0.1, port: ${port}, auth: { type: ${more === "" ? "none" : "oauth2"} } }]
  additionalSecrets: { type: asSecretsNames, secretNames: [MySecret] }
${more}
worker:
  networkEgressPolicies: [{ address: 127.0.0.1, port: ${port} }]
exportSettings: { exportsEnabled: true, exportEnabledWithoutMarkingsValidation: true }
codeImport: { enabled: true }
`;
}

/** The examples in Python: two of them have one name on the page. */
const inPython = {
  "functions/my_external_function/my_external_function.py": documentedPython.plain,
  "functions/with_secret/with_secret.py": documentedPython.withSecret,
  "functions/call_external_api/call_external_api.py": documentedPython.oauthByClient,
  "functions/call_by_hand/call_by_hand.py": documentedPython.oauthByHand.replace(
    "call_external_api",
    "call_by_hand",
  ),
  "functions/link_user_profile/link_user_profile.py": documentedPython.withOntology,
  "ontology/profiles.yaml": `
objectTypes:
  UserProfile:
    primaryKey: userProfileId
    properties:
      userProfileId: { type: string }
      displayName: { type: string }
    permissions: { read: [users], edit: [users] }
`,
};

/** The examples as they stand on the page, each in a folder of its own, and what they call. */
function environment(apiPort: number, provider: string): Record<string, string> {
  return {
    "functions/versionOne/index.ts": documented.version1,
    "functions/versionTwo/index.ts": documented.version2,
    "functions/axiosWithAgent/index.ts": documented.axiosWithAgent,
    "functions/oauthByClient/index.ts": documented.oauthByClient,
    "functions/oauthByHand/index.ts": documented.oauthByHand,
    "functions/linkUserProfile/index.ts": withOntology,
    ...inPython,
    "sources/mine.yaml": source("MySource", apiPort, ""),
    "sources/oauth.yaml": source("MyOAuthSource", apiPort, "  outboundApplication: external"),
    "environments/local/aliases.json": JSON.stringify({
      mySourceAlias: "MySource",
      myOAuthSourceAlias: "MyOAuthSource",
    }),
    "outbound-applications/external.yaml": `
authorizationUrl: ${provider}/auth?prompt=consent
tokenUrl: ${provider}/token
clientId: ${CLIENT_ID}
scopes: [openid, offline_access, calendar.read]
approvalPrompt: The examples call an API for you.
`,
  };
}

describe("the examples of “Make API calls from functions” run as they stand there", () => {
  let provider: OpenIdProvider;
  let api: Server;
  let dev: RunningInProcess;
  let url: string;

  beforeAll(async () => {
    const port = await freePort();
    provider = await OpenIdProvider.start([`http://localhost:${port}/_sortie/oauth/external/callback`]);
    api = await serveApi(provider);
    const folder = folderWith(environment((api.address() as AddressInfo).port, provider.url));
    symlinkSync(join(repository, "node_modules"), join(folder, "functions/node_modules"));
    for (const [place, name, value] of [
      ["MySource", "MySecret", SECRET],
      ["outbound-application:external", "clientSecret", CLIENT_SECRET],
    ] as const) {
      const set = ["secret", "set", place, name, "--folder", "."];
      expect(await sortieInProcess(set, folder, value)).toMatchObject({ status: 0 });
    }
    dev = new RunningInProcess(["dev", ".", "--port", String(port)], folder);
    url = await dev.ready();
  });

  afterAll(async () => {
    await dev?.stop();
    await provider?.stop();
    api?.close();
  });

  async function execute(name: string, user: string | null = null): Promise<unknown> {
    const identityProvider = /Sign in as anybody at (\S+)\/login/.exec(dev.output)?.[1];
    const headers = new Headers({ "content-type": "application/json" });
    if (user !== null) {
      const token = await (await fetch(`${identityProvider}/token?as=${user}`)).text();
      headers.set("authorization", `Bearer ${token}`);
    }
    const request = { method: "POST", headers, body: '{"parameters":{}}' };
    return (await fetch(`${url}/_sortie/functions/${name}/execute`, request)).json();
  }

  test.each([
    ["TypeScript v1: the source's client and a secret", "myExternalFunction"],
    ["TypeScript v2: the source's client and a secret", "versionTwo"],
    ["Python: the source's client and a secret", "with_secret"],
  ])("%s", async (_, name) => {
    expect(await execute(name)).toEqual({ value: `GET /api/v1/resource with ${SECRET} as nobody` });
  });

  test("axios with the source's agent", async () => {
    expect(await execute("axiosWithAgent")).toEqual({ value: "GET / with nothing as nobody" });
  });

  test("Python: the source's client", async () => {
    expect(await execute("my_external_function")).toEqual({ value: "GET / with nothing as nobody" });
  });

  test.each(["oauthByClient", "oauthByHand", "call_external_api", "call_by_hand", "link_user_profile"])(
    "%s has nothing to call with when nobody calls",
    async (name) => {
      const parameters = expect.objectContaining({
        message: expect.stringMatching(
          /Resolved source credentials are not present|Expected OAuth credentials/,
        ),
      });
      expect(await execute(name)).toMatchObject({ errorName: "QueryRuntimeError", parameters });
    },
  );

  test("OAuth, through the client and by hand, for a user who has given consent", needsBrowser, async () => {
    expect(await execute("oauthByClient", "alice")).toMatchObject({ errorName: "AuthorizationRequired" });
    await giveConsent("alice");
    for (const name of ["oauthByClient", "oauthByHand", "call_external_api", "call_by_hand"]) {
      expect(await execute(name, "alice")).toEqual({
        value: "GET /api/v1/resource with nothing as alice-at-provider",
      });
    }
    const obj = { type: "object", apiName: "UserProfile" };
    const properties = { userProfileId: "alice-at-provider", displayName: "alice-at-provider" };
    for (const name of ["linkUserProfile", "link_user_profile"]) {
      expect(await execute(name, "alice")).toEqual({
        value: [{ type: "createObject", obj, properties }],
        applied: false,
      });
    }
    for (const name of ["oauthByClient", "call_external_api", "linkUserProfile", "link_user_profile"]) {
      expect(await execute(name, "bob")).toMatchObject({ errorName: "AuthorizationRequired" });
    }
  });

  async function giveConsent(user: string): Promise<void> {
    const browser = await startBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(`${url}/_sortie/oauth/external/authorize`);
      await page.getByRole("link", { name: "Sign in" }).click();
      await page.getByLabel("Name").fill(user);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("button", { name: /^Continue to/ }).click();
      await consentAtProvider(page, provider.url);
      await page.waitForURL(`${url}/_sortie/oauth`);
    } finally {
      await browser.close();
    }
  }
});

/** Says what it was asked, with which secret, and for whom the provider issued the token; and who they are. */
async function serveApi(provider: OpenIdProvider): Promise<Server> {
  const server = createServer(async ({ method, url, headers }, response) => {
    const token = await provider.find(headers.authorization?.replace(/^Bearer /, "") ?? "");
    const secret = headers["x-secret"] ?? "nothing";
    if (url === "/v1/me") {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ id: token?.account, display_name: token?.account }));
      return;
    }
    response.end(`${method} ${url} with ${secret} as ${token?.account ?? "nobody"}`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}
