import { describe, expect, inject, test } from "vitest";
import { proxyFiles, serve, step } from "../../../exchange/gateway-kit.ts";

const { a, b, nobody } = inject("servers");

/** Shows variables of the flow as the answer's text. */
const show = (text: string) =>
  `<AssignMessage name="AM-Show"><Set><Payload contentType="text/plain">${text}</Payload></Set></AssignMessage>`;
const http = (url: string) => `<HTTPTargetConnection><URL>${url}</URL></HTTPTargetConnection>`;

/** A proxy without a target: it runs the callout SC for the request, and AM-Show for the answer. */
const proxy = (callout: string, shown: string, parts: { faultRules?: string; condition?: string } = {}) =>
  proxyFiles("p", {
    flows: `<PreFlow><Request>${step("SC", parts.condition)}</Request><Response>${step("AM-Show")}</Response></PreFlow>${parts.faultRules ?? ""}`,
    policies: { SC: callout, "AM-Show": show(shown) },
  });

/** What the flow can know about a callout when it is over. */
const outcome =
  "{servicecallout.SC.failed} {answer.status.code:unset} {fault.name:none} {servicecallout.requesturi}";

describe("in a gateway", () => {
  test("a callout's answer can be used by the steps after it", async () => {
    const callout = `<ServiceCallout name="SC"><Response>answer</Response>${http(`${a}/status/201?body={request.queryparam.say}`)}</ServiceCallout>`;
    const gateway = await serve(proxy(callout, `{answer.content} ${outcome}`), { allow: [a] });
    expect(await (await gateway.fetch("/p?say=hello")).text()).toBe(
      "hello false 201 none /status/201?body=hello",
    );
  });

  test.each([
    ["an error status", `${a}/status/404`, "true 404 ExecutionFailed /status/404"],
    ["no answer", nobody, "true unset ExecutionFailed /"],
    ["a refusal", "http://evil.example/x", "true unset ExecutionFailed /x"],
  ])("with continueOnError the flow goes on after %s", async (_, url, text) => {
    const callout = `<ServiceCallout name="SC" continueOnError="true"><Response>answer</Response>${http(url)}</ServiceCallout>`;
    const gateway = await serve(proxy(callout, outcome), { allow: [a, nobody] });
    const response = await gateway.fetch("/p");
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(text);
  });

  test("without it the client gets the documented fault", async () => {
    const callout = `<ServiceCallout name="SC"><Response>answer</Response>${http(`${a}/status/404`)}</ServiceCallout>`;
    const gateway = await serve(proxy(callout, ""), { allow: [a] });
    const response = await gateway.fetch("/p");
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({
      fault: {
        faultstring: "Execution of ServiceCallout SC failed. Reason: ResponseCode 404 is treated as error",
        detail: { errorcode: "steps.servicecallout.ExecutionFailed" },
      },
    });
  });

  test("a fault rule can tell by the answer's status what happened", async () => {
    const faultRules = `<FaultRules><FaultRule name="missing"><Condition>fault.name = "ExecutionFailed" and answer.status.code = 404</Condition>${step("AM-Show")}</FaultRule></FaultRules>`;
    const callout = `<ServiceCallout name="SC"><Response>answer</Response>${http(`${a}/status/404?body=gone`)}</ServiceCallout>`;
    const gateway = await serve(proxy(callout, "{answer.content}: {error.message}", { faultRules }), {
      allow: [a],
    });
    expect(await (await gateway.fetch("/p")).text()).toBe(
      "gone: Execution of ServiceCallout SC failed. Reason: ResponseCode 404 is treated as error",
    );
  });

  test("a callout without <Response> answers the client before it is answered itself", async () => {
    const callout = `<ServiceCallout name="SC"><Request><Set><Payload>seen</Payload></Set></Request>${http(`${a}/hold/sc-gateway`)}</ServiceCallout>`;
    const gateway = await serve(proxy(callout, "done {servicecallout.SC.failed}"), { allow: [a] });
    expect(await (await gateway.fetch("/p")).text()).toBe("done false");
    await fetch(`${a}/arrived/sc-gateway`);
    await fetch(`${a}/release/sc-gateway`);
    await gateway.settled();
  });

  test("the client's payload goes to the callout and, with clearPayload false, to the target", async () => {
    const files = proxyFiles("p", {
      flows: `<PreFlow><Request>${step("SC")}</Request></PreFlow>`,
      target: http(`${b}/pipe`),
      policies: {
        SC: `<ServiceCallout name="SC"><Request variable="request" clearPayload="false"/>${http(`${a}/echo`)}<Response>answer</Response></ServiceCallout>`,
      },
    });
    const gateway = await serve(files, { allow: [a, b] });
    const body = new Blob(["from the client"]).stream();
    const response = await gateway.fetch("/p", { method: "POST", body });
    expect(await response.text()).toBe("from the client");
  });

  test("a proxy can call another one, whose faults are its answer", async () => {
    const callout =
      '<ServiceCallout name="SC" continueOnError="true"><Response>answer</Response><LocalTargetConnection><Path>/inner/{request.queryparam.id}</Path></LocalTargetConnection></ServiceCallout>';
    const raise =
      '<RaiseFault name="RF"><FaultResponse><Set><StatusCode>409</StatusCode><Payload>taken {proxy.pathsuffix}</Payload></Set></FaultResponse></RaiseFault>';
    const gateway = await serve({
      ...proxy(callout, `{answer.content} ${outcome}`),
      ...proxyFiles("inner", {
        flows: `<PreFlow><Request>${step("RF")}</Request></PreFlow>`,
        policies: { RF: raise },
      }),
    });
    expect(await (await gateway.fetch("/p?id=7")).text()).toBe("taken /7 true 409 ExecutionFailed /inner/7");
  });

  test("a target server is found by its name", async () => {
    const { hostname: host, port } = new URL(a);
    const callout =
      '<ServiceCallout name="SC"><Response>answer</Response><HTTPTargetConnection><LoadBalancer><Server name="stock"/></LoadBalancer><Path>/status/200?body=stock</Path></HTTPTargetConnection></ServiceCallout>';
    const gateway = await serve(
      {
        ...proxy(callout, "{answer.content} {loadbalancing.targetserver}"),
        "environments/local/targetservers.json": JSON.stringify([
          { name: "stock", host, port, isEnabled: true },
        ]),
      },
      { allow: [a] },
    );
    expect(await (await gateway.fetch("/p")).text()).toBe("stock stock");
  });
});
