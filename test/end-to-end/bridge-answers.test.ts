/** What the bridge makes of native servers whose answers no library would write: HTTP/2, frame by frame. */
import { once } from "node:events";
import { createServer, type OutgoingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAddress } from "../../src/cli/bridge/address.ts";
import { type Bridge, startBridge } from "../../src/cli/bridge/start-bridge.ts";
import {
  ExternalCalloutService,
  MessageContextSchema,
} from "../../src/policies/callouts/external-callout/wire/external_callout_pb.ts";
import { productTransport } from "../egress/grpc/product-transport.ts";

/** An answer as frames and trailers; without trailers the call stays open, as a stream does. */
interface Native {
  readonly headers?: OutgoingHttpHeaders;
  readonly frames?: readonly Buffer[];
  readonly trailers?: OutgoingHttpHeaders;
}

/** The field message_id (9) with the text `m`. */
const message = Buffer.from([0x4a, 0x01, 0x6d]);

function frame(content: Buffer, flags = 0): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(flags);
  prefix.writeUInt32BE(content.length, 1);
  return Buffer.concat([prefix, content]);
}

let native: Native = {};

function answer(stream: ServerHttp2Stream): void {
  const { headers, frames = [], trailers } = native;
  stream.on("error", () => {});
  stream.respond(
    { ":status": 200, "content-type": "application/grpc", ...headers },
    { endStream: trailers === undefined && frames.length === 0, waitForTrailers: trailers !== undefined },
  );
  if (trailers) stream.on("wantTrailers", () => stream.sendTrailers(trailers));
  for (const bytes of frames) stream.write(bytes);
  if (trailers) stream.end();
}

const server = createServer().on("stream", answer);
let bridge: Bridge;

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  bridge = await startBridge({
    listen: parseAddress("127.0.0.1:0"),
    to: parseAddress(`127.0.0.1:${port}`),
    identity: null,
    clientIdentity: null,
    authorities: null,
    maxMessageBytes: 1024,
  });
});

afterAll(async () => {
  await bridge.stop();
  server.close();
});

/** Calls as the product does. */
function call(protocol: "grpc-web" | "connect") {
  const transport = productTransport({ protocol, baseUrl: bridge.url });
  return createClient(ExternalCalloutService, transport).processMessage(create(MessageContextSchema));
}

/** Calls with a client that hands out metadata and details, which the product does not. */
function stockCall(protocol: "grpc-web" | "connect") {
  const createTransport = protocol === "connect" ? createConnectTransport : createGrpcWebTransport;
  const transport = createTransport({ baseUrl: bridge.url, httpVersion: "1.1" });
  return createClient(ExternalCalloutService, transport).processMessage(create(MessageContextSchema));
}

/** The message's id, or the status and its text. */
async function outcome(protocol: "grpc-web" | "connect"): Promise<string> {
  try {
    return (await call(protocol)).messageId;
  } catch (error) {
    const { code, rawMessage } = ConnectError.from(error);
    return `${Code[code]}: ${rawMessage}`;
  }
}

const failureOf = (call: Promise<unknown>): Promise<ConnectError> =>
  call.then(() => new ConnectError("it did not fail"), ConnectError.from);

const ok = { "grpc-status": "0" };
const undecodable =
  "Internal: the answer of the server cannot be decoded: is it compressed in a way that nobody asked for?";

const answers: [name: string, answer: Native, means: string][] = [
  ["one message", { frames: [frame(message)], trailers: ok }, "m"],
  [
    "one message in pieces",
    { frames: [...frame(message)].map((byte) => Buffer.from([byte])), trailers: ok },
    "m",
  ],
  [
    "two messages",
    { frames: [frame(message), frame(message)], trailers: ok },
    "Unimplemented: the server answered with more than one message",
  ],
  [
    "two messages of a call that stays open",
    { frames: [frame(message), frame(message)] },
    "Unimplemented: the server answered with more than one message",
  ],
  [
    "many messages",
    { frames: Array.from({ length: 100 }, () => frame(message)), trailers: ok },
    "Unimplemented: the server answered with more than one message",
  ],
  ["no message", { trailers: ok }, "Unimplemented: the server answered without a message"],
  [
    "no message, status in the headers",
    { headers: ok },
    "Unimplemented: the server answered without a message",
  ],
  [
    "a message and a refusal",
    { frames: [frame(message)], trailers: { "grpc-status": "7", "grpc-message": "no entry" } },
    "PermissionDenied: no entry",
  ],
  [
    "gzip",
    { headers: { "grpc-encoding": "gzip" }, frames: [frame(gzipSync(message), 1)], trailers: ok },
    "m",
  ],
  [
    "an unknown compression",
    { headers: { "grpc-encoding": "snappy" }, frames: [frame(message, 1)], trailers: ok },
    undecodable,
  ],
  [
    "an unknown compression of a call that stays open",
    { headers: { "grpc-encoding": "snappy" }, frames: [frame(message, 1)] },
    undecodable,
  ],
  ["a compression without a name", { frames: [frame(message, 1)], trailers: ok }, undecodable],
  [
    "bytes that are no gzip",
    { headers: { "grpc-encoding": "gzip" }, frames: [frame(message, 1)], trailers: ok },
    "Internal: Failed to decompress gzip-encoded message",
  ],
  [
    "a message that is too large",
    { frames: [frame(Buffer.alloc(2000))], trailers: ok },
    "ResourceExhausted: Received message larger than max (2000 vs 1024)",
  ],
  // A google.rpc.Status with code 3.
  [
    "details of another status",
    { trailers: { "grpc-status": "9", "grpc-message": "no", "grpc-status-details-bin": "CAM" } },
    "FailedPrecondition: no",
  ],
  ["a status that is not known", { trailers: { "grpc-status": "99" } }, "Internal: invalid grpc-status: 99"],
  [
    "a status that is no number",
    { trailers: { "grpc-status": "fine" } },
    "Internal: invalid grpc-status: NaN",
  ],
  [
    "HTTP 503",
    { headers: { ":status": 503, "content-type": "text/html" }, trailers: {} },
    "Unavailable: Received HTTP status code 503",
  ],
];

describe.each(["grpc-web", "connect"] as const)("over %s", (protocol) => {
  test.each(answers)("%s", async (_name, answer, means) => {
    native = answer;
    expect(await outcome(protocol)).toBe(means);
  });

  const statuses = Array.from({ length: 16 }, (_, index) => index + 1);
  const places: [string, (status: OutgoingHttpHeaders) => Native][] = [
    ["in the headers", (status) => ({ headers: status })],
    ["after the headers", (status) => ({ trailers: status })],
    ["after a message", (status) => ({ frames: [frame(message)], trailers: status })],
  ];
  test.each(statuses.flatMap((code) => places.map(([place, put]) => [code, place, put] as const)))(
    "the status %i %s arrives with its text and its details",
    async (code, _place, put) => {
      // A google.rpc.Status with that code, the text "no" and a detail of the type a.B.
      const details = Buffer.from([0x08, code, 0x12, 2, 0x6e, 0x6f, 0x1a, 5, 0x0a, 3, 0x61, 0x2e, 0x42]);
      native = put({
        "grpc-status": String(code),
        "grpc-message": "no",
        "grpc-status-details-bin": details.toString("base64"),
        "x-why": "because",
      });
      const error = await failureOf(stockCall(protocol));
      expect(error).toMatchObject({ code, rawMessage: "no", details: [{ type: "a.B" }] });
      expect(error.metadata.get("x-why")).toBe("because");
      expect(await failureOf(call(protocol))).toMatchObject({ code, rawMessage: "no" });
    },
  );
});
