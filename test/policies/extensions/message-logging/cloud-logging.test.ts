import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import type { Connection } from "../../../../src/egress/call.ts";
import { messageLogging } from "../../../../src/policies/extensions/message-logging/message-logging.ts";
import { ACCOUNT, OTHER, register, servers, testTokens } from "../../../credentials/issuer-kit.ts";
import { Scripted } from "../../../credentials/script.ts";
import {
  check,
  proxyFiles,
  raise,
  serve,
  setVariable,
  sharedFlowFiles,
  step,
  type TestFiles,
} from "../../../exchange/gateway-kit.ts";
import type { ScriptedAnswer } from "../../../servers/scripted.ts";
import { problemsOf } from "../../policy-kit.ts";

beforeAll(async () => {
  await register(ACCOUNT);
  await register(OTHER, [ACCOUNT]);
});

const deployments: TestFiles = {
  "environments/local/deployments.json": JSON.stringify({
    proxies: [{ name: "p", serviceAccount: ACCOUNT }],
  }),
};

const logging = (inside: string, beside = "") =>
  `<MessageLogging name="ML">${beside}<CloudLogging>${inside}</CloudLogging></MessageLogging>`;
const LOG = "<LogName>projects/{organization.name}/logs/{apiproxy.name}</LogName>";
const hello = logging(`${LOG}<Message>hello</Message>`);

const inPostFlow = `<PostFlow><Response>${step("ML")}</Response></PostFlow>`;
const inPostClientFlow = `<PostClientFlow><Response>${step("ML")}</Response></PostClientFlow>`;

/** A gateway whose Cloud Logging is a server of this machine. */
async function logTo(
  policy: string,
  flows = inPostFlow,
  answers: readonly ScriptedAnswer[] = [{}],
  policies = {},
) {
  const server = new Scripted();
  await server.answers(...answers);
  const called: string[] = [];
  const here: Connection = {
    fetch(url, init) {
      called.push(url);
      return fetch(`${server.url}${new URL(url).pathname}`, init);
    },
  };
  const { tokens } = testTokens();
  const files = proxyFiles("p", { flows, policies: { ML: policy, ...policies } });
  const gateway = await serve(
    { ...deployments, ...files },
    {
      connections: new Map([["logging.googleapis.com:443", here]]),
      googleIdentity: (account) => tokens.identity(account),
    },
  );
  const written = async () => {
    await gateway.settled();
    return (await server.calls()).map(({ body }) => JSON.parse(body).entries[0]);
  };
  return { gateway, server, called, written };
}

test("a line is written as an entry, by the service account of the deployment", async () => {
  const { gateway, server, called, written } = await logTo(hello);
  expect((await gateway.fetch("/p")).status).toBe(200);
  expect(await written()).toEqual([
    {
      logName: "projects/test/logs/p",
      severity: "INFO",
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      resource: { type: "api" },
      textPayload: "hello",
    },
  ]);
  expect(called).toEqual(["https://logging.googleapis.com/v2/entries:write"]);
  const [call] = await server.calls();
  const token = call?.authorization?.replace("Bearer ", "") ?? "";
  const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(`${servers.google}/jwks`)));
  expect(payload).toMatchObject({ sub: ACCOUNT, scope: "https://www.googleapis.com/auth/logging.write" });
});

test.each([
  ["of its own writes as that", { name: "sf", serviceAccount: OTHER }, OTHER],
  ["of none writes as the proxy that runs it", "sf", ACCOUNT],
])("a shared flow with an account %s", async (_what, deployed, account) => {
  const server = new Scripted();
  await server.answers({});
  const { tokens } = testTokens();
  const call = '<FlowCallout name="FC"><SharedFlowBundle>sf</SharedFlowBundle></FlowCallout>';
  const proxies = [{ name: "p", serviceAccount: ACCOUNT }];
  const gateway = await serve(
    {
      ...proxyFiles("p", {
        flows: `<PostClientFlow><Response>${step("FC")}</Response></PostClientFlow>`,
        policies: { FC: call },
      }),
      ...sharedFlowFiles("sf", step("ML"), { ML: hello }),
      "environments/local/deployments.json": JSON.stringify({ proxies, sharedflows: [deployed] }),
    },
    {
      connections: new Map([
        [
          "logging.googleapis.com:443",
          { fetch: (_url: string, init: RequestInit) => fetch(server.url, init) },
        ],
      ]),
      googleIdentity: (email) => tokens.identity(email),
    },
  );
  await (await gateway.fetch("/p")).text();
  await gateway.settled();
  const [written] = await server.calls();
  const token = written?.authorization?.replace("Bearer ", "") ?? "";
  expect(decodeJwt(token).sub).toBe(account);
});

describe("an entry", () => {
  const labels = (kind: string) =>
    `<${kind}><Label><Key>{request.header.k}</Key><Value>{request.verb}</Value></Label></${kind}>`;

  test.each<[string, string, object]>([
    [
      "a message template",
      `${LOG}<Message>{request.verb} {request.header.q} {nobody}.</Message>`,
      { textPayload: 'GET "q" .' },
    ],
    [
      "a JSON object",
      `${LOG}<Message contentType="application/json"> {"verb": "{request.verb}", "n": 1}</Message>`,
      { jsonPayload: { verb: "GET", n: 1 } },
    ],
    [
      "JSON that is no object",
      `${LOG}<Message contentType="application/json">[1]</Message>`,
      { textPayload: "[1]" },
    ],
    [
      "JSON that a value has broken",
      `${LOG}<Message contentType="application/json">{"q": "{request.header.q}"}</Message>`,
      { textPayload: '{"q": ""q""}' },
    ],
    [
      "JSON with other delimiters than braces",
      `${LOG}<Message contentType="application/json" variablePrefix="%" variableSuffix="#">{"verb":"%request.verb#"}</Message>`,
      { jsonPayload: { verb: "GET" } },
    ],
    ["JSON called text", `${LOG}<Message contentType="text/plain">{}</Message>`, { textPayload: "{}" }],
    ["labels", `${LOG}<Message>m</Message>${labels("Labels")}`, { labels: { key: "GET" } }],
    [
      "a resource",
      `${LOG}<Message>m</Message><ResourceType>{request.header.k}</ResourceType>${labels("ResourceLabels")}`,
      { resource: { type: "key", labels: { key: "GET" } } },
    ],
    [
      "a log name with a slash",
      "<LogName>projects/x/logs/a/b</LogName><Message>m</Message>",
      { logName: "projects/x/logs/a%2Fb" },
    ],
  ])("has %s", async (_what, inside, expected) => {
    const { gateway, written } = await logTo(logging(inside));
    await gateway.fetch("/p", { headers: { q: '"q"', k: "key" } });
    expect(await written()).toMatchObject([expected]);
  });

  test.each([
    ["", "INFO"],
    ["<logLevel>INFO</logLevel>", "INFO"],
    ["<logLevel>ALERT</logLevel>", "ALERT"],
    ["<logLevel>WARN</logLevel>", "WARNING"],
    ["<logLevel>ERROR</logLevel>", "ERROR"],
  ])("of the level %s has the severity %s", async (level, severity) => {
    const { gateway, written } = await logTo(logging(`${LOG}<Message>m</Message>`, level));
    await gateway.fetch("/p");
    expect(await written()).toMatchObject([{ severity }]);
  });

  test("is bounded, in whole characters", async () => {
    const { gateway, written } = await logTo(
      logging(`${LOG}<Message>é{request.content}</Message>`, ""),
      `<PreFlow><Request>${step("ML")}</Request></PreFlow>`,
    );
    await gateway.fetch("/p", { method: "POST", body: "é".repeat(300_000) });
    expect(await written()).toMatchObject([{ textPayload: "é".repeat(100_000) }]);
  });

  test("of JSON that is too long is text", async () => {
    const long = logging(`${LOG}<Message contentType="application/json">{request.content}</Message>`);
    const { gateway, written } = await logTo(long, `<PreFlow><Request>${step("ML")}</Request></PreFlow>`);
    await gateway.fetch("/p", { method: "POST", body: JSON.stringify({ a: "x".repeat(300_000) }) });
    expect(Object.keys((await written())[0])).toContain("textPayload");
  });
});

describe("nobody waits", () => {
  test.each([
    ["in a flow", inPostFlow],
    ["in the PostClientFlow", inPostClientFlow],
  ])("for the line: %s", async (_where, flows) => {
    const { gateway, server, written } = await logTo(hello, flows, [{ isHeld: true }]);
    const answer = await gateway.fetch("/p");
    expect(answer.status).toBe(200);
    await answer.text();
    await server.arrived(1);
    await server.release();
    expect(await written()).toHaveLength(1);
  });

  test("after a fault either, whose status the message has", async () => {
    const policy = logging(`${LOG}<Message>{message.status.code} {response.status.code}</Message>`);
    const flows = `<PreFlow><Request>${step("RF")}</Request></PreFlow>${inPostClientFlow}`;
    const { gateway, written } = await logTo(policy, flows, [{}], raise("RF", 418));
    const answer = await gateway.fetch("/p");
    expect([answer.status, typeof (await answer.text())]).toEqual([418, "string"]);
    expect(await written()).toMatchObject([{ textPayload: "418 " }]);
  });

  test("and what the flow does later does not show", async () => {
    const policy = logging(`${LOG}<Message>{v}</Message>`);
    const flows = `<PreFlow><Request>${step("Before")}${step("ML")}${step("After")}</Request></PreFlow>`;
    const policies = { ...setVariable("Before", "v", "before"), ...setVariable("After", "v", "after") };
    const { gateway, written } = await logTo(policy, flows, [{}], policies);
    await gateway.fetch("/p");
    expect(await written()).toMatchObject([{ textPayload: "before" }]);
  });
});

describe("trouble", () => {
  test.each<[string, ScriptedAnswer, string]>([
    [
      "no permission",
      { status: 403, body: "denied" },
      `Cloud Logging answered 403. ${ACCOUNT} needs the role Logs Writer (roles/logging.logWriter).`,
    ],
    ["any other status", { status: 503, body: "later" }, "Cloud Logging answered 503."],
  ])("(%s) fails no request, and is said once", async (_what, answer, reason) => {
    const { gateway } = await logTo(hello, inPostFlow, [answer, answer, {}, {}]);
    for (let request = 0; request < 4; request++) {
      expect((await gateway.fetch("/p")).status).toBe(200);
      await gateway.settled();
    }
    const facts = { policy: "ML", proxy: "p" };
    expect(gateway.log).toEqual([
      { level: "error", event: "message-logging.failed", ...facts, messageid: expect.any(String), reason },
      { level: "info", event: "message-logging.recovered", ...facts, lost: 2 },
    ]);
  });

  test("without a token is the same", async () => {
    const { tokens } = testTokens({ secrets: {} });
    const files = proxyFiles("p", { flows: inPostFlow, policies: { ML: hello } });
    const gateway = await serve(
      { ...deployments, ...files },
      { googleIdentity: (account) => tokens.identity(account) },
    );
    expect((await gateway.fetch("/p")).status).toBe(200);
    await gateway.settled();
    expect(gateway.log).toEqual([expect.objectContaining({ event: "message-logging.failed" })]);
  });

  test("a message that takes too much work is a fault", async () => {
    const message = `<Message>${"{request.content}".repeat(33)}</Message>`;
    const flows = `<PreFlow><Request>${step("ML")}</Request></PreFlow>`;
    const { gateway } = await logTo(logging(LOG + message), flows);
    const answer = await gateway.fetch("/p", { method: "POST", body: "x".repeat(1_000_000) });
    expect(answer.status).toBe(500);
    expect(await answer.json()).toMatchObject({
      fault: { detail: { errorcode: "steps.messagelogging.StepDefinitionExecutionFailed" } },
    });
  });

  test("a deployment without a service account is refused", () => {
    const { problems } = check(proxyFiles("p", { flows: inPostFlow, policies: { ML: hello } }));
    expect(problems).toMatchObject([{ code: "FAILED_PRECONDITION", severity: "error", line: 1, column: 27 }]);
  });
});

test.each([
  ["", ["error DestinationMissing 1:1"]],
  ["<File><Message>m</Message><FileName>f</FileName></File>", ["error FileLoggingNotSupported 1:27"]],
  [`<CloudLogging>${LOG}<Message>m</Message></CloudLogging><Syslog/>`, ["error DestinationAmbiguous 1:144"]],
  ["<CloudLogging/>", ["error LogNameMissing 1:27", "error MessageMissing 1:27"]],
  ["<CloudLogging><LogName>x</LogName><Message>m</Message></CloudLogging>", ["warning InvalidLogName 1:41"]],
  [
    `<CloudLogging>${LOG}<Message>m</Message><Labels><Label><Value>v</Value></Label></Labels></CloudLogging>`,
    ["error LabelKeyMissing 1:137"],
  ],
  [
    `<CloudLogging>${LOG}<Message>m</Message><Labels>${"<Label><Key>k</Key></Label>".repeat(65)}</Labels></CloudLogging>`,
    ["error TooManyLabels 1:1865"],
  ],
  [
    `<CloudLogging>${LOG}<Message>m</Message><Endpoint>http://logging.googleapis.com</Endpoint></CloudLogging>`,
    ["error InvalidEndpoint 1:129"],
  ],
  [
    `<CloudLogging>${LOG}<Message>m</Message><Endpoint>logging.example.com/path</Endpoint></CloudLogging>`,
    ["error InvalidEndpoint 1:129"],
  ],
  [
    `<CloudLogging>${LOG}<Message escapeReservedCharacters="true">m</Message></CloudLogging>`,
    ["warning UnknownAttribute 1:143"],
  ],
  [
    `<CloudLogging>${LOG}<Message>m</Message></CloudLogging><logLevel>DEBUG</logLevel>`,
    ["warning InvalidValue 1:144"],
  ],
  [`<CloudLogging>${LOG}<Message>m</Message></CloudLogging><BufferMessage>true</BufferMessage>`, []],
])("%s is reported as %s", (inside, problems) => {
  const google = { identity: () => testTokens().tokens.identity(ACCOUNT) };
  const given = { google, egress: { log: () => {} } as never };
  expect(problemsOf(messageLogging, `<MessageLogging name="ML">${inside}</MessageLogging>`, given)).toEqual(
    problems,
  );
});

test("an endpoint of a region is called there", async () => {
  const { model } = check({
    ...deployments,
    ...proxyFiles("p", {
      flows: inPostFlow,
      policies: {
        ML: logging(`${LOG}<Message>m</Message><Endpoint>logging.europe-west1.rep.googleapis.com</Endpoint>`),
      },
    }),
  });
  const meaning = model.bundles[0]?.bundle.policies.get("ML")?.meaning;
  expect(meaning?.references.urls).toEqual([
    "https://logging.europe-west1.rep.googleapis.com/v2/entries:write",
  ]);
});
