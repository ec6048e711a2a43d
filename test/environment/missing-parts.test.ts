import { describe, expect, test } from "vitest";
import { Report } from "../../src/documents/report.ts";
import { checkEnvironment } from "../../src/environment/check.ts";
import { readEnvironment } from "../../src/environment/read-environment.ts";
import { filesOf, plainProxy, sharedFlow, type TestFiles } from "./deployed.ts";

/** What is said of an environment, apart from what `deployments.json` leaves out. */
function problemsOf(...files: TestFiles[]): string[] {
  const report = new Report();
  checkEnvironment(readEnvironment(filesOf(Object.assign({}, ...files)), "test", report), report);
  return report.problems
    .filter(({ code }) => code !== "NotDeployed")
    .map(({ code, file, remedy }) => `${code} ${file.split("/").at(-1)}: ${remedy}`);
}

const settings = (name: string, text: string) => ({ [`environments/test/${name}`]: text });

const withPolicy = (xml: string): TestFiles => ({
  ...plainProxy("a"),
  "apiproxies/a/apiproxy/policies/P.xml": xml,
  "apiproxies/a/apiproxy/proxies/default.xml": `<ProxyEndpoint name="default">
    <PreFlow><Request><Step><Name>P</Name></Step></Request></PreFlow>
    <HTTPProxyConnection><BasePath>/a</BasePath></HTTPProxyConnection>
    <RouteRule name="none"/></ProxyEndpoint>`,
});

const callout = (connection: string) =>
  withPolicy(`<ServiceCallout name="P"><Response>r</Response>${connection}</ServiceCallout>`);
const toServer = callout(
  '<HTTPTargetConnection><LoadBalancer><Server name="orders"/></LoadBalancer></HTTPTargetConnection>',
);
const toSource = callout("<HTTPTargetConnection><URL>source://crm/x</URL></HTTPTargetConnection>");
const toProxy = callout(
  "<LocalTargetConnection><APIProxy>other</APIProxy><ProxyEndpoint>v1</ProxyEndpoint></LocalTargetConnection>",
);
const toFlow = withPolicy('<FlowCallout name="P"><SharedFlowBundle>audit</SharedFlowBundle></FlowCallout>');
const toGrpc = withPolicy(
  '<ExternalCallout name="P"><TimeoutMs>5</TimeoutMs><GrpcConnection><Server name="orders"/></GrpcConnection></ExternalCallout>',
);
const asGoogle = callout(
  `<HTTPTargetConnection><URL>https://x.googleapis.com</URL><Authentication><GoogleAccessToken><Scopes>
    <Scope>s</Scope></Scopes></GoogleAccessToken></Authentication></HTTPTargetConnection>`,
);
const hook = settings("flowhooks.json", '{"PreProxyFlowHook":{"sharedFlow":"audit"}}');

const brokenFlow: TestFiles = { "sharedflows/audit/sharedflowbundl/audit.xml": "<SharedFlowBundle/>" };
const brokenProxy: TestFiles = {
  ...plainProxy("other"),
  "apiproxies/other/apiproxy/proxies/default.xml": "<ProxyEndpoint",
};
const oauthSource: TestFiles = {
  "sources/crm.yaml": `apiName: crm
displayName: CRM
configuration:
  type: rest
  outboundApplication: sales
  domains: [{ host: crm.example.com, auth: { type: oauth2 } }]
worker: { type: foundryWorker, networkEgressPolicies: [{ address: crm.example.com, port: 443 }] }
exportSettings: { exportsEnabled: true, exportEnabledWithoutMarkingsValidation: true }
codeImport: { enabled: true }
`,
};
const application: TestFiles = {
  "outbound-applications/sales.yaml": `displayName: Sales
authorizationUrl: https://a.example.com/authorize
tokenUrl: https://a.example.com/token
clientId: sortie
scopes: [read]
pkce: true
approvalPrompt: To read orders.
`,
};

describe("what is there and wrong is not reported as missing as well:", () => {
  test.each<[string, string, ...TestFiles[]]>([
    [
      "a target server",
      "InvalidTargetServer",
      toServer,
      settings("targetservers.json", '[{"name":"orders"}]'),
    ],
    ["all target servers", "InvalidJSON", toServer, settings("targetservers.json", "[{")],
    ["a gRPC server", "InvalidJSON", toGrpc, settings("targetservers.json", "[{")],
    ["a shared flow that a policy calls", "BundleMissing", toFlow, brokenFlow],
    ["a shared flow on a hook", "BundleMissing", plainProxy("a"), hook, brokenFlow],
    ["an endpoint of a proxy", "InvalidXML", toProxy, brokenProxy],
    ["a proxy", "BundleMissing", toProxy, { "apiproxies/other/apiproxi/other.xml": "<APIProxy/>" }],
    ["a source", "InvalidYAML", toSource, { "sources/crm.yaml": "[" }],
    ["an alias of a source", "InvalidJSON", toSource, settings("aliases.json", "{")],
    [
      "an outbound application",
      "InvalidYAML",
      toSource,
      oauthSource,
      { "outbound-applications/sales.yaml": "[" },
    ],
    ["no outbound application", "UnknownOutboundApplication", toSource, oauthSource],
    ["who a caller is", "InvalidJSON", toSource, oauthSource, application, settings("identity.json", "{")],
    ["a service account", "InvalidJSON", asGoogle, settings("deployments.json", "{")],
  ])("%s", (_, code, ...files) => {
    const codes = problemsOf(...files).map((problem) => problem.split(" ", 1)[0]);
    expect(new Set(codes)).toEqual(new Set([code]));
  });

  test.each<[string, string, ...TestFiles[]]>([
    ["target servers", "TargetServerMissing", toServer],
    ["sources", "SourceNotFound", toSource],
    ["callers", "CallersNotIdentified", toSource, oauthSource, application],
    ["service accounts", "FAILED_PRECONDITION", asGoogle],
    ["shared flows", "SharedFlowNotFound", toFlow],
    ["proxies", "ProxyNotFound", toProxy],
  ])("while %s that are not there at all are", (_, code, ...files) => {
    expect(problemsOf(...files)).toContainEqual(expect.stringContaining(`${code} P.xml:`));
  });
});

describe("of what is not there, the name that was probably meant is said:", () => {
  const server = settings("targetservers.json", '[{"name":"order","host":"a.example","port":443}]');
  test.each<[string, string, ...TestFiles[]]>([
    ["a target server", "TargetServerMissing P.xml: Did you mean order?", toServer, server],
    ["a gRPC server", "TargetServerMissing P.xml: Did you mean order?", toGrpc, server],
    ["a shared flow", "SharedFlowNotFound P.xml: Did you mean audits?", toFlow, sharedFlow("audits")],
    [
      "a shared flow on a hook",
      "SharedFlowNotFound flowhooks.json: Did you mean adit?",
      plainProxy("a"),
      hook,
      sharedFlow("adit"),
    ],
    ["a proxy", "ProxyNotFound P.xml: Did you mean othre?", toProxy, plainProxy("othre")],
    ["an endpoint", "ProxyNotFound P.xml: Add it to that proxy", toProxy, plainProxy("other")],
  ])("%s", (_, expected, ...files) => {
    expect(problemsOf(...files)).toEqual([expect.stringContaining(expected)]);
  });
});

test("of what deployments.json leaves out, it is said that it does", () => {
  const none = settings("deployments.json", '{"proxies":["a"],"sharedflows":[]}');
  const remedy = 'Add it to "sharedflows" in deployments.json, which leaves it out.';
  expect(problemsOf(toFlow, sharedFlow("audit"), none)).toEqual([`SharedFlowNotFound P.xml: ${remedy}`]);
  expect(problemsOf(plainProxy("a"), hook, sharedFlow("audit"), none)).toEqual([
    `SharedFlowNotFound flowhooks.json: ${remedy}`,
  ]);
  expect(problemsOf(toProxy, plainProxy("other"), none)).toEqual([
    'ProxyNotFound P.xml: Add it to "proxies" in deployments.json, which leaves it out.',
  ]);
});
