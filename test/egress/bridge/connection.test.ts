import { createHash } from "node:crypto";
import { compactVerify } from "jose";
import { describe, expect, test } from "vitest";
import { type Bridges, throughBridge } from "../../../src/egress/bridge/connection.ts";
import {
  BRIDGE_HEADER,
  bridgeRefusals,
  CALL_HEADER,
  type SignedCall,
} from "../../../src/egress/bridge/protocol.ts";
import type { EgressError } from "../../../src/egress/error.ts";

const KEY = "a key that the gateway and the bridge share";

interface Sent {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string;
  readonly call: SignedCall;
}

const answered = (body: BodyInit | null = null, init: ResponseInit = {}) =>
  new Response(body, { ...init, headers: { ...init.headers, [BRIDGE_HEADER]: "answered" } });

/** A bridge that answers with what it is told, and what came to it. */
function bridgeThat(
  answer: () => Response | Promise<Response>,
  addresses = ["https://bridge.example.com:8443"],
) {
  const sent: Sent[] = [];
  const bridges: Bridges = {
    addresses,
    key: KEY,
    environment: "local",
    source: "Crm",
    connectionTo: () => ({
      async fetch(url, init) {
        const request = new Request(url, init);
        const { payload } = await compactVerify(
          request.headers.get(CALL_HEADER) ?? "",
          new TextEncoder().encode(KEY),
        );
        const call: SignedCall = JSON.parse(new TextDecoder().decode(payload));
        sent.push({
          url,
          method: request.method,
          headers: request.headers,
          body: await request.text(),
          call,
        });
        return answer();
      },
    }),
  };
  return { connection: throughBridge(bridges), sent };
}

const TARGET = "https://crm.internal/a?b=c";

describe("what a bridge gets", () => {
  test("is one signed header with all of the call, and its body", async () => {
    const { connection, sent } = bridgeThat(() => answered());
    const headers = new Headers({
      authorization: "Bearer t",
      "proxy-authorization": "x",
      connection: "x-hop",
      "x-hop": "1",
    });
    await connection.fetch(TARGET, { method: "PUT", headers, body: "text", redirect: "manual" });
    expect(sent).toMatchObject([
      {
        url: "https://bridge.example.com:8443/_sortie/bridge",
        method: "POST",
        body: "text",
        call: {
          aud: "https://bridge.example.com:8443",
          environment: "local",
          source: "Crm",
          method: "PUT",
          url: TARGET,
          body: { digest: createHash("sha256").update("text").digest("base64url") },
        },
      },
    ]);
    const names = sent[0]?.call.headers.map(([name]) => name);
    expect(names).toEqual(["authorization", "content-type"]);
    expect([...(sent[0]?.headers.keys() ?? [])]).not.toContain("authorization");
  });

  test("is another nonce each time", async () => {
    const { connection, sent } = bridgeThat(() => answered());
    for (let call = 0; call < 3; call++) await connection.fetch(TARGET, { method: "GET" });
    expect(new Set(sent.map(({ call }) => call.nonce)).size).toBe(3);
  });

  test("of a body that streams is no digest", async () => {
    const { connection, sent } = bridgeThat(() => answered());
    const { readable, writable } = new IdentityTransformStream();
    const writer = writable.getWriter();
    const sending = connection.fetch(TARGET, { method: "POST", body: readable });
    await writer.write(new TextEncoder().encode("streamed"));
    await writer.close();
    await sending;
    expect(sent).toMatchObject([{ body: "streamed", call: { body: { digest: null } } }]);
  });

  test.each([
    ["GET", "POST"],
    ["HEAD", "HEAD"],
    ["DELETE", "POST"],
  ])("of %s is a request with %s", async (method, outer) => {
    const { connection, sent } = bridgeThat(() => answered());
    await connection.fetch(TARGET, { method });
    expect(sent).toMatchObject([{ method: outer, call: { method, body: null } }]);
  });

  test("goes to one of several, and in the end to each", async () => {
    const addresses = ["https://a.example.com", "https://b.example.com"];
    const { connection, sent } = bridgeThat(() => answered(), addresses);
    // That one of them has none of so many is less likely than that the machine fails.
    for (let call = 0; call < 64; call++) await connection.fetch(TARGET, { method: "GET" });
    expect(new Set(sent.map(({ call }) => call.aud))).toEqual(new Set(addresses));
    expect(sent.every(({ url, call }) => url.startsWith(call.aud))).toBe(true);
  });
});

test("an answer is that of the system, without a trace of the bridge", async () => {
  const { connection } = bridgeThat(() => answered("moved", { status: 302, headers: { location: "/x" } }));
  const answer = await connection.fetch(TARGET, { method: "GET" });
  expect([answer.status, await answer.text(), [...answer.headers.keys()].sort()]).toEqual([
    302,
    "moved",
    ["content-type", "location"],
  ]);
});

test("a host that the bridge does not call is an answer: HTTP 403", async () => {
  const { connection } = bridgeThat(
    () => new Response("not named", { status: 403, headers: { [BRIDGE_HEADER]: "destination" } }),
  );
  const answer = await connection.fetch(TARGET, { method: "GET" });
  expect([answer.status, await answer.text(), answer.headers.has(BRIDGE_HEADER)]).toEqual([
    403,
    "not named",
    false,
  ]);
});

describe("there is no answer", () => {
  const failure = (answer: () => Response | Promise<Response>) =>
    bridgeThat(answer)
      .connection.fetch(TARGET, { method: "GET" })
      .then(
        () => null,
        ({ kind, message }: EgressError) => ({ kind, message }),
      );

  const others = Object.entries(bridgeRefusals).filter(([, { kind }]) => kind !== null);
  test.each(others)("where the bridge says %s", async (name, { status, kind, text }) => {
    const answer = () => new Response("its reason", { status, headers: { [BRIDGE_HEADER]: name } });
    expect(await failure(answer)).toEqual({ kind, message: `The bridge bridge.example.com:8443 ${text}.` });
  });

  test.each([
    [
      "where it is no bridge that answers",
      () => new Response("welcome", { status: 530 }),
      "unreachable",
      /no bridge: HTTP 530/,
    ],
    [
      "where it says what nobody knows",
      () => new Response("", { headers: { [BRIDGE_HEADER]: "constructor" } }),
      "unreachable",
      /no bridge/,
    ],
    [
      "where nothing listens",
      () => Promise.reject(new Error("Network connection lost.")),
      "unreachable",
      /^The bridge .* is not reachable/,
    ],
    [
      "where its certificate is not accepted",
      () => Promise.reject(new Error("internal error; reference = x")),
      "tls",
      /^No TLS connection to the bridge/,
    ],
  ] as const)("%s", async (_, answer, kind, message) => {
    expect(await failure(answer)).toEqual({ kind, message: expect.stringMatching(message) });
  });
});

test("a call whose headers are too long for a header is not sent", async () => {
  const { connection, sent } = bridgeThat(() => answered());
  const calling = connection.fetch(TARGET, { method: "GET", headers: { "x-long": "x".repeat(40_000) } });
  await expect(calling).rejects.toMatchObject({ kind: "invalid" });
  expect(sent).toEqual([]);
});
