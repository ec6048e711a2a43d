import { exportJWK, exportPKCS8, generateKeyPair } from "jose";
import { inject } from "vitest";
import { GoogleTokens } from "../../src/credentials/google-tokens.ts";
import { Keyring } from "../../src/credentials/keyring.ts";
import type { SealedStore } from "../../src/credentials/sealed-store.ts";
import type { TokenContext, TokenPost } from "../../src/credentials/token-request.ts";
import { noAudit } from "../../src/egress/audit/audit.ts";
import type { Connection } from "../../src/egress/call.ts";
import { Deadlines } from "../../src/egress/deadline.ts";
import { Egress } from "../../src/egress/egress.ts";
import { compileEgressPolicy } from "../../src/egress/egress-policy.ts";
import { internet } from "../../src/egress/internet.ts";
import { tokenCalls } from "../../src/egress/token-calls.ts";
import { ManualClock } from "../egress/clock.ts";

export const servers = inject("servers");

/** An RSA key pair, made once for each file: making one takes long. */
const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
const pem = await exportPKCS8(privateKey);

export const ACCOUNT = "callouts@test-project.iam.gserviceaccount.com";
export const OTHER = "other@test-project.iam.gserviceaccount.com";
export const SCOPE = "https://www.googleapis.com/auth/cloud-platform";

/** The key file of an account, with changes. */
export function keyFile(changes: object = {}): string {
  return JSON.stringify({
    type: "service_account",
    project_id: "test-project",
    private_key_id: "key-1",
    private_key: pem,
    client_email: ACCOUNT,
    token_uri: `${servers.google}/token`,
    ...changes,
  });
}

/** The part of a private key that nothing may show. */
export const secretPart = pem.slice(200, 260);

/** Tells the issuer about an account; its key is the one of {@link keyFile}. */
export async function register(email = ACCOUNT, actors: readonly string[] = [email]): Promise<void> {
  const account = { publicKey: await exportJWK(publicKey), actors };
  await fetch(`${servers.googleAccounts}/${email}`, { method: "PUT", body: JSON.stringify(account) });
}

/** Tokens of a test, with all that they did. */
export interface TestTokens {
  readonly tokens: GoogleTokens;
  readonly clock: ManualClock;
  readonly context: TokenContext;
  /** The calls to token endpoints, in order. */
  readonly calls: readonly TokenPost[];
  readonly log: readonly Record<string, unknown>[];
  /** Settles when everything in the background has ended. */
  settled(): Promise<void>;
}

/** Tokens with a clock that stands until the test moves it. It begins now, because the issuer's clock is real. */
export function testTokens(
  options: {
    secrets?: Record<string, string>;
    store?: SealedStore | null;
    connection?: Connection;
    clock?: ManualClock;
  } = {},
): TestTokens {
  const clock = options.clock ?? new ManualClock(Date.now());
  const deadlines = new Deadlines(clock);
  const log: Record<string, unknown>[] = [];
  const calls: TokenPost[] = [];
  const pending: Promise<unknown>[] = [];
  const send = tokenCalls(
    new Egress({
      policy: compileEgressPolicy({
        allow: [servers.google, servers.a, servers.b, servers.nobody],
        advice: "dev",
      }),
      internet: options.connection ?? internet,
      connections: new Map(),
      log: (line) => log.push(line),
      audit: noAudit,
    }),
    "Google authentication",
  );
  const tokens = new GoogleTokens({
    keyring: new Keyring(options.secrets ?? { GOOGLE_SERVICE_ACCOUNT: keyFile() }),
    iamCredentials: servers.google,
    store: options.store ?? null,
    log: (line) => log.push(line),
    send(call, context) {
      calls.push(call);
      return send(call, context);
    },
  });
  const context: TokenContext = {
    now: clock.now,
    within: (ms, work) => deadlines.within(ms, work),
    waitUntil: (work) => void pending.push(work),
  };
  return {
    tokens,
    clock,
    context,
    calls,
    log,
    async settled() {
      while (pending.length > 0) await pending.shift();
    },
  };
}
