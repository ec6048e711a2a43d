import { describe, expect, test } from "vitest";
import { readProxyProperties } from "../../src/connections/proxy-properties.ts";
import { parseXml } from "../../src/documents/parse.ts";
import { Report } from "../../src/documents/report.ts";

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
    ([name, value]) => `<Property name="${name}">${value}</Property>\n`,
  );
  const report = new Report();
  const xml = parseXml(`<Properties>\n${all.join("")}</Properties>`, "default.xml", report);
  const meaning = readProxyProperties(xml ?? undefined, report);
  const problems = report.problems.map(({ severity, code, line }) => `${severity} ${code} ${line}`);
  return { meaning, problems };
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
  ["api.timeout", "0", "InvalidInteger"],
  ["api.timeout", "-5", "InvalidInteger"],
  ["api.timeout", "300001", "InvalidInteger"],
  ["api.timeout", "10s", "InvalidInteger"],
  ["api.timeout", "{timeout}", "InvalidInteger"],
  ["api.timeout", "1e3", "InvalidInteger"],
  ["request.streaming.enabled", "yes", "InvalidBoolean"],
  ["response.streaming.enabled", "1", "InvalidBoolean"],
  ["X-Forwarded-For", "on", "InvalidBoolean"],
  ["request.payload.parse.limit", "9M", "InvalidProperty"],
  ["request.payload.parse.limit", "31M", "InvalidProperty"],
  ["request.payload.parse.limit", "20", "InvalidProperty"],
  ["compression.algorithm", "br", "InvalidProperty"],
])("%s = %j means nothing: a warning, and its default counts", (name, value, code) => {
  expect(read({ [name]: value })).toEqual({ meaning: defaults, problems: [`warning ${code} 2`] });
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
    problems: ["warning PropertyWithoutEffect 2"],
  });
});

test("a name that nobody knows is a warning", () => {
  expect(read({ "api.time.out": "1" }).problems).toEqual(["warning UnknownProperty 2"]);
});

test("of a property that is set twice the last one counts, and a warning stands at it", () => {
  const report = new Report();
  const property = (value: number) => `<Property name="api.timeout">${value}</Property>\n`;
  const xml = parseXml(`<Properties>\n${property(1)}${property(2)}</Properties>`, "default.xml", report);
  expect(readProxyProperties(xml ?? undefined, report).apiTimeoutMs).toBe(2);
  expect(report.problems).toMatchObject([{ severity: "warning", code: "DuplicateProperty", line: 3 }]);
});
