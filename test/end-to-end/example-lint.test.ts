import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { DOMParser, type Element } from "@xmldom/xmldom";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ExampleServices, startExampleServices } from "../../src/cli/example/services.ts";
import { readServiceAccountKey } from "../../src/credentials/service-account.ts";
import { assertionCall } from "../../src/credentials/token-call.ts";

const policies = join(import.meta.dirname, "../../policies");
const proxies = readdirSync(join(policies, "apiproxies"));
const sharedFlows = readdirSync(join(policies, "sharedflows"));
const bundles = [
  ...proxies.map((name) => join("apiproxies", name, "apiproxy")),
  ...sharedFlows.map((name) => join("sharedflows", name, "sharedflowbundle")),
];

describe("the bundles of the example environment", () => {
  /**
   * ST003 asks for a condition on the content before each ExtractVariables. The example has none on purpose:
   * an answer without content makes the policy fail, and the fault rules make a clean error of that.
   */
  const knownWarnings = ["ST003"];

  /** The one policy type that is Sortie's own and not Apigee's. */
  const ownPolicyType = "The policy type (FunctionCallout) is not recognized";

  test.each(bundles)("%s passes apigeelint for Apigee X", async (bundle) => {
    const all = await lint(join(policies, bundle));
    const messages = all.filter(({ message }) => message !== ownPolicyType);
    expect(messages.filter(({ ruleId }) => !knownWarnings.includes(ruleId))).toEqual([]);
    expect(messages.filter(({ severity }) => severity === error)).toEqual([]);
  });

  test("every proxy and shared flow is deployed", () => {
    const deployments = environmentFile("deployments.json");
    expect(namesIn(deployments.proxies)).toEqual(new Set(proxies));
    expect(namesIn(deployments.sharedflows)).toEqual(new Set(sharedFlows));
  });

  test("every target server that a bundle names is in targetservers.json, and none is there for nothing", () => {
    const servers = [...elements("LoadBalancer", "Server"), ...elements("GrpcConnection", "Server")];
    const used = servers.map((server) => server.getAttribute("name"));
    expect(new Set(used)).toEqual(namesIn(environmentFile("targetservers.json")));
  });

  test("every shared flow that a bundle calls exists, and none is there for nothing", () => {
    expect(texts(elements("FlowCallout", "SharedFlowBundle"))).toEqual(new Set(sharedFlows));
  });

  test("every local path leads to the base path of a proxy", () => {
    const basePaths = [...texts(elements("HTTPProxyConnection", "BasePath"))];
    const localPaths = [...texts(elements("LocalTargetConnection", "Path"))];
    expect(localPaths).not.toEqual([]);
    for (const path of localPaths) {
      expect(
        basePaths.filter((basePath) => path.startsWith(`${basePath}/`)),
        path,
      ).toHaveLength(1);
    }
  });
});

describe("the example services", () => {
  let running: ExampleServices;
  beforeAll(async () => {
    running = await startExampleServices();
  });
  afterAll(() => running.stop());

  const call = (name: string, path: string, init?: RequestInit) =>
    fetch(`http://127.0.0.1:${running.services.find((service) => service.name === name)?.port}${path}`, init);

  /** A token of the orders proxy, as the gateway gets one. */
  async function idToken(audience = "https://inventory.example.com"): Promise<string> {
    const key = readServiceAccountKey(running.serviceAccountKey, "the example's key");
    const { url, headers, body } = await assertionCall(
      key,
      { kind: "id", audience, includeEmail: false },
      Date.now(),
    );
    const answer = await fetch(url, { method: "POST", headers, body });
    return ((await answer.json()) as { id_token: string }).id_token;
  }

  test("the inventory answers only who proves to be the orders proxy", async () => {
    for (const token of ["", "made.up.token", await idToken("https://other.example.com")]) {
      const headers = { authorization: `Bearer ${token}` };
      expect((await call("inventory", "/reservations/1001", { headers })).status).toBe(401);
    }
    expect((await call("inventory", "/reservations/1001")).status).toBe(401);
  });

  test("there is one for each target server", () => {
    expect(new Set(running.services.map(({ name }) => name))).toEqual(
      namesIn(environmentFile("targetservers.json")),
    );
  });

  test.each([
    ["orders", "/orders/1001", { id: "1001", status: "shipped" }],
    ["inventory", "/reservations/1001", { customer: "acme-tools", available: 42 }],
    ["customers", "/customers/acme-tools", { name: "Acme Tools GmbH" }],
    ["customers", "/customers/left-hand", { name: 'The "Left-Hand" Screw Company' }],
  ])("%s answers %s", async (name, path, body) => {
    const response = await call(name, path, { headers: { authorization: `Bearer ${await idToken()}` } });
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Type")).toBe("application/json");
    expect(await response.json()).toMatchObject(body);
  });

  test.each([
    ["orders", "/orders/9999"],
    ["orders", "/orders/__proto__"],
    ["inventory", "/reservations/9999"],
    ["customers", "/customers/nobody"],
    ["audit", "/"],
  ])("%s does not know %s", async (name, path) => {
    const response = await call(name, path, { headers: { authorization: `Bearer ${await idToken()}` } });
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ error: expect.any(String) });
  });

  test("audit shows the events that it was sent", async () => {
    const sent = await call("audit", "/events", { method: "POST", body: '{"event":"order.requested"}' });
    expect(sent.status).toBe(202);
    expect(await (await call("audit", "/events")).json()).toEqual({ events: [{ event: "order.requested" }] });
  });

  test("audit keeps the newest hundred events", async () => {
    for (let at = 1; at <= 101; at++) {
      await call("audit", "/events", { method: "POST", body: JSON.stringify({ at }) });
    }
    const { events } = (await (await call("audit", "/events")).json()) as { events: { at: number }[] };
    expect(events).toHaveLength(100);
    expect(events.at(0)).toEqual({ at: 2 });
  });

  test("audit refuses what is not JSON, and other methods", async () => {
    expect((await call("audit", "/events", { method: "POST", body: "hello" })).status).toBe(400);
    expect((await call("audit", "/events", { method: "DELETE" })).status).toBe(405);
  });

  test("a second set of services takes free ports, and a stopped service refuses connections", async () => {
    const second = await startExampleServices();
    const taken = new Set(running.services.map(({ port }) => port));
    expect(second.services.filter(({ port }) => taken.has(port))).toEqual([]);
    await second.stop();
    await second.stop();
    await expect(fetch(`http://127.0.0.1:${second.services[0]?.port}/`)).rejects.toThrow();
    expect((await call("orders", "/orders/1001")).status).toBe(200);
  });
});

const error = 2;

interface LintMessage {
  readonly ruleId: string;
  readonly severity: number;
  readonly message: string;
}

async function lint(folder: string): Promise<LintMessage[]> {
  const cli = join(dirname(createRequire(import.meta.url).resolve("apigeelint")), "cli.js");
  const options = ["-s", folder, "--profile", "apigeex", "-f", "json.js"];
  // With an error in the report the exit code is 1; the report itself says more than that.
  const { stdout } = await promisify(execFile)(process.execPath, [cli, ...options]).catch((failed) => failed);
  const files: { messages: LintMessage[] }[] = JSON.parse(stdout);
  return files.flatMap(({ messages }) => messages);
}

function environmentFile(name: string) {
  return JSON.parse(readFileSync(join(policies, "environments/local", name), "utf8"));
}

function namesIn(entries: readonly { name: string }[]): Set<string> {
  return new Set(entries.map(({ name }) => name));
}

/** Every `<tag>` inside a `<parent>`, in the XML files of all bundles. */
function elements(parent: string, tag: string): Element[] {
  const files = readdirSync(policies, { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".xml"))
    .map((file) => new DOMParser().parseFromString(readFileSync(join(policies, file), "utf8"), "text/xml"))
    .flatMap((document) => [...document.getElementsByTagName(tag)])
    .filter((element) => element.parentNode?.nodeName === parent);
}

function texts(found: readonly Element[]): Set<string> {
  return new Set(found.map(({ textContent }) => textContent ?? ""));
}
