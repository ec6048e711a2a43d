import { describe, expect, test } from "vitest";
import { Report } from "../../src/documents/report.ts";
import { checkEnvironment } from "../../src/environment/check.ts";
import { readEnvironment } from "../../src/environment/read-environment.ts";
import { filesOf } from "../bundle/files.ts";
import {
  defaultFault,
  marks,
  proxyFiles,
  serve,
  setHeader,
  sharedFlowFiles,
  step,
  type TestFiles,
} from "./gateway-kit.ts";

const call = (name: string, sharedFlow: string, parameters = "") => ({
  [name]: `<FlowCallout name="${name}"><SharedFlowBundle>${sharedFlow}</SharedFlowBundle>${parameters && `<Parameters>${parameters}</Parameters>`}</FlowCallout>`,
});

/** Problems of an environment, as `severity code`. */
function problemsOf(files: TestFiles): string[] {
  const report = new Report();
  checkEnvironment(readEnvironment(filesOf(files), "local", report), report);
  return report.problems.map(({ severity, code }) => `${severity} ${code}`);
}

const calling = (sharedFlow: string, more: Record<string, string> = {}) =>
  proxyFiles("p", {
    flows: `<PreFlow><Response>${step("A", 'request.verb = "GET"')}${step("Call")}${step("B")}${step("Show")}</Response></PreFlow>`,
    policies: { ...marks("A", "B"), ...call("Call", sharedFlow), ...more },
  });

test("a FlowCallout runs the shared flow's steps in the place of its own step, nested ones too", async () => {
  const gateway = await serve({
    ...calling("outer"),
    ...sharedFlowFiles("outer", step("C") + step("In") + step("D"), {
      ...marks("C", "D"),
      ...call("In", "inner"),
    }),
    ...sharedFlowFiles("inner", step("E"), marks("E")),
  });
  expect((await gateway.fetch("/p")).headers.get("x-marks")).toBe("A,C,E,D,B,");
});

test("its parameters are variables for the shared flow only", async () => {
  const gateway = await serve({
    ...calling("greet", {
      ...call("Call", "greet", '<Parameter name="who">{request.queryparam.name}</Parameter>'),
      ...setHeader("B", "x-after", "{who:gone}"),
    }),
    ...sharedFlowFiles("greet", step("Greet"), setHeader("Greet", "x-greeting", "hello {who}")),
  });
  const { headers } = await gateway.fetch("/p?name=world");
  expect([headers.get("x-greeting"), headers.get("x-after")]).toEqual(["hello world", "gone"]);
});

test("the body that only a shared flow of a shared flow reads is there", async () => {
  const gateway = await serve({
    ...calling("outer"),
    ...sharedFlowFiles("outer", step("In"), call("In", "inner")),
    ...sharedFlowFiles("inner", step("Read"), setHeader("Read", "x-content", "{request.content}")),
  });
  const response = await gateway.fetch("/p", { method: "POST", body: "sent" });
  expect(response.headers.get("x-content")).toBe("sent");
});

test("a shared flow that is not deployed is a warning at deployment and SharedFlowNotFound when it is called", async () => {
  expect(problemsOf(calling("absent"))).toEqual(["warning SharedFlowNotFound"]);
  const response = await (await serve(calling("absent"))).fetch("/p");
  expect([response.status, await response.json()]).toEqual([
    500,
    defaultFault("flow.SharedFlowNotFound", "Shared Flow absent Not Found"),
  ]);
});

describe("shared flows that call each other in a circle are refused at deployment", () => {
  const flow = (name: string, calls: string) => sharedFlowFiles(name, step("Call"), call("Call", calls));

  test.each([
    ["itself", flow("self", "self")],
    ["one another", { ...flow("one", "two"), ...flow("two", "one") }],
    ["itself, called by a proxy", { ...calling("self"), ...flow("self", "self") }],
    [
      "itself, on a flow hook",
      {
        ...proxyFiles("p", {}),
        ...flow("self", "self"),
        "environments/local/flowhooks.json": '{"PreProxyFlowHook":{"sharedFlow":"self"}}',
      },
    ],
  ])("%s", (_, files) => {
    const problems = problemsOf(files);
    expect(problems).toContain("error SharedFlowCycle");
    expect(problems.filter((problem) => problem !== "error SharedFlowCycle")).toEqual([]);
  });
});

test("a flow hook whose shared flow is not deployed is an error", () => {
  const hooks = { "environments/local/flowhooks.json": '{"PreTargetFlowHook":{"sharedFlow":"absent"}}' };
  expect(problemsOf({ ...proxyFiles("p", {}), ...hooks })).toContain("error SharedFlowNotFound");
});
