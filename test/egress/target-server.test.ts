import fc from "fast-check";
import { expect, test } from "vitest";
import { baseUrl, readTargetServer, readTargetServers } from "../../src/egress/target-server.ts";

const minimal = { name: "backend", host: "api.example.com", port: 443 };

/** Problems as `severity code field`. */
const brief = (json: unknown) =>
  readTargetServer(json).problems.map(({ severity, code, field }) => `${severity} ${code} ${field}`);

test("a target server needs name, host and port", () => {
  expect(readTargetServer(minimal)).toEqual({
    server: { ...minimal, protocol: "HTTP", grpcTransport: "grpc-web", isEnabled: true, sslInfo: null },
    problems: [],
  });
  expect(readTargetServer({ ...minimal, port: undefined }).problems).toEqual([
    {
      severity: "error",
      code: "InvalidTargetServer",
      field: "port",
      message: 'The field "port" of a target server is missing.',
      remedy: "Write a port from 1 to 65535.",
    },
  ]);
  expect(brief({})).toEqual([
    "error InvalidTargetServer name",
    "error InvalidTargetServer host",
    "error InvalidTargetServer port",
  ]);
});

test("a field that is missing because its name is misspelt is told with that name", () => {
  const { problems } = readTargetServer({ name: "backend", hst: "api.example.com", port: 443 });
  expect(problems.map(({ code, field, remedy }) => `${code} ${field}: ${remedy}`)).toEqual([
    "UnknownField hst: Did you mean host? Otherwise take it out.",
    'InvalidTargetServer host: Add "host".',
  ]);
});

test("booleans and the port may be strings, as in Apigee's exports", () => {
  const sSLInfo = {
    enabled: "true",
    enforce: "false",
    clientAuthEnabled: "false",
    ignoreValidationErrors: "false",
  };
  const { server, problems } = readTargetServer({ ...minimal, port: "8443", isEnabled: "FALSE", sSLInfo });
  expect(problems).toEqual([]);
  expect(server).toMatchObject({ port: 8443, isEnabled: false, sslInfo: { enabled: true, enforce: false } });
});

test.each(["HTTP", "GRPC_TARGET", "GRPC"])("the protocol may be %s", (protocol) => {
  expect(readTargetServer({ ...minimal, protocol }).server?.protocol).toBe(protocol);
});

test.each(["grpc-web", "connect"])("a gRPC server may be called by %s", (grpcTransport) => {
  const { server, problems } = readTargetServer({ ...minimal, protocol: "GRPC", grpcTransport });
  expect(problems).toEqual([]);
  expect(server?.grpcTransport).toBe(grpcTransport);
});

test.each([
  [{ ...minimal, grpcTransport: "http2" }, "error InvalidTargetServer grpcTransport"],
  [{ ...minimal, host: "https://api.example.com" }, "error InvalidTargetServer host"],
  [{ ...minimal, host: "api.example.com/path" }, "error InvalidTargetServer host"],
  [{ ...minimal, host: "a b" }, "error InvalidTargetServer host"],
  [{ ...minimal, host: "" }, "error InvalidTargetServer host"],
  [{ ...minimal, port: 0 }, "error InvalidTargetServer port"],
  [{ ...minimal, port: 65536 }, "error InvalidTargetServer port"],
  [{ ...minimal, port: "https" }, "error InvalidTargetServer port"],
  [{ ...minimal, protocol: "SOAP" }, "error InvalidTargetServer protocol"],
  [{ ...minimal, isEnabled: "yes" }, "error InvalidTargetServer isEnabled"],
  [{ ...minimal, sSLInfo: "on" }, "error InvalidTargetServer sSLInfo"],
  [{ ...minimal, sSLInfo: { ciphers: "all" } }, "error InvalidTargetServer sSLInfo.ciphers"],
  [{ ...minimal, colour: "red" }, "warning UnknownField colour"],
  [{ ...minimal, sSLInfo: { enabled: true, colour: "red" } }, "warning UnknownField sSLInfo.colour"],
  [{ ...minimal, sSLInfo: { commonName: 5 } }, "error InvalidTargetServer sSLInfo.commonName"],
  [null, "error InvalidTargetServer "],
  [[], "error InvalidTargetServer name"],
])("%j has a problem: %s", (json, problem) => {
  expect(brief(json)).toContain(problem);
});

test("what Workers cannot do over TLS is named, and only when TLS is on", () => {
  const sSLInfo = {
    enabled: true,
    clientAuthEnabled: true,
    keyStore: "ref://keys",
    keyAlias: "key",
    trustStore: "ref://trust",
    ignoreValidationErrors: true,
    ciphers: ["TLS_RSA_WITH_AES_128_CBC_SHA"],
    protocols: ["TLSv1.2"],
    commonName: { value: "backend.internal", wildcardMatch: false },
  };
  expect(brief({ ...minimal, sSLInfo })).toEqual([
    "error ClientCertificateNotSupported sSLInfo.clientAuthEnabled",
    "error TrustStoreNotSupported sSLInfo.trustStore",
    "warning IgnoreValidationErrorsNotSupported sSLInfo.ignoreValidationErrors",
    "warning CommonNameNotSupported sSLInfo.commonName",
    "warning CiphersNotSupported sSLInfo.ciphers",
    "warning ProtocolsNotSupported sSLInfo.protocols",
  ]);
  expect(brief({ ...minimal, sSLInfo: { ...sSLInfo, enabled: false } })).toEqual([]);
});

test("any JSON value is read without a crash", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.jsonValue(), fc.record({ sSLInfo: fc.jsonValue(), port: fc.jsonValue() })),
      (json) => {
        expect(readTargetServer(json).server).toBeNull();
      },
    ),
  );
});

test("the target server's own TLS settings win over the endpoint's", () => {
  const read = (json: unknown) => {
    const { server } = readTargetServer(json);
    if (server === null) throw new Error("not a target server");
    return server;
  };
  const tls = read({ ...minimal, sSLInfo: { enabled: true } });
  const plain = read({ ...minimal, port: 80, sSLInfo: { enabled: false } });
  const silent = read(minimal);
  expect(baseUrl(tls)).toBe("https://api.example.com:443");
  expect(baseUrl(tls, plain.sslInfo)).toBe("https://api.example.com:443");
  expect(baseUrl(plain, tls.sslInfo)).toBe("http://api.example.com:80");
  expect(baseUrl(silent, tls.sslInfo)).toBe("https://api.example.com:443");
  expect(baseUrl(silent)).toBe("http://api.example.com:443");
  expect(baseUrl(read({ ...minimal, host: "[::1]" }))).toBe("http://[::1]:443");
});

test("the target servers of an environment are found by name, those that can be used", () => {
  expect(readTargetServers([minimal, { ...minimal, name: "other" }]).get("other")?.port).toBe(443);
  expect(readTargetServers([{ ...minimal, port: "x" }]).size).toBe(0);
});
