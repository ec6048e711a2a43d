import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { executionLedger } from "../../src/worker/webhook-executions.ts";
import type { WorkerEnv } from "../../src/worker/worker-env.ts";

test("a Worker without the Durable Object says what to add", async () => {
  const { WEBHOOK_EXECUTIONS, ...without } = env as WorkerEnv;
  const ledger = executionLedger(without as WorkerEnv);
  await expect(ledger.end("find", "1")).rejects.toThrow(
    "The Worker has no WEBHOOK_EXECUTIONS. Add the Durable Object WebhookExecutions to wrangler.toml.",
  );
});
