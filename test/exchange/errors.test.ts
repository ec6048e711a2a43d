import { describe, expect, inject, test } from "vitest";
import {
  assign,
  httpTarget,
  type ProxyParts,
  proxyFiles,
  raise,
  serve,
  setHeader,
  setVariable,
  step,
} from "./gateway-kit.ts";

const { a, nobody } = inject("servers");

const rule = (condition: string, ...steps: string[]) =>
  `<FaultRules><FaultRule name="r">${condition && `<Condition>${condition}</Condition>`}${steps.map((name) => step(name)).join("")}</FaultRule></FaultRules>`;
const inResponse = (...names: string[]) =>
  `<PreFlow><Response>${names.map((name) => step(name)).join("")}</Response></PreFlow>`;
const inRequest = (name: string) => `<PreFlow><Request>${step(name)}</Request></PreFlow>`;

const notFound = `${a}/status/404?body=nothing%20here`;
const said =
  "{response.status.code}|{response.header.x-server}|{response.content}|{response.reason.phrase}|{error.status.code}|{message.status.code}";

const policies = {
  ...setHeader("Tell", "x-told", said),
  ...raise("Fail", 418, "raised"),
  ...assign("Change", "<Set><StatusCode>422</StatusCode><Payload>changed</Payload></Set>"),
  ...assign("Write", `<AssignVariable><Name>response.content</Name><Value>written</Value></AssignVariable>`),
  ...assign(
    "Restore",
    `<Copy source="response"><Headers/><Payload>true</Payload><StatusCode>true</StatusCode></Copy>`,
  ),
};

async function failed(parts: ProxyParts, init: RequestInit = {}) {
  const gateway = await serve(proxyFiles("p", { ...parts, policies: { ...policies, ...parts.policies } }));
  const response = await gateway.fetch("/p", init);
  const text = await response.text();
  await gateway.settled();
  return { status: response.status, told: response.headers.get("x-told"), headers: response.headers, text };
}

describe("in the error flow `response` is the target's answer", () => {
  test.each<[string, ProxyParts, string]>([
    [
      "an error answer, in the target's rules",
      { target: rule("", "Tell") + httpTarget(notFound) },
      "404|a|nothing here|Not Found|404|404",
    ],
    [
      "an error answer, in the proxy's rules",
      {
        flows: rule("", "Tell"),
        routes: `<RouteRule name="url"><URL>${notFound.replace("&", "&amp;")}</URL></RouteRule>`,
      },
      "404|a|nothing here|Not Found|404|404",
    ],
    [
      "a good answer after a RaiseFault in the target's response flow",
      { target: inResponse("Fail") + rule("", "Tell") + httpTarget(`${a}/status/200?body=good`) },
      "200|a|good|OK|418|418",
    ],
    [
      "a good answer after a RaiseFault in the proxy's response flow",
      {
        flows: inResponse("Fail") + rule("", "Tell"),
        target: httpTarget(`${a}/status/200?body=good`),
      },
      "200|a|good|OK|418|418",
    ],
    [
      "none before the target has answered",
      { flows: inRequest("Fail") + rule("", "Tell"), target: httpTarget(notFound) },
      "||||418|418",
    ],
    ["none when it never answers", { target: rule("", "Tell") + httpTarget(nobody) }, "||||503|503"],
  ])("%s", async (_, parts, told) => {
    expect(await failed(parts)).toMatchObject({ told });
  });

  test.each([
    ["status", "(response.status.code GreaterThanOrEquals 400) And (response.status.code LesserThan 500)"],
    ["header", 'response.header.x-server = "a"'],
    ["content", 'response.content = "nothing here"'],
  ])("conditions of both endpoints see its %s", async (_, condition) => {
    const target = rule(condition, "Tell") + httpTarget(notFound);
    const told = "404|a|nothing here|Not Found|404|404";
    expect(await failed({ target })).toMatchObject({ told });
    const routes = `<RouteRule name="url"><URL>${notFound}</URL></RouteRule>`;
    expect(await failed({ flows: rule(condition, "Tell"), routes })).toMatchObject({ told });
  });

  test("what a rule makes of the pending error leaves it alone, also for PostClientFlow", async () => {
    const flows = `<PostClientFlow><Response>${step("Call")}</Response></PostClientFlow>`;
    const call = `<ServiceCallout name="Call"><Request><Set><Verb>POST</Verb><Payload>{response.status.code} {response.content} {error.status.code} {error.content}</Payload></Set></Request><HTTPTargetConnection><URL>${a}/hold/pending-error</URL></HTTPTargetConnection></ServiceCallout>`;
    const keep = setVariable("Keep", "kept", said);
    const answered = failed({
      flows,
      target: rule("", "Change", "Tell", "Keep") + httpTarget(notFound),
      policies: { Call: call, ...keep },
    });
    await fetch(`${a}/release/pending-error`);
    expect(await answered).toMatchObject({
      status: 422,
      text: "changed",
      told: "404|a|nothing here|Not Found|422|422",
    });
  });

  test("writing it leaves the pending error alone", async () => {
    expect(await failed({ target: rule("", "Write", "Tell") + httpTarget(notFound) })).toMatchObject({
      told: "404|a|written|Not Found|404|404",
      text: "nothing here",
    });
  });

  test("it can be put back over an error that was made of it", async () => {
    expect(await failed({ target: rule("", "Change", "Restore") + httpTarget(notFound) })).toMatchObject({
      status: 404,
      text: "nothing here",
    });
  });
});

describe("a compressed error answer", () => {
  const properties = { "success.codes": "201" };
  const readsResponse = setHeader("Read", "x-told", "{jsonPath($.compressed,response.content)}");
  const readsBoth = setHeader("Read", "x-told", "{error.content}{response.content}");

  test.each([
    ["nobody reads", "Other", {}, null],
    ["a rule reads as `response`", "Read", readsResponse, "true"],
    ["a rule reads as `error` and `response`", "Read", readsBoth, '{"compressed":true}{"compressed":true}'],
  ])("that %s arrives as it was", async (_, name, policies, told) => {
    const target = rule("", name) + httpTarget(`${a}/gzip`, properties);
    const all = { ...setHeader("Other", "x-other", "1"), ...policies };
    expect(await failed({ target, policies: all })).toMatchObject({ told, text: '{"compressed":true}' });
  });

  test("can be copied out of `response`", async () => {
    const target = rule("", "Read", "Change", "Restore") + httpTarget(`${a}/gzip`, properties);
    const { headers, ...answer } = await failed({ target, policies: readsResponse });
    expect(answer).toEqual({ status: 200, told: "true", text: '{"compressed":true}' });
  });
});

test("an error answer that breaks off while a rule reads it as `response` is an error of its own", async () => {
  const { status, text } = await failed({
    target: rule("", "Tell") + httpTarget(`${a}/cut`, { "success.codes": "201" }),
  });
  expect(status).toBe(502);
  expect(text).toContain("messaging.adaptors.http.flow.UnexpectedEOFAtTarget");
});
