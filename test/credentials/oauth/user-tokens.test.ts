import { describe, expect, test } from "vitest";
import type { OutboundApplication } from "../../../src/credentials/oauth/application.ts";
import type { TokenResult } from "../../../src/credentials/oauth/results.ts";
import {
  authorizePath,
  KEPT_USER_TOKENS,
  RESET_CHECKED_AFTER_MS,
  UserTokens,
} from "../../../src/credentials/oauth/user-tokens.ts";
import { AuthorizationRequired, CredentialsError } from "../../../src/credentials/user-credentials.ts";
import { ManualClock } from "../../egress/clock.ts";
import { application } from "./kit.ts";

const MINUTE_MS = 60_000;

/** The tokens of an isolate, and whoever keeps the grants as the test says. */
class TestTokens {
  readonly clock = new ManualClock(1_800_000_000_000);
  application: OutboundApplication | undefined = application("https://provider.example.com/token");
  /** What the keeper of grants says; null when it cannot be reached. */
  result: TokenResult | null = null;
  /** Who was asked for, and whether renewing was allowed. */
  readonly asked: { user: string; refresh: boolean }[] = [];
  resetAt = 0;
  resetReads = 0;
  readonly log: Record<string, unknown>[] = [];
  readonly #pending: Promise<unknown>[] = [];
  readonly tokens = new UserTokens({
    application: () => this.application,
    authorizeUrl: async (name) => authorizePath(name),
    ask: async ({ user }, refresh) => {
      this.asked.push({ user, refresh });
      if (!this.result) throw new Error("the network is down");
      return this.result;
    },
    resetAt: async () => {
      this.resetReads++;
      if (Number.isNaN(this.resetAt)) throw new Error("KV is down");
      return this.resetAt;
    },
    now: this.clock.now,
    waitUntil: (work) => void this.#pending.push(work),
    log: (line) => this.log.push(line),
  });

  /** The keeper has a token that is good for so long. */
  has(accessToken: string, changes: object = {}): void {
    const now = this.clock.now();
    this.result = {
      kind: "token",
      accessToken,
      grantedAt: now,
      expiresAt: now + 60 * MINUTE_MS,
      askAgainAt: now + 55 * MINUTE_MS,
      lastUse: now + 59 * MINUTE_MS,
      ...changes,
    };
  }

  /** At once or not, and as errors come to whoever awaits. */
  async get(user = "alice", refresh = true): Promise<string> {
    return (await this.tokens.get("calendar", user, refresh)).accessToken;
  }

  async settled(): Promise<void> {
    while (this.#pending.length > 0) await this.#pending.shift();
  }
}

describe("a good token", () => {
  test("is asked for once, and then at hand without waiting", async () => {
    const test = new TestTokens();
    test.has("one");
    expect(await test.get()).toBe("one");
    test.clock.pass(55 * MINUTE_MS - 1);
    expect(test.tokens.get("calendar", "alice", true)).toMatchObject({ type: "oauth", accessToken: "one" });
    expect(test.asked).toEqual([{ user: "alice", refresh: true }]);
  });

  test("is one user's alone", async () => {
    const test = new TestTokens();
    test.has("alice's");
    expect(await test.get("alice")).toBe("alice's");
    test.has("bob's");
    expect(await test.get("bob")).toBe("bob's");
    expect(await test.get("alice")).toBe("alice's");
  });

  test("is asked for again when it is due, and goes on being used when nobody can be asked", async () => {
    const test = new TestTokens();
    test.has("one");
    await test.get();
    test.clock.pass(55 * MINUTE_MS);
    test.result = null;
    expect(await test.get()).toBe("one");
    test.clock.pass(4 * MINUTE_MS);
    await expect(test.get()).rejects.toThrow(
      "The token for the outbound application calendar cannot be had at the moment: the network is down",
    );
    test.has("two");
    expect(await test.get()).toBe("two");
  });

  test("is forgotten when it was issued to another client", async () => {
    const test = new TestTokens();
    test.has("one");
    await test.get();
    test.application = application("https://provider.example.com/token", { clientId: "client-2" });
    test.has("two");
    expect(await test.get()).toBe("two");
  });

  test(`is kept for ${KEPT_USER_TOKENS} users`, async () => {
    const test = new TestTokens();
    test.has("one");
    for (let user = 0; user <= KEPT_USER_TOKENS; user++) await test.get(`user ${user}`);
    await test.get("user 1");
    expect(test.asked).toHaveLength(KEPT_USER_TOKENS + 1);
    await test.get("user 0");
    expect(test.asked).toHaveLength(KEPT_USER_TOKENS + 2);
  });

  test("is looked after in the background: one that was reset is not used any more", async () => {
    const test = new TestTokens();
    test.has("one");
    await test.get();
    test.clock.pass(RESET_CHECKED_AFTER_MS - 1);
    await test.get();
    expect(test.resetReads).toBe(0);
    test.resetAt = test.clock.now();
    test.clock.pass(1);
    expect(await test.get()).toBe("one");
    await test.settled();
    expect(test.resetReads).toBe(1);
    test.result = { kind: "expired", reason: "reset" };
    await expect(test.get()).rejects.toThrow(AuthorizationRequired);
  });

  test("goes on being used while nobody can say whether it was reset", async () => {
    const test = new TestTokens();
    test.has("one");
    await test.get();
    test.resetAt = Number.NaN;
    test.clock.pass(RESET_CHECKED_AFTER_MS);
    expect(await test.get()).toBe("one");
    await test.settled();
    expect(await test.get()).toBe("one");
    expect(test.log).toMatchObject([{ event: "oauth.resets-unread", reason: "KV is down" }]);
  });

  test("is forgotten when its user withdraws it", async () => {
    const test = new TestTokens();
    test.has("one");
    await test.get();
    test.tokens.forget({ application: application("https://provider.example.com/token"), user: "alice" });
    test.result = { kind: "none" };
    await expect(test.get()).rejects.toThrow(AuthorizationRequired);
  });

  test("is asked for without renewing in deployed mode", async () => {
    const test = new TestTokens();
    test.has("one");
    await test.get("alice", false);
    expect(test.asked).toEqual([{ user: "alice", refresh: false }]);
  });
});

describe("no token", () => {
  test("needs a first consent", async () => {
    const test = new TestTokens();
    test.result = { kind: "none" };
    await expect(test.get()).rejects.toMatchObject({
      name: "AuthorizationRequired",
      message: "401 Unauthorized: the user has not authorized the outbound application calendar.",
      authorizePath: "/_sortie/oauth/calendar/authorize",
    });
  });

  test("needs another consent when it has expired and cannot be renewed", async () => {
    const test = new TestTokens();
    test.result = { kind: "expired", reason: "the provider says so" };
    await expect(test.get()).rejects.toMatchObject({
      name: "AuthorizationRequired",
      message: "Credentials expired and no refresh handler provided",
      authorizePath: "/_sortie/oauth/calendar/authorize",
    });
  });

  test("may be had later", async () => {
    const test = new TestTokens();
    test.result = { kind: "unavailable", reason: "provider.example.com is not reachable." };
    const failure = test.get();
    await expect(failure).rejects.toThrow(
      /cannot be had at the moment: provider.example.com is not reachable/,
    );
    await expect(failure).rejects.not.toBeInstanceOf(AuthorizationRequired);
  });

  test("is there for a disabled application, nor used from memory, and again when it is enabled", async () => {
    const test = new TestTokens();
    test.has("one");
    await test.get();
    const { application: enabled } = test;
    test.application = enabled && { ...enabled, enabled: false };
    await expect(test.get()).rejects.toThrow(
      new CredentialsError("401 Unauthorized: the outbound application calendar is disabled."),
    );
    test.application = enabled;
    expect(await test.get()).toBe("one");
  });

  test("is there for an application that is not deployed", async () => {
    const test = new TestTokens();
    test.application = undefined;
    await expect(test.get()).rejects.toThrow("There is no outbound application calendar.");
  });
});
