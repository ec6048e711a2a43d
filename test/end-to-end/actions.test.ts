import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sortieInProcess } from "../cli/in-process.ts";
import { withOntology } from "../cli/publish/documented.ts";
import { documentedPython } from "../cli/publish/documented-python.ts";
import { folderWith, RunningSortie } from "../cli/sortie.ts";
import { needsBrowser } from "../needs.ts";
import { CLIENT_ID, CLIENT_SECRET, OpenIdProvider } from "../servers/openid-provider.ts";
import { consentAtProvider, startBrowser } from "./browser.ts";
import { freePort } from "./documentation/shell.ts";

const ontology = `
objectTypes:
  UserProfile:
    displayName: User profile
    primaryKey: userProfileId
    titleProperty: displayName
    properties:
      userProfileId: { type: string }
      displayName: { type: string }
      level: { type: integer }
    permissions: { read: [users], edit: [users] }
actionTypes:
  linkUserProfile:
    displayName: Link my profile
    description: Reads your profile, and keeps it.
    rules: [{ type: function, function: linkUserProfile }]
    permissions: { apply: [users] }
  linkInPython:
    displayName: Link my profile in Python
    rules: [{ type: function, function: link_user_profile }]
    permissions: { apply: [users] }
  forget:
    displayName: Forget a profile
    parameters: { profile: { type: object, objectType: UserProfile, displayName: Profile } }
    rules: [{ type: deleteObject, object: profile }]
    permissions: { apply: [users] }
  rate:
    displayName: Rate a profile
    parameters:
      profile: { type: object, objectType: UserProfile, displayName: Profile }
      level: { type: integer, displayName: Level, range: { gte: 1, lte: 5 } }
    rules:
      - { type: modifyObject, object: profile, properties: { level: { type: parameterId, parameterId: level } } }
    submissionCriteria:
      - condition: { type: comparison, left: { type: parameterId, parameterId: level }, operator: isNot, right: { type: staticValue, value: 4 } }
        failureMessage: Four is no good level.
    permissions: { apply: [user:alice], see: [users] }
`;

function environment(provider: string, profilesPort: number): Record<string, string> {
  return {
    "functions/linkUserProfile/linkUserProfile.ts": withOntology,
    "functions/link_user_profile/link_user_profile.py": documentedPython.withOntology,
    "ontology/profiles.yaml": ontology,
    "environments/local/aliases.json": '{ "myOAuthSourceAlias": "Profiles" }',
    "sources/profiles.yaml": `
apiName: Profiles
configuration:
  type: rest
  domains: [{ scheme: HTTP, host: 127.0.0.1, port: ${profilesPort}, auth: { type: oauth2 } }]
  outboundApplication: profiles
worker:
  networkEgressPolicies: [{ address: 127.0.0.1, port: ${profilesPort} }]
exportSettings: { exportsEnabled: true, exportEnabledWithoutMarkingsValidation: true }
codeImport: { enabled: true }
`,
    "outbound-applications/profiles.yaml": `
displayName: Profiles
authorizationUrl: ${provider}/auth?prompt=consent
tokenUrl: ${provider}/token
issuer: ${provider}
clientId: ${CLIENT_ID}
scopes: [openid, offline_access, calendar.read]
approvalPrompt: Your profile is read.
`,
  };
}

// One after the other: consent is asked for, given and used.
describe("actions in a browser", { ...needsBrowser, shuffle: false }, () => {
  let provider: OpenIdProvider;
  let profiles: Server;
  let dev: RunningSortie;
  let browser: Browser;
  let page: Page;
  let url: string;
  const violations: string[] = [];

  beforeAll(async () => {
    const port = await freePort();
    provider = await OpenIdProvider.start([`http://localhost:${port}/_sortie/oauth/profiles/callback`]);
    profiles = await serveProfiles(provider);
    const folder = folderWith(environment(provider.url, (profiles.address() as AddressInfo).port));
    const set = ["secret", "set", "outbound-application:profiles", "clientSecret", "--folder", "."];
    expect(await sortieInProcess(set, folder, CLIENT_SECRET)).toMatchObject({ status: 0 });
    dev = new RunningSortie(["dev", ".", "--port", String(port)], folder);
    url = await dev.ready();
    browser = await startBrowser();
    page = await browser.newPage();
    page.on("console", (message) => {
      if (/content security policy/i.test(message.text())) violations.push(message.text());
    });
  });

  afterAll(async () => {
    await browser?.close();
    await dev?.stop();
    await provider?.stop();
    profiles?.close();
  });

  /** Asks the API as somebody whom sortie dev's identity provider knows. */
  async function api(user: string, path: string, body?: object): Promise<{ status: number; body: unknown }> {
    const identityProvider = /Sign in as anybody at (\S+)\/login/.exec(dev.output)?.[1];
    const token = await (await fetch(`${identityProvider}/token?as=${user}`)).text();
    const response = await fetch(`${url}/_sortie/api/v2/ontologies/ontology/${path}`, {
      method: body ? "POST" : "GET",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  }

  const outcome = () => page.locator("#outcome");

  test("an action that needs consent says where to give it, and changes nothing", async () => {
    expect(await api("alice", "actions/linkUserProfile/apply", { parameters: {} })).toMatchObject({
      status: 403,
      body: {
        errorName: "AuthorizationRequired",
        parameters: { authorizeUrl: `${url}/_sortie/oauth/profiles/authorize` },
      },
    });
    expect(await api("alice", "objects/UserProfile")).toMatchObject({ status: 200, body: { data: [] } });
  });

  test("the pages list the actions of whoever has signed in", async () => {
    const response = await page.goto(`${url}/_sortie/actions`);
    expect(response?.status()).toBe(401);
    await page.getByRole("link", { name: "Sign in" }).click();
    await page.getByLabel("Name").fill("alice");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(`${url}/_sortie/actions`);
    await expect(
      page.getByRole("region", { name: "Link my profile", exact: true }).textContent(),
    ).resolves.toContain("Reads your profile, and keeps it.");
  });

  test("the page leads through the consent and back, and the same action then creates the object", async () => {
    await page.getByRole("link", { name: "Open Link my profile", exact: true }).click();
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByRole("link", { name: "Give consent, and come back" }).click();
    await page.getByRole("button", { name: /^Continue to/ }).click();
    await consentAtProvider(page, provider.url);
    await page.waitForURL(`${url}/_sortie/actions/linkUserProfile`);
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByRole("status").waitFor();
    expect(await outcome().textContent()).toContain("Created UserProfile alice-at-provider");
    expect(await api("alice", "objects/UserProfile/alice-at-provider")).toMatchObject({
      status: 200,
      body: { userProfileId: "alice-at-provider", displayName: "Profile of alice-at-provider" },
    });
  });

  test("applied again, it fails as a whole, and the page says why", async () => {
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByRole("alert").waitFor();
    expect(await outcome().textContent()).toContain("Nothing was changed.");
  });

  test("a form says what is wrong while one types", async () => {
    await page.goto(`${url}/_sortie/actions/rate`);
    await page.getByLabel("Profile").fill("nobody");
    await page.getByText("There is no such object, or you may not read it.").waitFor();
    expect(await page.getByLabel("Profile").getAttribute("aria-invalid")).not.toBeNull();
    await page.getByLabel("Level").fill("9");
    await page.getByText("Must be at least 1 and at most 5.").waitFor();
    await page.getByLabel("Level").fill("4");
    await page.getByText("Four is no good level.").waitFor();
    await page.getByLabel("Profile").fill("alice-at-provider");
    await page.getByLabel("Level").fill("5");
    await page.getByText("It can be applied.").waitFor();
  });

  test("and shows what was changed", async () => {
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByText("Changed UserProfile alice-at-provider").waitFor();
    expect(await api("alice", "objects/UserProfile/alice-at-provider")).toMatchObject({ body: { level: 5 } });
  });

  test("the same in Python: the object that another action deletes is created again", async () => {
    await page.goto(`${url}/_sortie/actions/forget?p.profile=alice-at-provider`);
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByText("Deleted UserProfile alice-at-provider").waitFor();
    await page.goto(`${url}/_sortie/actions/linkInPython`);
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByText("Created UserProfile alice-at-provider").waitFor();
    expect(await api("alice", "objects/UserProfile/alice-at-provider")).toMatchObject({
      status: 200,
      body: { displayName: "Profile of alice-at-provider" },
    });
  });

  test("who sees an action and may not apply it is told so", async () => {
    const parameters = { profile: "alice-at-provider", level: 1 };
    expect(await api("bob", "actions/rate/apply", { parameters })).toMatchObject({
      status: 403,
      body: { errorName: "ApplyActionPermissionDenied" },
    });
  });

  test("no page broke its own content security policy", () => {
    expect(violations).toEqual([]);
  });
});

/** Says to whom the provider has given the access token of a request. */
async function serveProfiles(provider: OpenIdProvider): Promise<Server> {
  const server = createServer(async ({ headers, url }, response) => {
    const token = await provider.find(headers.authorization?.replace(/^Bearer /, "") ?? "");
    response.statusCode = token && url === "/v1/me" ? 200 : 401;
    response.end(JSON.stringify({ id: token?.account, display_name: `Profile of ${token?.account}` }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}
