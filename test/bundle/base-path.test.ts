import { describe, expect, test } from "vitest";
import { problemsOf, proxyEndpoint, readProxy } from "./files.ts";

function basePathOf(text: string): string | undefined {
  const files = { "apiproxy/proxies/default.xml": proxyEndpoint("", text) };
  return readProxy(files).proxyEndpoints[0]?.basePath;
}

test.each([
  ["/", "/"],
  ["/v1/orders", "/v1/orders"],
  [" /v1 ", "/v1"],
  ["/team/*/members", "/team/*/members"],
  ["", "/"],
])("the base path %j is %j", (text, basePath) => {
  expect(basePathOf(text)).toBe(basePath);
});

test("without an HTTPProxyConnection the base path is /", () => {
  const endpoint = '<ProxyEndpoint name="default"><RouteRule name="none"/></ProxyEndpoint>';
  expect(readProxy({ "apiproxy/proxies/default.xml": endpoint }).proxyEndpoints[0]?.basePath).toBe("/");
});

describe("an invalid base path is BasePathInvalid", () => {
  test.each(["orders", "/*/orders", "/a/**/b", "/**", "/a//b", "/a b", "/a?b=c", "/a#b"])(
    "%s",
    (basePath) => {
      const problems = problemsOf({ "apiproxy/proxies/default.xml": proxyEndpoint("", basePath) });
      expect(problems).toEqual(["error BasePathInvalid proxies/default.xml:1:52"]);
    },
  );
});

test("two proxy endpoints with the same base path are BasePathDuplicate", () => {
  const other = proxyEndpoint().replace('name="default"', 'name="other"');
  expect(problemsOf({ "apiproxy/proxies/other.xml": other })).toEqual([
    "error BasePathDuplicate proxies/other.xml:1:1",
  ]);
});
