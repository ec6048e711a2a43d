import { describe, expect, test } from "vitest";
import {
  fixedOrigin,
  isSuccess,
  readHttpTargetConnection,
  readLocalTargetConnection,
} from "../../src/connections/connection.ts";
import { readTargetProperties } from "../../src/connections/target-properties.ts";
import { Report } from "../../src/documents/report.ts";
import { parse } from "../documents/document.ts";

/** An HTTPTargetConnection and its problems as `severity code line:column`. */
function readHttp(content: string) {
  const xml = parse(`<HTTPTargetConnection>${content}</HTTPTargetConnection>`);
  const report = new Report();
  const connection = readHttpTargetConnection(xml, report);
  xml.reportUnknown(report);
  const problems = report.problems.map(
    ({ severity, code, line, column }) => `${severity} ${code} ${line}:${column}`,
  );
  return { connection, problems };
}

/** The codes of the problems of a connection to a URL with more elements. */
const problemsOf = (content: string, url = "https://api.example.com") =>
  readHttp(`<URL>${url}</URL>${content}`).problems.map((problem) => problem.split(" ").slice(0, 2).join(" "));

const defaults = {
  compression: null,
  ioTimeoutMs: 55_000,
  successCodes: null,
  requestStreaming: false,
  responseStreaming: false,
  responseBodyLimit: 10 * 1024 * 1024,
  retainRequestHeaders: true,
  retainedRequestHeaders: [],
  retainResponseHeaders: true,
  retainedResponseHeaders: [],
  retainQueryParameters: true,
  retainedQueryParameters: [],
};

describe("the URL", () => {
  test("alone is a connection", () => {
    expect(readHttp("<URL> https://api.example.com/v1?a=b </URL>")).toEqual({
      connection: {
        url: "https://api.example.com/v1?a=b",
        source: null,
        path: null,
        loadBalancer: null,
        sslInfo: null,
        authentication: null,
        properties: defaults,
      },
      problems: [],
    });
  });

  test.each([
    "http://api.example.com",
    "https://{host}/{path}",
    "{protocol:https}://{site:example.com}/path",
    "{propertyset.settings.url}",
    "http{secure}://api.example.com",
    "https://iam.example.com/v1/{sa}:generateIdToken",
  ])("may be %s", (url) => {
    const { connection, problems } = readHttp(`<URL>${url}</URL>`);
    expect([connection.url, problems]).toEqual([url, []]);
  });

  test.each([
    "ftp://api.example.com",
    "ftp://{host}/",
    "api.example.com",
    "/path",
    "http://",
    "https:///x",
    "http://a b/",
  ])("is not %s: a warning, because a flow may set another", (url) => {
    expect(readHttp(`<URL>${url}</URL>`).problems).toEqual(["warning InvalidURL 1:23"]);
  });

  test("is missing without a load balancer, absent or empty: a warning as well", () => {
    expect(readHttp("").problems).toEqual(["warning URLMissing 1:1"]);
    expect(readHttp("<URL> </URL>").problems).toEqual(["warning URLMissing 1:23"]);
  });

  test("has no effect on a Path beside it", () => {
    const { connection, problems } = readHttp("<URL>https://api.example.com</URL><Path>/x</Path>");
    expect([connection.path, problems]).toEqual([null, ["warning PathWithoutEffect 1:57"]]);
  });

  test.each([
    ["https://api.example.com/{id}", "https://api.example.com"],
    ["https://api.example.com:8443?q={q}", "https://api.example.com:8443"],
    ["HTTP://api.example.com", "HTTP://api.example.com"],
    ["https://{host}/x", null],
    ["https://api.{domain}/x", null],
    ["https://api.example.com{suffix}", null],
    ["{scheme}://api.example.com/", null],
    ["api.example.com", null],
  ])("%s has the fixed origin %s", (url, origin) => {
    expect(fixedOrigin(url)).toBe(origin);
  });
});

describe("LoadBalancer", () => {
  const server = { weight: 1, isEnabled: true, isFallback: false };

  test("has the documented defaults", () => {
    const { connection, problems } = readHttp('<LoadBalancer><Server name="a"/></LoadBalancer>');
    expect(problems).toEqual([]);
    expect(connection).toMatchObject({ url: null, path: null });
    expect(connection.loadBalancer).toMatchObject({
      algorithm: "RoundRobin",
      servers: [{ name: "a", ...server }],
      maxFailures: 0,
      retryEnabled: true,
      unhealthyCodes: [],
      disableMs: 300_000,
    });
  });

  test("reads all its elements", () => {
    const { connection, problems } = readHttp(`<LoadBalancer>
      <Algorithm>Weighted</Algorithm>
      <Server name="a"><Weight>1</Weight></Server>
      <Server name="b"><Weight>2</Weight><IsEnabled>false</IsEnabled></Server>
      <Server name="c"><IsFallback>true</IsFallback></Server>
      <MaxFailures>5</MaxFailures>
      <RetryEnabled>false</RetryEnabled>
      <ServerUnhealthyResponse><ResponseCode>500</ResponseCode><ResponseCode>503</ResponseCode></ServerUnhealthyResponse>
      <TargetDisableSecs>30</TargetDisableSecs>
    </LoadBalancer><Path>/v1/{id}</Path>`);
    expect(problems).toEqual([]);
    expect(connection.path).toBe("/v1/{id}");
    expect(connection.loadBalancer).toMatchObject({
      algorithm: "Weighted",
      servers: [
        { ...server, name: "a" },
        { ...server, name: "b", weight: 2, isEnabled: false },
        { ...server, name: "c", isFallback: true },
      ],
      maxFailures: 5,
      retryEnabled: false,
      unhealthyCodes: [500, 503],
      disableMs: 30_000,
    });
  });

  test.each([
    ["<LoadBalancer/>", "error LoadBalancerServerMissing 1:23"],
    ["<LoadBalancer><Server/></LoadBalancer>", "error ServerNameMissing 1:37"],
    [
      '<LoadBalancer><Server name="a"><Weight>0</Weight></Server></LoadBalancer>',
      "warning InvalidInteger 1:54",
    ],
    [
      '<LoadBalancer><Algorithm>Random</Algorithm><Server name="a"/></LoadBalancer>',
      "warning InvalidValue 1:37",
    ],
    [
      '<LoadBalancer><Server name="a"><IsFallback>true</IsFallback></Server><Server name="b"><IsFallback>true</IsFallback></Server></LoadBalancer>',
      "warning MultipleFallbackServers 1:92",
    ],
    [
      '<URL>http://a.example</URL><LoadBalancer><Server name="a"/></LoadBalancer>',
      "warning URLAndLoadBalancer 1:23",
    ],
  ])("%s is reported: %s", (content, problem) => {
    expect(readHttp(content).problems).toEqual([problem]);
  });
});

describe("SSLInfo", () => {
  const ssl = (content: string) => `<SSLInfo><Enabled>true</Enabled>${content}</SSLInfo>`;

  test("that asks for what Workers do anyway is fine", () => {
    const content =
      "<Enforce>true</Enforce><IgnoreValidationErrors>false</IgnoreValidationErrors><ClientAuthEnabled>false</ClientAuthEnabled><KeyStore>ref://k</KeyStore><KeyAlias>a</KeyAlias>";
    expect(problemsOf(ssl(content))).toEqual([]);
  });

  test.each([
    [
      "<ClientAuthEnabled>true</ClientAuthEnabled><KeyStore>k</KeyStore>",
      "error ClientCertificateNotSupported",
    ],
    ["<TrustStore>ref://trust</TrustStore>", "error TrustStoreNotSupported"],
    ["<CRLStore>ref://crl</CRLStore>", "error CRLStoreNotSupported"],
    ["<IgnoreValidationErrors>true</IgnoreValidationErrors>", "warning IgnoreValidationErrorsNotSupported"],
    ['<CommonName wildcardMatch="true">*.example.com</CommonName>', "warning CommonNameNotSupported"],
    ["<Ciphers><Cipher>TLS_RSA_WITH_AES_128_CBC_SHA</Cipher></Ciphers>", "warning CiphersNotSupported"],
    ["<Protocols><Protocol>TLSv1.2</Protocol></Protocols>", "warning ProtocolsNotSupported"],
    ["<ClientAuthEnabled>{flow.var}</ClientAuthEnabled>", "error InvalidBoolean"],
    ["<Enforce>maybe</Enforce>", "error InvalidBoolean"],
    ["<IgnoreValidationErrors>maybe</IgnoreValidationErrors>", "warning InvalidBoolean"],
    ["<Enforced>true</Enforced>", "warning UnknownElement"],
  ])("%s: %s", (content, problem) => {
    expect(problemsOf(ssl(content))).toEqual([problem]);
    expect(problemsOf(ssl(content), "{url}")).toEqual([problem]);
  });

  test("does not matter for a URL that never goes over TLS", () => {
    expect(problemsOf(ssl("<TrustStore>ref://trust</TrustStore>"), "http://api.example.com")).toEqual([]);
  });

  test("matters for an https URL although Enabled is false, because the scheme decides", () => {
    expect(problemsOf("<SSLInfo><TrustStore>t</TrustStore></SSLInfo>")).toEqual([
      "error TrustStoreNotSupported",
    ]);
  });

  test.each([
    [true, ["error TrustStoreNotSupported 2:10"]],
    [false, []],
  ])("with a load balancer matters only when Enabled is %s", (enabled, problems) => {
    const content = `<LoadBalancer><Server name="a"/></LoadBalancer>\n<SSLInfo><TrustStore>t</TrustStore><Enabled>${enabled}</Enabled></SSLInfo>`;
    expect(readHttp(content).problems).toEqual(problems);
  });
});

describe("Properties", () => {
  const property = (name: string, value: string) => `<Property name="${name}">${value}</Property>`;
  const read = (...properties: string[]) =>
    readHttp(`<URL>https://api.example.com</URL>\n<Properties>${properties.join("")}</Properties>`);

  test.each([
    ["io.timeout.millis", "30000", { ioTimeoutMs: 30_000 }],
    ["success.codes", "1xx, 2XX,3xx,\n400", { successCodes: { classes: [1, 2, 3], codes: [400] } }],
    ["success.codes", "", {}],
    ["compression.algorithm", "GZIP", { compression: "gzip" }],
    ["compression.algorithm", "deflate", { compression: "deflate" }],
    ["compression.algorithm", "none", { compression: "none" }],
    ["request.streaming.enabled", "TRUE", { requestStreaming: true }],
    ["response.streaming.enabled", "true", { responseStreaming: true }],
    ["response.payload.parse.limit", "15M", { responseBodyLimit: 15 * 1024 * 1024 }],
    ["request.retain.headers.enabled", "false", { retainRequestHeaders: false }],
    [
      "request.retain.headers",
      "\n User-Agent, Referer,\n",
      { retainRequestHeaders: false, retainedRequestHeaders: ["User-Agent", "Referer"] },
    ],
    ["response.retain.headers.enabled", "false", { retainResponseHeaders: false }],
    ["response.retain.headers", "ETag", { retainResponseHeaders: false, retainedResponseHeaders: ["ETag"] }],
    ["retain.queryparams.enabled", "false", { retainQueryParameters: false }],
    ["retain.queryparams", "a,b", { retainQueryParameters: false, retainedQueryParameters: ["a", "b"] }],
  ])("%s = %j", (name, value, expected) => {
    const { connection, problems } = read(property(name, value));
    expect([connection.properties, problems]).toEqual([{ ...defaults, ...expected }, []]);
  });

  test.each([
    ["io.timeout.millis", "0", "InvalidInteger"],
    ["io.timeout.millis", "{timeout}", "InvalidInteger"],
    ["success.codes", "2xx;3xx", "InvalidProperty"],
    ["success.codes", "6xx", "InvalidProperty"],
    ["success.codes", "2xx,,3xx", "InvalidProperty"],
    ["compression.algorithm", "br", "InvalidProperty"],
    ["request.streaming.enabled", "yes", "InvalidBoolean"],
    ["response.payload.parse.limit", "31M", "InvalidProperty"],
    ["response.payload.parse.limit", "9M", "InvalidProperty"],
    ["response.payload.parse.limit", "lots", "InvalidProperty"],
    ["", "x", "InvalidProperty"],
  ])("%s = %j means nothing: a warning, and its default counts", (name, value, code) => {
    const { connection, problems } = read(property(name, value));
    expect([connection.properties, problems]).toEqual([defaults, [`warning ${code} 2:13`]]);
  });

  test.each([
    "request.retain.headers.enabled",
    "response.retain.headers.enabled",
    "retain.queryparams.enabled",
  ])("%s that means nothing is an error, because its default passes everything on", (name) => {
    expect(read(property(name, "none")).problems).toEqual(["error InvalidBoolean 2:13"]);
  });

  test.each([
    ["allow.http10", "false"],
    ["allow.post.without.content.length", "true"],
    ["allow.put.without.content.length", "true"],
    ["allow.tls.session.resumption", "false"],
    ["connect.timeout.millis", "3000"],
    ["ignore.allow.header.for.405", "false"],
    ["keepalive.timeout.millis", "60000"],
    ["supports.http10", "true"],
    ["supports.http11", "true"],
    ["use.proxy", "true"],
    ["use.proxy.host.header.with.target.uri", "true"],
    ["use.proxy.tunneling", "true"],
  ])("%s has no effect on Workers, and a warning says so", (name, value) => {
    const { connection, problems } = read(property(name, value));
    expect([connection.properties, problems]).toEqual([defaults, ["warning PropertyWithoutEffect 2:13"]]);
    expect(read(property(name, "nonsense")).problems).toEqual(problems);
    expect(read(property(name, "0")).problems).toEqual(problems);
  });

  test("a name that nobody knows, or one that is there twice, is a warning", () => {
    expect(read(property("io.timeout", "1")).problems).toEqual(["warning UnknownProperty 2:13"]);
    const report = new Report();
    readTargetProperties(parse('<Properties><Property name="io.timeout">1</Property></Properties>'), report);
    expect(report.problems[0]?.remedy).toMatch(/^Did you mean io\.timeout\.millis\? Otherwise remove it/);
    const { connection, problems } = read(
      property("io.timeout.millis", "1"),
      property("io.timeout.millis", "2"),
    );
    expect(connection.properties.ioTimeoutMs).toBe(2);
    expect(problems).toEqual(["warning DuplicateProperty 2:60"]);
  });
});

describe("success.codes", () => {
  test.each([
    [null, [200, 302, 399], [400, 404, 500, 503]],
    [{ classes: [1, 2, 3], codes: [400] }, [100, 200, 302, 400], [401, 500]],
    [{ classes: [], codes: [400] }, [400], [200, 401]],
  ])("%j", (codes, successes, failures) => {
    expect(successes.every((status) => isSuccess(status, codes))).toBe(true);
    expect(failures.some((status) => isSuccess(status, codes))).toBe(false);
  });
});

describe("what this version does not support is said by name", () => {
  test("HealthMonitor, unless it is off", () => {
    const monitor = (enabled: boolean) =>
      `<HealthMonitor><IsEnabled>${enabled}</IsEnabled><IntervalInSec>5</IntervalInSec></HealthMonitor>`;
    expect(problemsOf(monitor(true))).toEqual(["warning HealthMonitorNotSupported"]);
    expect(problemsOf(monitor(false))).toEqual([]);
  });
});

describe("LocalTargetConnection", () => {
  const readLocal = (content: string) => {
    const xml = parse(`<LocalTargetConnection>${content}</LocalTargetConnection>`);
    const report = new Report();
    const connection = readLocalTargetConnection(xml, report);
    xml.reportUnknown(report);
    return { connection, problems: report.problems.map(({ severity, code }) => `${severity} ${code}`) };
  };

  test.each([
    ["<APIProxy>p</APIProxy>", { proxy: "p", endpoint: null, path: null }],
    [
      "<APIProxy>{p}</APIProxy><ProxyEndpoint>{e:default}</ProxyEndpoint>",
      { proxy: "{p}", endpoint: "{e:default}", path: null },
    ],
    ["<Path> /v1/{id} </Path>", { proxy: null, endpoint: null, path: "/v1/{id}" }],
  ])("%s", (content, connection) => {
    expect(readLocal(content)).toMatchObject({ connection, problems: [] });
  });

  test.each([
    ["", "error ConnectionInfoMissing"],
    ["<APIProxy/>", "error ConnectionInfoMissing"],
    ["<ProxyEndpoint>e</ProxyEndpoint>", "error ConnectionInfoMissing"],
    ["<APIProxy>p</APIProxy><Path>/x</Path>", "warning ConnectionInfoAmbiguous"],
    ["<ProxyEndpoint>e</ProxyEndpoint><Path>/x</Path>", "warning ConnectionInfoAmbiguous"],
    ["<APIProxy>p</APIProxy><URL>x</URL>", "warning UnknownElement"],
  ])("%s is reported: %s", (content, problem) => {
    expect(readLocal(content).problems).toEqual([problem]);
  });
});
