import { describe, expect, inject, test, vi } from "vitest";
import {
  assign,
  defaultFault,
  httpTarget,
  marks,
  type ProxyParts,
  proxyFiles,
  raise,
  serve,
  setHeader,
  setVariable,
  sharedFlowFiles,
  step,
} from "./gateway-kit.ts";

const { a, nobody } = inject("servers");

const rule = (name: string, condition: string, ...steps: string[]) =>
  `<FaultRule name="${name}">${condition && `<Condition>${condition}</Condition>`}${steps.map((name) => step(name)).join("")}</FaultRule>`;
const rules = (...all: string[]) => `<FaultRules>${all.join("")}</FaultRules>`;
const fallback = (content: string) => `<DefaultFaultRule name="default">${content}</DefaultFaultRule>`;
const enforced = "<AlwaysEnforce>true</AlwaysEnforce>";
const failing = `<PreFlow><Request>${step("Fail")}</Request></PreFlow>`;

const policies = {
  ...marks("A", "B", "C", "D"),
  ...raise("Fail", 418, "failed"),
  ...raise("Again", 409),
  ...raise("Instead", 403, "instead"),
  Broken: '<AssignMessage name="Broken"><AssignTo createNew="false">absent</AssignTo></AssignMessage>',
};

async function failed(parts: ProxyParts, init: RequestInit = {}, path = "/p") {
  const gateway = await serve(proxyFiles("p", { ...parts, policies: { ...policies, ...parts.policies } }));
  const response = await gateway.fetch(path, init);
  await gateway.settled();
  return {
    status: response.status,
    marks: response.headers.get("x-marks"),
    headers: response.headers,
    text: await response.text(),
  };
}

describe("the first FaultRule with a true condition, or with none, is the only one executed", () => {
  const all = rules(
    rule("top", "", "A", "Show"),
    rule("middle", 'fault.name = "RaiseFault"', "B", "Show"),
    rule("bottom", 'fault.name = "Other"', "C", "Show"),
  );

  test("a ProxyEndpoint tries them from bottom to top", async () => {
    expect(await failed({ flows: failing + all })).toMatchObject({
      status: 418,
      marks: "B,",
      text: "failed",
    });
  });

  test("a TargetEndpoint tries them from top to bottom", async () => {
    expect(await failed({ target: failing + all + httpTarget(a) })).toMatchObject({
      status: 418,
      marks: "A,",
    });
  });

  test("its Condition may stand after its steps", async () => {
    const late = `<FaultRule name="late">${step("D")}${step("Show")}<Condition>false</Condition></FaultRule>`;
    expect(await failed({ flows: failing + rules(rule("all", "", "A", "Show"), late) })).toMatchObject({
      marks: "A,",
    });
  });

  test("its steps run from top to bottom, each with its own condition", async () => {
    const steps = step("A") + step("B", "false") + step("C", "is.error = true") + step("Show");
    const flows = `${failing}<FaultRules><FaultRule name="x">${steps}</FaultRule></FaultRules>`;
    expect(await failed({ flows })).toMatchObject({ marks: "A,C," });
  });

  test("a condition may read the content of the error", async () => {
    const all = rules(rule("json", 'error.content = "failed"', "A", "Show"));
    expect(await failed({ flows: failing + all })).toMatchObject({ marks: "A," });
  });
});

describe("the rules of the endpoint whose flow was running are tried, and no others", () => {
  const proxyRules = rules(rule("proxy", "", "A", "Show"));
  const targetRules = rules(rule("target", "", "B", "Show"));
  const response = `<PreFlow><Response>${step("Fail")}</Response></PreFlow>`;

  test.each([
    ["the proxy's request flow", failing, "", a, "A,"],
    ["the proxy's response flow", response, "", `${a}/status/200`, "A,"],
    ["the target's request flow", "", failing, a, "B,"],
    ["the target's response flow", "", response, `${a}/status/200`, "B,"],
    ["an error answer of the target", "", "", `${a}/status/503`, "B,"],
    ["a target that cannot be reached", "", "", nobody, "B,"],
  ])("%s", async (_, proxyFlow, targetFlow, url, expected) => {
    const { marks } = await failed({
      flows: proxyFlow + proxyRules,
      target: targetFlow + targetRules + httpTarget(url),
    });
    expect(marks).toBe(expected);
  });

  test("the proxy's do not handle what happens at a target without rules", async () => {
    expect(await failed({ flows: proxyRules, target: httpTarget(`${a}/status/503`) })).toMatchObject({
      status: 503,
      marks: null,
    });
  });

  test("the proxy's handle what happens at a RouteRule's URL, which has none", async () => {
    const routes = `<RouteRule name="url"><URL>${a}/status/503</URL></RouteRule>`;
    expect(await failed({ flows: proxyRules, routes })).toMatchObject({ status: 503, marks: "A," });
  });

  test("the caller's handle what happens in a shared flow", async () => {
    const gateway = await serve({
      ...proxyFiles("p", {
        flows: `<PreFlow><Request>${step("Call")}</Request></PreFlow>${proxyRules}`,
        policies: {
          ...policies,
          Call: '<FlowCallout name="Call"><SharedFlowBundle>s</SharedFlowBundle></FlowCallout>',
        },
      }),
      "sharedflows/s/sharedflowbundle/s.xml": '<SharedFlowBundle name="s" revision="1"/>',
      "sharedflows/s/sharedflowbundle/sharedflows/default.xml": `<SharedFlow name="default">${step("Fail")}</SharedFlow>`,
      "sharedflows/s/sharedflowbundle/policies/Fail.xml": raise("Fail", 418).Fail ?? "",
    });
    const { status, headers } = await gateway.fetch("/p");
    expect([status, headers.get("x-marks")]).toEqual([418, "A,"]);
  });

  test("after an error neither the rest of the flow nor PostFlow runs", async () => {
    const flows = `<PreFlow><Request>${step("Fail")}${step("C")}</Request></PreFlow>
      <PostFlow><Request>${step("C")}</Request><Response>${step("C")}</Response></PostFlow>${proxyRules}`;
    expect(await failed({ flows })).toMatchObject({ marks: "A," });
  });
});

describe("DefaultFaultRule", () => {
  const runs = fallback(step("D") + step("Show"));
  const always = fallback(enforced + step("D") + step("Show"));
  const matches = rules(rule("matches", "", "A", "Show"));
  const matchesNot = rules(rule("not", "false", "A", "Show"));

  test.each([
    ["runs when there is no FaultRule", runs, "D,"],
    ["runs when no FaultRule applies", matchesNot + runs, "D,"],
    ["does not run when a FaultRule ran", matches + runs, "A,"],
    ["runs after it with AlwaysEnforce", matches + always, "A,D,"],
    [
      "does not run when its own condition is false",
      fallback(`<Condition>false</Condition>${step("D")}`),
      null,
    ],
    ["does not run when the chosen FaultRule runs no step", rules(rule("empty", "")) + runs, null],
    [
      "runs with AlwaysEnforce after a policy of the FaultRule failed",
      rules(rule("fails", "", "A", "Broken")) + always,
      "A,D,",
    ],
    [
      "does not run with AlwaysEnforce when the FaultRule raised a fault",
      rules(rule("raises", "", "A", "Show", "Again")) + always,
      "A,",
    ],
  ])("%s", async (_, faults, expected) => {
    expect(await failed({ flows: failing + faults })).toMatchObject({ marks: expected });
  });
});

describe("what the client gets", () => {
  test("the default body when the chosen rule executes no step", async () => {
    const target = rules(rule("x", "")) + httpTarget(nobody);
    expect(await failed({ target })).toMatchObject({
      status: 503,
      text: JSON.stringify(
        defaultFault(
          "messaging.adaptors.http.flow.ServiceUnavailable",
          "The Service is temporarily unavailable",
        ),
      ),
    });
  });

  test.each([
    [null, "application/json"],
    ["*/*", "application/json"],
    ["application/json, application/xml", "application/json"],
    ["text/xml", "application/xml"],
    ["application/problem+xml;q=0.9", "application/xml"],
  ])("in JSON, or in XML for Accept: %s", async (accept, contentType) => {
    const { headers, text } = await failed(
      { routes: "<RouteRule name='x'><Condition>false</Condition></RouteRule>" },
      { headers: accept === null ? {} : { accept } },
    );
    expect(headers.get("content-type")).toBe(contentType);
    expect(text).toBe(
      contentType === "application/json"
        ? '{"fault":{"faultstring":"Unable to route the message to a TargetEndpoint","detail":{"errorcode":"messaging.runtime.RouteFailed"}}}'
        : "<fault><faultstring>Unable to route the message to a TargetEndpoint</faultstring><detail><errorcode>messaging.runtime.RouteFailed</errorcode></detail></fault>",
    );
  });

  test.each([400, 404, 500, 503])("a target's own %i with its headers and body", async (status) => {
    const result = await failed({ target: httpTarget(`${a}/status/${status}?body=own`) });
    expect([result.status, result.text, result.headers.get("x-server")]).toEqual([status, "own", "a"]);
  });

  test.each([
    ["1xx,2xx,3xx,404", 404, "A,"],
    ["404", 200, null],
  ])("success.codes %s: whether %i is an answer", async (codes, status, expected) => {
    const target = `<PreFlow><Response>${step("A")}${step("Show")}</Response></PreFlow>${httpTarget(`${a}/status/${status}`, { "success.codes": codes })}`;
    expect(await failed({ target })).toMatchObject({ status, marks: expected });
  });

  test.each([
    ["without AssignTo", ""],
    ["to response", '<AssignTo createNew="false" type="response">response</AssignTo>'],
    ["to error", '<AssignTo createNew="false">error</AssignTo>'],
    ["to request, as the documentation's sample has it", '<AssignTo createNew="false" type="request"/>'],
  ])("what AssignMessage in a rule makes of it, %s", async (_, assignTo) => {
    const made = assign(
      "Make",
      `${assignTo}<Set><StatusCode>503</StatusCode><ReasonPhrase>Later</ReasonPhrase><Headers><Header name="retry-after">7</Header></Headers><Payload contentType="text/plain">{fault.name}: {error.message}</Payload></Set>`,
    );
    const result = await failed({ flows: failing + rules(rule("x", "", "Make")), policies: made });
    expect([result.status, result.headers.get("retry-after"), result.text]).toEqual([
      503,
      "7",
      "RaiseFault: Raising fault. Fault name : Fail",
    ]);
  });

  test("what RaiseFault in a rule sets over the pending error, and nothing of the steps after it", async () => {
    expect(
      await failed({ flows: failing + rules(rule("x", "", "A", "Show", "Instead", "Broken")) }),
    ).toMatchObject({
      status: 403,
      marks: "A,",
      text: "instead",
    });
  });

  test("the pending payload when RaiseFault in a rule sets only a status", async () => {
    expect(await failed({ flows: failing + rules(rule("x", "", "Again")) })).toMatchObject({
      status: 409,
      text: "failed",
    });
  });

  test("the fault of another policy that fails in a rule, which ends it", async () => {
    const result = await failed({ flows: failing + rules(rule("x", "", "Broken", "A", "Show")) });
    expect([result.status, result.marks]).toEqual([500, null]);
    expect(result.text).toContain("steps.assignmessage.");
  });

  test("no body when a fault answers HEAD", async () => {
    expect(await failed({ flows: failing }, { method: "HEAD" })).toMatchObject({ status: 418, text: "" });
  });
});

describe("continueOnError", () => {
  const going = {
    Broken: policies.Broken.replace("<AssignMessage", '<AssignMessage continueOnError="true"'),
  };

  test("lets the flow go on, with the variables of the failure set and without an error state", async () => {
    const flows = `<PreFlow><Request>${step("Broken")}</Request><Response>${step("Tell")}</Response></PreFlow>`;
    const { status, headers } = await failed({
      flows,
      policies: {
        ...going,
        ...setHeader(
          "Tell",
          "x-told",
          "{assignmessage.Broken.failed} {assignmessage.Tell.failed:unset} {is.error} {error.message:none} {fault.name}",
        ),
      },
    });
    expect(status).toBe(200);
    expect(headers.get("x-told")).toMatch(
      /^true unset false none (UnresolvedVariable|VariableOfNonMsgType)$/,
    );
  });

  test("lets a fault rule go on too", async () => {
    const flows = failing + rules(rule("x", "", "Broken", "A", "Show"));
    expect(await failed({ flows, policies: going })).toMatchObject({ status: 418, marks: "A," });
  });

  test("does not keep RaiseFault from raising", async () => {
    const Fail = (raise("Fail", 418).Fail ?? "").replace("<RaiseFault", '<RaiseFault continueOnError="true"');
    expect(await failed({ flows: failing, policies: { Fail } })).toMatchObject({ status: 418 });
  });
});

describe("the variables of the error state", () => {
  const told =
    "{is.error}|{fault.name}|{fault.category}|{fault.reason}|{error.message}|{error.status.code}|{error.state}|{error.header.x-server}";

  test.each([
    [
      "RaiseFault",
      { flows: `${failing}${rules(rule("x", "", "Tell"))}` },
      "true|RaiseFault|Step|Raising fault. Fault name : Fail|Raising fault. Fault name : Fail|418|",
    ],
    [
      "an error answer of the target",
      { target: rules(rule("x", "", "Tell")) + httpTarget(`${a}/status/404`) },
      "true|ErrorResponseCode|Messaging|",
    ],
    [
      "a target that cannot be reached",
      { target: rules(rule("x", "", "Tell")) + httpTarget(nobody) },
      "true|ServiceUnavailable|Messaging|The Service is temporarily unavailable|The Service is temporarily unavailable|503|",
    ],
  ])("after %s", async (_, parts: ProxyParts, expected) => {
    const { headers } = await failed({ ...parts, policies: setHeader("Tell", "x-told", told) });
    expect(headers.get("x-told")).toContain(expected);
  });

  test("failed is true for the policy that failed, and false for those that ran", async () => {
    const { headers } = await failed({
      flows: `<PreFlow><Request>${step("A")}${step("Fail")}</Request></PreFlow>${rules(rule("x", "", "Tell"))}`,
      policies: setHeader(
        "Tell",
        "x-told",
        "{assignmessage.A.failed} {raisefault.Fail.failed} {assignmessage.B.failed:unset}",
      ),
    });
    expect(headers.get("x-told")).toBe("false true unset");
  });

  test("variables that were set before are still there", async () => {
    const { headers } = await failed({
      flows: `<PreFlow><Request>${step("Set")}${step("Fail")}</Request></PreFlow>${rules(rule("x", "", "Tell"))}`,
      policies: {
        ...setVariable("Set", "mine", "kept"),
        ...setHeader("Tell", "x-told", "{mine} {request.verb}"),
      },
    });
    expect(headers.get("x-told")).toBe("kept GET");
  });
});

describe("a defect of the gateway is answered 500 without its details, which go to the log", () => {
  const locked = async () => {
    const response = new Response("secret");
    response.body?.getReader();
    return response;
  };

  test.each([
    ["in a flow", `<PostFlow><Response>${step("Read")}</Response></PostFlow>`],
    ["while answering", `<PostFlow><Response>${step("Mark")}</Response></PostFlow>`],
  ])("%s", async (_, flows) => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const gateway = await serve(
      proxyFiles("p", {
        flows,
        target: httpTarget("http://defect.test/"),
        policies: {
          ...setHeader("Read", "x-read", "{response.content}"),
          ...setHeader("Mark", "x-mark", "on the way back"),
        },
      }),
      { connections: new Map([["defect.test:80", { fetch: locked }]]) },
    );
    const response = await gateway.fetch("/p");
    const lines = log.mock.calls.map(([line]) => JSON.parse(line));
    log.mockRestore();
    expect(response.status).toBe(500);
    expect(lines).toEqual([
      expect.objectContaining({
        event: "internal-error",
        proxy: "p",
        error: expect.stringMatching(/locked(.|\n)*\n {4}at /),
      }),
    ]);
    expect(await response.json()).toEqual(
      defaultFault("sortie.InternalError", `Internal error; message id ${lines[0].messageid}`),
    );
  });

  test.each([
    ["of the proxy", "Draw", "Draw"],
    ["of a shared flow", "Share", "Draw"],
  ])("and which names the policy %s that it came about in", async (_, attached, policy) => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const broken = vi.spyOn(crypto, "getRandomValues").mockImplementation(() => {
      throw new TypeError("broken");
    });
    const draw = setHeader("Draw", "x-number", "{randomLong(1,6)}");
    const gateway = await serve({
      ...proxyFiles("p", {
        flows: `<PreFlow><Request>${step(attached)}</Request></PreFlow>`,
        policies: {
          ...draw,
          Share: "<FlowCallout name='Share'><SharedFlowBundle>draw</SharedFlowBundle></FlowCallout>",
        },
      }),
      ...sharedFlowFiles("draw", step("Draw"), draw),
    });
    const response = await gateway.fetch("/p");
    const lines = log.mock.calls.map(([line]) => JSON.parse(line));
    log.mockRestore();
    broken.mockRestore();
    expect(response.status).toBe(500);
    expect(lines).toMatchObject([
      { event: "internal-error", proxy: "p", policy, error: expect.stringMatching(/^TypeError: broken\n/) },
    ]);
  });
});
