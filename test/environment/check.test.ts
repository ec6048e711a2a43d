import { describe, expect, test } from "vitest";
import { MAX_ENTRY_SIZE } from "../../src/bundle/archive.ts";
import { type Problem, Report } from "../../src/documents/report.ts";
import { checkEnvironment, sortedProblems } from "../../src/environment/check.ts";
import { readEnvironment } from "../../src/environment/read-environment.ts";
import { filesOf, plainProxy, sharedFlow, type TestFiles } from "./deployed.ts";

function problemsOf(...files: TestFiles[]): string[] {
  const report = new Report();
  const model = readEnvironment(filesOf(Object.assign({}, ...files)), "test", report);
  checkEnvironment(model, report);
  return sortedProblems(report.problems).map(
    ({ severity, code, file, line }) => `${severity} ${code} ${file}:${line}`,
  );
}

const settings = (name: string, json: unknown) => ({ [`environments/test/${name}`]: JSON.stringify(json) });

/** A proxy with one policy in its request flow. */
const withPolicy = (xml: string): TestFiles => ({
  ...plainProxy("a"),
  "apiproxies/a/apiproxy/policies/P.xml": xml,
  "apiproxies/a/apiproxy/proxies/default.xml": `<ProxyEndpoint name="default">
    <PreFlow><Request><Step><Name>P</Name></Step></Request></PreFlow>
    <HTTPProxyConnection><BasePath>/a</BasePath></HTTPProxyConnection>
    <RouteRule name="none"/></ProxyEndpoint>`,
});

test("an environment without problems has none", () => {
  const hooks = settings("flowhooks.json", { PostProxyFlowHook: { sharedFlow: "s" } });
  expect(problemsOf(plainProxy("a"), plainProxy("b"), sharedFlow("s"), hooks)).toEqual([]);
});

test("policies are checked as they are before a request", () => {
  expect(problemsOf(withPolicy("<ServiceCallout name='P'/>"))).toContainEqual(
    expect.stringMatching(/^error \w+ apiproxies\/a\/apiproxy\/policies\/P\.xml:1$/),
  );
});

test("shared flows are checked on their own, also those that nobody calls", () => {
  expect(problemsOf(sharedFlow("s", "missing"))).toEqual([
    "warning SharedFlowNotFound sharedflows/s/sharedflowbundle/policies/FC-Next.xml:1",
  ]);
});

describe("resources", () => {
  const script = withPolicy('<Javascript name="P"><ResourceURL>jsc://main.js</ResourceURL></Javascript>');
  const inBundle = (text: string) => ({ "apiproxies/a/apiproxy/resources/jsc/main.js": text });
  const inEnvironment = (path: string, text: string) => ({ [`environments/test/resources/${path}`]: text });

  test.each<[string, TestFiles, string[]]>([
    ["a file that is nowhere", {}, ["error NoResourceForURL apiproxies/a/apiproxy/policies/P.xml:1"]],
    ["one of the bundle", inBundle("1"), []],
    ["one of the environment", inEnvironment("jsc/main.js", "1"), []],
    [
      "one of another environment",
      { "environments/other/resources/jsc/main.js": "1" },
      ["error NoResourceForURL apiproxies/a/apiproxy/policies/P.xml:1"],
    ],
    [
      "a wrong one of the environment, reported where it is",
      inEnvironment("jsc/main.js", "1\n+"),
      ["error ScriptCompilationFailed environments/test/resources/jsc/main.js:2"],
    ],
    [
      "a wrong one of the environment that the bundle's own replaces",
      { ...inBundle("1"), ...inEnvironment("jsc/main.js", "1\n+") },
      [],
    ],
  ])("a policy names %s", (_, files, problems) => {
    expect(problemsOf(script, files)).toEqual(problems);
  });

  test.each<[string, TestFiles, string[]]>([
    [
      "a property set that cannot be read",
      inEnvironment("properties/p.properties", "a=1\nb=\\u1"),
      ["error PropertySetInvalid environments/test/resources/properties/p.properties:2"],
    ],
    [
      "a file without a type",
      inEnvironment("main.js", "1"),
      ["warning UnknownFile environments/test/resources/main.js:1"],
    ],
    [
      "a file larger than can be deployed",
      inEnvironment("jsc/large.js", " ".repeat(MAX_ENTRY_SIZE + 1)),
      ["error ArchiveTooLarge environments/test/resources/jsc/large.js:1"],
    ],
  ])("of an environment are checked: %s", (_, files, problems) => {
    expect(problemsOf(plainProxy("a"), files)).toEqual(problems);
  });
});

test("a shared flow may have property sets of its own", () => {
  const set = { "sharedflows/s/sharedflowbundle/resources/properties/limits.properties": "most=3" };
  expect(problemsOf(sharedFlow("s"), set)).toEqual([]);
});

test("a problem in a shared flow is reported once and in its own file, whoever runs it", () => {
  const policy = "sharedflows/s/sharedflowbundle/policies/FC-Next.xml";
  const files = {
    ...sharedFlow("s", "x"),
    [policy]: '<AssignMessage name="FC-Next"><Sett/></AssignMessage>',
  };
  const caller = withPolicy('<FlowCallout name="P"><SharedFlowBundle>s</SharedFlowBundle></FlowCallout>');
  const hooks = settings("flowhooks.json", { PreProxyFlowHook: { sharedFlow: "s" } });
  expect(problemsOf(caller, plainProxy("b"), hooks, files)).toEqual([`warning UnknownElement ${policy}:1`]);
});

test("a target server that a callout names must be there", () => {
  const callout = withPolicy(
    `<ServiceCallout name="P"><Response>r</Response><HTTPTargetConnection><LoadBalancer>
      <Server name="t"/></LoadBalancer></HTTPTargetConnection></ServiceCallout>`,
  );
  const server = settings("targetservers.json", [{ name: "t", host: "t.example.com", port: 443 }]);
  expect(problemsOf(callout)).toEqual(["error TargetServerMissing apiproxies/a/apiproxy/policies/P.xml:2"]);
  expect(problemsOf(callout, server)).toEqual([]);
});

test("the target server that was probably meant is named", () => {
  const callout = withPolicy(
    `<ServiceCallout name="P"><Response>r</Response><HTTPTargetConnection><LoadBalancer>
      <Server name="inventry"/></LoadBalancer></HTTPTargetConnection></ServiceCallout>`,
  );
  const report = new Report();
  const server = settings("targetservers.json", [{ name: "inventory", host: "t.example.com", port: 443 }]);
  checkEnvironment(readEnvironment(filesOf({ ...callout, ...server }), "test", report), report);
  expect(report.problems[0]?.remedy).toMatch(/^Did you mean inventory\? Otherwise add it to /);
});

test("that a property has no effect is said once for an environment", () => {
  const property = '<Properties><Property name="connect.timeout.millis">5</Property></Properties>';
  const target = (name: string) => ({
    [`apiproxies/${name}/apiproxy/targets/t.xml`]: `<TargetEndpoint name="t"><HTTPTargetConnection><URL>https://a.example</URL>${property}</HTTPTargetConnection></TargetEndpoint>`,
  });
  expect(problemsOf(plainProxy("a"), plainProxy("b"), target("a"), target("b"))).toEqual([
    "warning PropertyWithoutEffect apiproxies/a/apiproxy/targets/t.xml:1",
  ]);
});

describe("base paths", () => {
  test.each([
    ["/a", "/a", true],
    ["/a", "/a/", true],
    ["/a/*", "/a/*", true],
    ["/a", "/a/b", false],
    ["/a/*", "/a/b", false],
    ["/a", "/A", false],
  ])("%s and %s of two proxies conflict: %s", (first, second, conflict) => {
    expect(problemsOf(plainProxy("a", "1", first), plainProxy("b", "1", second))).toEqual(
      conflict ? ["error BasePathConflict apiproxies/b/apiproxy/proxies/default.xml:1"] : [],
    );
  });
});

test("two bundles of one kind cannot have one name", () => {
  const twin = Object.fromEntries(
    Object.entries(plainProxy("a", "2", "/b")).map(([path, text]) => [path.replace("/a/", "/b/"), text]),
  );
  expect(problemsOf(plainProxy("a"), twin)).toEqual(["error DuplicateBundle apiproxies/b/:1"]);
});

/** The files of a bundle in a folder of another name. */
const inFolder = (folder: string, files: TestFiles): TestFiles =>
  Object.fromEntries(
    Object.entries(files).map(([path, text]) => [path.replace(/^(\w+)\/[^/]+/, `$1/${folder}`), text]),
  );

test("a shared flow is called by its own name and by that of its folder, and no other flow has either", () => {
  const calling = (name: string) =>
    withPolicy(`<FlowCallout name="P"><SharedFlowBundle>${name}</SharedFlowBundle></FlowCallout>`);
  const flow = inFolder("common", sharedFlow("common-flow"));
  expect(problemsOf(calling("common"), flow)).toEqual([]);
  expect(problemsOf(calling("common-flow"), flow)).toEqual([]);
  expect(
    problemsOf(settings("flowhooks.json", { PreProxyFlowHook: { sharedFlow: "common" } }), flow),
  ).toEqual([]);
  expect(problemsOf(flow, inFolder("z", sharedFlow("common")))).toEqual([
    "error DuplicateBundle sharedflows/z/:1",
  ]);
});

test("a bundle is deployed with the service account that its folder's name has in deployments.json", () => {
  const callout = withPolicy(
    `<ServiceCallout name="P"><Response>r</Response><HTTPTargetConnection><URL>https://x.googleapis.com</URL>
      <Authentication><GoogleAccessToken><Scopes><Scope>s</Scope></Scopes></GoogleAccessToken></Authentication>
      </HTTPTargetConnection></ServiceCallout>`,
  );
  const account = "me@project.iam.gserviceaccount.com";
  const deployments = settings("deployments.json", {
    proxies: [{ name: "folder", serviceAccount: account }],
  });
  expect(problemsOf(inFolder("folder", callout), deployments)).toEqual([]);
});

test("a proxy and a shared flow may have one name", () => {
  expect(problemsOf(plainProxy("a"), sharedFlow("a"))).toEqual([]);
});

test("a flow hook's shared flow must be deployed", () => {
  const hooks = settings("flowhooks.json", { PreTargetFlowHook: { sharedFlow: "s" } });
  const none = settings("deployments.json", { sharedflows: [] });
  const expected = ["error SharedFlowNotFound environments/test/flowhooks.json:1"];
  expect(problemsOf(hooks)).toEqual(expected);
  expect(problemsOf(hooks, sharedFlow("s"), none)).toEqual([
    "note NotDeployed environments/test/deployments.json:1",
    ...expected,
  ]);
  expect(problemsOf(hooks, sharedFlow("s"))).toEqual([]);
});

test("problems are sorted by file and place, each once", () => {
  const problem = (file: string, line: number, column: number): Problem => ({
    code: "C",
    severity: "error",
    policy: null,
    policyType: null,
    message: "m",
    remedy: "r",
    file,
    line,
    column,
  });
  const sorted = [problem("a", 1, 1), problem("a", 1, 2), problem("a", 2, 1), problem("b", 1, 1)];
  expect(sortedProblems([...sorted].reverse().flatMap((one) => [one, { ...one }]))).toEqual(sorted);
});
