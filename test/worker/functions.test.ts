import { exports } from "cloudflare:workers";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { application, CLIENT_SECRET, tokens } from "../credentials/oauth/kit.ts";
import { Scripted } from "../credentials/script.ts";
import { assign, proxyFiles, step } from "../exchange/gateway-kit.ts";
import { deploy, sourceTo } from "../functions/function-kit.ts";
import { consent, defaultIdentity, tokenOf } from "../routes/oauth-kit.ts";

const { a } = inject("servers");
const endpoint = new Scripted();
const calendar = application(`${endpoint.url}/token`);

/** A policy that calls the function `probe` with what the client's query says. */
const callout = (name: string, inside = "", attributes = "") =>
  `<FunctionCallout name="${name}" ${attributes}><Function>probe</Function>
    <Parameters>
      <Parameter name="action" ref="request.queryparam.action"/>
      <Parameter name="text">{request.queryparam.text}</Parameter>
    </Parameters>${inside}<Response>result</Response></FunctionCallout>`;

const show = assign(
  "Show",
  `<Set><Headers><Header name="x-failed">{functioncallout.FC.failed}</Header>
    <Header name="x-authorize">{functioncallout.FC.authorizeUrl}</Header></Headers>
    <Payload>{result.content}</Payload></Set>`,
);

const flows = `<PreFlow><Request>${step("FC")}</Request></PreFlow>
  <PostFlow><Response>${step("Show")}</Response></PostFlow>`;

beforeAll(async () => {
  await deploy({
    sources: [sourceTo("things", a, { auth: { type: "oauth2" }, outboundApplication: calendar.name })],
    outboundApplications: [calendar],
    identity: defaultIdentity,
    secrets: { [`outbound-application:${calendar.name}`]: { clientSecret: CLIENT_SECRET } },
    proxies: {
      ...proxyFiles("strict", { flows, policies: { ...show, FC: callout("FC") } }),
      ...proxyFiles("lenient", {
        flows,
        policies: { ...show, FC: callout("FC", "", 'continueOnError="true"') },
      }),
      ...proxyFiles("limited", {
        flows,
        policies: { ...show, FC: callout("FC", "<Timeout>1</Timeout>", 'continueOnError="true"') },
      }),
      ...proxyFiles("after", {
        flows: `<PostClientFlow><Response>${step("FC")}</Response></PostClientFlow>`,
        policies: { FC: callout("FC") },
      }),
    },
  });
  await endpoint.answers(tokens(1));
  await consent("alice", calendar.name);
});

async function get(path: string, query: Record<string, string>, headers: Record<string, string> = {}) {
  const url = `http://gateway.test/${path}?${new URLSearchParams(query)}`;
  const response = await exports.default.fetch(url, { headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text };
}

test("the result is in the variable, as JSON", async () => {
  expect(await get("strict", { action: "text", text: "hello" })).toMatchObject({
    status: 200,
    text: '"hello"',
  });
});

test("the function acts for whoever sent the client's request", async () => {
  const authorization = `Bearer ${await tokenOf("alice")}`;
  const { text } = await get("strict", { action: "fetch", text: `${a}/echo` }, { authorization });
  expect(text).toContain("Bearer access-token-1");
});

test("an Authorization header that is none of the issuer's makes the caller nobody, and no failure", async () => {
  const authorization = "Basic dXNlcjpwYXNz";
  expect(await get("strict", { action: "text", text: "x" }, { authorization })).toMatchObject({
    status: 200,
  });
});

describe("faults", () => {
  const faultOf = ({ status, text }: { status: number; text: string }) => {
    const { faultstring, detail } = JSON.parse(text).fault;
    return [status, detail.errorcode, faultstring];
  };

  test.each([
    [
      { action: "throw", text: "secret detail" },
      [
        500,
        "steps.functioncallout.ExecutionFailed",
        expect.stringMatching(
          /^Execution of FunctionCallout FC failed\. Reason: the function probe failed, error [0-9a-f-]{36}$/,
        ),
      ],
    ],
    [{ action: "user-facing", text: "Sold-out" }, [409, "steps.functioncallout.UserFacingError", "Sold-out"]],
    [
      {},
      [
        500,
        "steps.functioncallout.InvalidParameter",
        "FunctionCallout FC: probe needs the parameter action.",
      ],
    ],
  ])("%j", async (query, fault) => {
    expect(faultOf(await get("strict", query as Record<string, string>))).toEqual(fault);
  });

  test("a user who has to consent first: the fault and a variable say where", async () => {
    const authorization = `Bearer ${await tokenOf("dora")}`;
    const query = { action: "fetch", text: `${a}/echo` };
    const url = `http://gateway.test/_sortie/oauth/${calendar.name}/authorize`;
    expect(faultOf(await get("strict", query, { authorization }))).toEqual([
      403,
      "steps.functioncallout.AuthorizationRequired",
      `FunctionCallout FC needs the consent of the user: ${url}`,
    ]);
    const { headers } = await get("lenient", query, { authorization });
    expect([headers.get("x-failed"), headers.get("x-authorize")]).toEqual(["true", url]);
  });

  test("Timeout ends the function, and continueOnError lets the flow go on", async () => {
    const { status, headers } = await get("limited", { action: "raw", text: `${a}/hold/function-timeout` });
    expect([status, headers.get("x-failed")]).toEqual([200, "true"]);
  });
});

test("a function runs in the PostClientFlow, after the client has its answer", async () => {
  expect((await get("after", { action: "raw", text: `${a}/hold/function-after` })).status).toBe(200);
  expect((await fetch(`${a}/arrived/function-after`)).status).toBe(200);
  await (await fetch(`${a}/release/function-after`)).text();
});
