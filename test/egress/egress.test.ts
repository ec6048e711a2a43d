import { beforeEach, describe, expect, inject, test } from "vitest";
import { noAudit } from "../../src/egress/audit/audit.ts";
import { type Connection, noHeaders, type OutboundCall } from "../../src/egress/call.ts";
import { Deadlines } from "../../src/egress/deadline.ts";
import { bodyFailure, Egress } from "../../src/egress/egress.ts";
import { compileEgressPolicy } from "../../src/egress/egress-policy.ts";
import { EgressError } from "../../src/egress/error.ts";
import type { Echo } from "../servers/routes.ts";
import { ManualClock } from "./clock.ts";

const { a, b, nobody } = inject("servers");
const internet: Connection = { fetch: (url, init) => fetch(url, init) };
const policy = compileEgressPolicy({
  allow: [a, b, nobody, a.replace("http:", "https:"), "api.example.com", "api.example.com:8443"],
  advice: { list: "egress.json" },
});

const lines: Record<string, unknown>[] = [];
const log = (line: Record<string, unknown>) => void lines.push(line);
const egress = new Egress({ policy, internet, connections: new Map(), log, audit: noAudit });

beforeEach(() => {
  lines.length = 0;
});

function call(url: string, changes: Partial<OutboundCall> = {}): OutboundCall {
  return {
    url,
    method: "GET",
    headers: new Headers(),
    body: null,
    timeoutMs: 5000,
    by: "SC-Test",
    ...changes,
  };
}

const send = (url: string, changes?: Partial<OutboundCall>, deadlines = new Deadlines()) =>
  egress.send(call(url, changes), deadlines);

/** The error of a call that must fail. */
async function failure(sent: Promise<unknown>): Promise<EgressError> {
  const error = await sent.then(
    () => null,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(EgressError);
  return error;
}

test.each(["TRACE", "trace", "Trace"])(
  "%s is not sent: its answer would repeat the credentials of the call",
  async (method) => {
    let sent = 0;
    const counting: Connection = { fetch: (url, init) => fetch(url, init).finally(() => sent++) };
    const own = new Egress({ policy, internet: counting, connections: new Map(), log, audit: noAudit });
    const error = await failure(own.send(call(`${a}/echo`, { method }), new Deadlines()));
    expect([error.kind, sent]).toEqual(["invalid", 0]);
  },
);

describe("an allowed call", () => {
  test("sends method, path, query, headers and body as they are", async () => {
    const headers = new Headers([
      ["content-type", "application/json"],
      ["x-twice", "1"],
      ["x-twice", "2"],
    ]);
    const response = await send(`${a}/echo/a%2Fb?q=1&q=%20`, { method: "PUT", headers, body: '{"a":1}' });
    const echo = await response.json<Echo>();
    expect(echo).toMatchObject({ method: "PUT", url: "/echo/a%2Fb?q=1&q=%20", body: '{"a":1}' });
    const sent = echo.headers.map(([name, value]) => `${name.toLowerCase()}: ${value}`);
    expect(sent).toEqual(
      expect.arrayContaining(["content-type: application/json", "x-twice: 1", "x-twice: 2"]),
    );
    expect(sent).toEqual(expect.arrayContaining(["content-length: 7", `host: ${new URL(a).host}`]));
  });

  test.each(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"])(
    "can be %s without a body",
    async (method) => {
      const response = await send(`${a}/echo`, { method });
      if (method !== "HEAD") expect(await response.json()).toMatchObject({ method, body: "" });
      expect(response.status).toBe(200);
    },
  );

  test("can stream its body", async () => {
    const body = new Blob(["stream", "ed"]).stream();
    const response = await send(`${a}/pipe`, { method: "POST", body });
    expect(await response.text()).toBe("streamed");
  });

  test("resolves with any status", async () => {
    for (const status of [204, 304, 404, 503]) {
      expect((await send(`${a}/status/${status}`)).status).toBe(status);
    }
  });

  test.each([["with", new Headers()] as const, ["that has no", noHeaders] as const])(
    "%s headers does not follow redirects",
    async (_, headers) => {
      const response = await send(`${a}/redirect?to=${encodeURIComponent(`${b}/echo`)}`, { headers });
      expect([response.status, response.headers.get("location")]).toEqual([302, `${b}/echo`]);
      await response.body?.cancel();
    },
  );

  test.each(["GET", "HEAD", "POST"])("that has no headers is sent as %s with its body", async (method) => {
    const body = method === "POST" ? new Uint8Array([104, 105]) : null;
    const response = await send(`${a}/echo/there?q=1`, { method, headers: noHeaders, body });
    const sent = { method, url: "/echo/there?q=1", body: body === null ? "" : "hi" };
    if (method !== "HEAD") expect(await response.json()).toMatchObject(sent);
    expect(response.status).toBe(200);
  });

  test("logs nothing", async () => {
    await send(`${a}/status/500`);
    expect(lines).toEqual([]);
  });
});

describe("a GET or HEAD", () => {
  test.each(["", new Uint8Array()])("with an empty body is sent without one", async (body) => {
    expect(await (await send(`${a}/echo`, { body })).json()).toMatchObject({ method: "GET", body: "" });
  });

  test.each(["GET", "HEAD", "get"])("(%s) with a body is not sent", async (method) => {
    const error = await failure(send(`${a}/echo`, { method, body: "x" }));
    expect(error).toMatchObject({ kind: "invalid", message: expect.stringContaining(`with ${method}`) });
  });
});

test.each(["", "A B", "CONNECT"])(
  "a method that cannot be sent (%j) is named as the reason",
  async (method) => {
    const error = await failure(send(`${a}/echo`, { method }));
    expect(error.kind).toBe("invalid");
  },
);

test("a refused call is not sent, and one line in the log names the missing rule", async () => {
  const sent: string[] = [];
  const watched = { fetch: (url: string) => Promise.resolve(new Response(sent.push(url).toString())) };
  const door = new Egress({ policy, internet: watched, connections: new Map(), log, audit: noAudit });
  const url = "https://evil.example:8443/x?token=secret";
  const error = await failure(door.send(call(url), new Deadlines()));
  expect(error.kind).toBe("refused");
  expect(error.message).toBe(
    'The egress policy refused the call: "evil.example:8443" is not in the egress list.',
  );
  expect(sent).toEqual([]);
  expect(lines).toEqual([
    {
      level: "error",
      event: "egress.refused",
      by: "SC-Test",
      host: "evil.example",
      port: 8443,
      reason: '"evil.example:8443" is not in the egress list',
      rule: "evil.example:8443",
      remedy: 'Add "evil.example:8443" to egress.json.',
    },
  ]);
});

test("a redirect to a host that is not listed is an answer, not a call", async () => {
  const response = await send(`${a}/redirect?to=${encodeURIComponent("http://169.254.169.254/")}`);
  expect(response.status).toBe(302);
  await response.body?.cancel();
});

describe("a host with a connection of its own", () => {
  const named = (name: string): Connection => ({ fetch: async (url) => new Response(`${name} ${url}`) });
  const connections = new Map([
    ["api.example.com:443", named("tls")],
    ["api.example.com:80", named("plain")],
    ["api.example.com:8443", named("other port")],
  ]);
  const door = new Egress({ policy, internet: named("internet"), connections, log, audit: noAudit });

  test.each([
    ["https://api.example.com/x", "tls https://api.example.com/x"],
    ["https://API.example.com:443/x", "tls https://API.example.com:443/x"],
    ["http://api.example.com/", "plain http://api.example.com/"],
    ["http://api.example.com:8443/", "other port http://api.example.com:8443/"],
  ])("is called through it: %s", async (url, text) => {
    expect(await (await door.send(call(url), new Deadlines())).text()).toBe(text);
  });

  test("leaves every other host to the internet", async () => {
    expect(await (await door.send(call(`${a}/x`), new Deadlines())).text()).toBe(`internet ${a}/x`);
  });

  test("still has to be listed", async () => {
    const only = new Egress({
      policy: compileEgressPolicy({ allow: [], advice: "dev" }),
      internet,
      connections,
      log,
      audit: noAudit,
    });
    expect((await failure(only.send(call("https://api.example.com/"), new Deadlines()))).kind).toBe(
      "refused",
    );
  });
});

describe("a call without an answer", () => {
  test.each([
    ["nobody listens", () => nobody, "unreachable"],
    ["the connection is closed", () => `${a}/close`, "unreachable"],
    ["the server does not speak TLS", () => `${a.replace("http:", "https:")}/echo`, "tls"],
  ])("because %s", async (_, url, kind) => {
    const error = await failure(send(url()));
    expect(error.kind).toBe(kind);
    expect(error.cause).toBeInstanceOf(Error);
    expect(error.message).toContain(new URL(url()).host);
  });

  test("within its time is a timeout, and its late answer is let go", async () => {
    const clock = new ManualClock();
    const sent = failure(send(`${a}/half/egress-late`, { timeoutMs: 100 }, new Deadlines(clock)));
    clock.pass(100);
    expect(await sent).toMatchObject({ kind: "timeout", message: "No answer within 100 ms." });
    expect((await fetch(`${a}/left/egress-late`)).status).toBe(200);
  });
});

describe("an answer's body", () => {
  test("that is cut off is a closed connection", async () => {
    const response = await send(`${a}/cut`);
    const error = bodyFailure(await response.text().catch((reason) => reason));
    expect(error).toMatchObject({ kind: "closed", cause: expect.any(Error) });
  });

  test("that stalls is a timeout when its reader keeps the time", async () => {
    const clock = new ManualClock();
    const deadlines = new Deadlines(clock);
    const response = await send(`${a}/half/egress-stall`, {}, deadlines);
    const text = deadlines.within(50, response.text()).catch((error) => bodyFailure(error));
    clock.pass(50);
    expect(await text).toMatchObject({ kind: "timeout" });
    await (await fetch(`${a}/release/egress-stall`)).body?.cancel();
  });
});
