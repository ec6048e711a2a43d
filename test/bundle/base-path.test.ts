import { describe, expect, test } from "vitest";
import { readBundle } from "../../src/bundle/read-bundle.ts";
import { Report } from "../../src/documents/report.ts";
import { problemsOf, proxyEndpoint, proxyFiles, read, readProxy } from "./files.ts";

function basePathOf(text: string): string | undefined {
  const files = { "apiproxy/proxies/default.xml": proxyEndpoint("", text) };
  return readProxy(files).proxyEndpoints[0]?.basePath;
}

test.each([
  ["/", "/"],
  ["/v1/orders", "/v1/orders"],
  [" /v1 ", "/v1"],
  ["/team/*/members", "/team/*/members"],
  ["/a;b/%C3%A4/c|d", "/a;b/%C3%A4/c|d"],
  ["/a//b", "/a//b"],
])("the base path %j is %j", (text, basePath) => {
  expect(basePathOf(text)).toBe(basePath);
});

describe("a base path without its leading slash is that path with one, with a warning", () => {
  test.each([
    ["orders", "/orders"],
    ["team/orders/v1", "/team/orders/v1"],
    ["team/*/members/", "/team/*/members/"],
  ])("%s", (text, basePath) => {
    const { bundle, problems } = read(
      proxyFiles({ "apiproxy/proxies/default.xml": proxyEndpoint("", text) }),
    );
    expect(bundle).toMatchObject({ proxyEndpoints: [{ basePath }] });
    expect(problems).toEqual(["warning BasePathWithoutSlash proxies/default.xml:1:52"]);
  });

  test("and is still told apart from others, and from the gateway's own", () => {
    const other = proxyEndpoint("", "v1").replace('name="default"', 'name="other"');
    const files = {
      "apiproxy/proxies/default.xml": proxyEndpoint("", "/v1"),
      "apiproxy/proxies/other.xml": other,
    };
    expect(problemsOf(files)).toContain("error BasePathDuplicate proxies/other.xml:1:1");
    expect(problemsOf({ "apiproxy/proxies/default.xml": proxyEndpoint("", "_sortie/x") })).toContain(
      "error BasePathReserved proxies/default.xml:1:52",
    );
  });
});

describe("a base path that is missing is /, with a warning where it belongs", () => {
  test.each([
    ["without an HTTPProxyConnection", "", "1:1"],
    ["without a BasePath", "<HTTPProxyConnection/>", "1:31"],
    ["with an empty one", "<HTTPProxyConnection><BasePath> </BasePath></HTTPProxyConnection>", "1:52"],
  ])("%s", (_, connection, place) => {
    const endpoint = `<ProxyEndpoint name="default">${connection}<RouteRule name="none"/></ProxyEndpoint>`;
    const { bundle, problems } = read(proxyFiles({ "apiproxy/proxies/default.xml": endpoint }));
    expect(bundle).toMatchObject({ proxyEndpoints: [{ basePath: "/" }] });
    expect(problems).toEqual([`warning BasePathMissing proxies/default.xml:${place}`]);
  });
});

describe("a base path of the gateway's own pages is refused", () => {
  test.each(["/_sortie", "/_sortie/", "/_sortie/health", "/_sortie/*/x"])("%s", (basePath) => {
    const problems = problemsOf({ "apiproxy/proxies/default.xml": proxyEndpoint("", basePath) });
    expect(problems).toEqual(["error BasePathReserved proxies/default.xml:1:52"]);
  });

  test.each(["/v1/_sortie", "/_sorties", "/_Sortie"])("but not %s", (basePath) => {
    expect(basePathOf(basePath)).toBe(basePath);
  });
});

describe("a base path that no request can have is warned of, with what arrives instead", () => {
  test.each([
    ["/a/../b", "/b"],
    ["/a/./b", "/a/b"],
    ["/a/%2E%2e/b", "/b"],
    ["/ä", "/%C3%A4"],
    ["/a\\b", "/a/b"],
    ["/{id}", "/%7Bid%7D"],
    ["/a b", "/a%20b"],
    ["/a?b=c", "/a"],
    ["/a#b", "/a"],
  ])("%s", (basePath, arriving) => {
    const report = new Report();
    readBundle(proxyFiles({ "apiproxy/proxies/default.xml": proxyEndpoint("", basePath) }), report);
    expect(report.problems).toMatchObject([
      { code: "BasePathUnreachable", severity: "warning", line: 1, column: 52, remedy: `Write ${arriving}.` },
    ]);
    expect(basePathOf(arriving)).toBe(arriving);
  });
});

describe("an invalid base path is BasePathInvalid", () => {
  test.each(["/*/orders", "/a/**/b", "/**"])("%s", (basePath) => {
    const problems = problemsOf({ "apiproxy/proxies/default.xml": proxyEndpoint("", basePath) });
    expect(problems).toEqual(["error BasePathInvalid proxies/default.xml:1:52"]);
  });
});

test("two proxy endpoints with the same base path are BasePathDuplicate", () => {
  const other = proxyEndpoint().replace('name="default"', 'name="other"');
  expect(problemsOf({ "apiproxy/proxies/other.xml": other })).toEqual([
    "error BasePathDuplicate proxies/other.xml:1:1",
  ]);
});
