import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EnvironmentTokens, KEPT_AFTER_EXPIRY_MS } from "../../../src/clients/tokens/environment-tokens.ts";
import { type IssuedToken, TokenStoreError } from "../../../src/clients/tokens/issued-tokens.ts";
import { notRevoked, type RevocationTimes } from "../../../src/clients/tokens/stored-token.ts";
import { tokenName } from "../../../src/clients/tokens/token-name.ts";
import { tokenStores } from "../../../src/worker/issued-token.ts";
import type { WorkerEnv } from "../../../src/worker/worker-env.ts";
import { issuedToken } from "./issued-token.ts";
import { MemoryTokens } from "./memory-tokens.ts";

const HOUR = 3_600_000;

/** A clock that a test sets, and the rest of what a request gives. */
function contextAt(start = Date.now()) {
  return {
    time: start,
    now() {
      return this.time;
    },
    within: <T>(_ms: number, work: Promise<T>) => work,
    waitUntil: () => {},
  };
}

/** The tokens as isolates of a Worker have them. */
function isolate(log: Record<string, unknown>[] = [], environment = "tokens"): EnvironmentTokens {
  return new EnvironmentTokens(environment, {
    store: tokenStores(env as WorkerEnv),
    log: (line) => log.push(line),
  });
}

describe("tokens in Durable Objects", () => {
  test("what one isolate has issued, another one finds at once", async () => {
    const context = contextAt();
    const token = issuedToken({ sibling: "refresh", endUser: "ann" });
    expect(await isolate().add([token], context)).toBe(true);
    expect(await isolate().find("access", token.token, 0, context)).toEqual(token);
  });

  test("a token is one of its kind, and of its environment", async () => {
    const context = contextAt();
    const token = issuedToken();
    await isolate().add([token], context);
    expect(await isolate().find("refresh", token.token, 0, context)).toBe(null);
    expect(await isolate([], "other").find("access", token.token, 0, context)).toBe(null);
  });

  test("all of several tokens are added, or none", async () => {
    const context = contextAt();
    const [known, other] = [issuedToken(), issuedToken({ kind: "refresh" })];
    await isolate().add([known], context);
    expect(await isolate().add([other, { ...known, clientId: "another" }], context)).toBe(false);
    expect(await isolate().find("refresh", other.token, 0, context)).toBe(null);
    expect(await isolate().find("access", known.token, 0, context)).toEqual(known);
  });

  test("of several who take a token, one gets it", async () => {
    const context = contextAt();
    const token = issuedToken({ kind: "code" });
    await isolate().add([token], context);
    const taken = await Promise.all(
      Array.from({ length: 8 }, () => isolate().take("code", token.token, context)),
    );
    expect(taken.filter((each) => each !== null)).toEqual([token]);
    expect(await isolate().find("code", token.token, 0, context)).toBe(null);
  });

  test("of several who change a token as they found it, one does", async () => {
    const context = contextAt();
    const token = issuedToken({ kind: "refresh" });
    await isolate().add([token], context);
    const changed = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const tokens = isolate();
        const found = await tokens.find("refresh", token.token, 0, context);
        if (!found) throw new Error("it is there");
        return tokens.change(found, { ...found, refreshCount: index + 1 }, context);
      }),
    );
    expect(changed.filter(Boolean)).toHaveLength(1);
    const { refreshCount } = (await isolate().find("refresh", token.token, 0, context)) ?? {};
    expect(refreshCount).toBe(changed.indexOf(true) + 1);
  });

  test("what is stored shows nothing of the token, and goes some days after it has expired", async () => {
    const context = contextAt();
    const token = issuedToken({ sibling: "the refresh token", clientId: "the client" });
    await isolate().add([token], context);
    const stub = env.ISSUED_TOKENS.getByName(await tokenName("tokens", "access", token.token));
    const { text, alarm } = await runInDurableObject(stub, async (_instance, { storage }) => ({
      text: JSON.stringify([...storage.kv.list()].map(([name, value]) => [name, decoded(value)])),
      alarm: await storage.getAlarm(),
    }));
    expect(text).not.toMatch(/the refresh token|the client/);
    expect(text).not.toContain(token.token);
    expect(alarm).toBe((token.expiresAt ?? 0) + KEPT_AFTER_EXPIRY_MS);
    await runDurableObjectAlarm(stub);
    expect(await isolate().find("access", token.token, 0, context)).toBe(null);
  });

  test("one that never expires stays", async () => {
    const token = issuedToken({ expiresAt: null });
    await isolate().add([token], contextAt());
    const stub = env.ISSUED_TOKENS.getByName(await tokenName("tokens", "access", token.token));
    expect(await runInDurableObject(stub, (_instance, { storage }) => storage.getAlarm())).toBe(null);
  });

  test("a Worker without the binding says what is missing, and knows no token", async () => {
    const { ISSUED_TOKENS, ...without } = env as WorkerEnv;
    expect(ISSUED_TOKENS).toBeDefined();
    const log: Record<string, unknown>[] = [];
    const store = tokenStores(without as WorkerEnv);
    const tokens = new EnvironmentTokens("tokens", { store, log: (line) => log.push(line) });
    const found = Promise.resolve(tokens.find("access", "t", 0, contextAt()));
    await expect(found).rejects.toThrow(TokenStoreError);
    const reason = "The Worker has no ISSUED_TOKENS. Add the Durable Object IssuedToken to wrangler.toml.";
    expect(log).toEqual([{ level: "error", event: "token.unavailable", kind: "access", reason }]);
  });
});

function decoded(value: unknown): string {
  const { sealed } = value as { sealed: Uint8Array };
  return new TextDecoder("latin1").decode(sealed);
}

describe("revoked tokens", () => {
  test.each<[what: string, revocation: { appId: string | null; endUser: string | null }, revoked: string[]]>([
    ["an app", { appId: "a", endUser: null }, ["ann in a", "bob in a", "nobody in a"]],
    ["a user", { appId: null, endUser: "ann" }, ["ann in a", "ann in b"]],
    ["a user in an app", { appId: "a", endUser: "ann" }, ["ann in a"]],
  ])("of %s are revoked, and no others", async (_what, revocation, revoked) => {
    const memory = new MemoryTokens();
    const context = contextAt();
    const tokens = ["ann in a", "bob in a", "nobody in a", "ann in b", "bob in b"].map((token) => {
      const [user = "", appId = ""] = token.split(" in ");
      return issuedToken({ token, appId, endUser: user === "nobody" ? null : user });
    });
    await memory.isolate().add(tokens, context);
    await memory.isolate().revoke(revocation as never, ["access"], context.now(), context);
    const found = await Promise.all(
      tokens.map(({ token }) => memory.isolate().find("access", token, 0, context)),
    );
    expect(found.flatMap((each) => (each?.status === "revoked" ? each.token : []))).toEqual(revoked);
  });

  test("only those that were issued before, also when an earlier time is said later", async () => {
    const memory = new MemoryTokens();
    const context = contextAt(5000);
    const [old, young] = [4000, 4001].map((issuedAt) => issuedToken({ issuedAt, appId: "a" }));
    if (!old || !young) throw new Error("there are two");
    await memory.isolate().add([old, young], context);
    for (const before of [4001, 100])
      await memory.isolate().revoke({ appId: "a", endUser: null }, ["access"], before, context);
    const status = async ({ token }: IssuedToken) =>
      (await memory.isolate().find("access", token, 0, context))?.status;
    expect([await status(old), await status(young)]).toEqual(["revoked", "approved"]);
  });

  test("only those of the kinds that are said", async () => {
    const context = contextAt();
    const appId = crypto.randomUUID();
    const tokens = (["access", "refresh", "code"] as const).map((kind) => issuedToken({ kind, appId }));
    await isolate().add(tokens, context);
    await isolate().revoke({ appId, endUser: null }, ["access", "code"], context.now(), context);
    const found = await Promise.all(tokens.map(({ kind, token }) => isolate().find(kind, token, 0, context)));
    expect(found.map((each) => each?.status)).toEqual(["revoked", "approved", "revoked"]);
  });

  test("the isolate that revokes sees it at once", async () => {
    const memory = new MemoryTokens();
    const context = contextAt();
    const token = issuedToken({ appId: "a" });
    const tokens = memory.isolate();
    await tokens.add([token], context);
    expect(await tokens.find("access", token.token, HOUR, context)).toMatchObject({ status: "approved" });
    await tokens.revoke({ appId: "a", endUser: null }, ["access"], context.now(), context);
    expect(await tokens.find("access", token.token, HOUR, context)).toMatchObject({ status: "revoked" });
  });

  test("what was heard of revocations before one is not kept beyond it", async () => {
    const memory = new MemoryTokens();
    const context = contextAt();
    const both = ["first", "second"].map((token) => issuedToken({ token, appId: "a" }));
    await memory.isolate().add(both, context);
    const times = new Map<string, RevocationTimes>();
    const { promise: revoked, resolve } = Promise.withResolvers<void>();
    const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>();
    const tokens = new EnvironmentTokens("test", {
      store: (name) => ({
        ...stores(memory, name),
        revocations: async () => {
          const found = times.get(name) ?? notRevoked;
          isAsked();
          await revoked;
          return found;
        },
        revoke: async (_kinds, before) => void times.set(name, { ...notRevoked, access: before }),
      }),
      log: () => {},
    });
    // A look that has asked before the revocation, and hears of it after.
    const look = tokens.find("access", "first", HOUR, context);
    await asked;
    await tokens.revoke({ appId: "a", endUser: null }, ["access"], context.now(), context);
    resolve();
    await look;
    expect(await tokens.find("access", "second", HOUR, context)).toMatchObject({ status: "revoked" });
  });

  test("revocations that cannot be read are not taken for none", async () => {
    const memory = new MemoryTokens();
    const context = contextAt();
    const token = issuedToken();
    await memory.isolate().add([token], context);
    const broken = new EnvironmentTokens("test", {
      store: (name) => ({
        ...stores(memory, name),
        revocations: () => Promise.reject(new Error("no answer")),
      }),
      log: () => {},
    });
    const found = Promise.resolve(broken.find("access", token.token, 0, context));
    await expect(found).rejects.toThrow(TokenStoreError);
  });
});

/** The stores, of which the first answer to a read comes after the next write. */
function delayed(memory: MemoryTokens) {
  const { promise: written, resolve } = Promise.withResolvers<void>();
  let isFirst = true;
  return (name: string) => ({
    ...stores(memory, name),
    read: async () => {
      const found = memory.stored.get(name) ?? null;
      if (isFirst) {
        isFirst = false;
        await written;
      }
      return found;
    },
    write: async (sealed: Uint8Array, _keptUntil: number | null, version: number | null) => {
      memory.stored.set(name, { version: (version ?? 0) + 1, sealed });
      resolve();
      return true;
    },
  });
}

function stores(memory: MemoryTokens, name: string) {
  return {
    read: async () => memory.stored.get(name) ?? null,
    write: () => Promise.reject(new Error("not asked")),
    take: () => Promise.reject(new Error("not asked")),
    revoke: () => Promise.reject(new Error("not asked")),
    revocations: async () => notRevoked,
  };
}

describe("what the isolate remembers", () => {
  test("is good for as long as is asked, and then the store is asked", async () => {
    const memory = new MemoryTokens();
    const context = contextAt();
    const tokens = memory.isolate();
    const token = issuedToken();
    await tokens.add([token], context);
    await tokens.find("access", token.token, HOUR, context);
    const asked = memory.asked;
    context.time += 999;
    expect(tokens.find("access", token.token, 1000, context)).toEqual(token);
    expect(memory.asked).toBe(asked);
    memory.stored.clear();
    context.time += 1;
    expect(await tokens.find("access", token.token, 1000, context)).toBe(null);
  });

  test("is not who is unknown: a token that comes later is found at once", async () => {
    const memory = new MemoryTokens();
    const context = contextAt();
    const tokens = memory.isolate();
    const token = issuedToken();
    expect(await tokens.find("access", token.token, HOUR, context)).toBe(null);
    await memory.isolate().add([token], context);
    expect(await tokens.find("access", token.token, HOUR, context)).toEqual(token);
  });

  test("is not what was read before it was changed", async () => {
    const memory = new MemoryTokens();
    const context = contextAt();
    const tokens = memory.isolate();
    const token = issuedToken();
    await tokens.add([token], context);
    const found = await tokens.find("access", token.token, 0, context);
    if (!found) throw new Error("it is there");
    // A look that has begun before the change, and ends after it.
    const slow = new EnvironmentTokens("test", { store: delayed(memory), log: () => {} });
    const look = slow.find("access", token.token, HOUR, context);
    const own = await slow.find("access", token.token, 0, context);
    if (!own) throw new Error("it is there");
    await slow.change(own, { ...own, status: "revoked" }, context);
    await look;
    expect(await slow.find("access", token.token, HOUR, context)).toMatchObject({ status: "revoked" });
  });

  test("is read once for requests that come together", async () => {
    const memory = new MemoryTokens();
    const context = contextAt();
    const token = issuedToken();
    await memory.isolate().add([token], context);
    memory.asked = 0;
    const tokens = memory.isolate();
    const found = await Promise.all(
      Array.from({ length: 5 }, () => tokens.find("access", token.token, HOUR, context)),
    );
    expect(found).toEqual(Array(5).fill(token));
    // The token, and what is revoked of its app.
    expect(memory.asked).toBe(2);
  });

  test("is forgotten by who changes or takes it", async () => {
    const memory = new MemoryTokens();
    const context = contextAt();
    const tokens = memory.isolate();
    const token = issuedToken();
    await tokens.add([token], context);
    const found = await tokens.find("access", token.token, HOUR, context);
    if (!found) throw new Error("it is there");
    expect(await tokens.change(found, { ...found, status: "revoked" }, context)).toBe(true);
    expect(await tokens.find("access", token.token, HOUR, context)).toMatchObject({ status: "revoked" });
    await tokens.take("access", token.token, context);
    expect(await tokens.find("access", token.token, HOUR, context)).toBe(null);
  });
});

test("any text of up to two kilobytes is a token, and longer ones are nobody's", async () => {
  const text = fc.string({ minLength: 1, maxLength: 200, unit: "binary" });
  await fc.assert(
    fc.asyncProperty(text, async (name) => {
      const memory = new MemoryTokens();
      const token = issuedToken({ token: name.toWellFormed() });
      expect(await memory.isolate().add([token], contextAt())).toBe(true);
      expect(await memory.isolate().find("access", token.token, 0, contextAt())).toEqual(token);
    }),
    { numRuns: 50 },
  );
  const memory = new MemoryTokens();
  const long = issuedToken({ token: "ü".repeat(1025) });
  expect(await memory.isolate().add([long], contextAt())).toBe(false);
  expect(await memory.isolate().find("access", long.token, 0, contextAt())).toBe(null);
  expect(await memory.isolate().take("access", long.token, contextAt())).toBe(null);
  expect(memory.asked).toBe(0);
  expect(await memory.isolate().add([issuedToken({ token: "" })], contextAt())).toBe(false);
});

test.each(["read", "write", "take"] as const)(
  "a store that fails to %s is not taken for an empty one",
  async (what) => {
    const memory = new MemoryTokens();
    const context = contextAt();
    const token = issuedToken();
    await memory.isolate().add([token], context);
    memory.trouble = () => Promise.reject(new Error("no answer"));
    const log: Record<string, unknown>[] = [];
    const tokens = memory.isolate((line) => log.push(line));
    const asked = {
      read: () => tokens.find("access", token.token, 0, context),
      write: () => tokens.add([issuedToken()], context),
      take: () => tokens.take("access", token.token, context),
    }[what]();
    await expect(Promise.resolve(asked)).rejects.toThrow(TokenStoreError);
    expect(log).toMatchObject([{ event: "token.unavailable", reason: "no answer" }]);
    expect(JSON.stringify(log)).not.toContain(token.token);
  },
);

test("a record that cannot be opened is not taken for none", async () => {
  const memory = new MemoryTokens();
  const context = contextAt();
  const token = issuedToken();
  await memory.isolate().add([token], context);
  for (const [name, stored] of memory.stored)
    memory.stored.set(name, { ...stored, sealed: stored.sealed.slice(1) });
  const found = Promise.resolve(memory.isolate().find("access", token.token, 0, context));
  await expect(found).rejects.toThrow(TokenStoreError);
});
