import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { describe, expect, inject, test } from "vitest";
import { noAudit } from "../../../src/egress/audit/audit.ts";
import type { OutboundCall, TimeLimit } from "../../../src/egress/call.ts";
import { Deadlines } from "../../../src/egress/deadline.ts";
import { Egress } from "../../../src/egress/egress.ts";
import { compileEgressPolicy } from "../../../src/egress/egress-policy.ts";
import { EgressError } from "../../../src/egress/error.ts";
import { internet } from "../../../src/egress/internet.ts";
import type { GrpcTransport } from "../../../src/egress/target-server.ts";
import {
  ExternalCalloutService,
  MessageContextSchema,
} from "../../../src/policies/callouts/external-callout/wire/external_callout_pb.ts";
import type { RawAnswerName } from "../../servers/grpc-answers.ts";
import { ManualClock } from "../clock.ts";
import { productTransport } from "./product-transport.ts";

const { a, nobody } = inject("servers");
const policy = compileEgressPolicy({ allow: [a, nobody], advice: "dev" });
const egress = new Egress({ policy, internet, connections: new Map(), log: () => {}, audit: noAudit });

const question = create(MessageContextSchema, { messageId: "question" });
const answering = (name: RawAnswerName | string) => `${a}/grpc/${encodeURIComponent(name)}`;

function ours(baseUrl: string, protocol: GrpcTransport = "grpc-web", limit?: TimeLimit): Transport {
  return productTransport({
    protocol,
    baseUrl,
    send: (call, ...limits) => egress.send(call, ...limits),
    ...(limit && { limit }),
  });
}

/** ConnectRPC's own transport, with a fetch that gives workerd only what it takes. */
function stock(baseUrl: string, protocol: GrpcTransport = "grpc-web"): Transport {
  const createTransport = protocol === "connect" ? createConnectTransport : createGrpcWebTransport;
  return createTransport({
    baseUrl,
    useBinaryFormat: true,
    fetch: (url, init) => fetch(url, { ...init, redirect: "manual" } as RequestInit),
  });
}

/** How a call ended: the message's id, or the status and its text. */
async function outcome(transport: Transport): Promise<string> {
  try {
    return (await createClient(ExternalCalloutService, transport).processMessage(question)).messageId;
  } catch (error) {
    const { code, rawMessage } = ConnectError.from(error);
    return `${Code[code]}: ${rawMessage}`;
  }
}

const limit = 4 * 1024 * 1024;

/**
 * What each answer means, and what the stock transport makes of it where that differs in words or in kind (it lets
 * some answers pass that are none: those with "m" here); null
 * where it must not be tried, because it takes the memory that a frame promises to fill.
 */
const gRpcWeb: [answer: RawAnswerName, means: string | RegExp, stock?: string | RegExp | null][] = [
  ["ok", "m"],
  ["content type without codec", "m"],
  ["content type with a parameter", "m"],
  ["empty message", ""],
  ["trailers without spaces, in capitals", "m"],
  ["trailers without a last line break", "m"],
  ["binary trailers", "m"],
  ["status in headers and trailers", "m"],
  ["error in trailers", "InvalidArgument: bad thing: €"],
  ["error in trailers after a message", "Internal: late"],
  ["error in headers only", "PermissionDenied: no entry"],
  ["error without text", "NotFound: "],
  ["error with details", "FailedPrecondition: details say so"],
  ["error with broken details", "FailedPrecondition: header", /^DataLoss: /],
  ["error with a badly encoded text", "InvalidArgument: 100%", /^Unknown: /],
  ["status that is no number", "Internal: invalid grpc-status: fine"],
  ["status that is not known", "Internal: invalid grpc-status: 99"],
  ["trailers without a status", "Internal: protocol error: missing status"],
  ["garbage trailers", /^(?:Internal|Unknown): /],
  ["trailers with an impossible name", "Unknown: malformed trailer", /^Unknown: /],
  ["no trailers", "Unknown: missing trailer"],
  ["two trailers", "Unknown: extra trailer"],
  ["no message", "Unimplemented: missing message"],
  ["two messages", "Unimplemented: extra message"],
  ["compressed message", "Internal: the server compressed its answer, which nobody asked for", /^Internal: /],
  [
    "compressed trailers",
    "Internal: the server compressed its answer, which nobody asked for",
    /^Internal: /,
  ],
  ["no body", "Unknown: missing trailer", /^Unknown: /],
  ["half a prefix", "InvalidArgument: incomplete frame", /^InvalidArgument: /],
  ["half a message", "InvalidArgument: incomplete frame", /^(?:InvalidArgument|Unknown): /],
  ["four gigabytes promised", "InvalidArgument: incomplete frame", null],
  ["message that is no protobuf", "Internal: Invalid protobuf byte sequence", /^Internal: /],
  ["garbage bytes", /^(?:Internal|InvalidArgument): /],
  [
    "wrong content type",
    "Unknown: HTTP status code 200, invalid content-type: text/html",
    /^InvalidArgument: /,
  ],
  ["no content type", "Unknown: HTTP status code 200, invalid content-type: none", /^InvalidArgument: /],
  [
    "base64 text",
    "Unknown: HTTP status code 200, invalid content-type: application/grpc-web-text",
    /^InvalidArgument: /,
  ],
  ["refusal in headers, status 0 in the trailer", "PermissionDenied: no entry", "m"],
  ["refusal in headers, an empty trailer", "PermissionDenied: no entry", "m"],
  ["refusal in headers, a trailer without a status", "PermissionDenied: no entry", "m"],
  ["refusal in headers, a message and no trailer", "PermissionDenied: no entry"],
  [
    "refusal in headers, an empty trailer and no message",
    "PermissionDenied: no entry",
    "Unknown: missing message",
  ],
  ["refusal in headers, half a frame", "PermissionDenied: no entry", /^InvalidArgument: /],
  ["refusal in headers, another in the trailer", "Internal: late"],
  ["refusal in headers, of no content type", "PermissionDenied: no entry"],
  ["refusal in headers, of HTML", "PermissionDenied: no entry", /^InvalidArgument: /],
  ["refusal in headers, with HTTP 403", "Unavailable: no entry", "PermissionDenied: no entry"],
  ["refusal in headers, with HTTP 403 and HTML", "Unavailable: no entry", "PermissionDenied: no entry"],
  ["refusal in the trailer, with HTTP 500", "Internal: late", "Unknown: HTTP 500"],
  ["success with HTTP 403", "PermissionDenied: HTTP status code 403", "PermissionDenied: HTTP 403"],
  ["status 0 in headers, HTTP 503", "Unavailable: HTTP status code 503", "Unavailable: HTTP 503"],
  ["status 0 in headers, no body", "Unimplemented: missing message", "Unimplemented: missing trailer"],
  [
    "status 0 in headers, HTML",
    "Unknown: HTTP status code 200, invalid content-type: text/html",
    /^InvalidArgument: /,
  ],
  [
    "status 0 in headers, native gRPC",
    "Unknown: HTTP status code 200, invalid content-type: application/grpc",
    "Unimplemented: missing trailer",
  ],
  [
    "status 0 in headers, a message and no trailer",
    "Unknown: missing trailer",
    "Unimplemented: missing trailer",
  ],
  ["status 0 in headers, an empty trailer", "m"],
  ["status 0 in headers, refusal in the trailer", "Internal: late"],
  ["empty trailer", "Internal: protocol error: missing status"],
  ["nothing but an empty trailer", "Internal: protocol error: missing status"],
  ["trailer before the message", "Unknown: message after the trailer", "m"],
  ["trailer between messages", "Unknown: message after the trailer", "Unimplemented: extra message"],
  ["two trailers, one a refusal", "Unknown: extra trailer"],
  ["half a trailer", "InvalidArgument: incomplete frame", /^InvalidArgument: /],
  ["bytes after the trailer", "InvalidArgument: incomplete frame", /^InvalidArgument: /],
  ["a frame of an unknown kind", "Internal: unknown frame flags 2", "m"],
  ["two statuses in the trailer", "Internal: invalid grpc-status: 0, 7"],
  ["lines with bare line feeds", "FailedPrecondition: not now", /^Unknown: /],
  ["success with bare line feeds", "m", /^Unknown: /],
  ["refusal behind a bare line feed", "PermissionDenied: ", /^Unknown: /],
  ["trailer line without a name", "Unknown: malformed trailer", "m"],
  ["refusal with details that say OK", "PermissionDenied: ", "m"],
  ["status 0 with details of a refusal", "NotFound: "],
  ["status 0 with details of an unknown status", "Internal: invalid grpc-status: 99", "undefined: "],
  ["status 0 with broken details", /^DataLoss: /],
  ["details of a refusal in headers", "NotFound: ", "m"],
  [
    "JSON over gRPC-Web",
    "Internal: HTTP status code 200, invalid content-type: application/grpc-web+json",
    /^Internal: /,
  ],
  ["native gRPC", "Unknown: HTTP status code 200, invalid content-type: application/grpc", /^Unknown: /],
  ["cut off", "Unavailable: io exception", /^Unknown: /],
  ["too large message", `ResourceExhausted: gRPC message exceeds maximum size ${limit}: ${limit + 1}`, /^m/],
];

/** HTTP status to gRPC status, as gRPC maps them for all clients. */
const httpStatuses: [status: number, code: string][] = [
  [301, "Unknown"],
  [400, "Internal"],
  [401, "Unauthenticated"],
  [403, "PermissionDenied"],
  [404, "Unimplemented"],
  [418, "Unknown"],
  [429, "Unavailable"],
  [500, "Unknown"],
  [502, "Unavailable"],
  [503, "Unavailable"],
  [504, "Unavailable"],
];

const expected = (means: string | RegExp) =>
  typeof means === "string"
    ? expect.toSatisfy((text) => text === means, means)
    : expect.stringMatching(means);

describe("over gRPC-Web", () => {
  test.each(gRpcWeb)("%s", async (answer, means) => {
    expect(await outcome(ours(answering(answer)))).toEqual(expected(means));
  });

  test.each(gRpcWeb.filter(([, , differently]) => differently !== null))(
    "%s, with the stock transport",
    async (answer, means, differently) => {
      expect(await outcome(stock(answering(answer)))).toEqual(expected(differently ?? means));
    },
  );

  test.each(httpStatuses)("HTTP %i is %s", async (status, code) => {
    const baseUrl = answering(`HTTP ${status}`);
    expect(await outcome(ours(baseUrl))).toBe(`${code}: HTTP status code ${status}`);
    expect(await outcome(stock(baseUrl))).toBe(`${code}: HTTP ${status}`);
  });

  test("an answer may have as many bytes as gRPC clients accept", async () => {
    expect((await outcome(ours(answering("largest message")))).length).toBe(limit - 5);
  });
});

const connect: [answer: RawAnswerName, means: string | RegExp, stock?: string | RegExp][] = [
  ["connect ok", "m"],
  ["connect empty", ""],
  ["connect error", "PermissionDenied: no entry"],
  ["connect error of no JSON", "Unavailable: HTTP status code 503", /^Unavailable: HTTP 503/],
  ["connect error of broken JSON", "Unavailable: HTTP status code 503", /^Unknown: /],
  ["connect error without code", "Unimplemented: "],
  ["connect compressed", 'Internal: unsupported response encoding "zstd"', /^/],
  [
    "connect wrong content type",
    "Unknown: HTTP status code 200, invalid content-type: text/html",
    /^Unknown: /,
  ],
  [
    "connect streaming",
    "Internal: HTTP status code 200, invalid content-type: application/connect+proto",
    /^Internal: /,
  ],
  ["connect JSON", "Internal: HTTP status code 200, invalid content-type: application/json", /^Internal: /],
  ["connect no protobuf", "Internal: Invalid protobuf byte sequence", /^Internal: /],
];

describe("over Connect", () => {
  test.each(connect)("%s", async (answer, means) => {
    expect(await outcome(ours(answering(answer), "connect"))).toEqual(expected(means));
  });

  test.each(connect)("%s, with the stock transport", async (answer, means, differently) => {
    expect(await outcome(stock(answering(answer), "connect"))).toEqual(expected(differently ?? means));
  });
});

describe.each(["grpc-web", "connect"] as const)("over %s", (protocol) => {
  test("a request has the method, headers and body of the stock transport's", async () => {
    const options = { timeoutMs: 1500, headers: { "x-given": "1", "x-given-bin": "AAEC" } };
    const sent: OutboundCall[] = [];
    const capturing = productTransport({
      protocol,
      baseUrl: "http://server.example",
      async send(call) {
        sent.push(call);
        throw new EgressError("unreachable", "nobody there");
      },
    });
    const stockSent: { url: string; init: RequestInit }[] = [];
    const createTransport = protocol === "connect" ? createConnectTransport : createGrpcWebTransport;
    const stockCapturing = createTransport({
      baseUrl: "http://server.example",
      useBinaryFormat: true,
      fetch: async (url, init) => {
        stockSent.push({ url: String(url), init: init as RequestInit });
        throw new Error("nobody there");
      },
    });
    for (const transport of [capturing, stockCapturing]) {
      await createClient(ExternalCalloutService, transport)
        .processMessage(question, options)
        .catch(() => {});
    }
    const [mine, theirs] = [sent[0], stockSent[0]];
    expect(mine).toMatchObject({ url: theirs?.url, method: theirs?.init.method, timeoutMs: 1500, by: "EC" });
    expect(mine?.body).toEqual(theirs?.init.body);
    const headers = Object.fromEntries(new Headers(theirs?.init.headers));
    delete headers["x-user-agent"];
    expect(Object.fromEntries(mine?.headers ?? [])).toEqual(headers);
  });

  test("the time is for the whole answer, and what comes later is let go", async () => {
    const clock = new ManualClock();
    const transport = ours(answering("never ending"), protocol, new Deadlines(clock));
    const call = createClient(ExternalCalloutService, transport).processMessage(question, {
      timeoutMs: 1500,
    });
    clock.pass(1500);
    const error = await call.then(null, (reason) => reason);
    expect(ConnectError.from(error)).toMatchObject({
      code: Code.DeadlineExceeded,
      rawMessage: "deadline exceeded after 1.5s",
    });
    expect(ConnectError.from(error).cause).toMatchObject({ kind: "timeout" });
  });

  test("a server that is not there is unavailable", async () => {
    expect(await outcome(ours(nobody, protocol))).toBe("Unavailable: io exception");
  });

  test("a host that the egress policy does not allow is unavailable, and the reason is kept for the log", async () => {
    const client = createClient(ExternalCalloutService, ours("http://elsewhere.example", protocol));
    const error = await client.processMessage(question).then(null, (reason) => reason);
    expect(ConnectError.from(error)).toMatchObject({ code: Code.Unavailable, cause: { kind: "refused" } });
  });
});

test.each([
  ["grpc-web", "grpc-timeout", 99_999_999, "99999999m"],
  ["grpc-web", "grpc-timeout", 2 ** 31 - 1, "2147484S"],
  ["connect", "connect-timeout-ms", 1, "1"],
] as const)("over %s the deadline in %s for %i ms is %s", async (protocol, header, timeoutMs, value) => {
  let sent: string | null = null;
  const transport = productTransport({
    protocol,
    baseUrl: "http://server.example",
    async send({ headers }) {
      sent = headers.get(header);
      throw new EgressError("unreachable", "nobody there");
    },
  });
  await createClient(ExternalCalloutService, transport)
    .processMessage(question, { timeoutMs })
    .catch(() => {});
  expect(sent).toBe(value);
});
