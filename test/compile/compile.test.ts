import { describe, expect, test } from "vitest";
import type { SharedFlowBundle } from "../../src/bundle/model.ts";
import { checkSharedFlow, compileProxy } from "../../src/compile/compile.ts";
import type { CompileEnvironment, FlowHooks } from "../../src/compile/compile-environment.ts";
import type { ProxyProgram } from "../../src/compile/program.ts";
import { Report } from "../../src/documents/report.ts";
import { inert } from "../../src/environment/inert.ts";
import { Fault } from "../../src/flow/fault.ts";
import { proxyEndpoint, readFlow, readProxy } from "../bundle/files.ts";
import { flowOf } from "../policies/policy-kit.ts";

interface Environment {
  readonly sharedFlows?: Readonly<Record<string, SharedFlowBundle>>;
  readonly flowHooks?: FlowHooks;
}

function environmentOf({ sharedFlows = {}, flowHooks = {} }: Environment): CompileEnvironment {
  return {
    organization: "org",
    name: "test",
    flowHooks,
    resources: { files: new Map(), propertySets: new Map() },
    scripts: inert,
    sharedFlow: (name) => sharedFlows[name],
    google: { serviceAccount: () => null, identity: inert },
    capabilities: {
      analytics: inert,
      egress: inert,
      targetServers: new Map(),
      sources: { problems: () => [], get: inert },
      proxies: inert,
      functions: inert,
      keyValueMaps: inert,
      keySets: inert,
      scripts: inert,
      printer: inert,
      caches: inert,
      counters: inert,
      directory: inert,
      issuedTokens: inert,
      specifications: inert,
    },
  };
}

/** Policies by name, from what is inside of their AssignMessage elements. */
function assignMessages(contents: Readonly<Record<string, string>>, attributes = ""): Record<string, string> {
  return Object.fromEntries(
    Object.entries(contents).map(([name, content]) => [
      `apiproxy/policies/${name}.xml`,
      `<AssignMessage name="${name}" ${attributes}>${content}</AssignMessage>`,
    ]),
  );
}

const header = (template: string) => `<Set><Headers><Header name="x">${template}</Header></Headers></Set>`;
const step = (name: string, condition = "") =>
  `<Step><Name>${name}</Name>${condition && `<Condition>${condition}</Condition>`}</Step>`;
const request = (steps: string) => `<PreFlow><Request>${steps}</Request></PreFlow>`;
const response = (steps: string) => `<PreFlow><Response>${steps}</Response></PreFlow>`;

/** The program of a proxy whose endpoint has these children, and its problems as `severity code line:column`. */
function compile(children: string, policies: Record<string, string> = {}, environment: Environment = {}) {
  const bundle = readProxy({ "apiproxy/proxies/default.xml": proxyEndpoint(children), ...policies });
  const report = new Report();
  const program = compileProxy(bundle, environmentOf(environment), report).get("default");
  if (program === undefined) throw new Error("the proxy has no program");
  const problems = report.problems.map(
    ({ severity, code, file, line, column }) =>
      `${severity} ${code} ${file.replace("apiproxy/", "")}:${line}:${column}`,
  );
  return { program, problems };
}

describe("what a bundle mentions decides which bodies are kept", () => {
  const reads = (template: string) => assignMessages({ Read: header(template) });
  const kept = ({ keepsRequestBody, keepsResponseBody }: ProxyProgram) => ({
    keepsRequestBody,
    keepsResponseBody,
  });
  const [neither, requestOnly, responseOnly] = [
    { keepsRequestBody: false, keepsResponseBody: false },
    { keepsRequestBody: true, keepsResponseBody: false },
    { keepsRequestBody: false, keepsResponseBody: true },
  ];
  const postClient = (steps: string) => `<PostClientFlow><Response>${steps}</Response></PostClientFlow>`;
  const faultRule = (content: string) =>
    `<FaultRules><FaultRule name="r">${content}</FaultRule></FaultRules>`;

  test.each([
    ["nothing", response(step("Read")), "{request.verb}", neither],
    ["the request before the target call", request(step("Read")), "{request.content}", neither],
    ["the request after it", response(step("Read")), "{request.content}", requestOnly],
    ["a form parameter after it", response(step("Read")), "{request.formparam.a}", requestOnly],
    ["the request in a condition after it", response(step("Read", 'request.content = "x"')), "", requestOnly],
    ["the request in a fault rule", faultRule(step("Read")), "{request.content}", requestOnly],
    [
      "the request in a fault rule's condition",
      faultRule(`<Condition>request.content = "x"</Condition>${step("Read")}`),
      "",
      requestOnly,
    ],
    ["the response before the answer", response(step("Read")), "{response.content}", neither],
    ["the response after the answer", postClient(step("Read")), "{response.content}", responseOnly],
    ["the ambient message after the answer", postClient(step("Read")), "{message.content}", responseOnly],
    ["the error after the answer", postClient(step("Read")), "{error.content}", responseOnly],
    ["the request after the answer", postClient(step("Read")), "{request.content}", requestOnly],
  ])("%s", (_, children, template, expected) => {
    const { program, problems } = compile(children, reads(template));
    expect(problems).toEqual([]);
    expect(kept(program)).toEqual(expected);
  });

  test("a policy that is switched off mentions nothing", () => {
    const policies = assignMessages({ Read: header("{request.content}") }, 'enabled="false"');
    expect(kept(compile(response(step("Read")), policies).program)).toEqual(neither);
  });

  test("what a shared flow mentions counts where it is called, and on a flow hook", () => {
    const flow = readFlow({
      "sharedflowbundle/s.xml": '<SharedFlowBundle name="s" revision="1"/>',
      "sharedflowbundle/sharedflows/default.xml": `<SharedFlow name="default">${step("Read")}</SharedFlow>`,
      "sharedflowbundle/policies/Read.xml": `<AssignMessage name="Read">${header("{request.content}")}</AssignMessage>`,
    });
    const call = {
      "apiproxy/policies/Call.xml":
        '<FlowCallout name="Call"><SharedFlowBundle>s</SharedFlowBundle></FlowCallout>',
    };
    const sharedFlows = { s: flow };
    expect(kept(compile(response(step("Call")), call, { sharedFlows }).program)).toEqual(requestOnly);
    expect(kept(compile(request(step("Call")), call, { sharedFlows }).program)).toEqual(neither);
    for (const hook of ["postTarget", "postProxy"] as const) {
      expect(kept(compile("", {}, { sharedFlows, flowHooks: { [hook]: "s" } }).program), hook).toEqual(
        requestOnly,
      );
    }
  });
});

describe("what is wrong is reported where it stands", () => {
  const note = assignMessages({ A: "" });

  test.each([
    ["a step's condition", request(step("A", "request.verb =")), "2:39"],
    ["a flow's condition", `<Flows><Flow name="f"><Condition>a b</Condition></Flow></Flows>`, "2:23"],
    [
      "a fault rule's condition",
      `<FaultRules><FaultRule name="f"><Condition>(a))</Condition></FaultRule></FaultRules>`,
      "2:33",
    ],
    [
      "a default fault rule's",
      `<DefaultFaultRule name="f"><Condition>a =</Condition></DefaultFaultRule>`,
      "2:28",
    ],
  ])("%s", (_, children, position) => {
    const policies = children.includes("<Name>A</Name>") ? note : {};
    expect(compile(children, policies).problems).toEqual([
      `error InvalidCondition proxies/default.xml:${position}`,
    ]);
  });

  test("a target server that the environment does not have", () => {
    const targets = {
      "apiproxy/targets/default.xml":
        '<TargetEndpoint name="default"><HTTPTargetConnection><LoadBalancer><Server name="a"/></LoadBalancer></HTTPTargetConnection></TargetEndpoint>',
    };
    expect(compile("", targets).problems).toEqual(["error TargetServerMissing targets/default.xml:1:68"]);
  });

  test("a condition whose last parentheses are missing is a warning", () => {
    const flows = `<Flows><Flow name="f"><Condition>((a) and (b = "c"</Condition></Flow></Flows>`;
    expect(compile(flows).problems).toEqual(["warning UnclosedCondition proxies/default.xml:2:23"]);
  });

  test("and what hides behind something else: the condition of a step whose policy is wrong", () => {
    const callout = {
      "apiproxy/policies/SC.xml": `<ServiceCallout name="SC"><Timeout>5</Timeout><HTTPTargetConnection>
        <LoadBalancer><Server name="x"/></LoadBalancer></HTTPTargetConnection></ServiceCallout>`,
    };
    expect(compile(request(step("SC", "a b")), callout).problems).toEqual([
      "error TargetServerMissing policies/SC.xml:2:23",
      expect.stringContaining("error InvalidCondition proxies/default.xml:2:"),
    ]);
  });

  test("in a shared flow on its own", () => {
    const flow = readFlow({
      "sharedflowbundle/s.xml": '<SharedFlowBundle name="s" revision="1"/>',
      "sharedflowbundle/sharedflows/default.xml": `<SharedFlow name="default">${step("A", "b c")}</SharedFlow>`,
      "sharedflowbundle/policies/A.xml": '<AssignMessage name="A"/>',
    });
    const report = new Report();
    checkSharedFlow(flow, environmentOf({}), report);
    expect(report.problems.map(({ code }) => code)).toEqual(["InvalidCondition"]);
  });
});

test.each(["preProxy", "postProxy"] as const)(
  "a shared flow that is on the hook %s but not deployed fails every request",
  (hook) => {
    const { program } = compile("", {}, { flowHooks: { [hook]: "absent" } });
    const run = hook === "preProxy" ? program.request : program.response;
    expect(() => run(flowOf())).toThrow(new Fault("flow.SharedFlowNotFound", "Shared Flow absent Not Found"));
  },
);

test("a program knows the identity of what it runs", () => {
  expect(compile("").program.identity).toMatchObject({
    organization: "org",
    environment: "test",
    proxy: "orders",
    revision: "3",
    endpoint: "default",
    basePath: "/orders",
  });
});
