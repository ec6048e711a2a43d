import { join } from "node:path";
import { Miniflare } from "miniflare";
import { expect } from "vitest";
import { workerModules } from "../../../src/cli/dev/worker-modules.ts";
import { Report } from "../../../src/documents/report.ts";
import { planDeployment } from "../../../src/environment/deployment.ts";
import { currentKey, revisionKey } from "../../../src/environment/document.ts";
import { readEnvironment } from "../../../src/environment/read-environment.ts";
import { COMPATIBILITY_DATE } from "../../../src/functions/compatibility-date.ts";
import { repository } from "../sortie.ts";

/** Keeps what its queue has brought in KV. */
const consumer = `
export default {
  queue: (batch, env) => env.CONFIG.put("audited", JSON.stringify(batch.messages.map(({ body }) => body))),
};`;

/** The Worker as it is deployed, with a binding RECORDS, and what it writes to its console. */
export function startWorker(
  binding: { type: "queue"; name: string } | { type: "analytics-engine-dataset"; name: string },
) {
  const lines: string[] = [];
  const code = (contents: string) => ({
    mainModule: "worker.js",
    modules: { "worker.js": { type: "esm" as const, contents } },
  });
  const miniflare = new Miniflare({
    cf: false,
    handleStructuredLogs: ({ message }) => void lines.push(message),
    workers: [
      {
        config: {
          name: "sortie",
          compatibilityDate: COMPATIBILITY_DATE,
          compatibilityFlags: ["nodejs_compat", "no_nodejs_global_timers", "enable_request_signal"],
          manifest: workerModules(join(repository, "dist/worker")),
          env: {
            CONFIG: { type: "kv", id: "sortie-config" },
            ENVIRONMENT: { type: "text", value: "test" },
            RECORDS: binding,
          },
        },
      },
      {
        config: {
          name: "consumer",
          compatibilityDate: COMPATIBILITY_DATE,
          manifest: code(consumer),
          env: { CONFIG: { type: "kv", id: "sortie-config" } },
          triggers: [{ type: "queue", name: "calls", maxBatchTimeout: 0 }],
        },
      },
    ],
  });
  return { miniflare, lines };
}

/** Deploys the files of the environment `test`. */
export async function deploy(miniflare: Miniflare, files: Readonly<Record<string, string>>): Promise<void> {
  const report = new Report();
  const bytes = new Map(Object.entries(files).map(([path, text]) => [path, new TextEncoder().encode(text)]));
  const model = readEnvironment(bytes, "test", report);
  expect(report.problems).toEqual([]);
  const options = { organization: "org", now: new Date(), advice: "list" } as const;
  const { document, revisions } = await planDeployment(model, null, options);
  const { CONFIG } = await miniflare.getBindings<{ CONFIG: KVNamespace }>("sortie");
  for (const [revision, zip] of revisions)
    await CONFIG.put(revisionKey(revision), new Uint8Array(zip).buffer);
  await CONFIG.put(currentKey("test"), JSON.stringify(document));
}
