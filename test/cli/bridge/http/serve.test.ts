import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { request as secureRequest } from "node:https";
import { type AddressInfo, connect, createServer as createSocketServer } from "node:net";
import { CompactSign } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { parseAddress } from "../../../../src/cli/bridge/address.ts";
import { startHttpBridge } from "../../../../src/cli/bridge/http/start-http-bridge.ts";
import type { Bridge } from "../../../../src/cli/bridge/start-bridge.ts";
import {
  BRIDGE_HEADER,
  BRIDGE_PATH,
  CALL_HEADER,
  CALL_TYPE,
  type SignedCall,
} from "../../../../src/egress/bridge/protocol.ts";
import { readEgressRule } from "../../../../src/egress/rule.ts";
import { issue } from "../../../servers/authority.ts";

const ADDRESS = "https://bridge.example.com";
const key = new TextEncoder().encode("a key that the gateway and the bridge share");

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const echo: Answer = async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  const { method, url, rawHeaders } = request;
  response.end(JSON.stringify({ method, url, rawHeaders, body }));
};

let answer: Answer = echo;
let backend: Server;
let bridge: Bridge;
let origin: string;
let calls = 0;
const lines: Record<string, unknown>[] = [];

const loopback = () => {
  const { host } = readEgressRule("127.0.0.1");
  return typeof host === "string" ? [] : [host];
};

const settings = (more: object = {}) => ({
  addresses: new Set([ADDRESS]),
  listen: parseAddress("127.0.0.1:0"),
  identity: null,
  keys: [key],
  destinations: [{ origin, addresses: loopback(), authorities: null, identity: null }],
  limits: { coreConnections: 2, maxConnections: 3, bodyBytes: 100_000, idleSeconds: 60, ...more },
});

beforeAll(async () => {
  backend = createServer((request, response) => {
    calls++;
    answer(request, response);
  });
  backend.listen(0, "127.0.0.1");
  await once(backend, "listening");
  origin = `http://localhost:${(backend.address() as AddressInfo).port}`;
  bridge = await startHttpBridge(settings(), (line) => lines.push(line));
});

afterEach(() => {
  answer = echo;
  calls = 0;
  lines.length = 0;
});

afterAll(async () => {
  await bridge.stop();
  backend.closeAllConnections();
  backend.close();
});

function sign(changes: Partial<SignedCall> = {}): Promise<string> {
  const call = {
    aud: ADDRESS,
    // The bridge has started in the same millisecond, or before.
    at: Date.now(),
    nonce: randomUUID(),
    environment: "local",
    source: "Crm",
    method: "GET",
    url: `${origin}/`,
    headers: [],
    body: null,
    ...changes,
  };
  const bytes = new TextEncoder().encode(JSON.stringify(call));
  return new CompactSign(bytes).setProtectedHeader({ alg: "HS256", typ: CALL_TYPE }).sign(key);
}

/** What the bridge says to a call, and whether anything has reached the system. */
async function send(changes: Partial<SignedCall>, init: RequestInit = {}) {
  const headers = { ...(init.headers as Record<string, string>), [CALL_HEADER]: await sign(changes) };
  const response = await fetch(bridge.url + BRIDGE_PATH, { method: "POST", ...init, headers });
  return {
    status: response.status,
    verdict: response.headers.get(BRIDGE_HEADER),
    text: await response.text(),
    calls,
  };
}

/** What comes back over a connection of its own for these bytes. */
async function raw(lines: readonly string[], body = ""): Promise<string> {
  const { port } = new URL(bridge.url);
  const socket = connect(Number(port), "127.0.0.1");
  socket.write(`${lines.join("\r\n")}\r\n\r\n${body}`);
  let text = "";
  for await (const chunk of socket) {
    text += chunk;
    if (/\r\n\r\n/.test(text)) break;
  }
  return text.split("\r\n")[0] ?? "";
}

test("only what was signed goes on: no header, path or body of the envelope", async () => {
  const headers = { "x-more": "1", "x-forwarded-for": "1.2.3.4", authorization: "Bearer x", cookie: "a=b" };
  const { text, status } = await send(
    { url: `${origin}/a/../b?c=%2e`.replace("/a/..", ""), headers: [["x-own", "grün"]] },
    { headers, body: "a body that nobody signed" },
  );
  expect(status).toBe(200);
  const seen = JSON.parse(text);
  expect(seen).toMatchObject({ method: "GET", url: "/b?c=%2e", body: "" });
  expect(seen.rawHeaders).toEqual([
    "x-own",
    Buffer.from("grün").toString("latin1"),
    "host",
    new URL(origin).host,
    "Connection",
    "keep-alive",
  ]);
});

test("headers that are about a connection do not go on, however they are written", async () => {
  const names = [
    "Host",
    "CONNECTION",
    "Keep-Alive",
    "te",
    "Trailer",
    "Transfer-Encoding",
    "content-length",
    "Upgrade",
    "Expect",
    "Proxy-Authorization",
  ];
  const { text } = await send({ method: "POST", headers: names.map((name) => [name, "chunked"]) });
  expect(JSON.parse(text).rawHeaders).toEqual([
    "host",
    new URL(origin).host,
    "content-length",
    "0",
    "Connection",
    "keep-alive",
  ]);
});

describe("a call is refused, and nothing is sent, where it", () => {
  test.each<[string, () => Partial<SignedCall>, number, string]>([
    [
      "is for a host that the file does not name",
      () => ({ url: "http://169.254.169.254/latest" }),
      403,
      "destination",
    ],
    ["is for another port", () => ({ url: "http://localhost:1/" }), 403, "destination"],
    ["is for another scheme", () => ({ url: `${origin.replace("http:", "https:")}/` }), 403, "destination"],
    [
      "spells the address of a name",
      () => ({ url: `${origin.replace("localhost", "127.0.0.1")}/` }),
      403,
      "destination",
    ],
    [
      "has a dot behind the name",
      () => ({ url: `${origin.replace("localhost", "localhost.")}/` }),
      403,
      "destination",
    ],
    [
      "spells the host in capitals",
      () => ({ url: `${origin.replace("localhost", "LOCALHOST")}/` }),
      400,
      "malformed",
    ],
    ["spells an address as a number", () => ({ url: "http://2130706433/" }), 400, "malformed"],
    ["spells an address in short", () => ({ url: "http://127.1/" }), 400, "malformed"],
    ["spells an address in octal", () => ({ url: "http://0177.0.0.1/" }), 400, "malformed"],
    ["is for an IPv6 address", () => ({ url: "http://[::1]/" }), 403, "destination"],
    ["hides an IPv4 address in one", () => ({ url: "http://[::ffff:127.0.0.1]/" }), 400, "malformed"],
    ["has a user name", () => ({ url: `${origin.replace("//", "//user@")}/` }), 400, "malformed"],
    ["has a backslash for a slash", () => ({ url: `${origin}\\x` }), 400, "malformed"],
    ["has a line break in its path", () => ({ url: `${origin}/\r\nX: y` }), 400, "malformed"],
    ["is for a file", () => ({ url: "file:///etc/passwd" }), 403, "destination"],
    ["has no URL", () => ({ url: "/" }), 400, "malformed"],
    ["asks for a tunnel", () => ({ method: "CONNECT" }), 400, "malformed"],
    ["asks for a tunnel in small letters", () => ({ method: "connect" }), 400, "malformed"],
    ["has a method that is two lines", () => ({ method: "GET / HTTP/1.1\r\nX: y" }), 400, "malformed"],
    ["has a header that is two lines", () => ({ headers: [["x-a", "1\r\nx-b: 2"]] }), 400, "malformed"],
    ["has a header whose name is none", () => ({ headers: [["x a", "1"]] }), 400, "malformed"],
    ["has a body that is another one", () => ({ method: "POST", body: { digest: "x" } }), 400, "digest"],
  ])("%s", async (_, changes, status, verdict) => {
    expect(await send(changes())).toMatchObject({ status, verdict, calls: 0 });
  });

  test("has come before", async () => {
    const headers = { [CALL_HEADER]: await sign() };
    const once = await fetch(bridge.url + BRIDGE_PATH, { method: "POST", headers });
    const again = await fetch(bridge.url + BRIDGE_PATH, { method: "POST", headers });
    expect([once.status, again.status, again.headers.get(BRIDGE_HEADER)]).toEqual([200, 401, "replay"]);
    expect(calls).toBe(1);
  });

  test("is not signed, and its connection ends", async () => {
    const response = await fetch(bridge.url + BRIDGE_PATH, { method: "POST", body: "x" });
    expect([response.status, response.headers.get("connection")]).toEqual([400, "close"]);
    expect(await response.text()).toBe("There is no call.\n");
  });
});

describe("a request is refused that", () => {
  const host = "Host: bridge.example.com";
  test.each<[string, (call: string) => [string[], string?]]>([
    ["asks as one asks a proxy", (call) => [[`POST ${origin}/ HTTP/1.1`, host, call]]],
    ["asks for a tunnel", () => [["CONNECT localhost:22 HTTP/1.1", host]]],
    ["has another path", (call) => [["POST / HTTP/1.1", host, call]]],
    ["has something behind the path", (call) => [[`POST ${BRIDGE_PATH}?x HTTP/1.1`, host, call]]],
    ["has another method", (call) => [[`PUT ${BRIDGE_PATH} HTTP/1.1`, host, call]]],
    [
      "wants an upgrade",
      (call) => [[`POST ${BRIDGE_PATH} HTTP/1.1`, host, call, "Connection: Upgrade", "Upgrade: websocket"]],
    ],
    [
      "announces trailers",
      (call) => [
        [`POST ${BRIDGE_PATH} HTTP/1.1`, host, call, "Trailer: x", "Transfer-Encoding: chunked"],
        "0\r\n\r\n",
      ],
    ],
    ["is of HTTP/1.0", (call) => [[`POST ${BRIDGE_PATH} HTTP/1.0`, host, call]]],
    [
      "has two lengths",
      (call) => [
        [`POST ${BRIDGE_PATH} HTTP/1.1`, host, call, "Content-Length: 4", "Transfer-Encoding: chunked"],
        "0\r\n\r\n",
      ],
    ],
    ["has two calls", (call) => [[`POST ${BRIDGE_PATH} HTTP/1.1`, host, call, call]]],
    ["has a header of two lines", (call) => [[`POST ${BRIDGE_PATH} HTTP/1.1`, host, `${call}\r\n more`]]],
    [
      "is larger than calls are",
      () => [[`POST ${BRIDGE_PATH} HTTP/1.1`, host, `${CALL_HEADER}: ${"x".repeat(80_000)}`]],
    ],
  ])("%s", async (_, request) => {
    const [head, body] = request(`${CALL_HEADER}: ${await sign()}`);
    expect(await raw(head, body)).toMatch(/^(?:HTTP\/1\.1 4\d\d .*)?$/);
    expect(calls).toBe(0);
  });
});

test("a body that was signed arrives as it is", async () => {
  const body = "a body";
  const digest = createHash("sha256").update(body).digest("base64url");
  const { text, status } = await send({ method: "PUT", body: { digest } }, { body });
  expect([status, JSON.parse(text)]).toEqual([200, expect.objectContaining({ method: "PUT", body })]);
});

test("a body that is longer than the file allows ends the call", async () => {
  const answered = await send(
    { method: "POST", body: { digest: null } },
    { body: "x".repeat(100_001) },
  ).catch(() => null);
  expect(answered?.status ?? 413).toBe(413);
  await expect.poll(() => lines).toMatchObject([{ refusal: "body" }]);
});

test("so many calls go on at once, and the next one is told so", async () => {
  const held: ServerResponse[] = [];
  answer = (_, response) => held.push(response);
  const going = [send({}), send({}), send({})];
  await expect.poll(() => held.length).toBe(3);
  expect(await send({})).toMatchObject({ status: 503, verdict: "busy" });
  for (const response of held) response.end();
  expect((await Promise.all(going)).map(({ status }) => status)).toEqual([200, 200, 200]);
});

describe("an answer is none", () => {
  test.each([
    ["that is no HTTP", "SSH-2.0-OpenSSH_9.0\r\n"],
    [
      "that changes the protocol",
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
    ],
    [
      "with two lengths",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    ["with a status that there is not", "HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n"],
  ])("%s", async (_, bytes) => {
    const odd = createSocketServer((socket) =>
      socket.on("error", () => {}).once("data", () => socket.end(bytes)),
    );
    odd.listen(0, "127.0.0.1");
    await once(odd, "listening");
    const there = `http://localhost:${(odd.address() as AddressInfo).port}`;
    const destinations = [{ origin: there, addresses: loopback(), authorities: null, identity: null }];
    const other = await startHttpBridge({ ...settings(), destinations }, () => {});
    const headers = { [CALL_HEADER]: await sign({ url: `${there}/` }) };
    const response = await fetch(other.url + BRIDGE_PATH, { method: "POST", headers });
    expect([response.status, response.headers.get(BRIDGE_HEADER)]).toEqual([502, "answer"]);
    await response.text();
    await other.stop();
    odd.close();
  });
});

test("a name that leads to an address that is not named is not called, and the log alone says which it is", async () => {
  const destinations = [{ origin, addresses: [], authorities: null, identity: null }];
  const logged: Record<string, unknown>[] = [];
  const other = await startHttpBridge({ ...settings(), destinations }, (line) => logged.push(line));
  const headers = { [CALL_HEADER]: await sign() };
  const response = await fetch(other.url + BRIDGE_PATH, { method: "POST", headers });
  const text = "localhost leads to an address that the file of this bridge does not allow.\n";
  expect([response.status, await response.text()]).toEqual([403, text]);
  await expect.poll(() => logged).toMatchObject([{ reason: expect.stringContaining("127.0.0.1") }]);
  expect(calls).toBe(0);
  await other.stop();
});

test("a body that never ends does not outlive the refusal of its call", async () => {
  const { port } = new URL(bridge.url);
  const socket = connect(Number(port), "127.0.0.1");
  const head = [`POST ${BRIDGE_PATH} HTTP/1.1`, "Host: x", "Transfer-Encoding: chunked"];
  const call = await sign({ url: "http://other.example.com/", method: "POST", body: { digest: null } });
  socket.write(`${[...head, `${CALL_HEADER}: ${call}`].join("\r\n")}\r\n\r\n1\r\nx\r\n`);
  let text = "";
  for await (const chunk of socket.on("error", () => {})) text += chunk;
  expect(text).toMatch(/^HTTP\/1\.1 403 /);
});

test("gateways reach it over TLS, by its own certificate", async () => {
  const authority = await issue({ name: "Public Root", isAuthority: true });
  const own = await issue({ name: "bridge", issuer: authority, hosts: ["127.0.0.1"] });
  const identity = { cert: Buffer.from(own.pem), key: Buffer.from(own.key) };
  const listen = parseAddress("https://127.0.0.1:0");
  const secure = await startHttpBridge({ ...settings(), listen, identity }, () => {});
  const headers = { [CALL_HEADER]: await sign({ url: `${origin}/tls` }) };
  const request = secureRequest(secure.url + BRIDGE_PATH, {
    method: "POST",
    headers,
    ca: authority.pem,
    agent: false,
  });
  request.end();
  const [response] = (await once(request, "response")) as [IncomingMessage];
  let text = "";
  for await (const chunk of response) text += chunk;
  expect([response.statusCode, JSON.parse(text)]).toEqual([200, expect.objectContaining({ url: "/tls" })]);
  await secure.stop();
});

test("its health says that it is there, and nothing else", async () => {
  const response = await fetch(`${bridge.url}/_sortie/health`);
  expect([response.status, await response.json()]).toEqual([200, { status: "ok" }]);
});

test("nobody keeps a connection by asking for it, also with a body that never ends", async () => {
  const { port } = new URL(bridge.url);
  const socket = connect(Number(port), "127.0.0.1");
  socket.write("GET /_sortie/health HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nx");
  let text = "";
  for await (const chunk of socket.on("error", () => {})) text += chunk;
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n.*Connection: close\r\n/is);
});

test("calls that are under way go on when it stops, and no others", async () => {
  const other = await startHttpBridge(settings(), () => {});
  const held = Promise.withResolvers<ServerResponse>();
  answer = (_, response) => held.resolve(response);
  const headers = { [CALL_HEADER]: await sign() };
  const going = fetch(other.url + BRIDGE_PATH, { method: "POST", headers });
  const response = await held.promise;
  const stopped = other.stop();
  await expect(fetch(`${other.url}/_sortie/health`)).rejects.toThrow();
  response.end("done");
  expect(await (await going).text()).toBe("done");
  await stopped;
});
