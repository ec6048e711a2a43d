import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { Python } from "./pyodide.ts";
import { requestsCases } from "./requests-cases.ts";

let python: Python;
beforeAll(async () => {
  python = await Python.start();
});

const names = {
  URL: "http://server.example",
  OTHER: "http://other.example",
  CLOSED: "http://closed.example",
};

function run(code: string): unknown {
  return python.run(`import requests\nimport _sortie\n_sortie.sent.clear()\n${code}`, names);
}

describe("requests does what the library of that name does", () => {
  test.each(requestsCases)("%s", (_, code, result) => {
    expect(run(code)).toEqual(result);
  });
});

describe("what stands between code and the network", () => {
  test.each([
    [
      "an address that no policy covers",
      'requests.get("https://uncovered.example" + "v1")',
      "ProxyError",
      "HTTPSConnectionPool(host='uncovered.examplev1', port=443): Max retries exceeded with url: / (Caused by " +
        "ProxyError('Unable to connect to proxy', TunnelRefused('Tunnel connection failed: 407 Proxy Authentication " +
        "Required. The function f may not call this host.')))",
    ],
    [
      "credentials that are missing",
      'requests.get("https://refused.example/v1")',
      "ProxyError",
      "Resolved source credentials are not present on the Source.",
    ],
    [
      "no connection",
      'requests.get("https://closed.example:8443/a?b=c")',
      "ConnectionError",
      "HTTPSConnectionPool(host='closed.example', port=8443): Max retries exceeded with url: /a?b=c (Caused by " +
        "NewConnectionError('connection refused'))",
    ],
    [
      "a certificate that is not trusted",
      'requests.get("https://untrusted.example/")',
      "SSLError",
      "HTTPSConnectionPool(host='untrusted.example', port=443): Max retries exceeded with url: / (Caused by " +
        "CertificateError('the certificate is not trusted'))",
    ],
    [
      "no answer in time",
      'requests.get("http://slow.example/", timeout=(1, 2.5))',
      "ReadTimeout",
      "HTTPConnectionPool(host='slow.example', port=80): Read timed out. (read timeout=2.5)",
    ],
    [
      "certificates of code's own",
      'requests.get(URL, verify="/ca.pem")',
      "SSLError",
      "verify=… cannot name certificates here, since the gateway checks them: put the certificate of the authority on the source.",
    ],
    [
      "a client certificate of code's own",
      'requests.get(URL, cert=("/c.pem", "/k.pem"))',
      "SSLError",
      "cert=… cannot present a certificate here, since the gateway connects: put the certificate and its key on the source.",
    ],
    [
      "a proxy of code's own",
      'requests.get(URL, proxies={"http": "http://proxy"})',
      "ProxyError",
      "proxies=… cannot be chosen here, since calls leave through the gateway. Leave it out.",
    ],
    [
      "a body of which there is too much",
      'requests.post(URL, data=b"x" * (16 * 1024 * 1024 + 1))',
      "ContentTooLong",
      "The body has more than 16777216 bytes, the most that can be sent.",
    ],
    [
      "a body without an end",
      'import itertools; requests.post(URL, data=itertools.repeat(b"x" * 2**20))',
      "ContentTooLong",
      "The body has more than 16777216 bytes, the most that can be sent.",
    ],
    [
      "redirects without an end",
      'requests.get(URL + "/endless")',
      "TooManyRedirects",
      "Exceeded 30 redirects.",
    ],
    [
      "a body that a redirect wants again, and that is gone",
      'requests.post(URL + "/redirect/307?to=/echo", data=(part for part in [b"a"]))',
      "UnrewindableBodyError",
      "Unable to rewind request body for redirect.",
    ],
  ])("%s: %s raises %s", (_, code, raised, message) => {
    expect(run(code)).toEqual({ raised, message });
  });

  test("each hop of a redirect is a request of its own, which the gateway never follows", () => {
    expect(
      run(
        'requests.get(URL + "/redirect/302?to=" + OTHER + "/echo")\nresult = [s["url"] for s in _sortie.sent]',
      ),
    ).toEqual([
      "http://server.example/redirect/302?to=http://other.example/echo",
      "http://other.example/echo",
    ]);
  });

  test("a connection that fails is tried again only where the method may be sent twice", () => {
    const code = `
from requests.adapters import HTTPAdapter
s = requests.Session()
s.mount("http://", HTTPAdapter(max_retries=2))
counts = []
for method in ("GET", "PUT", "POST", "PATCH"):
    try:
        s.request(method, CLOSED)
    except requests.ConnectionError:
        counts.append(len(_sortie.sent))
        _sortie.sent.clear()
result = counts`;
    expect(run(code)).toEqual([3, 3, 1, 1]);
  });

  test("to http, an address that no policy covers is an answer, and so is somebody else's 407", () => {
    expect(
      run(`
r = requests.get("http://uncovered.examplev1")
result = [r.status_code, r.reason, r.json()["message"], requests.get("https://server.example/status/407").status_code]`),
    ).toEqual([407, "Proxy Authentication Required", "The function f may not call this host.", 407]);
  });

  test("verify=False changes nothing, since the gateway checks certificates", () => {
    expect(run('result = requests.get(URL + "/echo", verify=False).status_code')).toBe(200);
  });

  test.each([
    ["timeout=5", 5],
    ["timeout=(1, 2)", 3],
    ["timeout=None", null],
  ])("the gateway gets the time that %s leaves for the whole call", (timeout, seconds) => {
    expect(run(`requests.get(URL + "/echo", ${timeout})\nresult = _sortie.sent[0]["timeout"]`)).toBe(seconds);
  });

  test("urllib3 is there by its older name without an import of its own", () => {
    expect(run("requests.packages.urllib3.disable_warnings()\nresult = requests.compat.quote(' ')")).toBe(
      "%20",
    );
  });

  test("what urllib3 has beside that says what to use", () => {
    expect(run("import urllib3; urllib3.PoolManager")).toEqual({
      raised: "AttributeError",
      message:
        "urllib3.PoolManager is not available in functions: call with requests or urllib.request instead.",
    });
  });
});

describe("whatever code gives, what leaves is one request", () => {
  const address = fc.oneof(
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    fc.string({ unit: "binary", maxLength: 30 }).map((text) => `http://server.example/${text}`),
    fc.string({ unit: "binary", maxLength: 30 }).map((text) => `https://${text}`),
    fc.string({ unit: "binary", maxLength: 30 }),
  );

  test("a URL is one that the gateway can read, or an error of requests", () => {
    fc.assert(
      fc.property(
        address,
        fc.dictionary(fc.string(), fc.string({ unit: "binary" }), { maxKeys: 2 }),
        (url, params) => {
          const code = `
import requests
try:
    result = requests.Request("GET", url, params=params).prepare().url
except (requests.RequestException, UnicodeError) as error:
    result = None`;
          const prepared = python.run(code, { url, params });
          if (typeof prepared !== "string" || !/^https?:\/\//.test(prepared)) return;
          expect(prepared).not.toMatch(/[\0-\x20\x7f]/);
        },
      ),
    );
  });

  test("a header has one line, or is refused", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (name, value) => {
        const code = `
import requests
try:
    result = list(requests.Request("GET", "http://server.example", headers={name: value}).prepare().headers.items())
except requests.exceptions.InvalidHeader:
    result = []`;
        for (const [sentName, sentValue] of python.run(code, { name, value }) as string[][]) {
          expect(sentName).not.toMatch(/[\r\n:]/);
          expect(sentValue).not.toMatch(/[\r\n]/);
        }
      }),
    );
  });

  test("parts of a form stay what they are, whatever is in them", () => {
    const part = fc.string({ unit: "binary" });
    fc.assert(
      fc.property(part, part, part, (field, name, content) => {
        const code = `
import requests
p = requests.Request("POST", "http://server.example", data={field: content}, files={"f": (name, content)}).prepare()
result = [p.body.hex(), p.headers["Content-Type"]]`;
        const [hex = "", type = ""] = python.run(code, { field, name, content }) as string[];
        const lines = Buffer.from(hex, "hex").toString("latin1");
        const boundary = type.split("boundary=")[1];
        const parts = lines.split(`--${boundary}`).slice(1, -1);
        expect(parts).toHaveLength(2);
        for (const each of parts) {
          const [head = "", ...rest] = each.slice(2).split("\r\n\r\n");
          expect(head.split("\r\n")).toHaveLength(1);
          expect(Buffer.from(rest.join("\r\n\r\n").slice(0, -2), "latin1").toString()).toBe(
            Buffer.from(content).toString(),
          );
        }
      }),
    );
  });
});
