import { describe, expect, test } from "vitest";
import { readBundle } from "../../src/bundle/read-bundle.ts";
import { Report } from "../../src/documents/report.ts";
import { checkEnvironment } from "../../src/environment/check.ts";
import { revisionKey } from "../../src/environment/document.ts";
import { readEnvironment } from "../../src/environment/read-environment.ts";
import { filesOf, plainProxy, snapshotOf, type TestFiles, TestStore } from "./deployed.ts";

const targetServers = {
  "environments/test/targetservers.json": JSON.stringify(
    ["a", "b"].map((name) => ({ name, host: `${name}.example.com`, port: 443 })),
  ),
};

/** A proxy `p` with a target that has a connection of this content. */
const target = (connection: string): TestFiles => ({
  ...targetServers,
  "apiproxies/p/apiproxy/p.xml": '<APIProxy name="p" revision="1"/>',
  "apiproxies/p/apiproxy/proxies/default.xml": `<ProxyEndpoint name="default">
    <HTTPProxyConnection><BasePath>/p</BasePath></HTTPProxyConnection>
    <RouteRule name="r"><TargetEndpoint>default</TargetEndpoint></RouteRule></ProxyEndpoint>`,
  "apiproxies/p/apiproxy/targets/default.xml": `<TargetEndpoint name="default">
    <HTTPTargetConnection>${connection}</HTTPTargetConnection></TargetEndpoint>`,
});

/** A proxy `p` with a policy in its request flow. */
const policy = (xml: string, name = "P"): TestFiles => ({
  ...plainProxy("p"),
  "apiproxies/p/apiproxy/policies/P.xml": xml,
  "apiproxies/p/apiproxy/proxies/default.xml": `<ProxyEndpoint name="default">
    <PreFlow><Request><Step><Name>${name}</Name></Step></Request></PreFlow>
    <HTTPProxyConnection><BasePath>/p</BasePath></HTTPProxyConnection>
    <RouteRule name="none"/></ProxyEndpoint>`,
});

const server = (name: string) => `<Server name="${name}"><IsFallback>true</IsFallback></Server>`;

describe("what a running Apigee may contain loads, with a warning:", () => {
  test.each<[string, string, TestFiles]>([
    ["a target without a URL, which a flow sets", "URLMissing", target("")],
    ["a target with an empty URL", "URLMissing", target("<URL/>")],
    ["a target whose URL is a placeholder", "InvalidURL", target("<URL>set-by-flow</URL>")],
    [
      "a URL beside a load balancer",
      "URLAndLoadBalancer",
      target('<URL>https://a.example</URL><LoadBalancer><Server name="a"/></LoadBalancer>'),
    ],
    [
      "two fallback servers",
      "MultipleFallbackServers",
      target(`<LoadBalancer>${server("a")}${server("b")}</LoadBalancer>`),
    ],
    [
      "a RouteRule whose URL has no scheme",
      "InvalidURL",
      {
        ...plainProxy("p"),
        "apiproxies/p/apiproxy/proxies/default.xml": `<ProxyEndpoint name="default">
          <HTTPProxyConnection><BasePath>/p</BasePath></HTTPProxyConnection>
          <RouteRule name="r"><URL>api.example.com</URL></RouteRule></ProxyEndpoint>`,
      },
    ],
    ["a policy's name with other characters", "NameInvalid", policy('<AssignMessage name="A/B"/>', "A/B")],
    [
      "a proxy's name with other characters",
      "NameInvalid",
      { ...plainProxy("p"), "apiproxies/p/apiproxy/p.xml": '<APIProxy name="p (1)" revision="1"/>' },
    ],
    [
      "a parameter without a name",
      "MissingName",
      {
        ...policy(
          '<FlowCallout name="P"><Parameters><Parameter value="x"/></Parameters><SharedFlowBundle>s</SharedFlowBundle></FlowCallout>',
        ),
        "sharedflows/s/sharedflowbundle/s.xml": '<SharedFlowBundle name="s"/>',
        "sharedflows/s/sharedflowbundle/sharedflows/default.xml": '<SharedFlow name="default"/>',
      },
    ],
    [
      "the call of a template function that there is not",
      "UnknownFunction",
      policy('<AssignMessage name="P"><Set><Verb>{toUppercase(x)}</Verb></Set></AssignMessage>'),
    ],
    [
      "a policy that is switched off, of a type that is not supported",
      "UnknownPolicyType",
      policy('<LDAP name="P" enabled="false"/>'),
    ],
    [
      "a policy that is switched off, whose file there is not",
      "NoResourceForURL",
      policy('<Javascript name="P" enabled="false"><ResourceURL>jsc://gone.js</ResourceURL></Javascript>'),
    ],
  ])("%s", async (_, code, files) => {
    const report = new Report();
    checkEnvironment(readEnvironment(filesOf(files), "test", report), report);
    expect(report.problems.map((problem) => `${problem.severity} ${problem.code}`)).toEqual([
      `warning ${code}`,
    ]);
    const store = new TestStore();
    const snapshot = snapshotOf(await store.deploy(1, files), async (revision) => {
      return new Uint8Array(store.values.get(revisionKey(revision)) as ArrayBuffer);
    });
    const [proxy] = snapshot.document.proxies.all;
    if (!proxy) throw new Error("no proxy was deployed");
    expect((await snapshot.load(proxy)).size).toBe(1);
  });

  test("a property set in ISO 8859-1, as Java reads it", () => {
    const report = new Report();
    const files = new Map(
      [...filesOf(plainProxy("p"))].map(([path, bytes]) => [path.replace("apiproxies/p/", ""), bytes]),
    );
    files.set("apiproxy/resources/properties/p.properties", Buffer.from("gruss=Grüße\n", "latin1"));
    expect(readBundle(files, report)?.propertySets.get("p")?.get("gruss")).toBe("Grüße");
    expect(report.problems.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      "warning PropertySetNotUtf8",
    ]);
  });
});

describe("what cannot work, or may protect less than it seems, stays an error:", () => {
  test.each<[string, string, TestFiles]>([
    [
      "a callout without a URL",
      "URLMissing",
      policy('<ServiceCallout name="P"><HTTPTargetConnection/></ServiceCallout>'),
    ],
    [
      "a callout to what is no URL",
      "InvalidURL",
      policy(
        '<ServiceCallout name="P"><HTTPTargetConnection><URL>a.example</URL></HTTPTargetConnection></ServiceCallout>',
      ),
    ],
    ["a name with a control character", "NameInvalid", policy('<AssignMessage name="P&#10;Q"/>', "P&#10;Q")],
    ["a step whose policy there is not", "StepPolicyMissing", policy('<AssignMessage name="P"/>', "Q")],
    ["a policy type that is not supported", "UnknownPolicyType", policy('<LDAP name="P"/>')],
    [
      "a condition that cannot be read",
      "InvalidCondition",
      {
        ...policy('<AssignMessage name="P"/>'),
        "apiproxies/p/apiproxy/proxies/default.xml": `<ProxyEndpoint name="default">
          <PreFlow><Request><Step><Name>P</Name><Condition>a GTE b</Condition></Step></Request></PreFlow>
          <HTTPProxyConnection><BasePath>/p</BasePath></HTTPProxyConnection>
          <RouteRule name="none"/></ProxyEndpoint>`,
      },
    ],
    [
      "a parameter that hides a variable of the gateway",
      "InvalidParameterName",
      {
        ...policy(
          '<FlowCallout name="P"><Parameters><Parameter name="client.ip" value="x"/></Parameters><SharedFlowBundle>s</SharedFlowBundle></FlowCallout>',
        ),
        "sharedflows/s/sharedflowbundle/s.xml": '<SharedFlowBundle name="s"/>',
        "sharedflows/s/sharedflowbundle/sharedflows/default.xml": '<SharedFlow name="default"/>',
      },
    ],
  ])("%s", (_, code, files) => {
    const report = new Report();
    checkEnvironment(readEnvironment(filesOf(files), "test", report), report);
    expect(
      report.problems.filter(({ severity }) => severity === "error").map((problem) => problem.code),
    ).toEqual([code]);
  });
});
