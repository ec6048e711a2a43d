import { describe, expect, test } from "vitest";
import { policy, problemsOf, proxyEndpoint, readProxy } from "./files.ts";

const policies = { ...policy("A"), ...policy("B") };
const withFlows = (more: string) => ({ ...policies, "apiproxy/proxies/default.xml": proxyEndpoint(more) });
const at = (line: number, column: number) => ({ file: "apiproxy/proxies/default.xml", line, column });
const both = "<Step><Name>A</Name></Step><Step><Name>B</Name></Step>";

function endpointOf(more: string) {
  const [endpoint] = readProxy(withFlows(more)).proxyEndpoints;
  if (endpoint === undefined) throw new Error("no endpoint");
  return endpoint;
}

test("an endpoint's flows are read in document order, wherever they stand in the file", () => {
  const endpoint = endpointOf(`<Flows>
    <Flow name="one"><Description>First</Description><Condition>a = "1"</Condition><Request>${both}</Request></Flow>
    <Flow name="two"><Response/></Flow></Flows>
    <PostFlow name="PostFlow"><Response><Step><Name>B</Name></Step></Response></PostFlow>
    <PreFlow><Request><Step><Name>A</Name></Step></Request></PreFlow>`);
  expect(
    endpoint.flows.map(({ name, description, condition, request, response }) => ({
      name,
      description,
      condition,
      steps: [...request, ...response].map((step) => step.policy),
    })),
  ).toEqual([
    { name: "one", description: "First", condition: { text: 'a = "1"', at: at(3, 54) }, steps: ["A", "B"] },
    { name: "two", description: "", condition: null, steps: [] },
  ]);
  expect(endpoint.preFlow.name).toBe("PreFlow");
  expect(endpoint.preFlow.request.map((step) => step.policy)).toEqual(["A"]);
  expect(endpoint.postFlow.response.map((step) => step.policy)).toEqual(["B"]);
});

test("an endpoint without PreFlow and PostFlow has empty ones", () => {
  const { preFlow, postFlow } = readProxy().proxyEndpoints[0] ?? {};
  expect(preFlow).toEqual({ name: "PreFlow", description: "", condition: null, request: [], response: [] });
  expect(postFlow?.name).toBe("PostFlow");
});

describe("a step", () => {
  const steps = (step: string) => `<PreFlow><Request>\n${step}${both}</Request></PreFlow>`;

  test.each([
    ["name first", '<Step><Name>A</Name><Condition>a = "1"</Condition></Step>', at(3, 21)],
    ["condition first", '<Step><Condition>a = "1"</Condition><Name> A </Name></Step>', at(3, 7)],
    ["with the FaultRules that editors leave behind", "<Step><FaultRules/><Name>A</Name></Step>", null],
    ["with an empty condition, which counts as absent", "<Step><Condition/><Name>A</Name></Step>", null],
  ])("is read with its %s", (_, step, condition) => {
    expect(endpointOf(steps(step)).preFlow.request[0]).toEqual({
      policy: "A",
      condition: condition && { text: 'a = "1"', at: condition },
      at: at(3, 1),
    });
  });

  test.each([
    ["that is bare text is accepted with a warning", "<Step> A </Step>", "warning BareStep"],
    ["without a name is an error", "<Step/>", "error StepNameMissing"],
    [
      "whose policy is not in the bundle is an error",
      "<Step><Name>C</Name></Step>",
      "error StepPolicyMissing",
    ],
  ])("%s", (_, step, problem) => {
    expect(problemsOf(withFlows(steps(step)))).toEqual([`${problem} proxies/default.xml:3:1`]);
  });
});

test("a condition on PreFlow has no effect, and that is said", () => {
  const preFlow = `<PreFlow>\n<Condition>a = "1"</Condition><Request>${both}</Request></PreFlow>`;
  expect(problemsOf(withFlows(preFlow))).toEqual(["warning ConditionNotUsed proxies/default.xml:3:1"]);
});

test("a PostClientFlow runs its response steps; request steps never run, and that is said", () => {
  const response = "<Response><Step><Name>B</Name></Step></Response>";
  const attached = "<PreFlow><Request><Step><Name>A</Name></Step></Request></PreFlow>";
  const endpoint = endpointOf(`${attached}<PostClientFlow><Request/>${response}</PostClientFlow>`);
  expect(endpoint.postClientFlow.map((step) => step.policy)).toEqual(["B"]);
  expect(
    problemsOf(
      withFlows(
        `<PostClientFlow><Request>\n<Step><Name>A</Name></Step></Request>${response}</PostClientFlow>`,
      ),
    ),
  ).toContain("warning StepNeverRuns proxies/default.xml:3:1");
});

test("fault rules are read in document order, their condition before or after the steps", () => {
  const endpoint = endpointOf(`<FaultRules>
<FaultRule name="one"><Step><Name>A</Name></Step><Condition>a = "1"</Condition></FaultRule>
<FaultRule name="two"><Condition>b = "2"</Condition><Step><Name>B</Name></Step></FaultRule></FaultRules>
<DefaultFaultRule name="all"><AlwaysEnforce> True </AlwaysEnforce><Step><Name>B</Name></Step></DefaultFaultRule>`);
  const step = (name: string, line: number, column: number) => ({
    policy: name,
    condition: null,
    at: at(line, column),
  });
  expect(endpoint.faultRules).toEqual([
    { name: "one", condition: { text: 'a = "1"', at: at(3, 50) }, steps: [step("A", 3, 23)], at: at(3, 1) },
    { name: "two", condition: { text: 'b = "2"', at: at(4, 23) }, steps: [step("B", 4, 53)], at: at(4, 1) },
  ]);
  expect(endpoint.defaultFaultRule).toEqual({
    name: "all",
    alwaysEnforce: true,
    condition: null,
    steps: [step("B", 5, 67)],
    at: at(5, 1),
  });
});

test("an endpoint without fault rules has none", () => {
  expect(readProxy().proxyEndpoints[0]).toMatchObject({ faultRules: [], defaultFaultRule: null });
});
