import { DurableObject } from "cloudflare:workers";
import type { ExecutionLimits } from "../webhooks/file-schema.ts";
import { Limiter, type ReachedLimit } from "../webhooks/limiter.ts";
import type { ExecutionLedger } from "../webhooks/runner.ts";
import type { WorkerEnv } from "./worker-env.ts";

/** The executions of one webhook: a Durable Object for each environment and webhook, so that all isolates count alike. */
export class WebhookExecutions extends DurableObject<WorkerEnv> {
  readonly #limiter = new Limiter(this.ctx.storage.sql);

  begin(id: string, limits: ExecutionLimits, leaseMs: number): ReachedLimit | null {
    return this.#limiter.begin(id, limits, leaseMs, Date.now());
  }

  end(id: string): void {
    this.#limiter.end(id);
  }
}

/** The executions of all webhooks of the environment. */
export function executionLedger({ WEBHOOK_EXECUTIONS, ENVIRONMENT }: WorkerEnv): ExecutionLedger {
  const of = (webhook: string) => WEBHOOK_EXECUTIONS.getByName(executionsId(ENVIRONMENT, webhook));
  return {
    begin: async (webhook, ...execution) => of(webhook).begin(...execution),
    end: async (webhook, id) => of(webhook).end(id),
  };
}

/** Names the Durable Object. */
export function executionsId(environment: string, webhook: string): string {
  return JSON.stringify([environment, webhook]);
}
