import { describe, expect, test } from "vitest";
import { readBundle } from "../../src/bundle/bundle.ts";
import { readProxyProperties } from "../../src/compile/proxy-properties.ts";
import { Report } from "../../src/documents/report.ts";
import { proxyFiles } from "../bundle/files.ts";

const defaults = {
  apiTimeoutMs: 300_000,
  requestStreaming: false,
  responseStreaming: false,
  xForwardedFor: false,
  requestBodyLimit: 10 * 1024 * 1024,
  compression: null,
  ignoreContentTypeCharset: false,
};

/** What the properties of a proxy endpoint mean, and its problems as `severity code line`. */
function read(properties: Readonly<Record<string, string>>) {
  const all = Object.entries(properties).map(
    ([name, value]) => `<Property name="${name}">${value}</Property>`,
  );
  const files = proxyFiles({
    "apiproxy/proxies/default.xml": `<ProxyEndpoint name="default">
<HTTPProxyConnection><BasePath>/orders</BasePath>
<Properties>${all.join("")}</Properties></HTTPProxyConnection><RouteRule name="default"/></ProxyEndpoint>`,
  });
  const bundle = readBundle(files, new Report());
  const [endpoint] = bundle?.kind === "apiproxy" ? bundle.proxyEndpoints : [];
  if (endpoint === undefined) throw new Error("the bundle has no endpoint");
  const report = new Report();
  const meaning = readProxyProperties(endpoint, report);
  return { meaning, problems: report.problems.map(({ severity, code }) => `${severity} ${code}`) };
}

test("without properties all have their defaults", () => {
  expect(read({})).toEqual({ meaning: defaults, problems: [] });
});

test.each([
  ["api.timeout", "1", { apiTimeoutMs: 1 }],
  ["api.timeout", "180000", { apiTimeoutMs: 180_000 }],
  ["request.streaming.enabled", "true", { requestStreaming: true }],
  ["response.streaming.enabled", "TRUE", { responseStreaming: true }],
  ["X-Forwarded-For", "true", { xForwardedFor: true }],
  ["request.payload.parse.limit", "15M", { requestBodyLimit: 15 * 1024 * 1024 }],
  ["request.payload.parse.limit", "30m", { requestBodyLimit: 30 * 1024 * 1024 }],
  ["compression.algorithm", "gzip", { compression: "gzip" }],
  ["compression.algorithm", "Deflate", { compression: "deflate" }],
  ["compression.algorithm", "none", { compression: "none" }],
  ["request.queryparams.ignore.content.type.charset", "true", { ignoreContentTypeCharset: true }],
])("%s = %j", (name, value, expected) => {
  expect(read({ [name]: value })).toEqual({ meaning: { ...defaults, ...expected }, problems: [] });
});

describe("an empty value leaves the default", () => {
  test.each([
    "api.timeout",
    "request.streaming.enabled",
    "request.payload.parse.limit",
    "compression.algorithm",
  ])("%s", (name) => {
    expect(read({ [name]: "" })).toEqual({ meaning: defaults, problems: [] });
  });
});

test.each([
  ["api.timeout", "0"],
  ["api.timeout", "-5"],
  ["api.timeout", "300001"],
  ["api.timeout", "10s"],
  ["api.timeout", "{timeout}"],
  ["api.timeout", "1e3"],
  ["request.streaming.enabled", "yes"],
  ["response.streaming.enabled", "1"],
  ["X-Forwarded-For", "on"],
  ["request.payload.parse.limit", "9M"],
  ["request.payload.parse.limit", "31M"],
  ["request.payload.parse.limit", "20"],
  ["compression.algorithm", "br"],
])("%s = %j means nothing: a warning, and its default counts", (name, value) => {
  expect(read({ [name]: value }).problems).toEqual(["warning InvalidProperty"]);
});

test.each([
  "allow.http10",
  "enable.method.override",
  "GET.override.method",
  "HTTPHeader.allowDuplicates",
  "HTTPHeader.multiValued",
])("%s has no effect on Workers, and a warning says so", (name) => {
  expect(read({ [name]: "true" })).toEqual({
    meaning: defaults,
    problems: ["warning PropertyWithoutEffect"],
  });
});

test("a name that nobody knows is a warning", () => {
  expect(read({ "api.time.out": "1" }).problems).toEqual(["warning UnknownProperty"]);
});
