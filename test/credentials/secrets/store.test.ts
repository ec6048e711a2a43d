import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { SecretError } from "../../../src/credentials/secrets/error.ts";
import { generateKeys } from "../../../src/credentials/secrets/keys.ts";
import { secretKey, secretOf } from "../../../src/credentials/secrets/place.ts";
import {
  KEPT_SOURCES,
  READ_TIMEOUT_MS,
  REFRESH_AFTER_MS,
  RETRY_AFTER_MS,
} from "../../../src/credentials/secrets/store.ts";
import { keys, setSecret, testStore } from "./kit.ts";

const place = { environment: "test", source: "crm", name: "token" };

beforeEach(async () => {
  const { keys } = await env.CONFIG.list({ prefix: "secret/" });
  for (const { name } of keys) await env.CONFIG.delete(name);
  await setSecret(place, "s3cret");
});

describe("the secrets of a source", () => {
  test("are those that are set, of the names that are asked for", async () => {
    await setSecret({ ...place, name: "other" }, "another");
    const { read } = testStore();
    expect(await read("crm", ["token", "missing"])).toEqual({ token: "s3cret" });
  });

  test("keep every character", async () => {
    const value = ' "quoted"\n\u0000é🔑\n';
    await setSecret(place, value);
    expect(await testStore().read("crm", ["token"])).toEqual({ token: value });
  });

  test("may be more than KV reads at once", async () => {
    const names = Array.from({ length: 120 }, (_, index) => `name${index}`);
    await setSecret({ ...place, name: "name119" }, "the last");
    expect(await testStore().read("crm", names)).toEqual({ name119: "the last" });
  });

  test("are none, without a look at KV and without a key, when no names are asked for", async () => {
    const { read, state } = testStore("");
    expect(read("crm", [])).toEqual({});
    expect(state.reads).toBe(0);
  });
});

describe("what KV holds", () => {
  test("shows neither value nor name, and names the key", async () => {
    const [{ name: key } = { name: "" }] = (await env.CONFIG.list({ prefix: "secret/" })).keys;
    expect(key).toBe("secret/test/crm/token");
    const jwe = (await env.CONFIG.get(key)) ?? "";
    const parts = jwe.split(".").map((part) => atob(part.replaceAll("-", "+").replaceAll("_", "/")));
    expect(parts).toHaveLength(5);
    expect([jwe, ...parts].filter((text) => text.includes("s3cret"))).toEqual([]);
    expect(JSON.parse(parts[0] ?? "")).toMatchObject({
      alg: "ECDH-ES+A256KW",
      enc: "A256GCM",
      kid: JSON.parse(keys.publicJwk).kid,
      epk: { kty: "EC", crv: "P-256" },
    });
  });

  test("is sealed in another way each time", async () => {
    const first = await env.CONFIG.get(secretKey(place));
    await setSecret(place, "s3cret");
    expect(await env.CONFIG.get(secretKey(place))).not.toBe(first);
  });
});

describe("a secret is not there, and the log says so, when it", () => {
  async function expectUnreadable(source = "crm", name = "token", environment = "test", privateKey?: string) {
    const { read, log } = testStore(privateKey);
    expect(await read(source, [name], environment)).toEqual({});
    expect(log).toEqual([
      { level: "error", event: "secret.unreadable", environment, source, name, reason: expect.any(String) },
    ]);
  }

  test("was sealed for another key", async () => {
    const { privateJwk } = await generateKeys();
    await expectUnreadable("crm", "token", "test", privateJwk);
  });

  test.each([
    ["environment", { ...place, environment: "prod" }],
    ["source", { ...place, source: "erp" }],
    ["name", { ...place, name: "password" }],
  ])("was moved to another %s", async (_, other) => {
    await env.CONFIG.put(secretKey(other), (await env.CONFIG.get(secretKey(place))) ?? "");
    await expectUnreadable(other.source, other.name, other.environment);
  });

  test.each<[string, (jwe: string) => string]>([
    ["is truncated", (jwe) => jwe.slice(0, -10)],
    ["has lost its tag", (jwe) => jwe.slice(0, jwe.lastIndexOf(".") + 1)],
    [
      "has another ciphertext",
      (jwe) =>
        jwe.replace(/\.(.)([^.]*\.[^.]*)$/, (_, first, rest) => `.${first === "A" ? "B" : "A"}${rest}`),
    ],
    ["is garbage", () => "garbage"],
    ["is empty", () => ""],
    ["is plain text in place of something sealed", () => JSON.stringify({ ...place, value: "plain" })],
    [
      "says it is not encrypted",
      (jwe) => `${btoa('{"alg":"none"}').replaceAll("=", "")}${jwe.slice(jwe.indexOf("."))}`,
    ],
  ])("%s", async (_, change) => {
    await env.CONFIG.put(secretKey(place), change((await env.CONFIG.get(secretKey(place))) ?? ""));
    await expectUnreadable();
  });
});

describe("a warm look-up", () => {
  test("costs no read and waits for nothing", async () => {
    const { read, state, clock } = testStore();
    await read("crm", ["token"]);
    clock.pass(REFRESH_AFTER_MS - 1);
    expect(read("crm", ["token"])).toEqual({ token: "s3cret" });
    expect(state.reads).toBe(1);
  });

  test("finds a change in the background after a minute", async () => {
    const { read, state, clock, settled } = testStore();
    await read("crm", ["token"]);
    await setSecret(place, "changed");
    clock.pass(REFRESH_AFTER_MS);
    expect(read("crm", ["token"])).toEqual({ token: "s3cret" });
    await settled();
    expect(read("crm", ["token"])).toEqual({ token: "changed" });
    expect(state.reads).toBe(2);
  });

  test("finds sooner what was not set yet", async () => {
    const { read, clock, settled } = testStore();
    await read("crm", ["token", "late"]);
    await setSecret({ ...place, name: "late" }, "here");
    clock.pass(RETRY_AFTER_MS);
    read("crm", ["token", "late"]);
    await settled();
    expect(read("crm", ["token", "late"])).toEqual({ token: "s3cret", late: "here" });
  });

  test("goes on with what it has when KV fails, and asks again later", async () => {
    const { read, state, clock, settled, log } = testStore();
    await read("crm", ["token"]);
    state.failure = new Error("KV is down");
    clock.pass(REFRESH_AFTER_MS);
    for (let call = 0; call < 3; call++) {
      expect(read("crm", ["token"])).toEqual({ token: "s3cret" });
      await settled();
    }
    expect(state.reads).toBe(2);
    expect(log).toEqual([
      {
        level: "warn",
        event: "secrets.stale",
        environment: "test",
        source: "crm",
        reason: "The secrets of crm cannot be read at the moment: KV is down",
      },
    ]);
    clock.pass(RETRY_AFTER_MS);
    read("crm", ["token"]);
    await settled();
    expect(state.reads).toBe(3);
  });

  test("is cold again for everything after clear", async () => {
    const { read, store } = testStore();
    await read("crm", ["token"]);
    await setSecret(place, "changed");
    store.clear();
    expect(await read("crm", ["token"])).toEqual({ token: "changed" });
  });

  test(`is kept for ${KEPT_SOURCES} sources`, async () => {
    const { read, state } = testStore();
    for (let index = 0; index <= KEPT_SOURCES; index++) await read(`source${index}`, ["token"]);
    read(`source${KEPT_SOURCES}`, ["token"]);
    expect(state.reads).toBe(KEPT_SOURCES + 1);
    await read("source0", ["token"]);
    expect(state.reads).toBe(KEPT_SOURCES + 2);
  });
});

describe("a cold look-up", () => {
  test("is one read for all that wait", async () => {
    const { read, state } = testStore();
    const all = await Promise.all([1, 2, 3].map(() => read("crm", ["token"])));
    expect(all).toEqual([{ token: "s3cret" }, { token: "s3cret" }, { token: "s3cret" }]);
    expect(state.reads).toBe(1);
  });

  test("is given up when KV does not answer in time, and tried again", async () => {
    const { read, state, clock } = testStore();
    const held = Promise.withResolvers<void>();
    state.hold = held.promise;
    const first = Promise.resolve(read("crm", ["token"]));
    const failed = expect(first).rejects.toThrow(
      "The secrets of crm cannot be read at the moment: No answer within 5000 ms.",
    );
    while (clock.armed === 0) await Promise.resolve();
    clock.pass(READ_TIMEOUT_MS);
    await failed;
    state.hold = Promise.resolve();
    expect(await read("crm", ["token"])).toEqual({ token: "s3cret" });
    held.resolve();
  });

  test("fails when KV does, and is tried again", async () => {
    const { read, state } = testStore();
    state.failure = new Error("KV is down");
    await expect(read("crm", ["token"])).rejects.toThrow(SecretError);
    state.failure = null;
    expect(await read("crm", ["token"])).toEqual({ token: "s3cret" });
  });
});

describe("without the Worker's key, the error says what to do: when it", () => {
  test.each([
    ["is missing", undefined, "sortie secret key --env ENV | npx wrangler secret put SECRETS_KEY"],
    ["is empty", " \n", "The Worker has no SECRETS_KEY"],
    ["is no JSON", "s3cret-garbage", 'SECRETS_KEY is not a private key as "sortie secret key" prints it'],
    ["is the public one", keys.publicJwk, "SECRETS_KEY is not a private key"],
    ["is of another curve", '{"kty":"OKP","crv":"X25519","x":"s3cret","d":"s3cret"}', "is not a private key"],
    [
      "is no point of the curve",
      JSON.stringify({ ...JSON.parse(keys.privateJwk), x: "A".repeat(43) }),
      "SECRETS_KEY is not a private key",
    ],
  ])("%s", async (_, privateKey, message) => {
    const { read, state } = testStore(privateKey ?? "");
    const failure = Promise.resolve(read("crm", ["token"]));
    await expect(failure).rejects.toThrow(SecretError);
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.not.toThrow("s3cret");
    expect(state.reads).toBe(0);
  });
});

describe("a secret that is not set", () => {
  test("is an error that names it and the command", () => {
    expect(() => secretOf({ other: "x" }, place)).toThrow(
      "The secret token of crm is not set. Set it with: sortie secret set crm token --env test (for sortie dev without --env).",
    );
  });

  test("is not found on the object's prototype", () => {
    expect(() => secretOf({}, { ...place, name: "constructor" })).toThrow(SecretError);
  });
});
