import { join } from "node:path";
import { Miniflare } from "miniflare";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { workerModules } from "../../../src/cli/dev/worker-modules.ts";
import { Report } from "../../../src/documents/report.ts";
import { planDeployment } from "../../../src/environment/deployment.ts";
import { currentKey, revisionKey } from "../../../src/environment/document.ts";
import { readEnvironment } from "../../../src/environment/read-environment.ts";
import { COMPATIBILITY_DATE } from "../../../src/functions/compatibility-date.ts";
import { below, repository } from "../sortie.ts";
import { startServer } from "../upstream.ts";

/** Keeps what its queue has brought in KV. */
const consumer = `
export default {
  queue: (batch, env) => env.CONFIG.put("audited", JSON.stringify(batch.messages.map(({ body }) => body))),
};`;

/** The Worker as it is deployed, with a binding AUDIT, and what it writes to its console. */
function startWorker(
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
          compatibilityFlags: ["nodejs_compat", "no_nodejs_global_timers"],
          manifest: workerModules(join(repository, "dist")),
          env: {
            CONFIG: { type: "kv", id: "sortie-config" },
            ENVIRONMENT: { type: "text", value: "test" },
            AUDIT: binding,
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

let upstream: Awaited<ReturnType<typeof startServer>>;
let worker: ReturnType<typeof startWorker> | undefined;
beforeAll(async () => {
  upstream = await startServer("answered");
});
afterAll(() => upstream?.stop());
afterEach(() => worker?.miniflare.dispose());

/** Deploys a proxy that calls the upstream, and whose calls are recorded by the binding AUDIT. */
async function deploy(miniflare: Miniflare): Promise<void> {
  const files = {
    ...below("apiproxies/p/apiproxy", {
      "p.xml": `<APIProxy name="p"/>`,
      "proxies/default.xml": `<ProxyEndpoint name="default">
        <HTTPProxyConnection><BasePath>/p</BasePath></HTTPProxyConnection>
        <RouteRule name="default"><TargetEndpoint>default</TargetEndpoint></RouteRule>
      </ProxyEndpoint>`,
      "targets/default.xml": `<TargetEndpoint name="default">
        <HTTPTargetConnection><URL>http://127.0.0.1:${upstream.port}/path</URL></HTTPTargetConnection>
      </TargetEndpoint>`,
    }),
    "environments/test/audit.json": '{ "destination": "binding", "binding": "AUDIT" }',
  };
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

test("records reach a queue of the Worker", async () => {
  worker = startWorker({ type: "queue", name: "calls" });
  const { miniflare, lines } = worker;
  await deploy(miniflare);
  expect(await (await miniflare.dispatchFetch("http://gateway/p")).text()).toBe("answered");
  const { CONFIG } = await miniflare.getBindings<{ CONFIG: KVNamespace }>("consumer");
  await expect
    .poll(() => CONFIG.get("audited", "json"))
    .toMatchObject([
      {
        status: 200,
        destination_port: upstream.port,
        bytes_received: "answered".length,
        metadata: { kind: "target", name: "default", proxy: "p", environment: "test" },
      },
    ]);
  expect(lines).toEqual([]);
});

test("records are taken by an Analytics Engine data set of the Worker", async () => {
  worker = startWorker({ type: "analytics-engine-dataset", name: "calls" });
  const { miniflare, lines } = worker;
  await deploy(miniflare);
  expect(await (await miniflare.dispatchFetch("http://gateway/p")).text()).toBe("answered");
  expect(lines).toEqual([]);
});
