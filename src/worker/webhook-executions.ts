import { DurableObject } from "cloudflare:workers";
import type { ExecutionLimits } from "../webhooks/file-schema.ts";
import { type HistoryEntry, RETENTION_MS } from "../webhooks/history.ts";
import { Limiter, type ReachedLimit } from "../webhooks/limiter.ts";
import type { ExecutionLedger } from "../webhooks/runner.ts";
import { type HistoryPage, type HistoryQuestion, StoredHistory } from "../webhooks/stored-history.ts";
import type { WorkerEnv } from "./worker-env.ts";

/**
 * The executions of one webhook: a Durable Object for each environment and webhook, so that all isolates count alike,
 * and what they keep is in one place.
 */
export class WebhookExecutions extends DurableObject<WorkerEnv> {
  readonly #limiter = new Limiter(this.ctx.storage.sql);
  readonly #history = new StoredHistory(this.ctx.storage.sql);

  begin(id: string, limits: ExecutionLimits, leaseMs: number): ReachedLimit | null {
    return this.#limiter.begin(id, limits, leaseMs, Date.now());
  }

  end(id: string): void {
    this.#limiter.end(id);
  }

  async record(entry: HistoryEntry): Promise<void> {
    const now = Date.now();
    this.#history.add(entry, now);
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(now + RETENTION_MS);
  }

  history(question: HistoryQuestion): HistoryPage {
    return this.#history.page(question, Date.now());
  }

  /** Executions are old enough to go. */
  override async alarm(): Promise<void> {
    const next = this.#history.forget(Date.now());
    if (next !== null) await this.ctx.storage.setAlarm(next);
  }
}

/** The executions of all webhooks of the environment. */
export function executionLedger({ WEBHOOK_EXECUTIONS, ENVIRONMENT }: WorkerEnv): ExecutionLedger {
  const of = (webhook: string) => {
    const namespace: typeof WEBHOOK_EXECUTIONS | undefined = WEBHOOK_EXECUTIONS;
    if (namespace) return namespace.getByName(executionsId(ENVIRONMENT, webhook));
    throw new Error(
      "The Worker has no WEBHOOK_EXECUTIONS. Add the Durable Object WebhookExecutions to wrangler.toml.",
    );
  };
  return {
    begin: async (webhook, ...execution) => of(webhook).begin(...execution),
    end: async (webhook, id) => of(webhook).end(id),
    record: async (webhook, entry) => of(webhook).record(entry),
    history: async (webhook, question) => of(webhook).history(question),
  };
}

/** Names the Durable Object. */
export function executionsId(environment: string, webhook: string): string {
  return JSON.stringify([environment, webhook]);
}
