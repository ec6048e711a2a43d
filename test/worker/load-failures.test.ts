import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { Report } from "../../src/documents/report.ts";
import { planDeployment } from "../../src/environment/deployment.ts";
import { type EnvironmentDocument, generationKey, revisionKey } from "../../src/environment/document.ts";
import { readEnvironment } from "../../src/environment/read-environment.ts";
import worker from "../../src/index.ts";
import type { WorkerEnv } from "../../src/worker/worker-env.ts";
import { filesOf, plainProxy, sharedFlow } from "../environment/deployed.ts";

/** A Worker to which nothing is deployed, and its KV namespace. */
const { EMPTY_CONFIG: config, ...rest } = env as WorkerEnv & { EMPTY_CONFIG: KVNamespace };
const own: WorkerEnv = { ...rest, CONFIG: config };

function send(
  path: string,
  init?: RequestInit<IncomingRequestCfProperties>,
  to: WorkerEnv = own,
): Response | Promise<Response> {
  const request = new Request<unknown, IncomingRequestCfProperties>(`http://gateway.test${path}`, init);
  return worker.fetch(request, to, createExecutionContext());
}

function load(generation: number, token = own.REFRESH_TOKEN, to = own): Response | Promise<Response> {
  const headers = { authorization: `Bearer ${token}` };
  return send(`/_sortie/generations/${generation}/load`, { method: "POST", headers }, to);
}

async function write(
  generation: number,
  change: (document: EnvironmentDocument) => unknown = (same) => same,
) {
  const files = filesOf({ ...plainProxy("good"), ...plainProxy("bad"), ...sharedFlow("common") });
  const model = readEnvironment(files, "local", new Report());
  const options = { organization: "org", now: new Date(0), advice: "list" } as const;
  const { document, revisions } = await planDeployment(model, null, options);
  for (const [revision, zip] of revisions) await config.put(revisionKey(revision), zip.slice().buffer);
  await config.put(generationKey("local", generation), JSON.stringify(change({ ...document, generation })));
}

test("a generation that loads has no failures, and is not served for that", async () => {
  await write(101);
  expect(await (await load(101)).json()).toEqual([]);
  const health = await send("/_sortie/health");
  expect(await health.json()).not.toMatchObject({ generation: 101 });
});

test("everything that cannot be loaded is named with its reason, all at once", async () => {
  await config.put(revisionKey("damaged"), new Uint8Array([1, 2, 3]).buffer);
  await write(102, (document) => ({
    ...document,
    proxies: document.proxies.all.map((proxy) =>
      proxy.name === "bad" ? { ...proxy, revision: "damaged" } : proxy,
    ),
    sharedFlows: document.sharedFlows.map((flow) => ({ ...flow, revision: "missing" })),
  }));
  expect(await (await load(102)).json()).toEqual([
    { kind: "proxy", name: "bad", reason: expect.stringContaining("revision damaged holds no apiproxy") },
    { kind: "shared flow", name: "common", reason: "revision missing is missing in KV" },
  ]);
});

test("so is a generation that is malformed itself", async () => {
  await write(103, (document) => ({ ...document, proxies: "none" }));
  expect(await (await load(103)).json()).toEqual([
    { kind: "environment", name: "local", reason: expect.stringContaining("malformed environment document") },
  ]);
});

test("nobody without the token of this machine can ask for it", async () => {
  expect((await load(101, "another")).status).toBe(404);
  const { REFRESH_TOKEN, ...deployed } = own;
  expect((await load(101, "undefined", deployed)).status).toBe(404);
});
