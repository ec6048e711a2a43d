import fc from "fast-check";
import { expect, test } from "vitest";
import { type Problem, Report } from "../../src/documents/report.ts";
import { readTargetServers } from "../../src/egress/target-server.ts";
import { checkEnvironment } from "../../src/environment/check.ts";
import { planDeployment } from "../../src/environment/deployment.ts";
import { inert, inertBut } from "../../src/environment/inert.ts";
import { readEnvironment } from "../../src/environment/read-environment.ts";
import { Snapshot } from "../../src/environment/snapshot.ts";
import type { EnvironmentCapabilities } from "../../src/policies/capabilities.ts";
import { filesOf, type TestFiles } from "./deployed.ts";
import { mutations } from "./mutations.ts";

const step = (name: string, condition = "") =>
  `<Step><Name>${name}</Name>${condition && `<Condition>${condition}</Condition>`}</Step>`;

/** An environment without problems that uses much of what bundles may hold. */
const valid: TestFiles = {
  "apiproxies/orders/apiproxy/orders.xml":
    '<APIProxy name="orders" revision="2"><Description>Orders</Description></APIProxy>',
  "apiproxies/orders/apiproxy/proxies/default.xml": `<ProxyEndpoint name="default">
  <PreFlow name="PreFlow"><Request>${step("Read-Request", 'request.verb = "POST" and not (a GreaterThan 5)')}${step("Call-Flow")}</Request>
    <Response>${step("Answer")}</Response></PreFlow>
  <Flows><Flow name="one"><Condition>(proxy.pathsuffix MatchesPath "/x/*")</Condition><Request>${step("Call-Service")}</Request></Flow></Flows>
  <PostClientFlow><Response>${step("Answer")}</Response></PostClientFlow>
  <FaultRules><FaultRule name="f"><Condition>fault.name = "x"</Condition>${step("Refuse")}</FaultRule></FaultRules>
  <DefaultFaultRule name="d"><AlwaysEnforce>true</AlwaysEnforce>${step("Refuse")}</DefaultFaultRule>
  <HTTPProxyConnection><BasePath>/orders</BasePath><Properties><Property name="X-Forwarded-For">true</Property></Properties></HTTPProxyConnection>
  <RouteRule name="local"><Condition>request.header.local != null</Condition><TargetEndpoint>local</TargetEndpoint></RouteRule>
  <RouteRule name="default"><TargetEndpoint>default</TargetEndpoint></RouteRule>
</ProxyEndpoint>`,
  "apiproxies/orders/apiproxy/targets/default.xml": `<TargetEndpoint name="default">
  <HTTPTargetConnection><LoadBalancer><Algorithm>RoundRobin</Algorithm><Server name="backend"><Weight>2</Weight></Server></LoadBalancer>
    <Path>/v1</Path><Properties><Property name="io.timeout.millis">3000</Property></Properties></HTTPTargetConnection>
</TargetEndpoint>`,
  "apiproxies/orders/apiproxy/targets/local.xml": `<TargetEndpoint name="local"><LocalTargetConnection><APIProxy>orders</APIProxy><ProxyEndpoint>default</ProxyEndpoint></LocalTargetConnection></TargetEndpoint>`,
  "apiproxies/orders/apiproxy/policies/Read-Request.xml": `<ExtractVariables name="Read-Request">
  <JSONPayload><Variable name="id" type="integer"><JSONPath>$.order.items[?(@.n &gt; 1)].id</JSONPath></Variable></JSONPayload>
  <XMLPayload><Namespaces><Namespace prefix="s">urn:s</Namespace></Namespaces><Variable name="x"><XPath>/s:a/b[1]</XPath></Variable></XMLPayload>
  <URIPath><Pattern>/x/{y}</Pattern></URIPath><Source>request</Source></ExtractVariables>`,
  "apiproxies/orders/apiproxy/policies/Call-Flow.xml": `<FlowCallout name="Call-Flow"><Parameters><Parameter name="user">{request.header.user}</Parameter></Parameters><SharedFlowBundle>common</SharedFlowBundle></FlowCallout>`,
  "apiproxies/orders/apiproxy/policies/Call-Service.xml": `<ServiceCallout name="Call-Service" continueOnError="true">
  <Request variable="r" clearPayload="true"><Set><Headers><Header name="a">{toUpperCase(b)}</Header></Headers><Verb>POST</Verb><Payload contentType="text/plain">x</Payload></Set></Request>
  <Response>answer</Response><Timeout>500</Timeout><HTTPTargetConnection><URL>https://api.example.com/{id}</URL></HTTPTargetConnection></ServiceCallout>`,
  "apiproxies/orders/apiproxy/policies/Answer.xml": `<AssignMessage name="Answer" enabled="true"><AssignTo createNew="false" type="response">response</AssignTo>
  <Set><Headers><Header name="x-id">{id}</Header></Headers><StatusCode>200</StatusCode></Set><Remove><Headers><Header name="server"/></Headers></Remove>
  <AssignVariable><Name>v</Name><Template>{substring(id,0,2)}</Template></AssignVariable></AssignMessage>`,
  "apiproxies/orders/apiproxy/policies/Refuse.xml": `<RaiseFault name="Refuse"><FaultResponse><Set><StatusCode>400</StatusCode><ReasonPhrase>No</ReasonPhrase></Set></FaultResponse></RaiseFault>`,
  "apiproxies/orders/apiproxy/resources/properties/limits.properties": "most=3\nname=a\\u0062\n",
  "sharedflows/common/sharedflowbundle/common.xml": '<SharedFlowBundle name="common" revision="1"/>',
  "sharedflows/common/sharedflowbundle/sharedflows/default.xml": `<SharedFlow name="default">${step("Decode", "a != null")}${step("Look-Up")}</SharedFlow>`,
  "sharedflows/common/sharedflowbundle/policies/Decode.xml": `<BasicAuthentication name="Decode"><Operation>Decode</Operation><User ref="u"/><Password ref="private.p"/><Source>request.header.authorization</Source></BasicAuthentication>`,
  "sharedflows/common/sharedflowbundle/policies/Look-Up.xml": `<KeyValueMapOperations name="Look-Up" mapIdentifier="m"><Scope>environment</Scope><Get assignTo="private.k"><Key><Parameter>k</Parameter></Key></Get></KeyValueMapOperations>`,
  "environments/test/targetservers.json":
    '[{"name":"backend","host":"b.example.com","port":443,"isEnabled":true,"sSLInfo":{"enabled":true}}]',
  "environments/test/flowhooks.json": '{"PreProxyFlowHook":{"sharedFlow":"common"}}',
  "environments/test/deployments.json": '{"proxies":["orders"],"sharedflows":["common"]}',
  "environments/test/keyvaluemaps.json": '[{"name":"m","entry":[{"name":"k","value":"v"}]}]',
};

function check(files: TestFiles) {
  const report = new Report();
  const model = readEnvironment(filesOf(files), "test", report);
  checkEnvironment(model, report);
  return { model, report };
}

/** Loads all of a deployment as requests would; rejects when something cannot be. */
async function load({ model }: ReturnType<typeof check>): Promise<void> {
  const options = { organization: "o", now: new Date(0), generation: 1, advice: "list" } as const;
  const { document, revisions } = await planDeployment(model, null, options);
  const snapshot = new Snapshot(document, {
    readRevision: async (revision) => revisions.get(revision) ?? new Uint8Array(),
    functions: inert,
    webhooks: inert,
    googleIdentity: inert,
    capabilities: () =>
      inertBut<EnvironmentCapabilities>({ targetServers: readTargetServers(document.targetServers) }),
  });
  for (const proxy of document.proxies.all) await snapshot.load(proxy);
  for (const flow of document.sharedFlows) await snapshot.loadSharedFlow(flow);
}

/** What somebody can act on: where, what, and what to do about it, in our own words. */
function expectWords({ file, line, column, code, message, remedy }: Problem): void {
  expect(file).toMatch(/^(?:apiproxies|sharedflows|environments)\/./);
  expect(Math.min(line, column)).toBeGreaterThanOrEqual(1);
  expect(code).toMatch(/^[A-Za-z_]+$/);
  expect(message).toMatch(/^[^\s].*\S$/s);
  expect(remedy).toMatch(/^[A-Z“"].*[.?]$/s);
  expect(`${message} ${remedy}`).not.toMatch(/\bundefined\b|\[object |TypeError|SyntaxError|not well-formed/);
}

test("the environment without changes has no problems, and loads", async () => {
  const checked = check(valid);
  expect(checked.report.problems).toEqual([]);
  await load(checked);
});

test("whatever happens to its files, check ends with problems that say what to do, and what passes it loads", async () => {
  let loaded = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(mutations, { minLength: 1, maxLength: 3 }), async (changes) => {
      const checked = check(changes.reduce((files, change) => change(files), valid));
      for (const problem of checked.report.problems) expectWords(problem);
      if (checked.report.failed) return;
      await load(checked);
      loaded++;
    }),
    { numRuns: 150 },
  );
  expect(loaded).toBeGreaterThan(10);
});
