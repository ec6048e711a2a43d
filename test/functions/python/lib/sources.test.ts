import { beforeAll, describe, expect, test } from "vitest";
import { Python } from "./pyodide.ts";

let python: Python;
beforeAll(async () => {
  python = await Python.start();
});

const facts = {
  apiName: "MySource",
  rid: "ri.magritte..source.1",
  url: "http://server.example",
  clientCertificate: false,
};
const sources = {
  mine: { ...facts, secrets: { MySecret: "s3cret", Empty: "" }, oauth: false },
  oauth: { ...facts, apiName: "OAuth", rid: "ri.2", secrets: {}, oauth: true },
  database: { ...facts, apiName: "Database", rid: "ri.3", url: null, secrets: {}, oauth: false },
};

function run(code: string): unknown {
  const prelude = `
import _sortie
from datetime import datetime, timezone
from functions.api import function, UserFacingError
from functions.sources import get_source
from functions import aliases
from external_systems.sources import *
_sortie.declared.clear()
_sortie.declared.update(sources)
_sortie.sent.clear()
_sortie.tokens.clear()
`;
  return python.run(prelude + code, { sources });
}

describe("a source as Foundry documents it", () => {
  test.each<[string, string, unknown]>([
    [
      "is found by alias, API name and RID",
      'result = [get_source(n).get_https_connection().url for n in ("mine", "MySource", "ri.magritte..source.1")]',
      Array(3).fill("http://server.example"),
    ],
    [
      "gives its secrets",
      's = get_source("mine")\nresult = [s.get_secret("MySecret"), dict(s.secrets)]',
      ["s3cret", { MySecret: "s3cret", Empty: "" }],
    ],
    [
      "shows nothing of what authenticates it",
      'c = get_source("mine").get_https_connection()\nresult = [dict(c.headers), dict(c.query_params)]',
      [{}, {}],
    ],
    [
      "gives a client that calls through it, for 30 seconds, with its own name",
      `
client = get_source("MySource").get_https_connection().get_client()
answer = client.get("http://server.example/echo")
client.get("http://server.example/echo", timeout=10)
get_source("mine").get_https_connection().get_client(timeout=5).get("http://server.example/echo")
result = [answer.json()["headers"]["user-agent"], [[s["source"], s["timeout"]] for s in _sortie.sent]]`,
      [
        "external-systems",
        [
          ["mine", 30],
          ["mine", 10],
          ["mine", 5],
        ],
      ],
    ],
    [
      "gives a client that tries ten times again after a 503, unless the method must not be sent twice",
      `
import time
waits = []
sleep, time.sleep = time.sleep, waits.append
try:
    client = get_source("mine").get_https_connection().get_client()
    result = [client.get("http://server.example/flaky/a?times=10").text, waits, client.post("http://server.example/flaky/b?times=1").status_code]
    try:
        client.get("http://server.example/flaky/c?times=99")
    except Exception as error:
        result.append(type(error).__name__)
finally:
    time.sleep = sleep`,
      [
        "now",
        [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, ...[0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2]],
        503,
        "RetryError",
      ],
    ],
    [
      "stays the way out of its client when code mounts an adapter of its own, and after a redirect",
      `
from requests.adapters import HTTPAdapter
client = get_source("mine").get_https_connection().get_client()
client.mount("http://", HTTPAdapter(max_retries=3))
client.get("http://server.example/redirect/302?to=http://other.example/echo")
result = [s["source"] for s in _sortie.sent]`,
      ["mine", "mine"],
    ],
    [
      "gives the calling user's token, and asks for it each time",
      `
_sortie.tokens["oauth"] = {"accessToken": "t1", "expiresAt": 1795732200000}
credentials = get_source("oauth").get_session_credentials()
first = credentials.get()
_sortie.tokens["oauth"] = {"accessToken": "t2", "expiresAt": 1795732200000}
second = credentials.get()
result = [isinstance(credentials, Refreshable), isinstance(first, OauthCredentials), first.access_token, first.expiration.isoformat(), second.access_token]`,
      [true, true, "t1", "2026-11-26T22:30:00+00:00", "t2"],
    ],
    [
      "has no proxy, no certificate files and no bundle",
      's = get_source("mine")\nresult = [s.get_https_proxy_uri(), s.client_certificate, s.server_certificates_bundle_path]',
      [null, null, null],
    ],
    ["stands behind its alias", 'result = aliases.source("mine").rid', "ri.magritte..source.1"],
  ])("%s", (_, code, result) => {
    expect(run(code)).toEqual(result);
  });

  test("a user-facing error has its message", () => {
    expect(run('raise UserFacingError("Nobody is called eve.")')).toEqual({
      raised: "UserFacingError",
      message: "Nobody is called eve.",
    });
  });
});

describe("Foundry's texts", () => {
  const notResolved = "Resolved source credentials are not present on the Source.";
  test.each([
    ['get_source("other")', "Source alias 'other' not found. Available aliases: [mine, oauth, database]"],
    [
      'aliases.source("MySource")',
      "Source alias 'MySource' not found. Available aliases: [mine, oauth, database]",
    ],
    ['get_source("mine").get_secret("Nope")', "Secret with name Nope not found on the Source."],
    ['get_source("mine").get_secret("Empty")', "Secret with name Empty not found on the Source."],
    ['get_source("database").get_https_connection()', "Only single connection sources are supported."],
    ['get_source("mine").get_session_credentials()', notResolved],
    ['get_source("mine").get_aws_credentials()', notResolved],
    [
      'get_source("oauth").get_aws_credentials()',
      "Resolved source credentials are not of type AwsCredentials.",
    ],
    ['get_source("oauth").get_session_credentials().get()', notResolved],
    [
      '_sortie.tokens["oauth"] = _sortie.SessionError("CredentialsExpired", "Credentials expired and no refresh handler provided")\nget_source("oauth").get_session_credentials().get()',
      "Credentials expired and no refresh handler provided",
    ],
    ['get_source("mine").source_configuration', "Source configuration is not available for this Source."],
    ['get_source("mine").create_socket("x", 1)', "Only usable with Agent Proxy Sources"],
  ])("%s", (code, message) => {
    expect(run(code)).toEqual({ raised: "ValueError", message });
  });
});

test.each([
  ["bare", "@function"],
  ["with all that it takes", '@function(sources=["mine"], edits=[], api_name="other", beta=True)'],
])("the decorator, %s, leaves a function what it is", (_, decorator) => {
  expect(run(`${decorator}\ndef f(x: int) -> int:\n    return x + 1\nresult = [f(1), f.__name__]`)).toEqual([
    2,
    "f",
  ]);
});

test("the decorator takes nothing that it does not know", () => {
  expect(run("@function(source=[])\ndef f(): ...")).toMatchObject({ raised: "TypeError" });
});
