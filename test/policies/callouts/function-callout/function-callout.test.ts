import { describe, expect, test } from "vitest";
import { Float } from "../../../../src/expression/value.ts";
import { ResponseMessage } from "../../../../src/flow/message.ts";
import {
  type FlowFunctionCall,
  FunctionCallError,
} from "../../../../src/policies/callouts/function-callout/call.ts";
import { functionCallout } from "../../../../src/policies/callouts/function-callout/function-callout.ts";
import { faultOf, flowOf, loadPolicy, runPolicy, variableOf } from "../../policy-kit.ts";

const policy = (inside: string, name = "<Function>shippingDays</Function>") =>
  `<FunctionCallout name="FC">${name}${inside}</FunctionCallout>`;

/** A gateway with one function, which returns what it is told. */
function withFunction(json: string) {
  const calls: FlowFunctionCall[] = [];
  const signature = {
    parameters: [
      { name: "country", optional: false },
      { name: "weight", optional: true },
    ],
  };
  return {
    calls,
    functions: {
      signature: (name: string) => (name === "shippingDays" ? signature : undefined),
      call: async (_flow: unknown, call: FlowFunctionCall) => {
        calls.push(call);
        return json;
      },
    },
  };
}

const country = '<Parameter name="country" value="CH"/>';

describe("Parameters", () => {
  test.each([
    ["a literal value", '<Parameter name="country" value="a {word}"/>', "a {word}"],
    ["a template", '<Parameter name="country">{word}!</Parameter>', "hello!"],
    ["a ref, which keeps the value's type", '<Parameter name="country" ref="count"/>', new Float(7)],
    ["a ref to what is not set, with a value", '<Parameter name="country" ref="no" value="v"/>', "v"],
    ["a ref to what is not set", '<Parameter name="country" ref="no"/>', null],
  ])("%s", async (_, parameter, value) => {
    const gateway = withFunction("1");
    const flow = flowOf({ variables: { word: "hello", count: new Float(7) } });
    await runPolicy(functionCallout, policy(`<Parameters>${parameter}</Parameters>`), flow, gateway);
    expect(gateway.calls[0]?.parameters).toEqual(new Map([["country", value]]));
  });

  test("the content of a message that a parameter names is declared", () => {
    const xml = policy('<Parameters><Parameter name="country">{request.content}</Parameter></Parameters>');
    expect([...loadPolicy(functionCallout, xml, withFunction("1")).reads]).toEqual(["request"]);
  });
});

describe("Response", () => {
  test("the variable holds a message with the result as JSON", async () => {
    const xml = policy(`<Parameters>${country}</Parameters><Response>shipping</Response>`);
    const flow = await runPolicy(functionCallout, xml, flowOf(), withFunction('{"days":3}'));
    const message = variableOf(flow, "shipping");
    expect(message).toBeInstanceOf(ResponseMessage);
    expect(variableOf(flow, "shipping.content")).toBe('{"days":3}');
    expect(variableOf(flow, "shipping.header.content-type")).toBe("application/json");
  });

  test("without it the function runs all the same", async () => {
    const gateway = withFunction("1");
    await runPolicy(functionCallout, policy(`<Parameters>${country}</Parameters>`), flowOf(), gateway);
    expect(gateway.calls).toHaveLength(1);
  });

  test("a failure unsets the variable, so that nobody takes an earlier result for this one", async () => {
    const { signature } = withFunction("").functions;
    const call = () => Promise.reject(new FunctionCallError("failed", "it failed"));
    const failing = { functions: { signature, call } };
    const flow = flowOf({ variables: { shipping: "earlier" } });
    const xml = policy(`<Parameters>${country}</Parameters><Response>shipping</Response>`);
    expect((await faultOf(functionCallout, xml, flow, failing)).code).toBe(
      "steps.functioncallout.ExecutionFailed",
    );
    expect(variableOf(flow, "shipping")).toBeNull();
  });
});

test.each([
  ["", null],
  ["<Timeout>1500</Timeout>", 1500],
])("Timeout %j", async (timeout, timeoutMs) => {
  const gateway = withFunction("1");
  await runPolicy(
    functionCallout,
    policy(`<Parameters>${country}</Parameters>${timeout}`),
    flowOf(),
    gateway,
  );
  expect(gateway.calls[0]).toMatchObject({ name: "shippingDays", timeoutMs });
});

test("a result that the variable cannot hold is a fault of the policy", async () => {
  const xml = policy(`<Parameters>${country}</Parameters><Response>request</Response>`);
  const fault = await faultOf(functionCallout, xml, flowOf(), withFunction("1"));
  expect([fault.code, fault.message]).toEqual([
    "steps.functioncallout.ExecutionFailed",
    "Execution of FunctionCallout FC failed. Reason: variable request cannot be set: its value must be a message of its kind",
  ]);
});

test("a parameter's name that was probably meant is said", () => {
  const xml = policy(`<Parameters><Parameter name="contry" value="CH"/></Parameters>`);
  const { report } = loadPolicy(functionCallout, xml, withFunction("1"));
  expect(report.problems.map(({ code, remedy }) => `${code}: ${remedy}`)).toEqual([
    "UnknownParameter: Did you mean country? Otherwise take it out: its parameters are country, weight.",
    'MissingParameter: Add <Parameter name="country"> to <Parameters>.',
  ]);
});

test.each([
  [
    "what to do about it is said",
    "Did you mean shippingDays?",
    ["FunctionNotFound: Did you mean shippingDays?"],
  ],
  ["it has been reported that it is wrong", null, []],
])("of a function that there is not, %s", (_, remedy, expected) => {
  const functions = { ...withFunction("1").functions, remedyForMissing: () => remedy };
  const { report } = loadPolicy(functionCallout, policy("", "<Function>shippingDay</Function>"), {
    functions,
  });
  expect(report.problems.map((problem) => `${problem.code}: ${problem.remedy}`)).toEqual(expected);
});

describe("Deployment errors", () => {
  test.each([
    [
      "a result in a variable of the gateway's own",
      policy(`<Parameters>${country}</Parameters><Response>system.time</Response>`),
      "error ReadOnlyVariable 1:124",
    ],
    ["no function", policy("", ""), "error FunctionRequired 1:1"],
    ["an empty function", policy("", "<Function/>"), "error FunctionRequired 1:28"],
    ["a function that is not there", policy("", "<Function>other</Function>"), "error FunctionNotFound 1:28"],
    ["a parameter that is missing", policy(""), "error MissingParameter 1:28"],
    [
      "a parameter that the function does not have",
      policy(`<Parameters>${country}<Parameter name="color" value="red"/></Parameters>`),
      "error UnknownParameter 1:111",
    ],
    [
      "a parameter without a name",
      policy(`<Parameters>${country}<Parameter value="red"/></Parameters>`),
      "warning MissingName 1:111",
    ],
    [
      "a parameter that is given twice",
      policy(`<Parameters>${country}${country}</Parameters>`),
      "error DuplicateParameter 1:111",
    ],
    [
      "a timeout that is none",
      policy(`<Parameters>${country}</Parameters><Timeout>soon</Timeout>`),
      "error InvalidTimeoutValue 1:124",
    ],
  ])("%s", (_, xml, problem) => {
    const { report } = loadPolicy(functionCallout, xml, withFunction("1"));
    expect(
      report.problems.map(({ severity, code, line, column }) => `${severity} ${code} ${line}:${column}`),
    ).toEqual([problem]);
  });
});
