import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { extendUrl, hostOf, splitQuery, uriOf } from "../../src/egress/url.ts";

describe("a URL with a path and a query behind its own", () => {
  test.each([
    ["http://h", "", "", "http://h"],
    ["http://h/", "", "", "http://h/"],
    ["http://h/api", "", "", "http://h/api"],
    ["http://h", "/v1", "", "http://h/v1"],
    ["http://h/", "/v1", "", "http://h/v1"],
    ["http://h/api", "/v1", "", "http://h/api/v1"],
    ["http://h/api/", "/v1/", "", "http://h/api/v1/"],
    ["http://h/api", "v1", "", "http://h/api/v1"],
    ["http://h", "v1", "", "http://h/v1"],
    ["http://h", ".evil.example", "", "http://h/.evil.example"],
    ["http://h", "@evil.example", "", "http://h/@evil.example"],
    ["http://h", ":8080", "", "http://h/:8080"],
    ["http://h/api", "/", "", "http://h/api/"],
    ["http://h/api", "", "a=1", "http://h/api?a=1"],
    ["http://h/api?x=1", "", "a=1", "http://h/api?x=1&a=1"],
    ["http://h/api?x=1", "/v1", "", "http://h/api/v1?x=1"],
    ["http://h/api?x=1", "/v1?y=2", "z=3", "http://h/api/v1?x=1&y=2&z=3"],
    ["http://h/api?", "/v1", "", "http://h/api/v1"],
    ["http://h/api#part", "/v1", "a=1", "http://h/api/v1?a=1"],
    ["http://h/api?q=a#part", "", "", "http://h/api?q=a"],
    ["http://h", "/a#b", "c=d", "http://h/a%23b?c=d"],
    ["http://h", "/a%2Fb/ü", "q=%20", "http://h/a%2Fb/ü?q=%20"],
    ["", "/v1", "", "/v1"],
    ["", "", "", ""],
  ])("%s and %s and %s is %s", (base, path, query, url) => {
    expect(extendUrl(base, path, query)).toBe(url);
  });

  test("never changes the host, whatever the path holds", () => {
    fc.assert(
      fc.property(fc.string(), fc.webQueryParameters(), (path, query) => {
        const url = URL.parse(extendUrl("http://api.example.com:8080/base", path, query));
        expect(url?.host).toBe("api.example.com:8080");
      }),
    );
  });
});

test.each([
  ["/a?b=c?d", ["/a", "b=c?d"]],
  ["/a", ["/a", ""]],
  ["?x", ["", "x"]],
])("%s splits at the first question mark", (uri, parts) => {
  expect(splitQuery(uri)).toEqual(parts);
});

test.each([
  ["http://h", "/", "h"],
  ["http://h/", "/", "h"],
  ["https://h:8443/a/b?c=d", "/a/b?c=d", "h"],
  ["https://h?c=d", "/?c=d", "h"],
  ["https://[2001:db8::1]:8443/a", "/a", "[2001:db8::1]"],
  ["https://[2001:db8::1]/a:b", "/a:b", "[2001:db8::1]"],
])("%s has the URI %s and the host %s", (url, uri, host) => {
  expect([uriOf(url), hostOf(url)]).toEqual([uri, host]);
});
