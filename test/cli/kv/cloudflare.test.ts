import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { accountId, openCloudflare } from "../../../src/cli/kv/account.ts";
import { CloudflareKv } from "../../../src/cli/kv/cloudflare.ts";
import { CloudflareApi } from "../../../src/cli/kv/cloudflare-api.ts";
import { textEntry } from "../../environment/memory-kv.ts";
import { folderWith } from "../sortie.ts";
import { CloudflareServer } from "./cloudflare-server.ts";

let server: CloudflareServer;
let pauses: number[];
let kv: CloudflareKv;

function api(token = "t1"): CloudflareApi {
  return new CloudflareApi(server.url, { authorization: `Bearer ${token}` }, async (ms) => pauses.push(ms));
}

beforeEach(async () => {
  server = await CloudflareServer.start();
  pauses = [];
  kv = new CloudflareKv(api(), "a1", "n1");
});
afterEach(() => server.stop());

describe("the KV namespace of an account", () => {
  test("gives back the bytes that were written", async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    await kv.put([{ key: "revision/a/b?c", value: bytes }]);
    expect(await kv.getBytes("revision/a/b?c")).toEqual(bytes);
    expect(await kv.getBytes("revision/none")).toBeNull();
  });

  test("gives texts in the order of their keys, and null for those that do not exist", async () => {
    await kv.put([textEntry("a", "1"), textEntry("b", "ü")]);
    expect(await kv.getTexts(["b", "none", "a"])).toEqual(["ü", null, "1"]);
  });

  test("reads at most 100 keys with one call, and writes at most 10,000", async () => {
    const keys = Array.from({ length: 10_001 }, (_, index) => `k${index}`);
    await kv.put(keys.map((key) => textEntry(key, key)));
    expect(server.values.size).toBe(10_001);
    expect(await kv.getTexts(keys.slice(0, 250))).toEqual(keys.slice(0, 250));
    const calls = server.requests.map(({ method, path }) => `${method} ${path.slice(path.indexOf("/n1"))}`);
    expect(calls).toEqual([...Array(2).fill("PUT /n1/bulk"), ...Array(3).fill("POST /n1/bulk/get")]);
  });

  test("writes at most 50 MiB of values with one call", async () => {
    const value = new Uint8Array(20 * 1024 * 1024);
    await kv.put(["a", "b", "c"].map((key) => ({ key, value })));
    expect(server.requests).toHaveLength(2);
  });

  test("lists the keys with a prefix, page by page", async () => {
    const names = ["p/1", "p/2", "p/3", "p/4", "p/5", "p/6", "p/7"];
    await kv.put([...names, "q/1"].map((key) => textEntry(key, "")));
    expect(await kv.list("p/")).toEqual(names);
  });

  test("removes at most 10,000 keys with one call", async () => {
    const keys = Array.from({ length: 10_001 }, (_, index) => `k${index}`);
    await kv.put(keys.map((key) => textEntry(key, "")));
    await kv.remove(keys);
    expect(server.values.size).toBe(0);
    expect(server.requests.filter(({ path }) => path.endsWith("/bulk/delete"))).toHaveLength(2);
  });

  test("removes keys", async () => {
    await kv.put([textEntry("a", "1"), textEntry("b", "2")]);
    await kv.remove(["a"]);
    expect([...server.values.keys()]).toEqual(["b"]);
  });
});

describe("a call that fails", () => {
  test("is tried again while Cloudflare is busy, after the pause that it asks for", async () => {
    server.failures.push(
      { status: 429, retryAfter: "7" },
      { status: 503 },
      { status: 502, retryAfter: "9999" },
    );
    expect(await kv.getTexts(["a"])).toEqual([null]);
    expect(pauses).toEqual([7000, 2000, 30_000]);
  });

  test("is given up after five attempts", async () => {
    server.failures.push(...Array(9).fill({ status: 500 }));
    await expect(kv.list("")).rejects.toThrow("Cloudflare answered 500: Try again (10000). Try again later.");
    expect(server.requests).toHaveLength(5);
  });

  test("for want of rights says how to log in", async () => {
    const other = new CloudflareKv(api("wrong"), "a1", "n1");
    await expect(other.getTexts(["a"])).rejects.toThrow(
      "Cloudflare answered 401: Authentication error (10000). Log in with: npx wrangler login, or give CLOUDFLARE_API_TOKEN",
    );
    await expect(other.getBytes("a")).rejects.toThrow("Cloudflare answered 401");
  });

  test("because the token is malformed says what is wrong with it and how to log in", async () => {
    const other = new CloudflareKv(api("t1 and more"), "a1", "n1");
    await expect(other.list("")).rejects.toThrow(
      "Cloudflare answered 400: Invalid request headers (6003); Invalid format for Authorization header (6111). Log in with",
    );
  });

  test("for want of the namespace says where its id stands", async () => {
    const other = new CloudflareKv(api(), "a1", "n2");
    const message =
      "Cloudflare answered 404: namespace not found (10013). See that account and id of the KV namespace";
    await expect(other.list("")).rejects.toThrow(message);
    await expect(other.getBytes("a")).rejects.toThrow(message);
  });

  test("in the middle of an answer says so", async () => {
    server.breaksOff = true;
    await expect(kv.list("")).rejects.toThrow(`Cloudflare cannot be reached at ${server.url}: `);
    await expect(kv.getBytes("a")).rejects.toThrow(`Cloudflare cannot be reached at ${server.url}: `);
  });

  test("for want of a connection says where to", async () => {
    server.stop();
    await expect(kv.list("")).rejects.toThrow(
      `Cloudflare cannot be reached at ${server.url}: connect ECONNREFUSED`,
    );
  });
});

describe("the account", () => {
  const open = (token: string) =>
    openCloudflare({ CLOUDFLARE_API_BASE_URL: server.url, CLOUDFLARE_API_TOKEN: token });

  test.each([
    ["that of the configuration, as Wrangler's", { CLOUDFLARE_ACCOUNT_ID: "v" }, "c", "c"],
    ["that of the configuration", {}, "c", "c"],
    ["that of CLOUDFLARE_ACCOUNT_ID", { CLOUDFLARE_ACCOUNT_ID: "v" }, undefined, "v"],
    ["the only one that the token has", {}, undefined, "a1"],
  ])("is %s", async (_, variables, configured, expected) => {
    expect(await accountId(await open("t1"), configured, variables)).toBe(expected);
  });

  test("must be named when there are several", async () => {
    server.accounts.push({ id: "a2", name: "Theirs" });
    await expect(accountId(await open("t1"), undefined, {})).rejects.toThrow(
      "It is not clear which account is meant; there is Ours (a1), Theirs (a2). Write account_id",
    );
  });
});

test("a key with its e-mail address comes before a token, as with Wrangler", async () => {
  const both = { CLOUDFLARE_API_TOKEN: "t1", CLOUDFLARE_API_KEY: "k", CLOUDFLARE_EMAIL: "me@example.com" };
  const opened = await openCloudflare({ ...both, CLOUDFLARE_API_BASE_URL: server.url });
  await expect(accountId(opened, undefined, {})).rejects.toThrow("Cloudflare answered 401");
  expect(server.requests).toMatchObject([{ key: "k", authorization: undefined }]);
});

describe("the login of Wrangler", () => {
  const login = (expires: string) =>
    folderWith({
      ".wrangler/config/default.toml": `oauth_token = "t1"\nrefresh_token = "r"\nexpiration_time = "${expires}"\nscopes = []\n`,
    });
  const openAs = (home: string) => {
    vi.stubEnv("HOME", home);
    vi.stubEnv("XDG_CONFIG_HOME", home);
    return openCloudflare({ CLOUDFLARE_API_BASE_URL: server.url });
  };
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test("is used where no variable says who is calling", async () => {
    const opened = await openAs(login("2999-01-01T00:00:00.000Z"));
    expect(await accountId(opened, undefined, {})).toBe("a1");
  });

  test("is missed with words that say how to log in", async () => {
    await expect(openAs(folderWith({}))).rejects.toThrow(
      "Nobody is logged in to Cloudflare. Log in with: npx wrangler login, or set CLOUDFLARE_API_TOKEN.",
    );
  });

  test("that cannot be read is not taken for none", async () => {
    const home = folderWith({ ".wrangler/config/default.toml": "oauth_token = = 1" });
    await expect(openAs(home)).rejects.toThrow(/^Wrangler could not say who is logged in to Cloudflare: \S/);
  });
});
