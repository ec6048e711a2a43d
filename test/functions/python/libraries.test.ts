import { beforeAll, describe, expect, inject, test } from "vitest";
import { webhooksFrom } from "../../webhooks/webhook-kit.ts";
import { call, deploy, execute, sourceTo } from "../function-kit.ts";

const { a, b, nobody } = inject("servers");

beforeAll(() =>
  deploy({
    python: true,
    sources: [
      sourceTo("things", a, {
        auth: { type: "bearerToken", bearerToken: "Token" },
        egressPolicies: [a, nobody].map((url) => {
          const { hostname, port } = new URL(url);
          const ports = { first: Number(port), last: Number(port) };
          return { address: hostname, ports, state: "active" as const };
        }),
      }),
      sourceTo("Things", "https://api.example.test"),
    ],
    published: { python_probe: { sources: ["things", "Things"] } },
    secrets: { things: { Token: "t0ken" } },
    webhooks: webhooksFrom({
      findThing: `
source: things
publishAsFunction: true
inputs: { thingId: { type: integer } }
calls: [{ name: get, method: GET, path: /echo, query: { id: "{input.thingId}" } }]
outputs: { foundUrl: { type: string, from: get.url } }
`,
    }),
  }),
);

/** What code leaves in `result`. */
async function run(code: string): Promise<unknown> {
  const names = `A, B, NOBODY = ${JSON.stringify([a, b, nobody])}`;
  const text = `import json, requests\n${names}\nfrom functions.sources import get_source\n${code}\nresult = json.dumps(result)`;
  return JSON.parse(await call("runs", text, "python_probe"));
}

async function failure(code: string): Promise<string> {
  const text = `import json, requests\nA, B, NOBODY = ${JSON.stringify([a, b, nobody])}\n${code}`;
  const { body } = await execute("python_probe", { action: "runs", text });
  return (body as { parameters: { message: string } }).parameters.message;
}

describe("requests over the gateway", () => {
  test.each<[string, string, unknown]>([
    [
      "a form, headers and parameters as they arrive",
      `
r = requests.post(A + "/echo", params={"q": "ü b"}, data={"a": ["1", "2"]}, headers={"X-A": "1"}, auth=("u", "p"))
seen = r.json()
headers = {name.lower(): value for name, value in seen["headers"]}
result = [seen["method"], seen["url"], seen["body"], headers["x-a"], headers["content-type"], headers["authorization"], headers["user-agent"]]`,
      [
        "POST",
        "/echo?q=%C3%BC+b",
        "a=1&a=2",
        "1",
        "application/x-www-form-urlencoded",
        "Basic dTpw",
        "python-requests/2.34.2",
      ],
    ],
    [
      "bytes",
      'r = requests.get(A + "/binary")\nresult = [len(r.content), list(r.content[:3]), r.headers["Content-Type"]]',
      [256, [0, 1, 2], "application/octet-stream"],
    ],
    ["what was compressed", 'result = requests.get(A + "/gzip").json()', { compressed: true }],
    [
      "nothing",
      'r = requests.get(A + "/status/204")\nresult = [r.status_code, r.text, r.reason]',
      [204, "", "No Content"],
    ],
    [
      "HEAD",
      'r = requests.head(A + "/redirect?to=/echo")\nresult = [r.status_code, r.headers["location"], r.content.decode()]',
      [302, "/echo", ""],
    ],
    [
      "several cookies",
      'r = requests.get(A + "/headers?set-cookie=a=1&set-cookie=b=2;%20Path=/echo")\nresult = dict(r.cookies)',
      { a: "1", b: "2" },
    ],
    [
      "cookies of a session",
      `
s = requests.Session()
s.get(A + "/headers?set-cookie=a=1")
result = [value for name, value in s.get(A + "/echo").json()["headers"] if name.lower() == "cookie"]`,
      ["a=1"],
    ],
    [
      "a redirect",
      'r = requests.post(A + "/redirect?to=/echo", data="x")\nresult = [r.json()["method"], [h.status_code for h in r.history], r.url == A + "/echo"]',
      ["GET", [302], true],
    ],
    [
      "a redirect to where no policy covers",
      'r = requests.get(A + "/redirect", params={"to": B + "/echo"})\nresult = [r.status_code, r.url == B + "/echo", "may not call" in r.json()["message"]]',
      [407, true, true],
    ],
    [
      "retries, and the waits between them",
      `
from requests.adapters import HTTPAdapter
from urllib3.util import Retry
import uuid
s = requests.Session()
s.mount("http://", HTTPAdapter(max_retries=Retry(total=3, backoff_factor=0.01, status_forcelist=[503])))
result = s.get(f"{A}/sequence/{uuid.uuid4()}?steps=503,503,503,200").text`,
      "200",
    ],
    [
      "files",
      `
import io
r = requests.post(A + "/echo", files={"f": ("n.txt", io.BytesIO(b"content"))}, data={"a": "b"})
result = ['filename="n.txt"' in r.json()["body"], "content" in r.json()["body"]]`,
      [true, true],
    ],
    [
      "a source's client, whose authentication code never has",
      `
client = get_source("things").get_https_connection().get_client()
r = client.get(A + "/echo")
result = [value for name, value in r.json()["headers"] if name.lower() == "authorization"], "Authorization" in client.headers, "authorization" in r.request.headers`,
      [["Bearer t0ken"], false, false],
    ],
    [
      "and that it does not take elsewhere",
      `
client = get_source("things").get_https_connection().get_client()
r = client.get(A + "/redirect", params={"to": NOBODY.replace("127.0.0.1", "localhost")})
result = r.status_code`,
      407,
    ],
  ])("%s", async (_, code, result) => {
    expect(await run(code)).toEqual(result);
  });

  test.each([
    [
      "nobody there",
      "requests.get(NOBODY)",
      /^ConnectionError: HTTPConnectionPool\(host='127\.0\.0\.1', port=\d+\): Max retries exceeded with url: \/ /,
    ],
    ["a connection that ends", 'requests.get(A + "/close")', /^ConnectionError: /],
    [
      "a source that the function does not declare",
      'requests.get(A + "/echo", proxies={"all": "source:Other"})',
      /^ProxyError: The function does not declare this source\.$/,
    ],
    [
      "over TLS, where no policy covers",
      'requests.get("https://api.example.test" + "api/v1")',
      /^ProxyError: .*Tunnel connection failed: 407 Proxy Authentication Required\. .*slash/,
    ],
    [
      "no time",
      `import uuid; requests.get(f"{A}/hold/{uuid.uuid4()}", timeout=0.05)`,
      /^ReadTimeout: .*Read timed out\. \(read timeout=0\.05\)/,
    ],
    [
      "raise_for_status",
      'requests.get(A + "/status/503").raise_for_status()',
      /^HTTPError: 503 Server Error: Service Unavailable for url: /,
    ],
  ])("%s is the library's own exception", async (_, code, message) => {
    expect(await failure(code)).toMatch(message);
  });
});

describe("what Python has of its own", () => {
  test.each<[string, string, unknown]>([
    [
      "urllib.request",
      'from urllib.request import urlopen, Request\nwith urlopen(Request(A + "/echo", data=b"x", method="PUT")) as r:\n    seen = json.load(r)\nresult = [r.status, seen["method"], seen["body"]]',
      [200, "PUT", "x"],
    ],
    [
      "http.client",
      'import http.client\nfrom urllib.parse import urlsplit\nc = http.client.HTTPConnection(urlsplit(A).netloc)\nc.request("GET", "/gzip")\nr = c.getresponse()\nresult = [r.status, json.loads(r.read())]',
      [200, { compressed: true }],
    ],
    [
      "urllib.request, where no policy covers",
      'from urllib.request import urlopen\nfrom urllib.error import HTTPError\ntry:\n    urlopen(B)\nexcept HTTPError as e:\n    result = [e.code, "may not call" in json.load(e)["message"]]',
      [407, true],
    ],
    [
      "time.sleep",
      "import time\nbefore = time.monotonic()\ntime.sleep(0.02)\nresult = time.monotonic() - before >= 0.015",
      true,
    ],
  ])("%s", async (_, code, result) => {
    expect(await run(code)).toEqual(result);
  });

  test.each([
    'import socket; socket.create_connection(("127.0.0.1", 80)).sendall(b"EHLO\\r\\n\\r\\n")',
    'import socket; socket.socket().connect(("127.0.0.1", 80))',
    'from urllib.request import urlopen; urlopen("ftp://127.0.0.1/x")',
    'import asyncio; asyncio.run(asyncio.open_connection("127.0.0.1", 80))',
  ])("no other way out: %s", async (code) => {
    expect(await failure(code)).toMatch(
      /Sockets cannot be opened|Only HTTP can be spoken|URLError|NotImplementedError|RuntimeError/,
    );
  });
});

describe("other functions are called as queries, for the same user", () => {
  test.each<[string, string, unknown]>([
    [
      "with Python's types",
      `
import datetime
from ontology_sdk import FoundryClient
result = FoundryClient().ontology.queries.python_values(day=datetime.date(2026, 1, 31), items=[1, 2])`,
      { "2026-01-31 None": 3 },
    ],
    [
      "by Python's name for them",
      `
from ontology_sdk import FoundryClient
result = FoundryClient().ontology.queries.call_things(path="/status/200?body=yes")`,
      "200 yes",
    ],
    [
      "and webhooks that are published as functions",
      `
from ontology_sdk import FoundryClient
result = FoundryClient().ontology.queries.find_thing(thing_id=7)`,
      { foundUrl: "/echo?id=7" },
    ],
  ])("%s", async (_, code, result) => {
    expect(await run(code)).toEqual(result);
  });

  test.each([
    ["nobody", /^OntologyError: QueryNotFound/],
    ["python_values", /^OntologyError: MissingParameter/],
  ])("%s without parameters is an error of Foundry's", async (name, message) => {
    expect(
      await failure(`from ontology_sdk import FoundryClient\nFoundryClient().ontology.queries.${name}()`),
    ).toMatch(message);
  });
});
