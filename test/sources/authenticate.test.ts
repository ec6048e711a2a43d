import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { authenticate } from "../../src/sources/authenticate.ts";
import type { SourceDomain } from "../../src/sources/source.ts";
import { domain, sourceWith } from "./sample.ts";

const secrets: Record<string, string> = {
  token: "t0ken",
  password: "pä:ss",
  lines: "hunter2\r\nX-Evil: 1",
  letters: "ключ",
  empty: "",
};

function authenticated(
  auth: SourceDomain["auth"],
  url = "https://api.example.com/x",
  headers: HeadersInit = {},
  accessToken: string | null = "granted",
) {
  const source = sourceWith({ domains: [domain({ auth })] });
  const credentials = accessToken === null ? null : { type: "oauth" as const, accessToken, expiresAt: 0 };
  const request = { url, headers: new Headers(headers) };
  const changed = authenticate(source, request, (name) => secrets[name], credentials);
  expect([...request.headers]).toEqual([...new Headers(headers)]);
  return { url: changed.url, headers: Object.fromEntries(changed.headers) };
}

const bearer = { type: "bearerToken", bearerToken: "token" } as const;
const basic = { type: "basic", username: "me", password: "password" } as const;
const headerKey = {
  type: "apiKey",
  location: { type: "header", headerName: "X-Api-Key" },
  apiKey: "token",
} as const;
const queryKey = (apiKey = "token", queryParameterName = "key") =>
  ({ type: "apiKey", location: { type: "queryParameter", queryParameterName }, apiKey }) as const;

describe("each way of authentication adds", () => {
  test.each([
    ["none", { type: "none" }, {}],
    ["bearer token", bearer, { authorization: "Bearer t0ken" }],
    ["basic, in UTF-8", basic, { authorization: `Basic ${Buffer.from("me:pä:ss").toString("base64")}` }],
    ["API key in a header", headerKey, { "x-api-key": "t0ken" }],
    ["OAuth 2.0", { type: "oauth2" }, { authorization: "Bearer granted" }],
  ] satisfies [string, SourceDomain["auth"], Record<string, string>][])("%s", (_, auth, headers) => {
    expect(authenticated(auth)).toEqual({ url: "https://api.example.com/x", headers });
  });

  test.each([
    ["https://api.example.com", "https://api.example.com?key=t0ken"],
    ["https://api.example.com/x", "https://api.example.com/x?key=t0ken"],
    ["https://api.example.com/x?", "https://api.example.com/x?key=t0ken"],
    ["https://api.example.com/x?a=%20+b&&c", "https://api.example.com/x?a=%20+b&c&key=t0ken"],
    ["https://api.example.com/x?a=1#part?key=2", "https://api.example.com/x?a=1&key=t0ken"],
  ])("API key in the query: %s becomes %s", (url, changed) => {
    expect(authenticated(queryKey(), url)).toEqual({ url: changed, headers: {} });
  });

  test("an API key with any letters to the query", () => {
    const { url } = authenticated(queryKey("lines", "k&y"));
    expect([...new URL(url).searchParams]).toEqual([["k&y", secrets.lines]]);
  });
});

describe("what code set under the same name is replaced: the source decides", () => {
  test.each([bearer, basic, { type: "oauth2" } as const])("Authorization for $type", (auth) => {
    const { headers } = authenticated(auth, undefined, { authorization: "mine", accept: "*/*" });
    expect(headers).toEqual({ ...authenticated(auth).headers, accept: "*/*" });
  });

  test("the header of an API key", () => {
    expect(
      authenticated(headerKey, undefined, [
        ["x-api-KEY", "a"],
        ["X-Api-Key", "b"],
      ]).headers,
    ).toEqual({
      "x-api-key": "t0ken",
    });
  });

  test.each(["?key=mine", "?key", "?a=1&key=mine&key=2", "?%6bey=mine", "?a=1&k%65y"])(
    "the query parameter of an API key, however it is written: %s",
    (query) => {
      const { searchParams } = new URL(authenticated(queryKey(), `https://api.example.com/${query}`).url);
      expect(searchParams.getAll("key")).toEqual(["t0ken"]);
    },
  );

  test("other query parameters that begin alike stay", () => {
    expect(authenticated(queryKey(), "https://api.example.com/?keys=1&KEY=2").url).toBe(
      "https://api.example.com/?keys=1&KEY=2&key=t0ken",
    );
  });
});

describe("only the source's own origin is told who is calling", () => {
  test.each([
    "https://evil.example/x",
    "https://b.example.com/x",
    "https://api.example.com.evil.example/x",
    "https://api.example.comapi/x",
    "http://api.example.com/x",
    "http://api.example.com:443/x",
    "https://api.example.com:8443/x",
    "https://api.example.com@evil.example/x",
    "https://evil.example/?https://api.example.com/",
    "wss://api.example.com/x",
    "/x",
    "",
  ])("not %j", (url) => {
    for (const auth of [bearer, basic, headerKey, queryKey(), { type: "oauth2" } as const]) {
      expect(authenticated(auth, url, { authorization: "mine" })).toEqual({
        url,
        headers: { authorization: "mine" },
      });
    }
  });

  test.each(["https://api.example.com", "https://api.example.com:443/x", "HTTPS://API.example.com/?a"])(
    "its own, %s",
    (url) => expect(authenticated(bearer, url).headers).toEqual({ authorization: "Bearer t0ken" }),
  );

  test("each domain of a source by its own authentication", () => {
    const domains = [domain({ auth: bearer }), domain({ port: 8443, auth: headerKey })];
    const source = sourceWith({ domains });
    const headersFor = (url: string) =>
      Object.fromEntries(
        authenticate(source, { url, headers: new Headers() }, (name) => secrets[name], null).headers,
      );
    expect(headersFor("https://api.example.com/")).toEqual({ authorization: "Bearer t0ken" });
    expect(headersFor("https://api.example.com:8443/")).toEqual({ "x-api-key": "t0ken" });
  });
});

describe("what cannot be sent is said without showing it:", () => {
  test.each([
    [
      "a secret that is not set",
      { type: "bearerToken", bearerToken: "lost" },
      "Secret with name lost not found on the Source.",
    ],
    [
      "an empty secret",
      { type: "bearerToken", bearerToken: "empty" },
      "Secret with name empty not found on the Source.",
    ],
    ["no password", { ...basic, password: "lost" }, "Secret with name lost not found on the Source."],
    ["no key for the query", queryKey("lost"), "Secret with name lost not found on the Source."],
    [
      "a line break",
      { type: "bearerToken", bearerToken: "lines" },
      "Secret with name lines cannot be sent in a header",
    ],
    [
      "letters outside ASCII",
      { ...headerKey, apiKey: "letters" },
      "Secret with name letters cannot be sent in a header",
    ],
    [
      "no token of the user",
      { type: "oauth2" },
      "Resolved source credentials are not present on the Source.",
    ],
  ] satisfies [string, SourceDomain["auth"], string][])("%s", (_, auth, message) => {
    expect(() => authenticated(auth, undefined, {}, null)).toThrow(message);
    expect(() => authenticated(auth, undefined, {}, null)).not.toThrow(/hunter2|ключ/);
  });

  test("a token of the user that is none", () => {
    expect(() => authenticated({ type: "oauth2" }, undefined, {}, "hunter2\n")).toThrow(
      /^The access token cannot/,
    );
  });
});

test("a secret arrives as it is, or is refused", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (value) => {
      const source = sourceWith({ domains: [domain({ auth: headerKey })] });
      const request = { url: "https://api.example.com/", headers: new Headers() };
      try {
        expect(authenticate(source, request, () => value, null).headers.get("x-api-key")).toBe(value);
      } catch (error) {
        expect(error).toMatchObject({ name: "SourceError" });
      }
    }),
  );
});
