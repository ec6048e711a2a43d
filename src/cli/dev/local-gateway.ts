import { randomBytes } from "node:crypto";
import type { Miniflare, WorkerdStructuredLog } from "miniflare";
import type { DeploymentPlan } from "../../environment/deployment.ts";
import { DeploymentStore } from "../../environment/deployment-store.ts";
import { NamespaceKv } from "../../environment/kv-store.ts";
import { COMPATIBILITY_DATE } from "../../functions/compatibility-date.ts";
import type { LoadFailure } from "../../worker/load-failures.ts";
import { CommandFailure } from "../command-failure.ts";
import { WORKER, type WorkerSettings, workerBindings } from "./worker-bindings.ts";
import { workerModules } from "./worker-modules.ts";

/** Attempts to have a deployment taken over: a look at KV that was already under way may miss it. */
const REFRESH_ATTEMPTS = 5;

/** How long loading everything may take, in milliseconds: a function's module may never end. */
const LOAD_TIMEOUT_MS = 60_000;

export interface LocalGatewayOptions extends WorkerSettings {
  /** Takes what the Worker writes to its console. */
  readonly log: (line: WorkerdStructuredLog) => void;
}

/** The gateway in workerd on this machine, with a KV namespace in a temporary folder. */
export class LocalGateway {
  /** Where it listens, on 127.0.0.1. */
  readonly port: number;
  readonly #miniflare: Miniflare;
  readonly #kv: NamespaceKv;
  readonly #deployments: DeploymentStore;
  readonly #token: string;
  readonly #log: RefreshLines;
  /** The keys of the secrets that KV has. */
  #secretKeys: readonly string[] = [];

  private constructor(
    miniflare: Miniflare,
    port: number,
    kv: NamespaceKv,
    environment: string,
    token: string,
    log: RefreshLines,
  ) {
    this.#log = log;
    this.#miniflare = miniflare;
    this.port = port;
    this.#kv = kv;
    this.#deployments = new DeploymentStore(kv, environment);
    this.#token = token;
  }

  static async start(options: LocalGatewayOptions): Promise<LocalGateway> {
    const token = randomBytes(24).toString("base64url");
    const log = new RefreshLines();
    // Loaded only here: it takes most of a second, which other commands should not wait for.
    const { Miniflare } = await import("miniflare");
    const miniflare = new Miniflare({
      cf: false,
      logRequests: false,
      telemetry: { enabled: false },
      handleStructuredLogs: (line) => log.take(line) || options.log(line),
      workers: [
        {
          config: {
            name: WORKER,
            compatibilityDate: COMPATIBILITY_DATE,
            compatibilityFlags: ["nodejs_compat", "no_nodejs_global_timers", "enable_request_signal"],
            manifest: workerModules(),
            env: workerBindings(options, token),
            exports: {
              IssuedToken: { type: "durable-object", storage: "sqlite" },
              TrafficCounter: { type: "durable-object", storage: "sqlite" },
              UserAuthorization: { type: "durable-object", storage: "sqlite" },
              OntologyObjects: { type: "durable-object", storage: "sqlite" },
              WebhookExecutions: { type: "durable-object", storage: "sqlite" },
            },
          },
          // Clients reach the Worker itself: Miniflare's own server in front of it would change their headers.
          dev: { unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] },
        },
      ],
    });
    try {
      await miniflare.ready;
      const { port } = await miniflare.unsafeGetDirectURL(WORKER);
      const { CONFIG } = await miniflare.getBindings<{ CONFIG: KVNamespace }>(WORKER);
      const kv = new NamespaceKv(CONFIG);
      return new LocalGateway(miniflare, Number(port), kv, options.environment, token, log);
    } catch (error) {
      await miniflare.dispose();
      throw error;
    }
  }

  /**
   * Writes a deployment that nobody is served by, and has the Worker load all of it: what passes here, serves.
   * Rejects with {@link CommandFailure} when that does not end.
   */
  async verify(plan: DeploymentPlan): Promise<readonly LoadFailure[]> {
    await this.#deployments.stage(plan);
    const signal = AbortSignal.timeout(LOAD_TIMEOUT_MS);
    const path = `/_sortie/generations/${plan.document.generation}/load`;
    try {
      const response = await this.#fetch(path, { method: "POST", headers: this.#authorized, signal });
      if (!response.ok) throw new Error(`the gateway answered ${response.status}`);
      return (await response.json()) as LoadFailure[];
    } catch (cause) {
      if (!signal.aborted) throw cause;
      const message = `The environment does not load within ${LOAD_TIMEOUT_MS / 1000} s. Do its functions' modules end?`;
      throw new CommandFailure(message, { cause });
    }
  }

  /**
   * Writes a deployment and waits until it serves. What it cannot load is returned, and then nothing changes.
   * Rejects when the Worker does not take it over.
   */
  async deploy(plan: DeploymentPlan): Promise<readonly LoadFailure[]> {
    const failures = await this.verify(plan);
    if (failures.length > 0) return failures;
    await this.#deployments.activate(plan);
    for (let attempt = 0; attempt < REFRESH_ATTEMPTS; attempt++) {
      await this.#refresh();
      const health = await this.#fetch("/_sortie/health", { headers: this.#authorized });
      const { generation } = (await health.json()) as { generation: number };
      if (generation === plan.document.generation) return [];
    }
    throw new Error("the gateway did not take the change over; its log says why");
  }

  /** Makes these the sealed secrets, by their keys in KV, and no others. */
  async setSecrets(sealed: ReadonlyMap<string, string>): Promise<void> {
    const gone = this.#secretKeys.filter((key) => !sealed.has(key));
    this.#secretKeys = [...sealed.keys()];
    const encoder = new TextEncoder();
    await this.#kv.put([...sealed].map(([key, jwe]) => ({ key, value: encoder.encode(jwe) })));
    await this.#kv.remove(gone);
    await this.#refresh();
  }

  stop(): Promise<void> {
    return this.#miniflare.dispose();
  }

  /**
   * Executes a function for a user, or for nobody, and resolves once everything that it wrote has been logged.
   */
  async execute(
    name: string,
    parameters: Readonly<Record<string, unknown>>,
    user: string | null,
  ): Promise<{ ok: boolean; body: unknown }> {
    const response = await this.#fetch(`/_sortie/functions/${encodeURIComponent(name)}/execute`, {
      method: "POST",
      headers: {
        ...this.#authorized,
        "content-type": "application/json",
        ...(user !== null && { "x-sortie-user": user }),
      },
      body: JSON.stringify({ parameters }),
    });
    const body: unknown = await response.json();
    const logged = this.#log.next();
    await this.#refresh();
    await logged;
    return { ok: response.ok, body };
  }

  /** Has the Worker look at KV now. */
  async #refresh(): Promise<void> {
    const response = await this.#fetch("/_sortie/refresh", { method: "POST", headers: this.#authorized });
    // Whoever waits for the line that it logs would wait for ever.
    if (!response.ok) throw new Error(`the gateway did not look at its KV: it answered ${response.status}`);
  }

  get #authorized(): { authorization: string } {
    return { authorization: `Bearer ${this.#token}` };
  }

  #fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.port}${path}`, init);
  }
}

/** Lines with which the Worker says that it has looked at KV: what it wrote before has come before them. */
class RefreshLines {
  #waiting: (() => void)[] = [];

  /** Resolves with the next one. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Says whether a line is one. */
  take({ message }: WorkerdStructuredLog): boolean {
    if (message !== '{"level":"debug","event":"refreshed"}') return false;
    for (const resolve of this.#waiting.splice(0)) resolve();
    return true;
  }
}
