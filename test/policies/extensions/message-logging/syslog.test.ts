import { describe, expect, test } from "vitest";
import { Audit } from "../../../../src/egress/audit/audit.ts";
import { Deadlines } from "../../../../src/egress/deadline.ts";
import { Egress } from "../../../../src/egress/egress.ts";
import { compileEgressPolicy } from "../../../../src/egress/egress-policy.ts";
import { internet } from "../../../../src/egress/internet.ts";
import { DELIVERY_TIMEOUT_MS } from "../../../../src/policies/extensions/message-logging/log-level.ts";
import { messageLogging } from "../../../../src/policies/extensions/message-logging/message-logging.ts";
import { servers } from "../../../credentials/issuer-kit.ts";
import { ManualClock } from "../../../egress/clock.ts";
import { flowOf, NOW, problemsOf, runPolicy } from "../../policy-kit.ts";

const place = new URL(servers.syslog);
const google = { identity: () => undefined as never };

/** A policy that logs to a server of this machine. */
const syslog = (inside: string, beside = "", { hostname, port } = place) =>
  `<MessageLogging name="ML"><Syslog><Host>${hostname}</Host><Port>${port}</Port><Protocol>TCP</Protocol>${inside}</Syslog>${beside}</MessageLogging>`;

const secure = "<SSLInfo><Enabled>true</Enabled></SSLInfo>";

/** Runs a policy, and waits for what it does in the background. */
async function log(
  xml: string,
  { allow = [servers.syslog, servers.nobody], variables = {}, connections = new Map(), passes = 0 } = {},
) {
  const lines: Record<string, unknown>[] = [];
  const records: Record<string, unknown>[] = [];
  const pending: Promise<unknown>[] = [];
  const audit = new Audit({
    bindings: {},
    print: (line) => void records.push(line),
    log: (line) => void lines.push(line),
    waitUntil: (work) => void pending.push(work),
    now: () => 0,
    uuid: () => "call",
  });
  audit.follow({ destination: "log" }, "test");
  const egress = new Egress({
    policy: compileEgressPolicy({ allow, advice: { list: "egress.json" } }),
    internet,
    connections,
    log: (line) => void lines.push(line),
    audit,
  });
  const clock = new ManualClock(NOW);
  const deadlines = new Deadlines(clock);
  const exchange = {
    now: clock.now,
    within: <T>(ms: number, work: Promise<T>) => deadlines.within(ms, work),
    waitUntil: (work: Promise<unknown>) => void pending.push(work),
  };
  await runPolicy(messageLogging, xml, flowOf({ variables, exchange }), { egress, google });
  clock.pass(passes);
  while (pending.length > 0) await pending.shift();
  return { lines, records };
}

async function received(key: string): Promise<string> {
  return (await fetch(`${servers.syslogLines}/${key}`)).text();
}

/** What stands before a message without FormatMessage. */
const plain = (priority: string, level: string) => `<${priority}>Fri Jan 02 03:04:05 UTC 2026${level}: `;

describe("a line over TCP", () => {
  const header = (pri: string, date = "2026-01-02T03:04:05.678+0000") =>
    `<${pri}>1 ${date} exchange-1 Apigee - - - `;

  test.each<[string, string, string, string]>([
    ["by default has its priority, date and level", "", "", plain("14", "INFO")],
    ["with FormatMessage has a header of RFC 5424", "<FormatMessage>true</FormatMessage>", "", header("14")],
    [
      "with DateFormat has its date in that",
      "<FormatMessage>true</FormatMessage><DateFormat>yyMMdd-HH:mm:ss.SSS</DateFormat>",
      "",
      header("14", "260102-03:04:05.678"),
    ],
    ["with PayloadOnly has nothing in front", "<PayloadOnly>true</PayloadOnly>", "", ""],
    [
      "with both has nothing in front",
      "<FormatMessage>true</FormatMessage><PayloadOnly>true</PayloadOnly>",
      "",
      "",
    ],
    [
      "without FormatMessage has its date as DateFormat says, too",
      "<DateFormat>yyyy</DateFormat>",
      "",
      "<14>2026INFO: ",
    ],
    ["has the priority of INFO", "", "<logLevel>INFO</logLevel>", plain("14", "INFO")],
    ["has the priority of ALERT", "", "<logLevel>ALERT</logLevel>", plain("9", "ALERT")],
    ["has the priority of WARN", "", "<logLevel>WARN</logLevel>", plain("12", "WARN")],
    [
      "has the priority of ERROR",
      "<FormatMessage>true</FormatMessage>",
      "<logLevel>ERROR</logLevel>",
      header("11"),
    ],
  ])("%s", async (_what, inside, beside, front) => {
    const key = crypto.randomUUID();
    const { lines } = await log(
      syslog(`<Message>{key}: {request.verb} {nobody}.</Message>${inside}`, beside),
      {
        variables: { key },
      },
    );
    expect(await received(key)).toBe(`${front}${key}: GET .\n`);
    expect(lines).toEqual([]);
  });

  test("stays one line, whatever its values hold", async () => {
    const key = crypto.randomUUID();
    await log(syslog("<Message>{key}</Message>"), { variables: { key: `${key}\r\n<9>forged\n\0<9>too` } });
    expect(await received(key)).toBe(`${plain("14", "INFO")}${key} <9>forged <9>too\n`);
  });

  test("may have other delimiters than braces, as JSON wants them, and markup", async () => {
    const key = crypto.randomUUID();
    const message = `<Message variablePrefix="%" variableSuffix="#">{"k":"%key#","m":"%messageid#"} <a b="{c}"/></Message>`;
    await log(syslog(`${message}<PayloadOnly>true</PayloadOnly>`), { variables: { key } });
    expect(await received(key)).toBe(`{"k":"${key}","m":"exchange-1"} <a b="{c}"/>\n`);
  });

  test("is bounded, in whole characters", async () => {
    const key = crypto.randomUUID();
    await log(syslog("<Message>{key}{long}</Message><PayloadOnly>true</PayloadOnly>"), {
      variables: { key, long: "é".repeat(200_000) },
    });
    expect(await received(key)).toBe(`${key}${"é".repeat(100_000 - key.length / 2)}\n`);
  });

  test("is recorded like a call, without what it says", async () => {
    const key = crypto.randomUUID();
    const { records } = await log(syslog(`<Message>${key}</Message>`));
    expect(records).toMatchObject([
      {
        method: "CONNECT",
        destination_host: place.hostname,
        destination_port: Number(place.port),
        error: null,
        bytes_sent: `${plain("14", "INFO")}${key}\n`.length,
        metadata: { kind: "policy", name: "ML", proxy: "things" },
      },
    ]);
    expect(JSON.stringify(records)).not.toContain(key);
  });
});

describe("what cannot be sent fails nothing, and is said:", () => {
  const failed = { level: "error", event: "message-logging.failed", policy: "ML", proxy: "things" };
  const hello = syslog("<Message>hello</Message>");

  test("a server that the egress policy does not allow", async () => {
    const { lines, records } = await log(hello, { allow: [] });
    expect(lines).toMatchObject([
      { event: "egress.refused", by: "ML", remedy: `Add "${place.host}" to egress.json.` },
      { ...failed, reason: expect.stringContaining("The egress policy refused the call") },
    ]);
    expect(records).toMatchObject([{ error: "refused", response_flags: "failed" }]);
  });

  test("nobody listens", async () => {
    const { lines } = await log(syslog("<Message>hello</Message>", "", new URL(servers.nobody)));
    expect(lines).toMatchObject([{ ...failed, reason: `${new URL(servers.nobody).host} is not reachable.` }]);
  });

  test("a server that a connection of its own stands for", async () => {
    const connections = new Map([[place.host, { fetch }]]);
    const { lines } = await log(hello, { connections });
    expect(lines).toMatchObject([
      { ...failed, reason: `${place.host} is reached by a connection that carries HTTP only.` },
    ]);
  });

  test("a server without TLS, over TLS, until the time is over", async () => {
    const { lines } = await log(syslog(`<Message>hello</Message>${secure}`), {
      allow: [servers.syslog.replace("http:", "https:")],
      passes: DELIVERY_TIMEOUT_MS,
    });
    expect(lines).toMatchObject([{ ...failed, reason: "No answer within 10000 ms." }]);
  });
});

test.each<[string, readonly string[]]>([
  ["<Message>m</Message><Protocol>TCP</Protocol>", []],
  ["<Message>m</Message>", ["error UDPNotSupported 1:27"]],
  ['<Message variablePrefix="%%">m</Message><Protocol>TCP</Protocol>', ["error InvalidMessage 1:35"]],
  ["<Message>m</Message><Protocol>UDP</Protocol>", ["error UDPNotSupported 1:55"]],
  [`<Message>m</Message><Protocol>UDP</Protocol>${secure}`, ["error InvalidProtocol 1:55"]],
  ["<Message>m</Message><Protocol>HTTP</Protocol>", ["error InvalidProtocol 1:55"]],
  ["<Protocol>TCP</Protocol>", ["error MessageMissing 1:27"]],
  ["<Message>m</Message><Protocol>TCP</Protocol><Port>0</Port>", ["error InvalidPort 1:79"]],
  ["<Message>m</Message><Protocol>TCP</Protocol><Port>65536</Port>", ["error InvalidPort 1:79"]],
  ["<Message>m</Message><Protocol>TCP</Protocol><Port>x</Port>", ["error InvalidPort 1:79"]],
  ["<Message>m</Message><Protocol>TCP</Protocol><Host>a:1</Host>", ["error InvalidHost 1:79"]],
  ["<Message>m</Message><Protocol>TCP</Protocol><Host>a/b</Host>", ["error InvalidHost 1:79"]],
  ["<Message>m</Message><Protocol>TCP</Protocol><Host>::1</Host>", []],
  [
    "<Message>m</Message><Protocol>TCP</Protocol><DateFormat>nope</DateFormat>",
    ["error InvalidDateFormat 1:79"],
  ],
  [
    "<Message>m</Message><Protocol>TCP</Protocol><SSLInfo><Enabled>true</Enabled><TrustStore>t</TrustStore></SSLInfo>",
    ["error TrustStoreNotSupported 1:111"],
  ],
])("<Syslog>%s is reported as %s", (inside, problems) => {
  const egress = { log: () => {} } as never;
  const xml = `<MessageLogging name="ML"><Syslog>${inside}</Syslog></MessageLogging>`;
  expect(problemsOf(messageLogging, xml, { egress, google })).toEqual(problems);
});
