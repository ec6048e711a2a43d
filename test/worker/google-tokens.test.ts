import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { noAudit } from "../../src/egress/audit/audit.ts";
import { internet } from "../../src/egress/internet.ts";
import { makeGoogleTokens } from "../../src/worker/google-tokens.ts";
import type { WorkerEnv } from "../../src/worker/worker-env.ts";
import {
  ACCOUNT,
  keyFile,
  OTHER,
  register,
  SCOPE,
  secretPart,
  servers,
  testTokens,
} from "../credentials/issuer-kit.ts";
import { sealingKey } from "../credentials/memory-store.ts";

beforeAll(async () => {
  await register(ACCOUNT);
  await register(OTHER, [ACCOUNT]);
});

/** The Worker under test has a key to seal with, which these tests leave out. */
const { SEALING_KEY, ...bindings }: WorkerEnv = env;

/** The tokens of a Worker with these secrets, asked for once. */
async function ask(secrets: Partial<WorkerEnv>, account = ACCOUNT) {
  const { context, settled } = testTokens();
  const log: Record<string, unknown>[] = [];
  const tokens = makeGoogleTokens({ ...bindings, ...secrets }, new Map(), (line) => log.push(line), noAudit);
  const source = tokens.identity(account).source({ kind: "access", scopes: [SCOPE], lifetime: 3600 });
  const answer = await Promise.resolve(source.get(context)).catch((error: unknown) => error);
  await settled();
  return { answer, log };
}

const good = { GOOGLE_SERVICE_ACCOUNT: keyFile(), GOOGLE_IAM_CREDENTIALS: servers.google };

describe("the Worker's secrets", () => {
  test("are enough to get a token", async () => {
    const { answer, log } = await ask(good);
    expect(decodeJwt(String(answer).slice("Bearer ".length)).sub).toBe(ACCOUNT);
    expect(log).toEqual([]);
  });

  test("let the gateway's own account act for others", async () => {
    expect(decodeJwt(String((await ask(good, OTHER)).answer).slice("Bearer ".length)).sub).toBe(OTHER);
  });

  test("seal what goes into KV", async () => {
    const { answer, log } = await ask({ ...good, SEALING_KEY: sealingKey() });
    expect(log).toEqual([]);
    const { keys } = await env.CONFIG.list({ prefix: "google-token/" });
    const values = await Promise.all(keys.map(({ name }) => env.CONFIG.get(name)));
    expect(values).toHaveLength(1);
    expect(String(values[0])).not.toContain(String(answer).split(".")[1]);
  });

  test("that are missing leave everything else at work", async () => {
    const { answer, log } = await ask({});
    expect(String(answer)).toContain("There is no key for the service account");
    expect(log).toMatchObject([{ event: "google-token.failed", account: ACCOUNT }]);
  });

  test.each<[string, Partial<WorkerEnv>, string]>([
    [
      "a key that is not JSON",
      { GOOGLE_SERVICE_ACCOUNT: `{"private_key": "${secretPart}` },
      "GOOGLE_SERVICE_ACCOUNT",
    ],
    ["a sealing key that is too short", { ...good, SEALING_KEY: "c2VjcmV0" }, "SEALING_KEY"],
    ["an API without TLS", { ...good, GOOGLE_IAM_CREDENTIALS: "http://a.example" }, "GOOGLE_IAM_CREDENTIALS"],
  ])("with %s are complained about, without being quoted", async (_, secrets, name) => {
    const { log } = await ask(secrets);
    expect(log[0]).toMatchObject({ level: "error", event: "google-authentication.secret" });
    expect(String(log[0]?.reason)).toContain(name);
    expect(JSON.stringify(log)).not.toContain(secretPart);
    expect(JSON.stringify(log)).not.toContain("c2VjcmV0");
  });
});

test("a token goes through the connection that serves its endpoint's host", async () => {
  const host = new URL(servers.google).host;
  const hosts: string[] = [];
  const connection = {
    fetch(url: string, init: RequestInit) {
      hosts.push(new URL(url).host);
      return internet.fetch(url, init);
    },
  };
  const { context } = testTokens();
  const tokens = makeGoogleTokens({ ...bindings, ...good }, new Map([[host, connection]]), () => {}, noAudit);
  await tokens
    .identity(ACCOUNT)
    .source({ kind: "access", scopes: [SCOPE], lifetime: 3600 })
    .get(context);
  expect(hosts).toEqual([host]);
});
