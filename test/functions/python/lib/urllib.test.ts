import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { Python } from "./pyodide.ts";

let python: Python;
beforeAll(async () => {
  python = await Python.start();
});

const names = { URL: "http://server.example", SECURE: "https://server.example" };

function run(code: string): unknown {
  const prelude =
    "import functions, _sortie, json\n_sortie.sent.clear()\nfrom urllib.request import urlopen, Request\n";
  return python.run(prelude + code, names);
}

describe("Python's own clients call through the gateway", () => {
  test.each<[string, string, unknown]>([
    [
      "urlopen",
      `
with urlopen(URL + "/echo?a=b", timeout=3) as r:
    seen = json.load(r)
result = [r.status, r.reason, r.headers["content-type"], seen["method"], seen["target"], _sortie.sent]`,
      [
        ...[200, "OK", "application/json", "GET", "/echo?a=b"],
        [{ source: null, method: "GET", url: "http://server.example/echo?a=b", timeout: 3 }],
      ],
    ],
    [
      "over TLS",
      'urlopen(SECURE + "/echo")\nurlopen("https://server.example:8443/echo")\nresult = [s["url"] for s in _sortie.sent]',
      ["https://server.example/echo", "https://server.example:8443/echo"],
    ],
    [
      "a form",
      'seen = json.load(urlopen(Request(URL + "/echo", data=b"a=b", headers={"X-A": "1"}, method="PUT")))\nresult = [seen["method"], seen["body"], seen["headers"]["x-a"], seen["headers"]["content-type"]]',
      ["PUT", "a=b", "1", "application/x-www-form-urlencoded"],
    ],
    [
      "a body in chunks",
      'result = json.load(urlopen(Request(URL + "/echo", data=iter([b"a", b"", b"bc" * 20]))))["body"]',
      `a${"bc".repeat(20)}`,
    ],
    [
      "a redirect",
      'r = urlopen(URL + "/redirect/302?to=/echo")\nresult = [r.url, len(_sortie.sent)]',
      ["http://server.example/echo", 2],
    ],
    [
      "an error",
      `
from urllib.error import HTTPError
try:
    urlopen(URL + "/status/404/Nobody")
except HTTPError as e:
    result = [e.code, e.reason, e.read().decode()]`,
      [404, "Nobody", "text"],
    ],
    [
      "cookies",
      `
import http.cookiejar, urllib.request
opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
opener.open(URL + "/set-cookie?c=a%3D1")
result = json.load(opener.open(URL + "/echo"))["headers"]["cookie"]`,
      "a=1",
    ],
    [
      "http.client, several requests on one connection",
      `
import http.client
c = http.client.HTTPConnection("server.example", timeout=1.5)
statuses = []
for method, path in (("GET", "/echo"), ("HEAD", "/echo"), ("POST", "/status/500"), ("DELETE", "/status/204")):
    c.request(method, path, body="x" if method == "POST" else None)
    r = c.getresponse()
    statuses.append([r.status, len(r.read()) > 0])
result = [statuses, _sortie.sent[-1]]`,
      [
        [
          [200, true],
          [200, false],
          [500, true],
          [204, false],
        ],
        { source: null, method: "DELETE", url: "http://server.example/status/204", timeout: 1.5 },
      ],
    ],
    [
      "http.client over TLS",
      `
import http.client
c = http.client.HTTPSConnection("server.example")
c.request("GET", "/echo")
result = [c.getresponse().status, _sortie.sent[0]["url"]]`,
      [200, "https://server.example/echo"],
    ],
  ])("%s", (_, code, result) => {
    expect(run(code)).toEqual(result);
  });

  test.each([
    ["no connection", 'urlopen("http://closed.example")', "URLError", "<urlopen error connection refused>"],
    ["no answer in time", 'urlopen("http://slow.example", timeout=1)', "TimeoutError", "timed out"],
    [
      "an address that no policy covers",
      'urlopen("https://uncovered.examplev1")',
      "URLError",
      "<urlopen error Tunnel connection failed: 407 Proxy Authentication Required. The function f may not call this host.>",
    ],
    [
      "a certificate that is not trusted",
      'urlopen("https://untrusted.example")',
      "URLError",
      "<urlopen error [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: the certificate is not trusted>",
    ],
    [
      "a tunnel",
      'import http.client; c = http.client.HTTPConnection("p"); c.set_tunnel("x", 443); c.request("GET", "/")',
      "OSError",
      "Only HTTP can be spoken here, without proxies and tunnels: the gateway is the way out.",
    ],
    [
      "a body of which there is too much",
      'import http.client; http.client.HTTPConnection("server.example").request("PUT", "/", body=b"x" * (2**24 + 1))',
      "OSError",
      "The body has more than 16777216 bytes, the most that can be sent.",
    ],
  ])("%s", (_, code, raised, message) => {
    expect(run(code)).toEqual({ raised, message });
  });
});

describe("other sockets say what to use", () => {
  const message = "Sockets cannot be opened in functions: call with requests, urllib.request or http.client.";

  test.each([
    'import socket; socket.socket().connect(("example.com", 80))',
    'import socket; socket.socket().bind(("", 80))',
    'import socket; socket.getaddrinfo("example.com", 80)',
    'import socket; socket.gethostbyname("example.com")',
    'import smtplib; smtplib.SMTP("example.com", 25)',
    'import ftplib; ftplib.FTP("example.com")',
  ])("%s", (code) => {
    expect(run(code)).toEqual({ raised: "OSError", message });
  });
});

test("a request arrives whole, however it is written", () => {
  const body = fc.uint8Array({ maxLength: 200 });
  fc.assert(
    fc.property(
      body,
      fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 5 }),
      fc.boolean(),
      (bytes, cuts, chunked) => {
        const code = `
import http.client
content = bytes.fromhex(hex)
def parts():
    at = 0
    for cut in [*cuts, len(content) + 1]:
        yield content[at:at + cut]
        at += cut
c = http.client.HTTPConnection("server.example")
c.request("POST", "/echo", body=parts(), headers={} if chunked else {"Content-Length": str(len(content))}, encode_chunked=chunked)
result = json.loads(c.getresponse().read())["body"].encode("latin1").hex()`;
        const hex = Buffer.from(bytes).toString("hex");
        expect(python.run(`import functions, json\n${code}`, { hex, cuts, chunked })).toBe(hex);
      },
    ),
  );
});
