import { describe, expect, test } from "vitest";
import { CountedCalls } from "../../../src/egress/audit/bytes.ts";
import type { AuditRecord } from "../../../src/egress/audit/record.ts";
import type { OutboundCall } from "../../../src/egress/call.ts";
import { Deadlines } from "../../../src/egress/deadline.ts";
import { audited, origin, servers } from "./kit.ts";

const { a, nobody } = servers;
const port = Number(new URL(a).port);
const noLimit = { within: <T>(_ms: number, work: Promise<T>) => work };

function call(url: string, changes: Partial<OutboundCall> = {}): OutboundCall {
  return { url, method: "GET", headers: new Headers(), body: null, timeoutMs: 5000, by: origin, ...changes };
}

/** The record of one call, and its answer's text. */
async function recordOf(url: string, changes: Partial<OutboundCall> = {}) {
  const { egress, printed } = audited();
  const answer = await egress.send(call(url, changes), new Deadlines()).catch(() => null);
  const text = await answer?.text().catch(() => null);
  expect(printed).toHaveLength(1);
  return { record: printed[0] as unknown as AuditRecord, text, answer };
}

describe("the record of a call", () => {
  test("says who called what, when, for how long and how it went", async () => {
    const { egress, printed, clock } = audited();
    const sending = egress.send(call(`${a}/bytes/10?q=s3cret`, { method: "post", body: "né" }), noLimit);
    clock.pass(12);
    await sending;
    expect(printed).toEqual([
      {
        level: "info",
        event: "audit",
        time: "2026-01-02T03:04:05.678Z",
        connection_id: "call-1",
        response_flags: "success",
        method: "POST",
        destination_host: new URL(a).hostname,
        destination_port: port,
        status: 200,
        error: null,
        duration_ms: 12,
        bytes_sent: 3,
        bytes_received: 10,
        metadata: {
          network_type: "direct",
          environment: "test",
          kind: "policy",
          name: "SC-GetStock",
          proxy: "orders-v1",
          source: null,
          user: null,
        },
      },
    ]);
  });

  test("holds nothing of path, query, headers or bodies", async () => {
    const headers = new Headers({ authorization: "Bearer s3cret" });
    const { record } = await recordOf(`${a}/echo/s3cret?key=s3cret#s3cret`, {
      method: "POST",
      headers,
      body: "s3cret",
    });
    expect(JSON.stringify(record)).not.toContain("s3cret");
  });

  test("names a part of the gateway itself", async () => {
    const { record } = await recordOf(`${a}/status/200`, { by: "Google authentication" });
    expect(record.metadata).toMatchObject({ kind: "gateway", name: "Google authentication", proxy: null });
  });

  test("has the status of whatever answer there is, redirects and errors too", async () => {
    expect((await recordOf(`${a}/status/503`)).record).toMatchObject({
      status: 503,
      response_flags: "success",
    });
    expect((await recordOf(`${a}/redirect?to=http://elsewhere.example/`)).record).toMatchObject({
      status: 302,
    });
  });
});

describe("a call without an answer", () => {
  test.each([
    ["that the policy refused", "http://10.1.2.3:81/", "refused", "failed", "10.1.2.3", 81],
    ["whose URL is none", "nonsense", "refused", "failed", "", null],
    [
      "with a user name in its URL",
      "http://user:s3cret@api.example/",
      "refused",
      "failed",
      "api.example",
      80,
    ],
    [
      "that nobody took",
      `${nobody}/`,
      "unreachable",
      "failed",
      new URL(nobody).hostname,
      Number(new URL(nobody).port),
    ],
  ])("%s", async (_, url, error, flags, host, destinationPort) => {
    const { record } = await recordOf(url);
    expect(record).toMatchObject({
      response_flags: flags,
      status: null,
      error,
      destination_host: host,
      destination_port: destinationPort,
      bytes_received: null,
    });
    expect(JSON.stringify(record)).not.toContain("s3cret");
  });

  test("that cannot be sent", async () => {
    const { record } = await recordOf(`${a}/`, { body: "body" });
    expect(record).toMatchObject({ error: "invalid", response_flags: "failed" });
  });

  test("that took too long has left all the same", async () => {
    const { egress, printed, clock } = audited();
    const sending = egress.send(call(`${a}/hold/audit-late`), new Deadlines(clock));
    const failed = expect(sending).rejects.toThrow("No answer within 5000 ms.");
    await fetch(`${a}/arrived/audit-late`);
    clock.pass(5000);
    await failed;
    expect(printed).toMatchObject([{ error: "timeout", response_flags: "success", duration_ms: 5000 }]);
    await fetch(`${a}/release/audit-late`);
  });

  test("is recorded in time also when the caller keeps the time itself and has turned away", async () => {
    const { egress, printed, clock, settled } = audited();
    egress.send(call(`${a}/hold/audit-left`), noLimit, new Deadlines(clock)).catch(() => {});
    await fetch(`${a}/arrived/audit-left`);
    clock.pass(5000);
    await settled();
    expect(printed).toMatchObject([{ error: "timeout" }]);
    await fetch(`${a}/release/audit-left`);
  });
});

describe("bytes are", () => {
  test.each<[string, BodyInit | null, number | null]>([
    ["none", null, 0],
    ["those of a text in UTF-8", "né€", 6],
    ["those of a buffer", new Uint8Array(7).buffer, 7],
    ["those of bytes", new Uint8Array(8), 8],
    ["those of a blob", new Blob(["123"]), 3],
    ["unknown for a stream", new Blob(["123"]).stream(), null],
  ])("sent: %s", async (_, body, bytes) => {
    const { record } = await recordOf(`${a}/pipe`, { method: "POST", body });
    expect(record.bytes_sent).toBe(bytes);
  });

  test("sent: what the headers of a received request say", async () => {
    const received = new Request("http://gateway.example/", {
      method: "POST",
      body: "12345",
      headers: { "content-length": "5" },
    });
    expect((await recordOf(`${a}/pipe`, { method: "POST", body: received })).record.bytes_sent).toBe(5);
  });

  test("received: what Content-Length says, none for HEAD, and unknown without it", async () => {
    expect((await recordOf(`${a}/bytes/100`)).record.bytes_received).toBe(100);
    expect((await recordOf(`${a}/bytes/100`, { method: "HEAD" })).record.bytes_received).toBe(0);
    expect((await recordOf(`${a}/status/204`)).record.bytes_received).toBe(0);
    const piped = await recordOf(`${a}/pipe`, { method: "POST", body: "12345" });
    expect(piped).toMatchObject({ text: "12345", record: { bytes_received: null } });
  });
});

describe("with counted calls, bytes are counted where nobody says their number", () => {
  const stream = (text: string) => new Blob([text]).stream();

  test("in both directions, when all of the answer has been read", async () => {
    const { egress, printed, clock } = audited();
    const counts = new CountedCalls();
    const answer = await egress.send(
      call(`${a}/pipe`, { method: "POST", body: stream("x".repeat(200_000)), counts }),
      noLimit,
    );
    expect(printed).toEqual([]);
    clock.pass(30);
    expect((await answer.text()).length).toBe(200_000);
    expect(printed).toMatchObject([
      { bytes_sent: 200_000, bytes_received: 200_000, duration_ms: 30, error: null },
    ]);
  });

  test("and status, headers and streaming stay what they are", async () => {
    const { egress } = audited();
    const counts = new CountedCalls();
    const answer = await egress.send(call(`${a}/half/audit-half`, { counts }), noLimit);
    const reader = answer.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe("first half,");
    await fetch(`${a}/release/audit-half`);
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe("second half");
    expect((await reader?.read())?.done).toBe(true);
  });

  test("up to where reading stopped", async () => {
    const { egress, printed } = audited();
    const counts = new CountedCalls();
    const answer = await egress.send(call(`${a}/half/audit-stopped`, { counts }), noLimit);
    const reader = answer.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    counts.end();
    expect(printed).toMatchObject([{ bytes_received: "first half,".length, error: null }]);
  });

  test("up to the end of the function, when it never reads or cancels", async () => {
    const { egress, printed } = audited();
    const counts = new CountedCalls();
    await egress.send(call(`${a}/half/audit-unread`, { counts }), noLimit);
    counts.end();
    counts.end();
    expect(printed).toMatchObject([{ status: 200, bytes_received: expect.any(Number) }]);
    await fetch(`${a}/release/audit-unread`);
  });

  test("not where a header says it", async () => {
    const { egress, printed } = audited();
    await egress.send(call(`${a}/bytes/10`, { counts: new CountedCalls() }), noLimit);
    expect(printed).toMatchObject([{ bytes_received: 10 }]);
  });

  test("and a body is held to the length that its header says", async () => {
    const { egress, printed } = audited();
    const counts = new CountedCalls();
    const send = (length: string) =>
      egress.send(
        call(`${a}/echo`, {
          method: "POST",
          headers: new Headers({ "content-length": length }),
          body: stream("12345"),
          counts,
        }),
        noLimit,
      );
    expect(await (await send("5")).json()).toMatchObject({ body: "12345" });
    await expect(send("3")).rejects.toThrow();
    counts.end();
    expect(printed).toMatchObject([{ bytes_sent: 5 }, { bytes_sent: 3, status: null }]);
  });

  test("and an answer that breaks off is recorded as closed", async () => {
    const { egress, printed } = audited(
      { destination: "log" },
      {},
      {
        fetch: async () =>
          new Response(
            new ReadableStream({
              pull(controller) {
                controller.error(new Error("Network connection lost."));
              },
            }),
          ),
      },
    );
    const answer = await egress.send(call(`${a}/`, { counts: new CountedCalls() }), noLimit);
    await expect(answer.text()).rejects.toThrow();
    expect(printed).toMatchObject([{ status: 200, error: "closed", response_flags: "success" }]);
  });
});

describe("something that is no HTTP call", () => {
  test("is recorded from its beginning to its end", () => {
    const { audit, printed, clock } = audited();
    const end = audit.recorder?.begin({ method: "CONNECT", host: "db.example", port: 5432, by: origin });
    clock.pass(40);
    end?.({ status: null, error: null, bytesSent: 1, bytesReceived: 2 });
    expect(printed).toMatchObject([
      {
        method: "CONNECT",
        destination_host: "db.example",
        destination_port: 5432,
        duration_ms: 40,
        bytes_sent: 1,
        bytes_received: 2,
        response_flags: "success",
      },
    ]);
  });
});
