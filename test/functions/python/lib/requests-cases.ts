/**
 * What requests does, as its version 2.34.2 did it with the same code and the same server: a title, Python that leaves
 * its `result`, and that result. URL and OTHER are two names of the server, nobody listens at CLOSED.
 */
export const requestsCases: readonly (readonly [title: string, code: string, result: unknown])[] = [
  [
    "a GET",
    `result = requests.get(URL + "/echo").json()`,
    {
      method: "GET",
      target: "/echo",
      headers: { accept: "*/*", "user-agent": "python-requests/2.34.2" },
      body: "",
    },
  ],
  [
    "parameters of a dict: lists repeat their key, None is left out",
    `result = requests.get(URL + "/echo?a=b", params={"x": [1, "2 3"], "y": None, "z": True, "é": "ü"}).json()["target"]`,
    "/echo?a=b&x=1&x=2+3&z=True&%C3%A9=%C3%BC",
  ],
  [
    "parameters as pairs",
    `result = requests.get(URL + "/echo", params=[("a", "1"), ("a", "&")]).json()["target"]`,
    "/echo?a=1&a=%26",
  ],
  [
    "parameters as text",
    `result = requests.get(URL + "/echo", params="a=b c&d=%20").json()["target"]`,
    "/echo?a=b%20c&d=%20",
  ],
  [
    "parameters as bytes",
    `result = requests.get(URL + "/echo", params=b"a=b").json()["target"]`,
    "/echo?a=b",
  ],
  ["empty parameters", `result = requests.get(URL + "/echo", params={}).json()["target"]`, "/echo"],
  [
    "a URL with characters that must be quoted",
    `result = requests.get(URL + "/echo/a b/é/%7Ex/%2F?q=a b|c").json()["target"]`,
    "/echo/a%20b/%C3%A9/~x/%2F?q=a%20b%7Cc",
  ],
  [
    "a URL without a path, with a fragment and spaces before it",
    `r = requests.get("  " + URL + "?a=b#frag"); result = [r.status_code, r.url]`,
    [404, "http://server.example/?a=b#frag"],
  ],
  ["a URL as bytes", `result = requests.get((URL + "/echo").encode()).json()["target"]`, "/echo"],
  [
    "dots in a path",
    `result = [requests.Request("GET", URL + p).prepare().url for p in ("/a/./b/../c", "/../..", "/a/..", "/a/.", "/a//b/../", "//x")]`,
    [
      "http://server.example/a/c",
      "http://server.example/",
      "http://server.example/",
      "http://server.example/a/",
      "http://server.example/a//",
      "http://server.example//x",
    ],
  ],
  [
    "JSON",
    `result = requests.post(URL + "/echo", json={"a": [1, None, "é"]}).json()`,
    {
      method: "POST",
      target: "/echo",
      headers: { accept: "*/*", "content-type": "application/json", "user-agent": "python-requests/2.34.2" },
      body: '{"a": [1, null, "\\u00e9"]}',
    },
  ],
  [
    "JSON of nothing, and an empty list",
    `result = [requests.post(URL + "/echo", json=j).json()["body"] for j in (None, [], {}, 0, "")]`,
    ["", "[]", "{}", "0", '""'],
  ],
  [
    "JSON with a content type of one's own",
    `result = requests.post(URL + "/echo", json=1, headers={"Content-Type": "application/x"}).json()`,
    {
      method: "POST",
      target: "/echo",
      headers: { accept: "*/*", "content-type": "application/x", "user-agent": "python-requests/2.34.2" },
      body: "1",
    },
  ],
  [
    "data goes before JSON",
    `result = requests.post(URL + "/echo", data="d", json={"a": 1}).json()`,
    {
      method: "POST",
      target: "/echo",
      headers: { accept: "*/*", "user-agent": "python-requests/2.34.2" },
      body: "d",
    },
  ],
  [
    "JSON that is none",
    `try:
    requests.post(URL + "/echo", json=float("nan"))
except requests.exceptions.InvalidJSONError as e:
    result = str(e).partition(":")[0]`,
    "Out of range float values are not JSON compliant",
  ],
  [
    "a form of a dict",
    `result = requests.post(URL + "/echo", data={"a": "b c", "l": [1, 2], "n": None}).json()`,
    {
      method: "POST",
      target: "/echo",
      headers: {
        accept: "*/*",
        "content-type": "application/x-www-form-urlencoded",
        "user-agent": "python-requests/2.34.2",
      },
      body: "a=b+c&l=1&l=2",
    },
  ],
  [
    "a form of pairs",
    `result = requests.post(URL + "/echo", data=[("a", "1"), ("a", "2")]).json()`,
    {
      method: "POST",
      target: "/echo",
      headers: {
        accept: "*/*",
        "content-type": "application/x-www-form-urlencoded",
        "user-agent": "python-requests/2.34.2",
      },
      body: "a=1&a=2",
    },
  ],
  [
    "text as body",
    `result = requests.post(URL + "/echo", data="é").json()`,
    {
      method: "POST",
      target: "/echo",
      headers: { accept: "*/*", "user-agent": "python-requests/2.34.2" },
      body: "Ã©",
    },
  ],
  [
    "bytes as body",
    `result = requests.put(URL + "/echo", data=b"\\x00\\xff").json()`,
    {
      method: "PUT",
      target: "/echo",
      headers: { accept: "*/*", "user-agent": "python-requests/2.34.2" },
      body: "\u0000ÿ",
    },
  ],
  [
    "a file as body",
    `import io; result = requests.put(URL + "/echo", data=io.BytesIO(b"file")).json()`,
    {
      method: "PUT",
      target: "/echo",
      headers: { accept: "*/*", "user-agent": "python-requests/2.34.2" },
      body: "file",
    },
  ],
  [
    "a generator as body",
    `result = requests.patch(URL + "/echo", data=(p for p in [b"a", b"b"])).json()`,
    {
      method: "PATCH",
      target: "/echo",
      headers: { accept: "*/*", "user-agent": "python-requests/2.34.2" },
      body: "ab",
    },
  ],
  [
    "what a body says of its length",
    `import io
def of(**more):
    h = requests.Request("POST", URL, **more).prepare().headers
    return [h.get("Content-Length"), h.get("Transfer-Encoding"), h.get("Content-Type")]
result = [of(), of(data="é"), of(data=b""), of(data={}), of(json={}), of(data=io.BytesIO(b"abc")), of(data=iter([b"a"]))]`,
    [
      ["0", null, null],
      ["2", null, null],
      ["0", null, null],
      ["0", null, null],
      ["2", null, "application/json"],
      ["3", null, null],
      [null, "chunked", null],
    ],
  ],
  ["a GET has no length", `result = dict(requests.Request("GET", URL).prepare().headers)`, {}],
  [
    "files",
    `r = requests.Request("POST", URL, files={"f": ("a\\"b.txt", "text", "text/plain", {"X-P": "1"}), "g": b"raw", "h": ("é.bin", b"x")}, data={"a": ["1", "2"], "b": 3, "c": None}).prepare()
boundary = r.headers["Content-Type"].split("boundary=")[1]
result = [r.body.decode().replace(boundary, "BOUNDARY"), r.headers["Content-Type"].replace(boundary, "BOUNDARY"), len(boundary)]`,
    [
      '--BOUNDARY\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--BOUNDARY\r\nContent-Disposition: form-data; name="a"\r\n\r\n2\r\n--BOUNDARY\r\nContent-Disposition: form-data; name="b"\r\n\r\n3\r\n--BOUNDARY\r\nContent-Disposition: form-data; name="f"; filename="a%22b.txt"\r\nContent-Type: text/plain\r\nX-P: 1\r\n\r\ntext\r\n--BOUNDARY\r\nContent-Disposition: form-data; name="g"; filename="g"\r\n\r\nraw\r\n--BOUNDARY\r\nContent-Disposition: form-data; name="h"; filename="é.bin"\r\n\r\nx\r\n--BOUNDARY--\r\n',
      "multipart/form-data; boundary=BOUNDARY",
      32,
    ],
  ],
  [
    "a file with a name",
    `import io
f = io.BytesIO(b"x"); f.name = "/tmp/report.csv"
r = requests.Request("POST", URL, files=[("f", f), ("f", ("n", io.StringIO("text")))]).prepare()
result = r.body.decode().replace(r.headers["Content-Type"].split("boundary=")[1], "BOUNDARY")`,
    '--BOUNDARY\r\nContent-Disposition: form-data; name="f"; filename="report.csv"\r\n\r\nx\r\n--BOUNDARY\r\nContent-Disposition: form-data; name="f"; filename="n"\r\n\r\ntext\r\n--BOUNDARY--\r\n',
  ],
  [
    "files beside text",
    `requests.post(URL, files={"a": "b"}, data="text")`,
    { raised: "ValueError", message: "Data must not be a string." },
  ],
  [
    "every method",
    `result = [getattr(requests, m)(URL + "/echo").json()["method"] for m in ("get", "options", "post", "put", "patch", "delete")] + [requests.request("propfind", URL + "/echo").json()["method"], requests.head(URL + "/echo").text]`,
    ["GET", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "PROPFIND", ""],
  ],
  [
    "headers of the session and of the request",
    `s = requests.Session()
s.headers.update({"X-A": "1", "X-B": "1"})
result = s.get(URL + "/echo", headers={"x-b": "2", "X-A": None, "X-C": "é"}).json()["headers"]`,
    { accept: "*/*", "user-agent": "python-requests/2.34.2", "x-b": "2", "x-c": "é" },
  ],
  [
    "a header as bytes",
    `result = requests.get(URL + "/echo", headers={"X-A": b"1"}).json()["headers"]["x-a"]`,
    "1",
  ],
  [
    "a header of two lines",
    `requests.get(URL + "/echo", headers={"X-A": "1\\r\\nX-B: 2"})`,
    {
      raised: "InvalidHeader",
      message:
        "Invalid leading whitespace, reserved character(s), or return character(s) in header value: '1\\r\\nX-B: 2'",
    },
  ],
  [
    "a header with a space before it",
    `requests.get(URL + "/echo", headers={"X-A": " 1"})`,
    {
      raised: "InvalidHeader",
      message:
        "Invalid leading whitespace, reserved character(s), or return character(s) in header value: ' 1'",
    },
  ],
  [
    "a header that is no text",
    `requests.get(URL + "/echo", headers={"X-A": 1})`,
    {
      raised: "InvalidHeader",
      message: "Header part (1) from ('X-A', 1) must be of type str or bytes, not <class 'int'>",
    },
  ],
  [
    "a header without a name",
    `requests.get(URL + "/echo", headers={"": "1"})`,
    {
      raised: "InvalidHeader",
      message: "Invalid leading whitespace, reserved character(s), or return character(s) in header name: ''",
    },
  ],
  [
    "parameters of the session and of the request",
    `s = requests.Session(); s.params = {"a": "1", "b": "1"}
result = s.get(URL + "/echo", params={"b": "2", "a": None}).json()["target"]`,
    "/echo?b=2",
  ],
  [
    "basic authentication",
    `result = [requests.get(URL + "/echo", auth=a).json()["headers"].get("authorization") for a in (("u", "p"), requests.auth.HTTPBasicAuth("é", "ü"), ("", ""))]`,
    ["Basic dTpw", "Basic 6Tr8", "Basic Og=="],
  ],
  [
    "digest authentication with MD5",
    `s = requests.Session(); s.auth = requests.auth.HTTPDigestAuth("ali", "open sesame")
r = s.get(URL + "/digest/MD5")
q = s.post(URL + "/digest/MD5", data="x")
result = [r.status_code, r.text, [h.status_code for h in r.history], q.text, [h.status_code for h in q.history]]`,
    [200, "ali 00000001", [401], "ali 00000002", []],
  ],
  [
    "digest authentication with SHA-256",
    `s = requests.Session(); s.auth = requests.auth.HTTPDigestAuth("ali", "open sesame")
r = s.get(URL + "/digest/SHA-256")
q = s.post(URL + "/digest/SHA-256", data="x")
result = [r.status_code, r.text, [h.status_code for h in r.history], q.text, [h.status_code for h in q.history]]`,
    [200, "ali 00000001", [401], "ali 00000002", []],
  ],
  [
    "digest authentication with a wrong password",
    `r = requests.get(URL + "/digest/MD5", auth=requests.auth.HTTPDigestAuth("ali", "x")); result = [r.status_code, len(r.history)]`,
    [401, 1],
  ],
  [
    "digest authentication where nobody asks for it",
    `result = requests.get(URL + "/echo", auth=requests.auth.HTTPDigestAuth("a", "b")).json()["headers"].get("authorization")`,
    null,
  ],
  [
    "a user in the URL",
    `r = requests.get(URL.replace("://", "://u:p%40@") + "/echo"); result = [r.json()["headers"]["authorization"], r.url]`,
    ["Basic dTpwQA==", "http://u:p%40@server.example/echo"],
  ],
  [
    "authentication of one's own",
    `class Mine(requests.auth.AuthBase):
    def __call__(self, r):
        r.headers["X-Sign"] = r.method + r.path_url
        r.body = b"signed"
        return r
r = requests.post(URL + "/echo?a=b", auth=Mine(), data="x")
result = [r.json(), r.request.headers["Content-Length"]]`,
    [
      {
        method: "POST",
        target: "/echo?a=b",
        headers: { accept: "*/*", "user-agent": "python-requests/2.34.2", "x-sign": "POST/echo?a=b" },
        body: "signed",
      },
      "6",
    ],
  ],
  [
    "a function as authentication",
    `def mine(r):
    r.headers["X-A"] = "1"
    return r
result = requests.get(URL + "/echo", auth=mine).json()["headers"]["x-a"]`,
    "1",
  ],
  [
    "authentication of a session",
    `s = requests.Session(); s.auth = ("u", "p")
result = [s.get(URL + "/echo").json()["headers"]["authorization"], s.get(URL + "/echo", auth=("x", "y")).json()["headers"]["authorization"]]`,
    ["Basic dTpw", "Basic eDp5"],
  ],
  [
    "what an answer has",
    `r = requests.get(URL + "/status/404/Not%20Here")
result = [r.status_code, r.reason, r.ok, bool(r), r.text, r.content.decode(), r.encoding, r.url, r.history, r.is_redirect, r.is_permanent_redirect, repr(r), r.headers["CONTENT-type"], r.elapsed.total_seconds() >= 0, r.request.method, r.next]`,
    [
      404,
      "Not Here",
      false,
      false,
      "text",
      "text",
      "ISO-8859-1",
      "http://server.example/status/404/Not%20Here",
      [],
      false,
      false,
      "<Response [404]>",
      "text/plain",
      true,
      "GET",
      null,
    ],
  ],
  [
    "raise_for_status of 399",
    `r = requests.get(URL + "/status/399/Why"); r.raise_for_status(); result = r.ok`,
    true,
  ],
  [
    "raise_for_status of 400",
    `r = requests.get(URL + "/status/400/Why"); r.raise_for_status(); result = r.ok`,
    { raised: "HTTPError", message: "400 Client Error: Why for url: http://server.example/status/400/Why" },
  ],
  [
    "raise_for_status of 499",
    `r = requests.get(URL + "/status/499/Why"); r.raise_for_status(); result = r.ok`,
    { raised: "HTTPError", message: "499 Client Error: Why for url: http://server.example/status/499/Why" },
  ],
  [
    "raise_for_status of 500",
    `r = requests.get(URL + "/status/500/Why"); r.raise_for_status(); result = r.ok`,
    { raised: "HTTPError", message: "500 Server Error: Why for url: http://server.example/status/500/Why" },
  ],
  [
    "raise_for_status of 599",
    `r = requests.get(URL + "/status/599/Why"); r.raise_for_status(); result = r.ok`,
    { raised: "HTTPError", message: "599 Server Error: Why for url: http://server.example/status/599/Why" },
  ],
  [
    "the error of raise_for_status knows the answer",
    `try:
    requests.get(URL + "/status/418/Tea").raise_for_status()
except requests.HTTPError as e:
    result = [e.response.status_code, e.request.method, isinstance(e, requests.RequestException), isinstance(e, IOError), isinstance(e, requests.exceptions.HTTPError)]`,
    [418, "GET", true, true, true],
  ],
  [
    "an error is an answer as well",
    `result = [requests.get(URL + "/status/500").text, requests.codes.not_found, requests.codes.ok, requests.codes["teapot"], requests.codes.NOT_FOUND, requests.codes.nothing_such]`,
    { raised: "AttributeError", message: "'LookupDict' object has no attribute 'nothing_such'" },
  ],
  [
    "JSON that is none in an answer",
    `try:
    requests.get(URL + "/answer?hex=7b").json()
except requests.exceptions.JSONDecodeError as e:
    import json
    result = [str(e), isinstance(e, json.JSONDecodeError), isinstance(e, ValueError), isinstance(e, requests.exceptions.InvalidJSONError), e.doc, e.pos]`,
    ["Expecting property name enclosed in double quotes: line 1 column 2 (char 1)", true, true, true, "{", 1],
  ],
  [
    "an empty answer as JSON",
    `requests.get(URL + "/answer").json()`,
    { raised: "JSONDecodeError", message: "Expecting value: line 1 column 1 (char 0)" },
  ],
  [
    "JSON in UTF-16",
    `result = requests.get(URL + "/answer?hex=" + '{"a":1}'.encode("utf-16-le").hex()).json()`,
    { a: 1 },
  ],
  [
    "options of json()",
    `import decimal
result = str(requests.get(URL + "/answer?hex=" + b"[1.10]".hex()).json(parse_float=decimal.Decimal)[0])`,
    "1.10",
  ],
  [
    "text of text/plain: e4",
    `r = requests.get(URL + "/answer", params={"type": "text/plain", "hex": "e4"} if "text/plain" else {"hex": "e4"}); result = [r.encoding, r.text]`,
    ["ISO-8859-1", "ä"],
  ],
  [
    "text of text/html; charset=utf-8: c3a4",
    `r = requests.get(URL + "/answer", params={"type": "text/html; charset=utf-8", "hex": "c3a4"} if "text/html; charset=utf-8" else {"hex": "c3a4"}); result = [r.encoding, r.text]`,
    ["utf-8", "ä"],
  ],
  [
    "text of application/json: 22c3a422",
    `r = requests.get(URL + "/answer", params={"type": "application/json", "hex": "22c3a422"} if "application/json" else {"hex": "22c3a422"}); result = [r.encoding, r.text]`,
    ["utf-8", '"ä"'],
  ],
  [
    "text of text/plain; charset='latin-1': e4",
    `r = requests.get(URL + "/answer", params={"type": "text/plain; charset='latin-1'", "hex": "e4"} if "text/plain; charset='latin-1'" else {"hex": "e4"}); result = [r.encoding, r.text]`,
    ["latin-1", "ä"],
  ],
  [
    "text of text/plain; charset=nonsense: 6162",
    `r = requests.get(URL + "/answer", params={"type": "text/plain; charset=nonsense", "hex": "6162"} if "text/plain; charset=nonsense" else {"hex": "6162"}); result = [r.encoding, r.text]`,
    ["nonsense", "ab"],
  ],
  [
    "text of image/png: 6162",
    `r = requests.get(URL + "/answer", params={"type": "image/png", "hex": "6162"} if "image/png" else {"hex": "6162"}); result = [r.encoding, r.text]`,
    [null, "ab"],
  ],
  [
    "text of no type: c3a4",
    `r = requests.get(URL + "/answer", params={"type": "", "hex": "c3a4"} if "" else {"hex": "c3a4"}); result = [r.encoding, r.text]`,
    [null, "ä"],
  ],
  [
    "an encoding that is set",
    `r = requests.get(URL + "/answer?type=text/plain&hex=c3a4"); r.encoding = "utf-8"; result = r.text`,
    "ä",
  ],
  [
    "what bytes seem to be encoded in",
    `result = [requests.get(URL + "/answer?hex=" + h).apparent_encoding for h in ("6162", "c3a4c3b6", "efbbbf6162")]`,
    ["ascii", "utf-8", "UTF-8-SIG"],
  ],
  [
    "a body in parts",
    `r = requests.get(URL + "/answer?type=text/plain;charset=utf-8&hex=" + b"line1\\nline2\\r\\n\\nlast".hex())
result = [[b.decode() for b in r.iter_content(8)], [b.decode() for b in r.iter_lines()], list(r.iter_lines(decode_unicode=True)), [b.decode() for b in r.iter_lines(delimiter=b"\\n")], list(r.iter_content(10, decode_unicode=True)), len(list(r.iter_content()))]`,
    [
      ["line1\nli", "ne2\r\n\nla", "st"],
      ["line1", "line2", "", "last"],
      ["line1", "line2", "", "last"],
      ["line1", "line2\r", "", "last"],
      ["line1\nline", "2\r\n\nlast"],
      18,
    ],
  ],
  [
    "a body of an answer that is streamed",
    `with requests.get(URL + "/answer?hex=" + b"abcdef".hex(), stream=True) as r:
    result = [b.decode() for b in r.iter_content(chunk_size=4)]`,
    ["abcd", "ef"],
  ],
  [
    "the raw body",
    `r = requests.get(URL + "/answer?hex=" + b"abcdef".hex(), stream=True); result = [r.raw.read(2).decode(), r.raw.read().decode(), r.raw.status]`,
    ["ab", "cdef", 200],
  ],
  [
    "links",
    `r = requests.get(URL + "/answer", params={"Link": '<http://a/2>; rel="next"; title="x", </1>; rel=prev, <c>'}); result = r.links`,
    {
      next: { url: "http://a/2", rel: "next", title: "x" },
      prev: { url: "/1", rel: "prev" },
      c: { url: "c" },
    },
  ],
  [
    "redirects",
    `def of(status, method):
    r = requests.request(method, URL + f"/redirect/{status}?to=/echo/there", data="b" if method in ("POST", "PUT") else None)
    seen = r.json() if method != "HEAD" else {}
    return [status, method, seen.get("method"), seen.get("body"), seen.get("headers", {}).get("content-type"), [h.status_code for h in r.history], r.url]
result = [of(s, m) for s in (301, 302, 303, 307, 308) for m in ("GET", "POST", "PUT", "DELETE")]`,
    [
      [301, "GET", "GET", "", null, [301], "http://server.example/echo/there"],
      [301, "POST", "GET", "", null, [301], "http://server.example/echo/there"],
      [301, "PUT", "PUT", "", null, [301], "http://server.example/echo/there"],
      [301, "DELETE", "DELETE", "", null, [301], "http://server.example/echo/there"],
      [302, "GET", "GET", "", null, [302], "http://server.example/echo/there"],
      [302, "POST", "GET", "", null, [302], "http://server.example/echo/there"],
      [302, "PUT", "GET", "", null, [302], "http://server.example/echo/there"],
      [302, "DELETE", "GET", "", null, [302], "http://server.example/echo/there"],
      [303, "GET", "GET", "", null, [303], "http://server.example/echo/there"],
      [303, "POST", "GET", "", null, [303], "http://server.example/echo/there"],
      [303, "PUT", "GET", "", null, [303], "http://server.example/echo/there"],
      [303, "DELETE", "GET", "", null, [303], "http://server.example/echo/there"],
      [307, "GET", "GET", "", null, [307], "http://server.example/echo/there"],
      [307, "POST", "POST", "b", null, [307], "http://server.example/echo/there"],
      [307, "PUT", "PUT", "b", null, [307], "http://server.example/echo/there"],
      [307, "DELETE", "DELETE", "", null, [307], "http://server.example/echo/there"],
      [308, "GET", "GET", "", null, [308], "http://server.example/echo/there"],
      [308, "POST", "POST", "b", null, [308], "http://server.example/echo/there"],
      [308, "PUT", "PUT", "b", null, [308], "http://server.example/echo/there"],
      [308, "DELETE", "DELETE", "", null, [308], "http://server.example/echo/there"],
    ],
  ],
  [
    "redirects of HEAD",
    `r = requests.head(URL + "/redirect/302?to=/echo"); q = requests.head(URL + "/redirect/303?to=/echo", allow_redirects=True); result = [r.status_code, r.is_redirect, r.next.url, r.next.method, q.status_code, q.request.method]`,
    [302, true, "http://server.example/echo", "HEAD", 200, "HEAD"],
  ],
  [
    "a redirect that is not followed",
    `r = requests.post(URL + "/redirect/302?to=/echo", allow_redirects=False, data="x"); result = [r.status_code, r.history, r.next.method, r.next.url, r.next.body, r.headers["location"]]`,
    [302, [], "GET", "http://server.example/echo", null, "/echo"],
  ],
  [
    "a redirect to a relative path, a fragment, another scheme of address",
    `result = [requests.get(URL + "/redirect/302", params={"to": to}).url for to in ("../echo", "../a/../../echo/./b/.", "/echo?x=a b", "//" + URL.split("//")[1] + "/echo", URL + "/echo#f")]`,
    [
      "http://server.example/echo",
      "http://server.example/echo/b/",
      "http://server.example/echo?x=a%20b",
      "http://server.example/echo",
      "http://server.example/echo#f",
    ],
  ],
  [
    "a fragment outlives a redirect",
    `result = requests.get(URL + "/redirect/302?to=/echo#part").url`,
    "http://server.example/echo#part",
  ],
  [
    "a redirect to something that cannot be called",
    `requests.get(URL + "/redirect/302?to=ftp://x/y")`,
    { raised: "InvalidSchema", message: "No connection adapters were found for 'ftp://x/y'" },
  ],
  [
    "a redirect of a file",
    `import io; result = requests.post(URL + "/redirect/307?to=/echo", data=io.BytesIO(b"abc")).json()["body"]`,
    "abc",
  ],
  [
    "thirty redirects are enough",
    `requests.get(URL + "/redirect/302?to=" + "/redirect/302%3Fto%3D/loop")
s = requests.Session(); s.max_redirects = 1
try:
    s.get(URL + "/redirect/302?to=" + requests.utils.quote("/redirect/302?to=/echo"))
except requests.TooManyRedirects as e:
    result = [str(e), e.response.status_code, len(e.response.history)]`,
    ["Exceeded 1 redirects.", 302, 1],
  ],
  [
    "an Authorization goes to the same host only",
    `def of(to):
    return requests.get(URL + "/redirect/302", params={"to": to + "/echo"}, headers={"Authorization": "Bearer x", "X-A": "1"}).json()["headers"]
result = [of(URL).get("authorization"), of(OTHER).get("authorization"), of(OTHER).get("x-a")]`,
    ["Bearer x", null, "1"],
  ],
  [
    "basic authentication goes to the same host only",
    `result = [requests.get(URL + "/redirect/302", params={"to": to + "/echo"}, auth=("u", "p")).json()["headers"].get("authorization") for to in (URL, OTHER)]`,
    ["Basic dTpw", null],
  ],
  [
    "cookies of a session",
    `s = requests.Session()
s.get(URL + "/set-cookie", params={"c": ["a=1", "b=2; Path=/echo/deep", "c=3; Max-Age=0"]})
result = [s.get(URL + "/echo").json()["headers"].get("cookie"), sorted(s.get(URL + "/echo/deep").json()["headers"].get("cookie").split("; ")), s.cookies.get_dict(), s.cookies["a"], len(s.cookies), "b" in s.cookies, s.get(OTHER + "/echo").json()["headers"].get("cookie")]`,
    ["a=1", ["a=1", "b=2"], { a: "1", b: "2" }, "1", 2, true, null],
  ],
  [
    "cookies of an answer",
    `r = requests.get(URL + "/set-cookie", params={"c": ["a=1", "b=x y"]}); result = [dict(r.cookies), r.cookies.get("c", "none"), r.headers["set-cookie"]]`,
    [{ a: "1", b: "x y" }, "none", "a=1, b=x y"],
  ],
  [
    "cookies of a request",
    `s = requests.Session(); s.cookies.set("s", "1"); s.cookies.update({"t": "2"})
result = [sorted(s.get(URL + "/echo", cookies={"r": "3"}).json()["headers"]["cookie"].split("; ")), sorted(s.get(URL + "/echo").json()["headers"]["cookie"].split("; ")), requests.get(URL + "/echo", cookies={"a": "b"}).json()["headers"]["cookie"]]`,
    [["r=3", "s=1", "t=2"], ["s=1", "t=2"], "a=b"],
  ],
  [
    "cookies that a redirect sets",
    `s = requests.Session()
r = s.get(URL + "/set-cookie", params={"c": "a=1", "to": "/echo"})
result = [r.json()["headers"]["cookie"], s.cookies.get_dict(), requests.get(URL + "/set-cookie", params={"c": "a=1", "to": "/echo"}, cookies={"q": "2"}).json()["headers"]["cookie"]]`,
    ["a=1", { a: "1" }, "q=2; a=1"],
  ],
  [
    "cookies and a Cookie header",
    `result = requests.get(URL + "/echo", headers={"Cookie": "h=1"}, cookies={"a": "2"}).json()["headers"]["cookie"]`,
    "h=1",
  ],
  [
    "a cookie jar",
    `from requests.cookies import RequestsCookieJar, cookiejar_from_dict, create_cookie
jar = RequestsCookieJar(); jar.set("a", "1", domain="x.example", path="/"); jar.set("a", "2", domain="y.example", path="/p")
def attempt():
    try:
        return jar["a"]
    except Exception as e:
        return [type(e).__name__, str(e)]
result = [attempt(), jar.get("a", domain="y.example"), sorted(jar.list_domains()), jar.get_dict(domain="x.example"), jar.get("z"), sorted(jar.keys()), cookiejar_from_dict({"q": "r"}).get_dict(), requests.utils.dict_from_cookiejar(cookiejar_from_dict({"q": "r"}))]
del jar["a"]
result.append(len(jar))`,
    [
      ["CookieConflictError", "There are multiple cookies with name, 'a'"],
      "2",
      ["x.example", "y.example"],
      { a: "1" },
      null,
      ["a", "a"],
      { q: "r" },
      { q: "r" },
      0,
    ],
  ],
  [
    "hooks",
    `calls = []
def hook(r, *args, **kwargs):
    calls.append([r.status_code, sorted(kwargs)])
def replace(r, *args, **kwargs):
    r.changed = "yes"
    return r
s = requests.Session(); s.hooks["response"].append(hook)
r = s.get(URL + "/redirect/302?to=/echo", hooks={"response": replace})
q = s.get(URL + "/redirect/302?to=/echo")
result = [r.changed, calls]`,
    [
      "yes",
      [
        [302, ["cert", "proxies", "stream", "timeout", "verify"]],
        [200, ["cert", "proxies", "stream", "timeout", "verify"]],
      ],
    ],
  ],
  [
    "a hook of an event that there is not",
    `requests.Request("GET", URL, hooks={"nothing": print})`,
    { raised: "ValueError", message: 'Unsupported event specified, with event name "nothing"' },
  ],
  [
    "a prepared request",
    `s = requests.Session()
p = s.prepare_request(requests.Request("post", URL + "/echo", data={"a": "b"}, params={"q": 1}))
p.headers["X-A"] = "1"; p.body = "c=d"
result = [p.method, p.url, p.path_url, repr(p), s.send(p).json()["body"], p.copy().headers == p.headers]`,
    ["POST", "http://server.example/echo?q=1", "/echo?q=1", "<PreparedRequest [POST]>", "c=d", true],
  ],
  [
    "a request that is not prepared",
    `requests.Session().send(requests.Request("GET", URL))`,
    { raised: "ValueError", message: "You can only send PreparedRequests." },
  ],
  [
    "no scheme",
    `requests.get("example.com/path")`,
    {
      raised: "MissingSchema",
      message:
        "Invalid URL 'example.com/path': No scheme supplied. Perhaps you meant https://example.com/path?",
    },
  ],
  [
    "no host",
    `requests.get("http:///path")`,
    { raised: "InvalidURL", message: "Invalid URL 'http:///path': No host supplied" },
  ],
  [
    "an impossible host",
    `requests.get("http://*.example")`,
    { raised: "InvalidURL", message: "URL has an invalid label." },
  ],
  [
    "a host with a dot before it",
    `requests.get("http://.example.com")`,
    { raised: "InvalidURL", message: "URL has an invalid label." },
  ],
  [
    "an impossible port",
    `requests.get("http://example.com:abc/")`,
    { raised: "InvalidURL", message: "Failed to parse: 'example.com:abc' is not a valid host or port" },
  ],
  [
    "another scheme",
    `requests.get("ftp://example.com/")`,
    { raised: "InvalidSchema", message: "No connection adapters were found for 'ftp://example.com/'" },
  ],
  [
    "a URL that is none",
    `requests.get("")`,
    { raised: "MissingSchema", message: "Invalid URL '': No scheme supplied. Perhaps you meant https://?" },
  ],
  [
    "no server there",
    `try:
    requests.get(CLOSED)
except requests.ConnectionError as e:
    result = [type(e).__name__, str(e).split("(Caused")[0].replace(str(e).split("port=")[1].split(")")[0], "PORT"), e.request.url == CLOSED + "/", e.response]`,
    [
      "ConnectionError",
      "HTTPConnectionPool(host='closed.example', port=PORT): Max retries exceeded with url: / ",
      true,
      null,
    ],
  ],
  [
    "a timeout of 0",
    `requests.get(URL, timeout=0)`,
    {
      raised: "ValueError",
      message:
        "Attempted to set connect timeout to 0, but the timeout cannot be set to a value less than or equal to 0.",
    },
  ],
  [
    "a timeout of three",
    `requests.get(URL, timeout=(1, 2, 3))`,
    {
      raised: "ValueError",
      message:
        "Invalid timeout (1, 2, 3). Pass a (connect, read) timeout tuple, or a single float to set both timeouts to the same value.",
    },
  ],
  [
    "timeouts that are fine",
    `result = [requests.get(URL + "/echo", timeout=t).status_code for t in (None, 5, 2.5, (1, 2), (None, 3), (3, None))]`,
    [200, 200, 200, 200, 200, 200],
  ],
  [
    "exceptions",
    `import requests.exceptions as e
names = ["RequestException", "HTTPError", "ConnectionError", "ProxyError", "SSLError", "Timeout", "ConnectTimeout", "ReadTimeout", "URLRequired", "TooManyRedirects", "MissingSchema", "InvalidSchema", "InvalidURL", "InvalidHeader", "InvalidProxyURL", "ChunkedEncodingError", "ContentDecodingError", "StreamConsumedError", "RetryError", "UnrewindableBodyError", "InvalidJSONError", "JSONDecodeError"]
result = {n: [c.__name__ for c in getattr(e, n).__mro__ if c.__name__ in names + ["ValueError", "TypeError", "OSError"] and c.__name__ != n] for n in names}`,
    {
      RequestException: ["OSError"],
      HTTPError: ["RequestException", "OSError"],
      ConnectionError: ["RequestException", "OSError"],
      ProxyError: ["ConnectionError", "RequestException", "OSError"],
      SSLError: ["ConnectionError", "RequestException", "OSError"],
      Timeout: ["RequestException", "OSError"],
      ConnectTimeout: ["ConnectionError", "Timeout", "RequestException", "OSError"],
      ReadTimeout: ["Timeout", "RequestException", "OSError"],
      URLRequired: ["RequestException", "OSError"],
      TooManyRedirects: ["RequestException", "OSError"],
      MissingSchema: ["RequestException", "OSError", "ValueError"],
      InvalidSchema: ["RequestException", "OSError", "ValueError"],
      InvalidURL: ["RequestException", "OSError", "ValueError"],
      InvalidHeader: ["RequestException", "OSError", "ValueError"],
      InvalidProxyURL: ["InvalidURL", "RequestException", "OSError", "ValueError"],
      ChunkedEncodingError: ["RequestException", "OSError"],
      ContentDecodingError: ["RequestException", "OSError", "HTTPError"],
      StreamConsumedError: ["RequestException", "OSError", "TypeError"],
      RetryError: ["RequestException", "OSError"],
      UnrewindableBodyError: ["RequestException", "OSError"],
      InvalidJSONError: ["RequestException", "OSError"],
      JSONDecodeError: ["InvalidJSONError", "RequestException", "OSError", "ValueError"],
    },
  ],
  [
    "headers whatever the case",
    `from requests.structures import CaseInsensitiveDict
d = CaseInsensitiveDict({"Accept": "a"}); d["ACCEPT"] = "b"; d["X"] = "1"
result = [d["accept"], "aCCept" in d, list(d), dict(d), d == {"accept": "b", "x": "1"}, d.get("y"), len(d), list(d.copy()), d.pop("x"), list(d.lower_items()), repr(d)]`,
    [
      "b",
      true,
      ["ACCEPT", "X"],
      { ACCEPT: "b", X: "1" },
      true,
      null,
      2,
      ["ACCEPT", "X"],
      "1",
      [["accept", "b"]],
      "{'ACCEPT': 'b'}",
    ],
  ],
  [
    "retries of a status",
    `from requests.adapters import HTTPAdapter
from urllib3.util import Retry
s = requests.Session()
s.mount("http://", HTTPAdapter(max_retries=Retry(total=3, backoff_factor=0, status_forcelist=[503])))
result = [s.get(URL + "/flaky/one?times=2").text]
try:
    s.get(URL + "/flaky/two?times=9")
except requests.exceptions.RetryError as e:
    result.append(str(e).split("with url")[1])
result.append(s.post(URL + "/flaky/three?times=2").text)
s.mount("http://", HTTPAdapter(max_retries=Retry(total=1, status_forcelist=[503], raise_on_status=False, allowed_methods=None)))
result.append([s.post(URL + "/flaky/four?times=1").text, s.post(URL + "/flaky/five?times=9").status_code])`,
    [
      "now",
      ": /flaky/two?times=9 (Caused by ResponseError('too many 503 error responses'))",
      "later",
      ["now", 503],
    ],
  ],
  ["no retries by default", `result = requests.get(URL + "/flaky/six?times=1").status_code`, 503],
  [
    "an adapter of one's own",
    `from requests.adapters import HTTPAdapter
class Mine(HTTPAdapter):
    def send(self, request, **more):
        request.headers["X-Mine"] = "1"
        return super().send(request, **more)
s = requests.Session(); s.mount(URL + "/echo/mine", Mine())
result = [s.get(URL + "/echo/mine").json()["headers"].get("x-mine"), s.get(URL + "/echo").json()["headers"].get("x-mine"), len(s.adapters), list(s.adapters)[0].endswith("/mine")]
try:
    s.get_adapter("other://x")
except requests.exceptions.InvalidSchema as e:
    result.append(str(e))`,
    ["1", null, 3, true, "No connection adapters were found for 'other://x'"],
  ],
  [
    "the times between retries",
    `from urllib3.util import Retry
r = Retry(total=5, backoff_factor=0.5)
waits = []
for _ in range(4):
    r = r.increment("GET", "/", error=Exception("x")) if False else r.new(history=r.history + (("GET", "/", None, 503, None),)) if hasattr(r, "new") else r
    waits.append(Retry(total=5, backoff_factor=0.5, history=tuple(type("H", (), {"redirect_location": None})() for _ in range(len(waits) + 1))).get_backoff_time())
result = waits`,
    [0, 1, 2, 4],
  ],
  [
    "a wait that an answer asks for",
    `from urllib3.util import Retry
r = Retry()
result = [r.is_retry("GET", 429, True), r.is_retry("GET", 429, False), r.is_retry("POST", 429, True), r.is_retry("GET", 500), Retry(status_forcelist=[500]).is_retry("GET", 500), Retry(total=0).is_retry("GET", 503, True), r.is_exhausted(), Retry(total=-1).is_exhausted()]`,
    [true, false, false, false, true, false, false, true],
  ],
  [
    "parts of URLs",
    `from requests.utils import quote, unquote, urlparse, requote_uri, unquote_unreserved, urldefragauth, parse_header_links, get_auth_from_url, default_user_agent, super_len, guess_filename, to_key_val_list, get_encoding_from_headers
result = [quote("a b/ü"), unquote("a%20b"), urlparse("http://x/y").path, requote_uri("http://x/a b%20c%zz"), unquote_unreserved("%7Ea%2F"), urldefragauth("http://u:p@x/y#f"), parse_header_links("<a>; rel=b"), list(get_auth_from_url("http://u:p%40@x")), super_len("é"), to_key_val_list({"a": 1}), get_encoding_from_headers({"content-type": "text/html"})]`,
    [
      "a%20b/%C3%BC",
      "a b",
      "/y",
      "http://x/a%20b%2520c%25zz",
      "~a%2F",
      "http://x/y",
      [{ url: "a", rel: "b" }],
      ["u", "p@"],
      2,
      [["a", 1]],
      "ISO-8859-1",
    ],
  ],
  [
    "a session closes",
    `with requests.Session() as s:
    result = s.get(URL + "/echo").status_code
s.close()`,
    200,
  ],
  [
    "a session is made by a function as well",
    `result = requests.session().get(URL + "/echo").status_code`,
    200,
  ],
  [
    "a Host header",
    `r = requests.Request("GET", URL, headers={"Host": "x.example"}).prepare(); result = r.headers["Host"]`,
    "x.example",
  ],
  [
    "a response made by hand",
    `r = requests.Response(); r.status_code = 201; r._content = b"x"; r.encoding = "utf-8"; r.headers["A"] = "b"
result = [r.ok, r.text, r.headers["a"], r.history, r.reason]`,
    [true, "x", "b", [], null],
  ],
  [
    "names that older code has",
    `import warnings
from requests.packages.urllib3.util.retry import Retry
from requests.packages.urllib3.exceptions import InsecureRequestWarning
import requests.packages.urllib3
from requests.compat import urljoin, quote
import urllib3
requests.packages.urllib3.disable_warnings(InsecureRequestWarning)
result = [Retry is urllib3.util.Retry, InsecureRequestWarning is urllib3.exceptions.InsecureRequestWarning, urljoin("http://a/b", "c"), quote(" ")]`,
    [true, true, "http://a/c", "%20"],
  ],
];
