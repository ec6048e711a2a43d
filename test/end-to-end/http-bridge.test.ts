import { once } from "node:events";
import { chmodSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { RunningInProcess, sortieInProcess } from "../cli/in-process.ts";
import { below, folderWith } from "../cli/sortie.ts";
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
let bridge: RunningInProcess;
let dev: RunningInProcess;
let url: string;

beforeAll(async () => {
  const authority = await issue({ name: "Private Root", isAuthority: true });
  const server = await issue({ name: "crm", issuer: authority, hosts: ["localhost"] });
  const client = await issue({ name: "the bridge", issuer: authority });
  const options = { cert: server.pem, key: server.key, ca: authority.pem, requestCert: true };
  backend = createServer(options, (request, response) => answer(request, response));
  backend.listen(0, "127.0.0.1");
  await once(backend, "listening");
  const { port } = backend.address() as AddressInfo;
  const bridgePort = await freePort();
  const folder = folderWith({
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
  bridge = new RunningInProcess(["bridge", "--config", "bridge/bridge.yaml"], folder);
  await bridge.ready();
  dev = new RunningInProcess(["dev", "env", "--port", String(await freePort())], folder);
  url = await dev.ready();
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

test("a flow does", async () => {
  const response = await fetch(`${url}/crm/more?q=1`, { headers: { "x-own": "1" } });
  expect(await response.json()).toMatchObject({ method: "GET", url: "/echo/more?q=1", client: "the bridge" });
});
