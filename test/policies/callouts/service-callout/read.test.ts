import { describe, expect, test } from "vitest";
import { serviceCallout } from "../../../../src/policies/callouts/service-callout/service-callout.ts";
import { loadPolicy } from "../../policy-kit.ts";
import { egressThrough, targetServer } from "./callout-kit.ts";

const url = "<HTTPTargetConnection><URL>http://api.example/</URL></HTTPTargetConnection>";
const balanced = (servers: string) =>
  `<HTTPTargetConnection>\n<LoadBalancer>\n${servers}</LoadBalancer></HTTPTargetConnection>`;
const withRequest = (inside: string) =>
  `<ServiceCallout name="SC"><Request>\n${inside}</Request>${url}</ServiceCallout>`;

function problemsOf(xml: string): string[] {
  const { problems } = loadPolicy(serviceCallout, xml, { egress: egressThrough() }).report;
  return problems.map(({ severity, code, line, column }) => `${severity} ${code} ${line}:${column}`);
}

test("what else is wrong with a connection without a URL is said as well", () => {
  const xml = `<ServiceCallout name="SC"><HTTPTargetConnection>
    <Properties><Property name="success.codes">many</Property></Properties></HTTPTargetConnection></ServiceCallout>`;
  expect(problemsOf(xml)).toEqual(["error URLMissing 1:27", "warning InvalidProperty 2:17"]);
});

describe("a deployment is refused", () => {
  test.each([
    [
      "without a connection",
      '<ServiceCallout name="SC"/>',
      "ConnectionInfoMissing 1:1",
      "Connection information is missing in Step SC",
    ],
    [
      "with two connections",
      `<ServiceCallout name="SC">${url}\n<LocalTargetConnection><Path>/x</Path></LocalTargetConnection></ServiceCallout>`,
      "ConnectionInfoAmbiguous 2:1",
      "There are both <HTTPTargetConnection> and <LocalTargetConnection>.",
    ],
    [
      "without a URL",
      '<ServiceCallout name="SC">\n<HTTPTargetConnection><Properties/></HTTPTargetConnection></ServiceCallout>',
      "URLMissing 2:1",
      "URL is missing in Step SC",
    ],
    [
      "with an empty URL",
      '<ServiceCallout name="SC"><HTTPTargetConnection>\n<URL> </URL></HTTPTargetConnection></ServiceCallout>',
      "URLMissing 2:1",
      "URL is missing in Step SC",
    ],
    [
      "with a local connection that names nothing",
      '<ServiceCallout name="SC">\n<LocalTargetConnection/></ServiceCallout>',
      "ConnectionInfoMissing 2:1",
      "The proxy to call is missing.",
    ],
    ...["0", "-1", "1.5", "{timeout}", "55s", "99999999999"].map((timeout) => [
      `with the timeout ${timeout}`,
      `<ServiceCallout name="SC">\n<Timeout>${timeout}</Timeout>${url}</ServiceCallout>`,
      "InvalidTimeoutValue 2:1",
      `Invalid Timeout value ${timeout}`,
    ]),
    [
      "with a target server that does not exist",
      `<ServiceCallout name="SC">${balanced('<Server name="a"/>\n<Server name="b"/>')}</ServiceCallout>`,
      "TargetServerMissing 4:1",
      "There is no target server b in the environment test.",
    ],
    [
      "with a message template that is not valid",
      withRequest("<Set><Path>/{substring(a}</Path></Set>"),
      "InvalidTemplate 2:6",
      'The message template "/{substring(a}" is not valid',
    ],
  ])("%s", (_, xml, problem, message) => {
    const a = targetServer("a", "http://api.example:8080");
    const { report, step } = loadPolicy(serviceCallout, xml, {
      targetServers: new Map([["a", a]]),
    });
    expect(report.problems.map(({ code, line, column }) => `${code} ${line}:${column}`)).toEqual([problem]);
    expect(report.problems[0]).toMatchObject({
      severity: "error",
      policy: "SC",
      message: expect.stringContaining(message),
    });
    expect(step).toBeNull();
  });

  test("with advice that names both ways to add a target server", () => {
    const xml = `<ServiceCallout name="SC">${balanced('<Server name="stock"/>')}</ServiceCallout>`;
    expect(loadPolicy(serviceCallout, xml).report.problems[0]?.remedy).toBe(
      "Add it to environments/test/targetservers.json, or give sortie dev --target-server stock=URL.",
    );
  });
});

describe("a deployment is warned", () => {
  test.each([
    ["GET", "<Payload>x</Payload>"],
    ["head", "<Payload>{content}</Payload>"],
    ["GET", '<FormParams><FormParam name="a">1</FormParam></FormParams>'],
  ])("of a %s with %s", (verb, payload) => {
    const xml = withRequest(`<Set><Verb>${verb}</Verb>${payload}</Set>`);
    expect(problemsOf(xml)).toEqual(["warning PayloadWithGet 1:27"]);
  });

  test.each([
    "<Set><Verb>POST</Verb><Payload>x</Payload></Set>",
    "<Set><Verb>GET</Verb><Payload> </Payload></Set>",
    "<Set><Verb>{request.verb}</Verb><Payload>x</Payload></Set>",
    "<Set><Verb>GET</Verb><Payload>x</Payload></Set><Set><Verb>PUT</Verb></Set>",
    "<Set><Payload>x</Payload></Set>",
  ])("but not of %s", (edits) => {
    expect(problemsOf(withRequest(edits))).toEqual([]);
  });

  test("that a Host header is not sent", () => {
    const xml = withRequest('<Add><Headers><Header name="host">x.example</Header></Headers></Add>');
    expect(problemsOf(xml)).toEqual(["warning HostHeaderNotSent 1:27"]);
  });

  test("of a <Response> without a name, which is the same as none", () => {
    const xml = `<ServiceCallout name="SC">\n<Response/>${url}</ServiceCallout>`;
    expect(problemsOf(xml)).toEqual(["warning ResponseVariableMissing 2:1"]);
  });

  test.each([
    "request.streaming.enabled",
    "response.streaming.enabled",
    "compression.algorithm",
    "request.retain.headers",
    "request.retain.headers.enabled",
    "response.retain.headers",
    "retain.queryparams.enabled",
  ])("that %s has no effect", (name) => {
    const lists = "\n User-Agent,Referer\n ";
    const value = name.endsWith("enabled") ? "false" : name.endsWith("algorithm") ? "gzip" : lists;
    const xml = `<ServiceCallout name="SC"><HTTPTargetConnection><URL>http://api.example/</URL><Properties>
      <Property name="${name}">${value}</Property></Properties></HTTPTargetConnection></ServiceCallout>`;
    expect(problemsOf(xml)).toEqual(["warning PropertyWithoutEffect 2:7"]);
  });
});

test("every element and attribute of the reference is known", () => {
  const xml = `<ServiceCallout async="false" continueOnError="false" enabled="true" name="SC">
    <DisplayName>Custom label</DisplayName>
    <Request clearPayload="true" variable="myRequest">
      <IgnoreUnresolvedVariables>false</IgnoreUnresolvedVariables>
      <Remove><StatusCode/><Path/><Version/><Verb/></Remove>
      <Copy><StatusCode/><Path/><Version/><Verb/></Copy>
      <Add><Headers/><QueryParams/><FormParams/></Add>
      <Set><Headers/><QueryParams/><FormParams/><Payload/><StatusCode/><Path/><Version/><Verb/></Set>
    </Request>
    <Response>calloutResponse</Response>
    <Timeout>30000</Timeout>
    <HTTPTargetConnection><URL>http://example.com</URL><SSLInfo/><Properties/></HTTPTargetConnection>
  </ServiceCallout>`;
  expect(problemsOf(xml)).toEqual([]);
});
