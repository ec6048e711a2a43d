import { createExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { expect, test } from "vitest";
import { currentKey } from "../src/environment/document.ts";
import worker from "../src/index.ts";
import type { WorkerEnv } from "../src/worker/worker-env.ts";

/** A Worker with a KV namespace of its own: other tests deploy to the one that all share. */
const { EMPTY_CONFIG: config } = env as WorkerEnv & { EMPTY_CONFIG: KVNamespace };
const own: WorkerEnv = { ...env, CONFIG: config };

const health = () =>
  worker.fetch(new Request("http://gateway.test/_sortie/health"), own, createExecutionContext());

test("health answers 503 while nothing is deployed, and 200 with what is deployed", async () => {
  const before = await health();
  expect(before.status).toBe(503);
  expect(await before.json()).toMatchObject({
    status: "nothing deployed",
    environment: "local",
    proxies: [],
  });

  await config.put(
    currentKey("local"),
    JSON.stringify({
      format: 1,
      organization: "test",
      environment: "local",
      generation: 7,
      deployedAt: "2026-01-02T03:04:05.000Z",
      proxies: [{ name: "orders", revision: "r1", endpoints: [{ name: "default", basePath: "/orders" }] }],
      sharedFlows: [],
      flowHooks: {},
      targetServers: [],
      keyValueMaps: {},
      egress: { allow: [], advice: "list" },
    }),
  );
  const after = await health();
  expect(after.status).toBe(200);
  expect(await after.json()).toEqual({
    status: "ok",
    environment: "local",
    generation: 7,
    proxies: ["orders"],
  });
});

test.each([
  ["GET", "/orders"],
  ["GET", "/_sortie/health"],
  ["POST", "/_sortie/functions/probe/execute"],
  ["GET", "/_sortie/oauth/applications/carrier"],
])("while nothing is deployed, %s %s is answered 503, to be tried again", async (method, path) => {
  const nothing = { ...own, CONFIG: { get: async () => null } as unknown as KVNamespace };
  const request: Request<unknown, IncomingRequestCfProperties> = new Request(`http://gateway.test${path}`, {
    method,
  });
  const response = await worker.fetch(request, nothing, createExecutionContext());
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "10"]);
});

test.each([
  "/orders",
  "/_sortie/",
  "/_sortie/health",
  "/_sortie/functions/probe/execute",
  "/_sortie/api/v2/ontologies",
  "/_sortie/oauth",
])(
  "on a developer's machine, %s says where to read why nothing is served, and not of a deployment",
  async (path) => {
    const dev: WorkerEnv = {
      ...own,
      CONFIG: { get: async () => null } as unknown as KVNamespace,
      DEV: JSON.stringify({ hosts: ["localhost"], requests: false }),
    };
    const headers = { host: "localhost" };
    const request: Request<unknown, IncomingRequestCfProperties> = new Request(`http://localhost${path}`, {
      method: path.endsWith("/execute") ? "POST" : "GET",
      headers,
    });
    const text = await (await worker.fetch(request, dev, createExecutionContext())).text();
    expect(text).toContain("the problems that sortie dev has printed in its terminal");
    expect(text).not.toContain("Nothing is deployed");
  },
);

test("nobody can ask for a refresh of a deployed gateway", async () => {
  const headers = { authorization: "Bearer undefined" };
  const response = await exports.default.fetch("http://gateway.test/_sortie/refresh", {
    method: "POST",
    headers,
  });
  expect(response.status).toBe(404);
});
