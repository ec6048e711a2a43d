import type { OutboundApplication } from "../../../src/credentials/oauth/application.ts";
import { Authorization, type RecordStorage } from "../../../src/credentials/oauth/authorization.ts";
import { readSealingKey } from "../../../src/credentials/sealing.ts";
import { noAudit } from "../../../src/egress/audit/audit.ts";
import { Deadlines } from "../../../src/egress/deadline.ts";
import { Egress } from "../../../src/egress/egress.ts";
import { compileEgressPolicy } from "../../../src/egress/egress-policy.ts";
import { internet } from "../../../src/egress/internet.ts";
import { tokenCalls } from "../../../src/egress/token-calls.ts";
import { ManualClock } from "../../egress/clock.ts";
import { sealingKey } from "../memory-store.ts";
import { Scripted } from "../script.ts";

export const CLIENT_SECRET = "a secret of the client that nothing may show";

/** An outbound application at a token endpoint. */
export function application(
  tokenUrl: string,
  changes: Partial<OutboundApplication> = {},
): OutboundApplication {
  return {
    name: "calendar",
    displayName: "Calendar",
    description: "",
    authorizationUrl: "https://provider.example.com/authorize",
    tokenUrl,
    revocationUrl: null,
    clientId: "client-1",
    tokenEndpointAuthMethod: "client_secret_basic",
    scopes: ["read", "offline"],
    pkce: true,
    accessTokenExpiration: null,
    approvalPrompt: "May we?",
    issuer: null,
    enabled: true,
    ...changes,
  };
}

/** A good answer of a token endpoint. */
export function tokens(number: number, changes: object = {}): { body: object } {
  return {
    body: {
      access_token: `access-token-${number}`,
      token_type: "Bearer",
      expires_in: 3600,
      refresh_token: `refresh-token-${number}`,
      ...changes,
    },
  };
}

/** Storage in memory, where a test can see everything. */
export class MemoryRecord implements RecordStorage {
  sealed: string | undefined;
  async read(): Promise<string | undefined> {
    return this.sealed;
  }
  async write(sealed: string): Promise<void> {
    this.sealed = sealed;
  }
  async remove(): Promise<void> {
    this.sealed = undefined;
  }
}

/** The authorization of one user, with a clock that stands until the test moves it. */
export class TestAuthorization {
  readonly clock: ManualClock;
  readonly endpoint = new Scripted();
  readonly storage: MemoryRecord;
  readonly log: Record<string, unknown>[] = [];
  readonly authorization: Authorization;
  readonly application: OutboundApplication;
  readonly #pending: Promise<unknown>[] = [];

  constructor(
    changes: Partial<OutboundApplication> = {},
    { storage = new MemoryRecord(), id = "alice", keyByte = 1 } = {},
  ) {
    this.clock = new ManualClock(1_800_000_000_000);
    this.storage = storage;
    this.application = application(`${this.endpoint.url}/token`, changes);
    const egress = new Egress({
      policy: compileEgressPolicy({ allow: [new URL(this.endpoint.url).origin], advice: "dev" }),
      internet,
      connections: new Map(),
      log: (line) => this.log.push(line),
      audit: noAudit,
    });
    const send = tokenCalls(egress, "outbound application calendar");
    const deadlines = new Deadlines(this.clock);
    this.authorization = new Authorization({
      id,
      storage,
      key: readSealingKey(sealingKey(keyByte)),
      now: this.clock.now,
      waitUntil: (work) => void this.#pending.push(work),
      log: (line) => this.log.push(line),
      ask: async () => ({
        clientSecret: CLIENT_SECRET,
        now: this.clock.now,
        send: (call) =>
          send(call, {
            now: this.clock.now,
            within: (ms, work) => deadlines.within(ms, work),
            waitUntil: (work) => void this.#pending.push(work),
          }),
      }),
    });
  }

  /** Begins a consent, and returns the state and all other parameters that the provider gets. */
  async begin(returnTo = "/back"): Promise<URLSearchParams> {
    const redirectUri = "https://gateway.test/_sortie/oauth/calendar/callback";
    const url = await this.authorization.begin(this.application, { redirectUri, returnTo });
    return new URL(url).searchParams;
  }

  /** The provider sends the browser back. */
  complete(parameters: Record<string, string>, changes: Partial<OutboundApplication> = {}) {
    return this.authorization.complete({ ...this.application, ...changes }, new URLSearchParams(parameters));
  }

  /** Goes through a whole consent; the token endpoint's answers have to be said before. */
  async consent() {
    const state = (await this.begin()).get("state") ?? "";
    return this.complete({ state, code: "code-1" });
  }

  token({ refresh = true, resetAt = 0, changes = {} as Partial<OutboundApplication> } = {}) {
    return this.authorization.token({ ...this.application, ...changes }, { refresh, resetAt });
  }

  status() {
    return this.authorization.status(this.application, 0);
  }

  async settled(): Promise<void> {
    while (this.#pending.length > 0) await this.#pending.shift();
  }
}
