import { expect, inject, test } from "vitest";
import { httpTarget, proxyFiles, raise, serve, sharedFlowFiles, step } from "./gateway-kit.ts";

const { a } = inject("servers");

/** A policy with its script in it. */
function script(name: string, source: string, attributes = ""): Record<string, string> {
  return {
    [name]: `<Javascript name="${name}" ${attributes}><Source><![CDATA[${source}]]></Source></Javascript>`,
  };
}

const failing = `<PreFlow><Request>${step("Fail")}</Request></PreFlow>`;
const rule = (name: string) => `<FaultRules><FaultRule name="all">${step(name)}</FaultRule></FaultRules>`;

async function answer(files: Record<string, string>, path = "/p", init: RequestInit = {}) {
  const gateway = await serve(files);
  const response = await gateway.fetch(path, init);
  const text = await response.text();
  await gateway.settled();
  return { status: response.status, text, headers: response.headers, log: gateway.log };
}

test("in a fault rule the script sees the error message, as Apigee shows it", async () => {
  const { status, text } = await answer(
    proxyFiles("p", {
      flows: failing + rule("JS"),
      policies: {
        ...raise("Fail", 418, "no tea"),
        ...script(
          "JS",
          "var seen = JSON.parse(JSON.stringify(error)); context.setVariable('error.content', [error.status.code, typeof error.status.code, '' + error, error.content, seen.status.code, seen.content, response === undefined].join('|')); context.setVariable('error.status.code', 409)",
        ),
      },
    }),
  );
  expect(status).toBe(409);
  expect(text).toBe("418|string|418:RaiseFault|no tea|418|no tea|false");
});

test("a script that throws enters the error flow, and its variables say so", async () => {
  const { status, text } = await answer(
    proxyFiles("p", {
      flows: `<PreFlow><Request>${step("JS")}</Request></PreFlow>${rule("Show")}`,
      policies: {
        ...script("JS", "context.setVariable('before', 'kept'); throw new Error('mine')"),
        Show: '<AssignMessage name="Show"><Set><Payload>{fault.name} {javascript.JS.failed} {before} {error.message}</Payload></Set></AssignMessage>',
      },
    }),
  );
  expect(status).toBe(500);
  expect(text).toBe(
    'ScriptExecutionFailed true kept Execution of JS failed with error: Javascript runtime error: "Error: mine (JS.js:1)"',
  );
});

test("with continueOnError the flow goes on", async () => {
  const { status, text } = await answer(
    proxyFiles("p", {
      flows: `<PostFlow><Response>${step("JS")}${step("After")}</Response></PostFlow>`,
      policies: {
        ...script("JS", "throw 1", 'continueOnError="true"'),
        After:
          '<AssignMessage name="After"><Set><Payload>{javascript.JS.failed}</Payload></Set></AssignMessage>',
      },
    }),
  );
  expect([status, text]).toEqual([200, "true"]);
});

test("a script changes where the target is called, and what with", async () => {
  const { text } = await answer(
    proxyFiles("p", {
      target: `<PreFlow><Request>${step("JS")}</Request></PreFlow>${httpTarget(`${a}/nowhere`)}`,
      policies: script(
        "JS",
        `context.setVariable('target.url', '${a}/echo?by=script'); context.setVariable('target.copy.pathsuffix', false); context.targetRequest.headers['X-By'] = 'script'; request.method = 'POST'; request.content = 'made';`,
      ),
    }),
    "/p/some/path",
  );
  const sent = JSON.parse(text);
  expect([sent.method, sent.url, sent.body]).toEqual(["POST", "/echo?by=script", "made"]);
});

test("a shared flow runs the scripts of its own bundle, also after the answer", async () => {
  const { text, log } = await answer({
    ...proxyFiles("p", {
      flows: `<PostFlow><Response>${step("Call")}</Response></PostFlow><PostClientFlow><Response>${step("Late")}</Response></PostClientFlow>`,
      policies: {
        Call: '<FlowCallout name="Call"><SharedFlowBundle>shared</SharedFlowBundle></FlowCallout>',
        ...script("Late", "print('after', response.status.code)"),
      },
    }),
    ...sharedFlowFiles("shared", step("JS"), {
      JS: '<Javascript name="JS"><ResourceURL>jsc://own.js</ResourceURL></Javascript>',
    }),
    "sharedflows/shared/sharedflowbundle/resources/jsc/own.js": "response.content = 'shared'",
  });
  expect(text).toBe("shared");
  expect(log).toContainEqual({ event: "script.printed", policy: "Late", text: "after 200" });
});

/** Notes in the order of execution where each step says it is, and shows the notes. */
const note =
  "var seen = context.getVariable('seen'); seen = (seen ? seen + ' ' : '') + context.flow; context.setVariable('seen', seen);";

test("context.flow names the part of the flow", async () => {
  const { text, log } = await answer(
    proxyFiles("p", {
      flows: `<PreFlow><Request>${step("JS")}</Request></PreFlow><PostFlow><Response>${step("JS")}${step("Show")}</Response></PostFlow><PostClientFlow><Response>${step("Late")}</Response></PostClientFlow>`,
      target: `<PreFlow><Request>${step("JS")}</Request><Response>${step("JS")}</Response></PreFlow>${httpTarget(`${a}/echo`)}`,
      policies: {
        ...script("JS", note),
        ...script("Show", "response.content = context.getVariable('seen')"),
        ...script("Late", "print(context.flow)"),
      },
    }),
  );
  expect(text).toBe("PROXY_REQ_FLOW TARGET_REQ_FLOW TARGET_RESP_FLOW PROXY_RESP_FLOW");
  expect(log).toContainEqual({ event: "script.printed", policy: "Late", text: "PROXY_RESP_FLOW" });
});

test.each([
  ["the target's answer", `<PreFlow><Request/></PreFlow>${rule("Never")}`, rule("Show"), "TARGET_RESP_FLOW"],
  ["a step of the proxy", failing + rule("Show"), rule("Never"), "PROXY_REQ_FLOW"],
])("context.flow in the fault rule of %s", async (_, flows, faults, expected) => {
  const { text } = await answer(
    proxyFiles("p", {
      flows,
      target: `${faults}${httpTarget(`${a}/status/500`)}`,
      policies: {
        ...raise("Fail", 418),
        ...script("Show", "error.content = context.flow"),
        ...script("Never", "error.content = 'never'"),
      },
    }),
  );
  expect(text).toBe(expected);
});
