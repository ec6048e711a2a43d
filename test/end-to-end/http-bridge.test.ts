import { once } from "node:events";
import { chmodSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { RunningInProcess, sortieInProcess } from "../cli/in-process.ts";
import { below, folderWith, RunningSortie } from "../cli/sortie.ts";
import { issue } from "../servers/authority.ts";
import { freePort } from "./documentation/shell.ts";

const KEY = "a key that the gateway and the bridge have in common";
const TOKEN = "the token of the source";

const proxy = (name: string, path: string) =>
  below(`apiproxies/${name}`, {
    [`apiproxy/${name}.xml`]: `<APIProxy name="${name}"/>`,
    "apiproxy/proxies/default.xml": `<ProxyEndpoint name="default">
  <HTTPProxyConnection><BasePath>/${name}</BasePath></HTTPProxyConnection>
  <RouteRule name="crm"><TargetEndpoint>default</TargetEndpoint></RouteRule>
</ProxyEndpoint>`,
    "apiproxy/targets/default.xml": `<TargetEndpoint name="default">
  <HTTPTargetConnection><URL>source://${path}</URL></HTTPTargetConnection>
</TargetEndpoint>`,
  });

const source = (apiName: string, port: number, bridgePort: number, policies = "") => `
apiName: ${apiName}
configuration:
  type: rest
  domains:
    - host: localhost
      port: ${port}
      auth: { type: bearerToken, bearerToken: { type: asSecretName, value: token } }
worker:
  networkEgressPolicies:
    - { address: localhost, port: ${port} }
${policies}
  bridge:
    addresses: ["http://127.0.0.1:${bridgePort}"]
    key: { type: asSecretName, value: bridgeKey }
exportSettings: { exportsEnabled: true, exportEnabledWithoutMarkingsValidation: true }
codeImport: { enabled: true }
`;

/** A system with a certificate of a private authority, which asks for another one of it. */
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const echo: Answer = async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { method, url, headers, socket } = request;
  const client = socket instanceof TLSSocket ? socket.getPeerCertificate().subject?.CN : null;
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ method, url, headers, client, body: Buffer.concat(chunks).toString() }));
};

let answer: Answer = echo;
let backend: Server;
let bridge: RunningSortie;
let dev: RunningInProcess;
let url: string;
let port: number;
let bridgePort: number;
let folder: string;

beforeAll(async () => {
  const authority = await issue({ name: "Private Root", isAuthority: true });
  const server = await issue({ name: "crm", issuer: authority, hosts: ["localhost"] });
  const client = await issue({ name: "the bridge", issuer: authority });
  const options = { cert: server.pem, key: server.key, ca: authority.pem, requestCert: true };
  backend = createServer(options, (request, response) => answer(request, response));
  backend.listen(0, "127.0.0.1");
  await once(backend, "listening");
  port = (backend.address() as AddressInfo).port;
  bridgePort = await freePort();
  folder = folderWith({
    "bridge/ca.pem": authority.pem,
    "bridge/client.pem": client.pem,
    "bridge/client.key": client.key,
    "bridge/bridge.key": `${KEY}\n`,
    "bridge/bridge.yaml": `
addresses: ["http://127.0.0.1:${bridgePort}"]
listen: 127.0.0.1:${bridgePort}
keys: [bridge.key]
destinations:
  - host: localhost
    port: ${port}
    addresses: [127.0.0.1]
    serverCertificates: [ca.pem]
    clientCertificate: { certificate: client.pem, privateKey: client.key }
`,
    ...below("env", {
      ...proxy("crm", "crm/echo"),
      "sources/crm.yaml": source("Crm", port, bridgePort, "    - { address: 127.0.0.2, port: 8443 }"),
      "environments/local/aliases.json": '{ "crm": "Crm" }',
      "functions/call/call.ts": `
import { getFetch, getHttpsConnection, getSource } from "@palantir/functions-sources";
export const config = { sources: ["crm"] };
export default async function call(path: string, body: string): Promise<string> {
  const source = await getSource("crm");
  const send = await getFetch(source);
  const at = path.startsWith("https:") ? path : getHttpsConnection(source).url + path;
  const response = await send(at, body === "" ? {} : { method: "POST", body });
  return response.status + " " + (await response.text());
}`,
      "webhooks/note.yaml": `
source: crm
inputs: { text: { type: string } }
calls:
  - { name: put, method: PUT, path: /notes, body: { type: json, value: { text: "{input.text}" } } }
outputs:
  client: { type: string, from: put.client }
  body: { type: string, from: put.body }
`,
      "functions/own/own.ts": `
export const config = { sources: ["crm"] };
export default async function own(url: string): Promise<string> {
  const response = await fetch(url);
  return response.status + " " + (await response.text());
}`,
    }),
  });
  for (const file of ["bridge.key", "client.key"]) chmodSync(join(folder, "bridge", file), 0o600);
  for (const [name, value] of [
    ["token", TOKEN],
    ["bridgeKey", KEY],
  ] as const) {
    const set = ["secret", "set", "Crm", name, "--folder", "env"];
    expect(await sortieInProcess(set, folder, value)).toMatchObject({ status: 0 });
  }
  bridge = new RunningSortie(["bridge", "--config", "bridge/bridge.yaml"], folder);
  await bridge.ready();
  dev = new RunningInProcess(["dev", "env", "--port", String(await freePort())], folder);
  url = await dev.ready();
  expect(dev.output).not.toContain("Nothing is served");
});

afterEach(() => {
  answer = echo;
});

afterAll(async () => {
  await dev?.stop();
  await bridge?.stop();
  backend?.close();
});

async function execute(name: string, parameters: Record<string, string>): Promise<unknown> {
  const headers = { "content-type": "application/json" };
  const request = { method: "POST", headers, body: JSON.stringify({ parameters }) };
  return (await fetch(`${url}/_sortie/functions/${name}/execute`, request)).json();
}

test("a function reaches a system with a private authority that asks for a client certificate", async () => {
  const { value } = (await execute("call", { path: "/echo?a=%2F", body: "hello" })) as { value: string };
  const seen = JSON.parse(value.replace(/^200 /, ""));
  expect(seen).toMatchObject({ method: "POST", url: "/echo?a=%2F", client: "the bridge", body: "hello" });
  expect(seen.headers).toMatchObject({
    authorization: `Bearer ${TOKEN}`,
    "content-type": "text/plain;charset=UTF-8",
  });
  expect(Object.keys(seen.headers).filter((name) => name.startsWith("sortie"))).toEqual([]);
});

test("a client of the function's own does, without the source's credentials", async () => {
  const { value } = (await execute("own", { url: `https://localhost:${port}/own` })) as { value: string };
  const seen = JSON.parse(value.replace(/^200 /, ""));
  expect(seen).toMatchObject({ method: "GET", url: "/own", client: "the bridge" });
  expect(seen.headers.authorization).toBeUndefined();
});

test("a flow does", async () => {
  const response = await fetch(`${url}/crm/more?q=1`, { headers: { "x-own": "1" } });
  expect(await response.json()).toMatchObject({
    method: "GET",
    url: "/echo/more?q=1",
    client: "the bridge",
    headers: { "x-own": "1", authorization: `Bearer ${TOKEN}` },
  });
});

test("a webhook does", async () => {
  const headers = { "content-type": "application/json" };
  const request = { method: "POST", headers, body: '{"parameters":{"text":"a note"}}' };
  const response = await fetch(`${url}/_sortie/webhooks/note/execute`, request);
  expect(await response.json()).toEqual({ value: { client: "the bridge", body: '{"text":"a note"}' } });
});

test("what no egress policy covers is refused before the bridge is asked: HTTP 407", async () => {
  const { value } = (await execute("call", { path: "https://127.0.0.3:8443/", body: "" })) as {
    value: string;
  };
  expect(value).toMatch(/^407 .*not covered by an active egress policy/);
});

test.each(["call", "own"])(
  "what the bridge does not name is refused by it: HTTP 403, by %s",
  async (name) => {
    const at = "https://127.0.0.2:8443/";
    const { value } = (await execute(name, name === "call" ? { path: at, body: "" } : { url: at })) as {
      value: string;
    };
    expect(value).toBe("403 This bridge does not call 127.0.0.2:8443: its file names no such destination.\n");
  },
);

test("statuses, redirects and headers with the same name come back as they are", async () => {
  answer = (_, response) => {
    const headers = [
      "location",
      "https://elsewhere.example.com/",
      "set-cookie",
      "a=1",
      "set-cookie",
      "b=2",
      "sortie-bridge",
      "x",
    ];
    response.writeHead(307, "Elsewhere", headers).end();
  };
  const response = await fetch(`${url}/crm`, { redirect: "manual" });
  expect([response.status, response.headers.get("location"), response.headers.getSetCookie()]).toEqual([
    307,
    "https://elsewhere.example.com/",
    ["a=1", "b=2"],
  ]);
  expect(response.headers.has("sortie-bridge")).toBe(false);
});

test.each(["HEAD", "DELETE", "OPTIONS", "PATCH"])("%s arrives as that", async (method) => {
  const seen: unknown[] = [];
  answer = (request, response) => {
    seen.push(request.method, request.headers["content-length"], request.headers["transfer-encoding"]);
    response.setHeader("content-length", 4);
    response.end("body");
  };
  const response = await fetch(`${url}/crm`, { method });
  expect([response.status, await response.text()]).toEqual([200, method === "HEAD" ? "" : "body"]);
  expect(seen).toEqual([method, method === "PATCH" ? "0" : undefined, undefined]);
});

test("large bodies go through in both directions without being kept", async () => {
  const megabytes = 64;
  const chunk = Buffer.alloc(1024 * 1024, "x");
  let received = 0;
  answer = async (request, response) => {
    for await (const part of request) received += part.length;
    await pipeline(Readable.from(Array(megabytes).fill(chunk)), response);
  };
  const body = Readable.toWeb(Readable.from(Array(megabytes).fill(chunk))) as unknown as BodyInit;
  const response = await fetch(`${url}/crm`, { method: "POST", body, duplex: "half" } as RequestInit);
  let answered = 0;
  for await (const part of response.body ?? []) answered += part.length;
  expect([received, answered]).toEqual([megabytes * chunk.length, megabytes * chunk.length]);
});

test("a client that leaves ends the call at the system", async () => {
  const arrived = Promise.withResolvers<ServerResponse>();
  answer = (_, response) => arrived.resolve(response);
  const client = connect(Number(new URL(url).port), "127.0.0.1");
  client.on("error", () => {});
  client.write("GET /crm HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const response = await arrived.promise;
  const left = once(response, "close");
  client.resetAndDestroy();
  await left;
  expect(response.writableEnded).toBe(false);
});

test("an answer that breaks off is none", async () => {
  answer = (_, response) => {
    response.setHeader("content-length", 10);
    response.write("half", () => response.destroy());
  };
  await expect(fetch(`${url}/crm`).then((response) => response.text())).rejects.toThrow();
});

test("the log of the bridge has a line for each call, and nothing of what went through", async () => {
  await fetch(`${url}/crm/secret-path?secret-query=1`, { method: "POST", body: "secret-body" });
  await bridge.prints(/"event":"bridge.call".*"source":"Crm","method":"POST"/);
  expect(bridge.output).not.toMatch(/secret|token/);
});

test("a bridge that is gone is named", async () => {
  await bridge.stop();
  const answered = (await execute("call", { path: "/", body: "" })) as { parameters: { message: string } };
  expect(answered.parameters.message).toContain(`The bridge 127.0.0.1:${bridgePort} is not reachable`);
  expect((await fetch(`${url}/crm`)).status).toBe(503);
  expect(dev.output).toContain(`The bridge 127.0.0.1:${bridgePort} is not reachable`);
  bridge = new RunningSortie(["bridge", "--config", "bridge/bridge.yaml"], folder);
  await bridge.ready();
  expect((await fetch(`${url}/crm`)).status).toBe(200);
});
