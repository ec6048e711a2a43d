import { beforeAll, describe, expect, test } from "vitest";
import { browse, deployApplications, submit } from "./oauth-kit.ts";

const loginUrl = "https://login.example.com/start?app=1";

beforeAll(() => deployApplications([], { loginUrl }));

describe("/_sortie/", () => {
  test("says what is deployed, and leads to health and to the outbound applications", async () => {
    const { status, text, headers } = await browse(null, "/_sortie/");
    expect(status).toBe(200);
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(text).toContain("the environment <strong>local</strong> is deployed");
    expect(text).toContain('href="/_sortie/health"');
    expect(text).toContain('href="/_sortie/oauth"');
  });

  test("leads whoever is not signed in to the login page, and back", async () => {
    const { text } = await browse(null, "/_sortie/");
    const here = encodeURIComponent("https://gateway.test/_sortie/");
    expect(text).toContain("You are not signed in.");
    expect(text).toContain(`href="https://login.example.com/start?app=1&amp;return_to=${here}"`);
  });

  test("says who is signed in, with what they are called escaped, and lets them sign out", async () => {
    const { text } = await browse("<b>alice</b>", "/_sortie/");
    expect(text).toContain("signed in as <strong>&lt;b&gt;alice&lt;/b&gt;</strong>");
    expect(text).toContain('<form method="post" action="/_sortie/sign-out">');
  });

  test("is the same for a token that is not accepted as for none", async () => {
    const { status, text } = await browse(null, "/_sortie/", {
      headers: { cookie: "CF_Authorization=broken" },
    });
    expect(status).toBe(200);
    expect(text).toContain("You are not signed in.");
  });
});

describe("signing out", () => {
  test("forgets the cookie and leads home", async () => {
    const { status, headers } = await submit("alice", "/_sortie/sign-out");
    expect(status).toBe(303);
    expect(headers.get("location")).toBe("/_sortie/");
    expect(headers.get("set-cookie")).toMatch(/^CF_Authorization=; Path=\/; Max-Age=0;/);
  });

  test("with Cloudflare Access leads to where its session ends", async () => {
    await deployApplications([], { issuer: "https://team.cloudflareaccess.com" });
    const { headers } = await submit(null, "/_sortie/sign-out");
    expect(headers.get("location")).toBe("https://team.cloudflareaccess.com/cdn-cgi/access/logout");
    await deployApplications([], { loginUrl });
  });

  test("is not for pages of other sites", async () => {
    const headers = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
    const { status, headers: answered } = await browse("alice", "/_sortie/sign-out", {
      method: "POST",
      headers,
    });
    expect(status).toBe(403);
    expect(answered.get("set-cookie")).toBeNull();
  });
});
