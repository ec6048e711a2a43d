import { env, exports } from "cloudflare:workers";
import { expect, test } from "vitest";
import { currentKey } from "../src/environment/document.ts";

const worker = exports.default;

/** The first call imports the whole Worker, which takes long on a busy machine. Milliseconds. */
const IMPORT_TIMEOUT_MS = 60_000;

test("health answers 503 while nothing is deployed, and 200 with what is deployed", {
  timeout: IMPORT_TIMEOUT_MS,
}, async () => {
  const before = await worker.fetch("http://gateway.test/_sortie/health");
  expect(before.status).toBe(503);
  expect(await before.json()).toMatchObject({
    status: "nothing deployed",
    environment: "local",
    proxies: [],
  });

  await env.CONFIG.put(
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
  const after = await worker.fetch("http://gateway.test/_sortie/health");
  expect(after.status).toBe(200);
  expect(await after.json()).toEqual({
    status: "ok",
    environment: "local",
    generation: 7,
    proxies: ["orders"],
  });
});

test("nobody can ask for a refresh of a deployed gateway", async () => {
  const headers = { authorization: "Bearer undefined" };
  const response = await worker.fetch("http://gateway.test/_sortie/refresh", { method: "POST", headers });
  expect(response.status).toBe(404);
});
