import { describe, expect, test } from "vitest";
import type { FlowContext, Step } from "../../../src/flow/context.ts";
import { Fault } from "../../../src/flow/fault.ts";
import { RequestMessage } from "../../../src/flow/message.ts";
import { flowCallout } from "../../../src/policies/callouts/flow-callout.ts";
import { faultOf, flowOf, loadPolicy, problemsOf, runPolicy, variableOf } from "../policy-kit.ts";

/** A FlowCallout named FC with this inside. */
const policy = (inside: string, sharedFlow = "Strings") =>
  `<FlowCallout name="FC">${inside}<SharedFlowBundle>${sharedFlow}</SharedFlowBundle></FlowCallout>`;

/** A gateway with one shared flow, whose only step is given. */
const sharing = (step: Step, name = "Strings") => ({
  sharedFlows: { steps: (asked: string) => (asked === name ? step : null) },
});

/** Runs a FlowCallout and gives what the variables were while the shared flow ran. */
async function seen(inside: string, names: readonly string[], flow: FlowContext = flowOf()) {
  let values: unknown[] = [];
  const look = (during: FlowContext) => {
    values = names.map((name) => variableOf(during, name));
  };
  await runPolicy(flowCallout, policy(inside), flow, sharing(look));
  return values;
}

describe("Pass parameters to a shared flow", () => {
  test.each([
    ["a literal value in an attribute", '<Parameter name="p" value="a {word}"/>', "a {word}"],
    ["a reference to a variable in an attribute", '<Parameter name="p" ref="word"/>', "hello"],
    [
      "a literal value in the element content",
      '<Parameter name="p"> Gladys Kravitz </Parameter>',
      "Gladys Kravitz",
    ],
    [
      "a reference to a variable in the element content",
      '<Parameter name="p">{word}, {word}</Parameter>',
      "hello, hello",
    ],
    ["a message template with a function", '<Parameter name="p">{toUpperCase(word)}</Parameter>', "HELLO"],
    ["a ref keeps the value's type", '<Parameter name="p" ref="count"/>', 7],
    [
      "a ref with a value: the value when the variable is not set",
      '<Parameter name="p" ref="no" value="v"/>',
      "v",
    ],
    [
      "a ref with a value: the variable when it is set",
      '<Parameter name="p" ref="word" value="v"/>',
      "hello",
    ],
    ["a ref to a variable that is not set", '<Parameter name="p" ref="no"/>', null],
    ["a template with a variable that is not set", '<Parameter name="p">[{no}]</Parameter>', "[]"],
    ["nothing", '<Parameter name="p"/>', ""],
  ])("%s", async (_, parameter, value) => {
    const flow = flowOf({ variables: { word: "hello", count: 7 } });
    expect(await seen(`<Parameters>${parameter}</Parameters>`, ["p"], flow)).toEqual([value]);
  });

  test("currentstep.flowstate says where the flow is, and a parameter of that name counts more", async () => {
    const name = "currentstep.flowstate";
    const flow = flowOf();
    expect(await seen("", [name], flow)).toEqual(["PROXY_REQ_FLOW"]);
    flow.part = "target";
    flow.direction = "response";
    expect(await seen("", [name], flow)).toEqual(["TARGET_RESP_FLOW"]);
    const parameters = `<Parameters><Parameter name="${name}">mine: {${name}}</Parameter></Parameters>`;
    expect(await seen(parameters, [name], flow)).toEqual(["mine: TARGET_RESP_FLOW"]);
    expect(variableOf(flow, name)).toBe("TARGET_RESP_FLOW");
  });

  test("a message is passed as a message", async () => {
    const flow = flowOf({ request: new RequestMessage({ verb: "PUT" }) });
    const parameters = '<Parameters><Parameter name="call" ref="request"/></Parameters>';
    expect(await seen(parameters, ["call", "call.verb"], flow)).toEqual([flow.request, "PUT"]);
  });

  test("the content of a message that a parameter names is declared", () => {
    const xml = policy('<Parameters><Parameter name="p">{request.content}</Parameter></Parameters>');
    expect([
      ...loadPolicy(
        flowCallout,
        xml,
        sharing(() => {}),
      ).reads,
    ]).toEqual(["request"]);
  });

  test("all values are read before the first parameter is set", async () => {
    const flow = flowOf({ variables: { a: "1", b: "2" } });
    const parameters = '<Parameters><Parameter name="a" ref="b"/><Parameter name="b" ref="a"/></Parameters>';
    expect(await seen(parameters, ["a", "b"], flow)).toEqual(["2", "1"]);
  });

  test("a parameter may be called like the beginning of another variable", async () => {
    const flow = flowOf({ variables: { "user.name": "Ann" } });
    const parameters = '<Parameters><Parameter name="user" value="x"/></Parameters>';
    expect(await seen(parameters, ["user", "user.name"], flow)).toEqual(["x", "Ann"]);
  });

  test("no parameters are needed", async () => {
    expect(await seen("<Parameters/>", ["apigee.edge.sharedflow.name"])).toEqual(["Strings"]);
    expect(await seen("", ["apigee.edge.sharedflow.name"])).toEqual(["Strings"]);
  });
});

describe("Parameters are visible only while the shared flow runs", () => {
  const parameters =
    '<Parameters><Parameter name="old" value="p"/><Parameter name="new" value="p"/></Parameters>';
  const after = (flow: FlowContext) => ["old", "new", "result"].map((name) => variableOf(flow, name));
  const write: Step = (flow) => {
    flow.variables.set("new", "overwritten");
    flow.variables.set("result", "kept");
  };
  const failure = new Fault("steps.raisefault.RaiseFault", "no");
  const endings: [string, Step, boolean][] = [
    ["when it ends", write, false],
    ["when it ends later", async (flow) => write(flow), false],
    [
      "when it fails",
      (flow) => {
        write(flow);
        throw failure;
      },
      true,
    ],
    [
      "when it fails later",
      async (flow) => {
        write(flow);
        throw failure;
      },
      true,
    ],
  ];
  test.each(endings)(
    "%s the caller's values are back, and what it set otherwise stays",
    async (_, step, fails) => {
      const flow = flowOf({ variables: { old: "caller's" } });
      flow.sharedFlow = "Outer";
      const running = fails
        ? expect(faultOf(flowCallout, policy(parameters), flow, sharing(step))).resolves.toBe(failure)
        : runPolicy(flowCallout, policy(parameters), flow, sharing(step));
      await running;
      expect(after(flow)).toEqual(["caller's", null, "kept"]);
      expect(flow.sharedFlow).toBe("Outer");
    },
  );

  test("a shared flow that is called from a shared flow", async () => {
    const inner = policy('<Parameters><Parameter name="depth" value="2"/></Parameters>', "Inner");
    const log: unknown[] = [];
    const look: Step = (flow) => {
      log.push(variableOf(flow, "apigee.edge.sharedflow.name"), variableOf(flow, "depth"));
    };
    const callInner = loadPolicy(flowCallout, inner, sharing(look, "Inner")).step;
    const outer: Step = (flow) => {
      look(flow);
      callInner?.(flow);
      look(flow);
    };
    const flow = flowOf();
    const xml = policy('<Parameters><Parameter name="depth" value="1"/></Parameters>');
    await runPolicy(flowCallout, xml, flow, sharing(outer));
    look(flow);
    expect(log).toEqual(["Strings", "1", "Inner", "2", "Strings", "1", null, null]);
  });

  test("a synchronous shared flow stays synchronous", () => {
    const { step } = loadPolicy(flowCallout, policy(parameters), sharing(write));
    expect(step?.(flowOf())).toBeUndefined();
  });
});

test("a shared flow that does not exist is a fault at run time", async () => {
  const xml = policy('<Parameters><Parameter name="p" value="v"/></Parameters>', "SharedFlow_Sample");
  const flow = flowOf();
  expect(
    await faultOf(
      flowCallout,
      xml,
      flow,
      sharing(() => {}),
    ),
  ).toMatchObject({
    code: "flow.SharedFlowNotFound",
    status: 500,
    message: "Shared Flow SharedFlow_Sample Not Found",
  });
  expect(variableOf(flow, "p")).toBeNull();
});

describe("What is wrong with a FlowCallout is reported with its place", () => {
  test.each([
    ["no SharedFlowBundle", '<FlowCallout name="FC"/>', "error SharedFlowBundleRequired 1:1"],
    ["an empty SharedFlowBundle", policy("", ""), "error SharedFlowBundleRequired 1:24"],
    [
      "a parameter without a name",
      policy('<Parameters><Parameter value="v"/></Parameters>'),
      "warning MissingName 1:36",
    ],
    [
      "a parameter called like a built-in variable",
      policy('<Parameters><Parameter name="proxy.name" value="v"/></Parameters>'),
      "error InvalidParameterName 1:36",
    ],
    [
      "a parameter called like a part of a message",
      policy('<Parameters><Parameter name="request.header.A" value="v"/></Parameters>'),
      "error InvalidParameterName 1:36",
    ],
    [
      "a malformed template",
      policy('<Parameters><Parameter name="p">{toUpperCase(}</Parameter></Parameters>'),
      "error InvalidTemplate 1:36",
    ],
    [
      "unresolved variables that should be a fault",
      policy('<Parameters ignoreUnresolvedVariables="false"/>'),
      "warning UnresolvedVariablesIgnored 1:24",
    ],
    ["an unknown element", policy("<SharedFlow>x</SharedFlow>"), "warning UnknownElement 1:24"],
  ])("%s", (_, xml, problem) => {
    expect(problemsOf(flowCallout, xml)).toEqual([problem]);
  });

  test("ignoreUnresolvedVariables is known", () => {
    expect(problemsOf(flowCallout, policy('<Parameters ignoreUnresolvedVariables="true"/>'))).toEqual([]);
  });
});
