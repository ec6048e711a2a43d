import { describe, expect, test } from "vitest";
import { EgressError, type EgressErrorKind } from "../../../../src/egress/error.ts";
import { externalCallout } from "../../../../src/policies/callouts/external-callout/external-callout.ts";
import { loadPolicy } from "../../policy-kit.ts";
import { CalloutServer, failed, failureOf, partsFor, policy } from "./callout-kit.ts";

const connection = '<GrpcConnection><Server name="callout-server"/></GrpcConnection>';
const wrap = (inside: string) => `<ExternalCallout name="EC">${inside}</ExternalCallout>`;
const timeout = "<TimeoutMs>5000</TimeoutMs>";
const configured = (inside: string) =>
  wrap(`${connection}${timeout}<Configurations>${inside}</Configurations>`);
const authenticated = (inside: string) =>
  wrap(
    `<GrpcConnection><Server name="callout-server"/><Authentication>${inside}</Authentication></GrpcConnection>${timeout}`,
  );

describe("what is wrong with a policy is said at deployment", () => {
  test.each([
    [wrap(connection), "error TimeoutMsMissing", "<ExternalCallout"],
    [wrap(`${connection}<TimeoutMs/>`), "error TimeoutMsMissing", "<TimeoutMs"],
    [wrap(`${connection}<TimeoutMs>0</TimeoutMs>`), "error InvalidTimeoutValue", "<TimeoutMs"],
    [wrap(`${connection}<TimeoutMs>-5</TimeoutMs>`), "error InvalidTimeoutValue", "<TimeoutMs"],
    [wrap(`${connection}<TimeoutMs>soon</TimeoutMs>`), "error InvalidTimeoutValue", "<TimeoutMs"],
    [wrap(timeout), "error GrpcConnectionMissing", "<ExternalCallout"],
    [wrap(`<GrpcConnection/>${timeout}`), "error ServerNameMissing", "<GrpcConnection"],
    [wrap(`<GrpcConnection><Server/></GrpcConnection>${timeout}`), "error ServerNameMissing", "<Server"],
    [
      configured('<Property name="with.request.content">yes</Property>'),
      "warning InvalidBoolean",
      "<Property",
    ],
    [configured('<Property name="with.everything">true</Property>'), "warning UnknownProperty", "<Property"],
    [configured("<FlowVariable>{a.b}</FlowVariable>"), "warning InvalidFlowVariable", "<FlowVariable"],
    [configured("<FlowVariable/>"), "warning InvalidFlowVariable", "<FlowVariable"],
    [configured("<FlowVariable>a..b</FlowVariable>"), "warning InvalidFlowVariable", "<FlowVariable"],
    [wrap(`${connection}${timeout}<Unknown/>`), "warning UnknownElement", "<Unknown"],
    [
      authenticated("<GoogleAccessToken><Scopes><Scope>s</Scope></Scopes></GoogleAccessToken>"),
      "error TokenTypeNotSupported",
      "<GoogleAccessToken",
    ],
  ])("%s", (xml, problem, at) => {
    const { report } = loadPolicy(externalCallout, xml, partsFor(new CalloutServer()));
    expect(report.problems.map(({ severity, code, column }) => `${severity} ${code} ${column}`)).toEqual([
      `${problem} ${xml.indexOf(at) + 1}`,
    ]);
  });

  test.each([
    [{ name: "other" }, "error TargetServerMissing"],
    [{ protocol: "HTTP" }, "error TargetServerNotGrpc"],
    [{ protocol: "GRPC_TARGET" }, "error TargetServerNotGrpc"],
  ])("a target server with %j", (changes, problem) => {
    const { report } = loadPolicy(externalCallout, policy(), partsFor(new CalloutServer(), changes));
    expect(report.problems.map(({ severity, code }) => `${severity} ${code}`)).toEqual([problem]);
  });
});

test("everything that the reference documents is read without a problem", () => {
  const xml = `<ExternalCallout enabled="true" continueOnError="false" async="true" name="ExternalCallout-1">
    <DisplayName>External Callout 1</DisplayName>
    <TimeoutMs>5000</TimeoutMs>
    <GrpcConnection><Server name="callout-server"/></GrpcConnection>
    <Configurations>
      <Property name="with.request.content">true</Property>
      <Property name="with.request.headers">false</Property>
      <Property name="with.response.content">true</Property>
      <Property name="with.response.headers">false</Property>
      <FlowVariable>example1.flow.variable</FlowVariable>
      <FlowVariable>example2.flow.variable</FlowVariable>
    </Configurations>
  </ExternalCallout>`;
  const { report, reads } = loadPolicy(externalCallout, xml, partsFor(new CalloutServer()));
  expect(report.problems).toEqual([]);
  expect([...reads]).toEqual(["message"]);
});

describe("the body is buffered only when its content is sent", () => {
  test.each([
    ["request.content", ["request"]],
    ["response.content", ["response", "error"]],
    ["request.headers", []],
  ])("%s", (part, reads) => {
    const xml = policy(`<Property name="with.${part}">true</Property>`);
    expect([...loadPolicy(externalCallout, xml, partsFor(new CalloutServer())).reads]).toEqual(reads);
  });
});

describe("a call that the egress cannot make", () => {
  test.each<[EgressErrorKind, string]>([
    ["unreachable", failed("io.grpc.StatusRuntimeException: UNAVAILABLE: io exception")],
    ["refused", failed("io.grpc.StatusRuntimeException: UNAVAILABLE: io exception")],
    ["timeout", failed("io.grpc.StatusRuntimeException: DEADLINE_EXCEEDED: deadline exceeded after 5s")],
    ["tls", "500 GrpcTlsInitFailed: No TLS connection to the gRPC server"],
  ])("is a fault: %s", async (kind, fault) => {
    const broken = { fetch: () => Promise.reject(new EgressError(kind, "details for the log")) };
    expect(await failureOf(broken)).toBe(fault);
  });

  test("is a fault: a disabled target server, which is never called", async () => {
    const server = new CalloutServer();
    expect(await failureOf(server, "", undefined, partsFor(server, { isEnabled: false }))).toBe(
      failed("io.grpc.StatusRuntimeException: UNAVAILABLE: the target server callout-server is disabled"),
    );
    expect(server.asked).toEqual([]);
  });
});
