import { describe, expect, test } from "vitest";
import { RequestMessage } from "../../../src/flow/message.ts";
import { RaisedFault } from "../../../src/flow/raised-fault.ts";
import { raiseFault } from "../../../src/policies/messages/raise-fault.ts";
import { faultOf, flowOf, problemsOf, runPolicy, variableOf } from "../policy-kit.ts";

const policy = (response: string, rest = "") =>
  `<RaiseFault name="RF-1"><FaultResponse>${response}</FaultResponse>${rest}</RaiseFault>`;

const strict = "<IgnoreUnresolvedVariables>false</IgnoreUnresolvedVariables>";

async function raised(xml: string, flow = flowOf()): Promise<RaisedFault> {
  const fault = await faultOf(raiseFault, xml, flow);
  if (fault instanceof RaisedFault) return fault;
  throw fault;
}

describe("the fault", () => {
  test("names the policy, and is 500 with no payload by default", async () => {
    const fault = await raised('<RaiseFault name="RF-1"/>');
    expect([fault.code, fault.faultName, fault.message, fault.status]).toEqual([
      "steps.raisefault.RaiseFault",
      "RaiseFault",
      "Raising fault. Fault name : RF-1",
      500,
    ]);
    expect(fault.response.status).toBe(500);
    expect(fault.response.body.isEmpty).toBe(true);
    expect(fault.setsStatus).toBe(false);
  });

  test.each([
    ["true", "RF-1"],
    ["false", "Raising fault. Fault name : RF-1"],
  ])("has the fault string of ShortFaultReason %s", async (short, expected) => {
    const fault = await raised(policy("", `<ShortFaultReason>${short}</ShortFaultReason>`));
    expect(fault.message).toBe(expected);
  });

  test("has the status that the policy sets", async () => {
    const fault = await raised(policy("<Set><StatusCode>403</StatusCode></Set>"));
    expect([fault.status, fault.response.status, fault.setsStatus]).toEqual([403, 403, true]);
  });

  test("knows that 500 was set", async () => {
    expect((await raised(policy("<Set><StatusCode>500</StatusCode></Set>"))).setsStatus).toBe(true);
  });
});

describe("FaultResponse", () => {
  test("Set makes the error message from templates", async () => {
    const xml = policy(`<Set>
      <Headers><Header name="X-Verb">{request.verb}</Header></Headers>
      <Payload contentType="application/json">{"path":"{request.path}"}</Payload>
      <StatusCode>{status}</StatusCode>
      <ReasonPhrase>Not {request.verb}</ReasonPhrase>
    </Set>`);
    const { response } = await raised(xml, flowOf({ variables: { status: 405 } }));
    expect([response.status, response.reason, response.content]).toEqual([
      405,
      "Not GET",
      '{"path":"/v1/things"}',
    ]);
    expect(Object.fromEntries(response.headers)).toEqual({
      "content-type": "application/json",
      "x-verb": "GET",
    });
  });

  test("Add, Copy, Remove and AssignVariable happen in document order", async () => {
    const request = new RequestMessage({ headers: new Headers({ a: "1", b: "2" }), body: "sent" });
    const flow = flowOf({ request });
    const xml = policy(`
      <AssignVariable><Name>why</Name><Value>because</Value></AssignVariable>
      <Copy source="request"><Headers/><Payload>true</Payload></Copy>
      <Remove><Headers><Header name="b"/></Headers></Remove>
      <Add><Headers><Header name="a">{why}</Header></Headers></Add>`);
    const { response } = await raised(xml, flow);
    expect(Object.fromEntries(response.headers)).toEqual({ a: "1, because" });
    expect(response.content).toBe("sent");
    expect(variableOf(flow, "why")).toBe("because");
  });
});

describe("an unresolved variable", () => {
  const header = '<Set><Headers><Header name="X">[{nothing}]</Header></Headers></Set>';

  test("is empty text by default", async () => {
    expect((await raised(policy(header))).response.headers.get("x")).toBe("[]");
  });

  test.each([
    ["in a template", header],
    ["as the source of a Copy", '<Copy source="nothing"/>'],
    ["in AssignVariable", "<AssignVariable><Name>a</Name><Ref>nothing</Ref></AssignVariable>"],
  ])("with IgnoreUnresolvedVariables false is said in the fault: %s", async (_title, response) => {
    const fault = await raised(policy(response, strict));
    expect([fault.code, fault.message, fault.status]).toEqual([
      "steps.raisefault.RaiseFault",
      "RaiseFault[RF-1]: unable to resolve variable nothing",
      500,
    ]);
  });
});

test("a Copy from what is no message is said in the fault with IgnoreUnresolvedVariables false", async () => {
  const fault = await raised(policy('<Copy source="text"/>', strict), flowOf({ variables: { text: "x" } }));
  expect(fault.message).toBe("RaiseFault[RF-1]: value of variable text is not of type Message");
});

test("a status that cannot be sent is said in the fault, which is 500", async () => {
  const xml = policy("<Set><StatusCode>{nothing}</StatusCode></Set>");
  const fault = await raised(xml);
  expect([fault.message, fault.status]).toEqual([
    "RaiseFault[RF-1]: unable to set variable status.code",
    500,
  ]);
});

test("the flow's own messages stay as they are", async () => {
  const flow = flowOf();
  const xml = policy('<Set><Headers><Header name="X">1</Header></Headers><Payload>x</Payload></Set>');
  await expect(runPolicy(raiseFault, xml, flow)).rejects.toBeInstanceOf(RaisedFault);
  expect([flow.request.content, flow.request.headers.has("x"), flow.error]).toEqual(["", false, null]);
});

test.each([
  [
    "an unknown element",
    '<RaiseFault name="R"><FaultResponse><AssignTo/></FaultResponse></RaiseFault>',
    "warning UnknownElement 1:37",
  ],
  [
    "a variable without a name",
    policy("<AssignVariable><Value>x</Value></AssignVariable>"),
    "error InvalidVariableName 1:40",
  ],
  [
    "a flag that is no boolean",
    policy("", "<ShortFaultReason>maybe</ShortFaultReason>"),
    "warning InvalidBoolean 1:56",
  ],
])("a deployment reports %s", (_title, xml, problem) => {
  expect(problemsOf(raiseFault, xml)).toEqual([problem]);
});
