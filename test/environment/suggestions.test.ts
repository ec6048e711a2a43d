import { expect, test } from "vitest";
import { Report } from "../../src/documents/report.ts";
import { checkEnvironment } from "../../src/environment/check.ts";
import { readEnvironment } from "../../src/environment/read-environment.ts";
import { filesOf, plainProxy, type TestFiles } from "./deployed.ts";

/** A proxy with one policy in its request flow. */
const policy = (xml: string): TestFiles => ({
  ...plainProxy("a"),
  "apiproxies/a/apiproxy/policies/P.xml": xml,
  "apiproxies/a/apiproxy/proxies/default.xml": `<ProxyEndpoint name="default">
    <PreFlow><Request><Step><Name>P</Name></Step></Request></PreFlow>
    <HTTPProxyConnection><BasePath>/a</BasePath></HTTPProxyConnection>
    <RouteRule name="none"/></ProxyEndpoint>`,
});

/** A proxy with a target. */
const target = (connection: string): TestFiles => ({
  ...plainProxy("a"),
  "apiproxies/a/apiproxy/targets/t.xml": `<TargetEndpoint name="t"><HTTPTargetConnection>${connection}</HTTPTargetConnection></TargetEndpoint>`,
});

const servers = (...entities: object[]): TestFiles => ({
  ...plainProxy("a"),
  "environments/test/targetservers.json": JSON.stringify(entities),
});

const server = { name: "s", host: "s.example.com", port: 443 };
const settings = (name: string, json: unknown): TestFiles => ({
  ...plainProxy("a"),
  [`environments/test/${name}`]: JSON.stringify(json),
});

const set = (content: string) => policy(`<AssignMessage name="P">${content}</AssignMessage>`);
const external = (configurations: string) =>
  policy(
    `<ExternalCallout name="P"><TimeoutMs>5</TimeoutMs><GrpcConnection><Server name="s"/></GrpcConnection><Configurations>${configurations}</Configurations></ExternalCallout>`,
  );

test.each<[string, TestFiles, string]>([
  ["a policy's type", policy('<AsignMessage name="P"/>'), "UnknownPolicyType Did you mean AssignMessage?"],
  ["an element", set("<Sett/>"), "UnknownElement Did you mean <Set>?"],
  [
    "an attribute",
    policy('<AssignMessage name="P" enable="true"/>'),
    'UnknownAttribute Did you mean "enabled"?',
  ],
  ["a boolean", policy('<AssignMessage name="P" enabled="ture"/>'), "InvalidBoolean Did you mean true?"],
  ["a verb", set("<Set><Verb>GTE</Verb></Set>"), "UnknownVerb Did you mean GET?"],
  [
    "the type of a message",
    set('<AssignTo type="respons">r</AssignTo>'),
    "InvalidValue Did you mean response?",
  ],
  [
    "the type of a variable",
    policy(
      '<ExtractVariables name="P"><JSONPayload><Variable name="v" type="sting"><JSONPath>$.a</JSONPath></Variable></JSONPayload></ExtractVariables>',
    ),
    "InvalidValue Did you mean string?",
  ],
  [
    "an operation",
    policy(
      '<BasicAuthentication name="P"><Operation>Decod</Operation><User ref="u"/><Password ref="p"/><Source>h</Source><AssignTo>h</AssignTo></BasicAuthentication>',
    ),
    "InvalidValue Did you mean Decode?",
  ],
  [
    "a load balancer's algorithm",
    {
      ...servers(server),
      ...target('<LoadBalancer><Algorithm>RoundRobbin</Algorithm><Server name="s"/></LoadBalancer>'),
    },
    "InvalidValue Did you mean RoundRobin?",
  ],
  [
    "a target's property",
    target(
      '<URL>https://a.example</URL><Properties><Property name="io.timeout.milis">5</Property></Properties>',
    ),
    "UnknownProperty Did you mean io.timeout.millis?",
  ],
  [
    "an ExternalCallout's property",
    {
      ...servers({ ...server, protocol: "GRPC" }),
      ...external('<Property name="with.request.header">true</Property>'),
    },
    "UnknownProperty Did you mean with.request.headers?",
  ],
  ["a target server's field", servers({ ...server, isEnable: true }), "UnknownField Did you mean isEnabled?"],
  [
    "a field of its TLS",
    servers({ ...server, sSLInfo: { enable: true } }),
    "UnknownField Did you mean enabled?",
  ],
  ["its protocol", servers({ ...server, protocol: "GRCP" }), "InvalidTargetServer Did you mean GRPC?"],
  [
    "how it is called",
    servers({ ...server, grpcTransport: "grpcweb" }),
    "InvalidTargetServer Did you mean grpc-web?",
  ],
  ["a settings file", settings("targetserver.json", []), "UnknownFile Did you mean targetservers.json?"],
  ["an export of apps", settings("apps.json", []), "UnknownFile Did you mean developerapps.json?"],
  [
    "a field of a settings file",
    settings("deployments.json", { proxy: ["a"], proxies: ["a"] }),
    "UnknownField Did you mean proxies?",
  ],
  [
    "a flow hook",
    settings("flowhooks.json", { PreProxyFlowHok: { sharedFlow: "s" } }),
    "InvalidSetting Did you mean PreProxyFlowHook?",
  ],
  [
    "a value of a settings file",
    settings("audit.json", { destination: "logs" }),
    'InvalidSetting Did you mean "log"?',
  ],
  ["a bundle to deploy", settings("deployments.json", { proxies: ["A-"] }), "BundleNotFound Did you mean a?"],
  [
    "a bundle's folder",
    { ...plainProxy("a"), "apiproxies/a/apiproxy/policy/P.xml": "<AssignMessage/>" },
    "UnknownFile Did you mean policies/P.xml?",
  ],
])("of %s the one is said that was probably meant", (_, files, expected) => {
  const report = new Report();
  checkEnvironment(readEnvironment(filesOf(files), "test", report), report);
  const said = report.problems.map(({ code, remedy }) => `${code} ${remedy}`);
  expect(said).toContainEqual(expect.stringContaining(expected));
  expect(said.length).toBeLessThanOrEqual(2);
});
