import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { below } from "../sortie.ts";
import { startServer } from "../upstream.ts";
import { deploy, startWorker } from "./deployed-worker.ts";

let upstream: Awaited<ReturnType<typeof startServer>>;
let worker: ReturnType<typeof startWorker> | undefined;
beforeAll(async () => {
  upstream = await startServer("answered");
});
afterAll(() => upstream?.stop());
afterEach(() => worker?.miniflare.dispose());

/** A proxy that calls the upstream, and whose calls are recorded by the binding. */
function files(): Record<string, string> {
  return {
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
    "environments/test/audit.json": '{ "destination": "binding", "binding": "RECORDS" }',
  };
}

test("records reach a queue of the Worker", async () => {
  worker = startWorker({ type: "queue", name: "calls" });
  const { miniflare, lines } = worker;
  await deploy(miniflare, files());
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
  await deploy(miniflare, files());
  expect(await (await miniflare.dispatchFetch("http://gateway/p")).text()).toBe("answered");
  expect(lines).toEqual([]);
});
