import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sortieInProcess } from "../cli/in-process.ts";
import { answeringProxy, below, folderWith, RunningSortie } from "../cli/sortie.ts";
import { needsBrowser } from "../needs.ts";
import { CLIENT_ID, CLIENT_SECRET, OpenIdProvider } from "../servers/openid-provider.ts";
import { consentAtProvider, startBrowser } from "./browser.ts";
import { freePort } from "./documentation/shell.ts";

/** Tokens are not sent in their last five seconds, so that each call needs a new one. */
const ACCESS_TOKEN_SECONDS = 5;

const PROMPT = "The calendar is read to find a day on which you are at home.";

/** A function that asks the calendar who the calling user is there. */
const agenda = `import { getFetch, getHttpsConnection, getSource } from "@palantir/functions-sources";

export const config = { sources: ["calendar"] };

export default async function agenda(): Promise<string> {
  const source = await getSource("calendar");
  const { url } = getHttpsConnection(source);
  const fetch = await getFetch(source);
  const response = await fetch(url + "/me");
  return response.status + " " + (await response.text());
}
`;

/** An environment with one outbound application, at a provider that is already there, and a source that needs it. */
function environment(provider: string, calendarPort: number): Record<string, string> {
  return {
    "functions/agenda/agenda.ts": agenda,
    "sources/calendar.yaml": `
apiName: calendar
configuration:
  type: rest
  domains: [{ scheme: HTTP, host: 127.0.0.1, port: ${calendarPort}, auth: { type: oauth2 } }]
  outboundApplication: calendar
worker:
  networkEgressPolicies: [{ address: 127.0.0.1, port: ${calendarPort} }]
exportSettings: { exportsEnabled: true, exportEnabledWithoutMarkingsValidation: true }
codeImport: { enabled: true }
`,
    ...below("apiproxies/hello", answeringProxy("hello", "hello")),
    "environments/local/targetservers.json": "[]",
    "outbound-applications/calendar.yaml": `
displayName: Calendar
authorizationUrl: ${provider}/auth?prompt=consent
tokenUrl: ${provider}/token
revocationUrl: ${provider}/token/revocation
issuer: ${provider}
clientId: ${CLIENT_ID}
scopes: [openid, offline_access, calendar.read]
approvalPrompt: ${PROMPT}
`,
  };
}

// One after the other: consent is asked for, given, used and withdrawn.
describe("consent in a browser", { ...needsBrowser, shuffle: false }, () => {
  let provider: OpenIdProvider;
  let calendar: Server;
  let dev: RunningSortie;
  let browser: Browser;
  let page: Page;
  let url: string;
  const violations: string[] = [];

  beforeAll(async () => {
    const port = await freePort();
    const redirectUri = `http://localhost:${port}/_sortie/oauth/calendar/callback`;
    provider = await OpenIdProvider.start([redirectUri], ACCESS_TOKEN_SECONDS);
    calendar = await serveCalendar(provider);
    const { port: calendarPort } = calendar.address() as AddressInfo;
    const folder = folderWith(environment(provider.url, calendarPort));
    const set = ["secret", "set", "outbound-application:calendar", "clientSecret", "--folder", "."];
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
    calendar?.close();
  });

  /** Calls the function as somebody whom sortie dev's identity provider knows. */
  async function callAgenda(user: string): Promise<{ status: number; body: unknown }> {
    const identityProvider = /Sign in as anybody at (\S+)\/login/.exec(dev.output)?.[1];
    const token = await (await fetch(`${identityProvider}/token?as=${user}`)).text();
    const response = await fetch(`${url}/_sortie/functions/agenda/execute`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: '{"parameters":{}}',
    });
    return { status: response.status, body: await response.json() };
  }

  test("a function that needs consent fails with where to give it, and asks nobody itself", async () => {
    expect(await callAgenda("alice")).toMatchObject({
      status: 403,
      body: {
        errorName: "AuthorizationRequired",
        parameters: { authorizeUrl: `${url}/_sortie/oauth/calendar/authorize` },
      },
    });
  });

  test("nobody sees the page without signing in, and sortie dev lets one be anybody", async () => {
    const response = await page.goto(`${url}/_sortie/oauth`);
    expect(response?.status()).toBe(401);
    await page.getByRole("link", { name: "Sign in" }).click();
    await page.getByLabel("Name").fill("alice");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(`${url}/_sortie/oauth`);
    expect(await page.getByRole("main").textContent()).toContain("You are signed in as alice.");
    expect(await page.getByRole("region", { name: "Calendar" }).textContent()).toContain(
      "You have granted nothing.",
    );
  });

  test("the prompt and the scopes are shown before the provider asks", async () => {
    await page.goto(`${url}/_sortie/oauth/calendar/authorize?return_to=/hello`);
    const shown = await page.getByRole("main").textContent();
    expect(shown).toContain(PROMPT);
    expect(shown).toContain("calendar.read");
    expect(shown).toContain(`The next page is at ${new URL(provider.url).host}`);
  });

  test("after the provider's consent the browser is where it began, and the page shows what was granted", async () => {
    await page.getByRole("button", { name: /^Continue to/ }).click();
    await consentAtProvider(page, provider.url);
    await page.waitForURL(`${url}/hello`);
    expect(await page.textContent("body")).toBe("hello");
    await page.goto(`${url}/_sortie/oauth`);
    const granted = await page.getByRole("region", { name: "Calendar" }).textContent();
    expect(granted).toContain("calendar.read");
    expect(granted).toMatch(/Since\s+\d{4}-\d\d-\d\d \d\d:\d\d UTC/);
    expect(provider.exchanges).toEqual([{ grantType: "authorization_code", status: 200 }]);
  });

  test("the function calls as the user, with tokens that are renewed again and again", async () => {
    for (let call = 0; call < 3; call++) {
      expect(await callAgenda("alice")).toEqual({ status: 200, body: { value: "200 alice-at-provider" } });
    }
    expect(provider.exchanges).toEqual([
      { grantType: "authorization_code", status: 200 },
      ...Array(3).fill({ grantType: "refresh_token", status: 200 }),
    ]);
    expect(await callAgenda("bob")).toMatchObject({ status: 403 });
  });

  test("another user has granted nothing", async () => {
    const other = await browser.newContext();
    const theirs = await other.newPage();
    await theirs.goto(`${url}/_sortie/oauth`);
    await theirs.getByRole("link", { name: "Sign in" }).click();
    await theirs.getByLabel("Name").fill("bob");
    await theirs.getByRole("button", { name: "Sign in" }).click();
    await theirs.waitForURL(`${url}/_sortie/oauth`);
    expect(await theirs.getByRole("region", { name: "Calendar" }).textContent()).toContain(
      "You have granted nothing.",
    );
    await other.close();
  });

  test("what was granted can be withdrawn, which the provider is told", async () => {
    await page.goto(`${url}/_sortie/oauth`);
    await page.getByRole("button", { name: "Withdraw Calendar" }).click();
    await page.waitForURL(`${url}/_sortie/oauth?withdrawn=calendar`);
    expect(await page.getByRole("status").textContent()).toBe("Your consent has been withdrawn.");
    expect(await page.getByRole("region", { name: "Calendar" }).textContent()).toContain(
      "You have granted nothing.",
    );
    expect(provider.revoked).toBe(1);
    expect(await callAgenda("alice")).toMatchObject({ status: 403 });
  });

  test("a user who says no at the provider is told so", async () => {
    await page.goto(`${url}/_sortie/oauth/calendar/authorize`);
    await page.getByRole("button", { name: /^Continue to/ }).click();
    await page.getByRole("link", { name: "[ Cancel ]" }).click();
    await page.waitForURL(/\/_sortie\/oauth\/calendar\/callback/);
    expect(await page.getByRole("alert").textContent()).toContain("access_denied");
  });

  test("no page broke its own content security policy", () => {
    expect(violations).toEqual([]);
  });

  test("the log shows neither tokens nor the client's secret", () => {
    expect(dev.output).not.toContain(CLIENT_SECRET);
    expect(dev.output).not.toMatch(/[\w-]{40,}/);
  });

  test("the platform warned of nothing", () => {
    expect(dev.output).not.toContain("Warning:");
  });
});

/** Says to whom the provider has given the access token of a request. */
async function serveCalendar(provider: OpenIdProvider): Promise<Server> {
  const server = createServer(async ({ headers }, response) => {
    const token = await provider.find(headers.authorization?.replace(/^Bearer /, "") ?? "");
    response.statusCode = token?.scopes.includes("calendar.read") ? 200 : 401;
    response.end(token?.account ?? "nobody");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}
