import { readFileSync } from "node:fs";
import { join } from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import { AnySchema, anyPack, BoolValueSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { Metadata, ServerCredentials, status } from "@grpc/grpc-js";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { parseAddress } from "../../src/cli/bridge/address.ts";
import { type Bridge, type BridgeOptions, startBridge } from "../../src/cli/bridge/start-bridge.ts";
import {
  ExternalCalloutService,
  MessageContextSchema,
} from "../../src/policies/callouts/external-callout/wire/external_callout_pb.ts";
import { productTransport } from "../egress/grpc/product-transport.ts";
import { type Answer, type NativeServer, startNativeServer } from "../servers/native-callout.ts";
import { contextWithEverything, everythingOnTheWire } from "./everything.ts";

const LIMIT = 4 * 1024 * 1024;
const certificates = join(import.meta.dirname, "../servers/certificates");
const cert = readFileSync(join(certificates, "localhost.cert.pem"));
const key = readFileSync(join(certificates, "localhost.key.pem"));

const inTheClear = {
  listen: parseAddress("127.0.0.1:0"),
  identity: null,
  clientIdentity: null,
  authorities: null,
  maxMessageBytes: LIMIT,
};

let answer: Answer = (context) => context;
let native: NativeServer;
let bridge: Bridge;

beforeAll(async () => {
  native = await startNativeServer((...call) => answer(...call));
  bridge = await startBridge({ ...inTheClear, to: parseAddress(native.address) });
});

afterEach(() => {
  answer = (context) => context;
});

afterAll(async () => {
  await bridge.stop();
  native.stop();
});

/** The product as a client, in Node. */
function clientOf(protocol: "grpc-web" | "connect", baseUrl = bridge.url) {
  return createClient(ExternalCalloutService, productTransport({ protocol, baseUrl }));
}

/** A client that hands out metadata and details, which the product does not. */
function stockClientOf(protocol: "grpc-web" | "connect") {
  const createTransport = protocol === "connect" ? createConnectTransport : createGrpcWebTransport;
  const transport = createTransport({ baseUrl: bridge.url, httpVersion: "1.1" });
  return createClient(ExternalCalloutService, transport);
}

const question = create(MessageContextSchema, { messageId: "m" });

async function failure(call: Promise<unknown>): Promise<ConnectError> {
  return call.then(
    () => new ConnectError("it did not fail"),
    (error) => ConnectError.from(error),
  );
}

describe.each(["grpc-web", "connect"] as const)("over %s", (protocol) => {
  test("every field reaches a native server and comes back from it", async () => {
    let seen: unknown;
    answer = (context) => {
      seen = context;
      return context;
    };
    const answered = await clientOf(protocol).processMessage(contextWithEverything);
    expect(seen).toEqual(everythingOnTheWire);
    expect(answered).toEqual(contextWithEverything);
  });

  test("metadata goes both ways, before and after the message, binary values among it", async () => {
    let seen: unknown;
    answer = (context, call, trailer) => {
      seen = ["x-text", "x-data-bin", "authorization", "content-type"].map((name) => call.metadata.get(name));
      const header = new Metadata();
      header.set("x-before", "b");
      header.set("x-before-bin", Buffer.from([0, 255]));
      call.sendMetadata(header);
      trailer.set("x-after", "a");
      trailer.set("x-after-bin", Buffer.from([1, 254]));
      return context;
    };
    const received: Record<string, string | null> = {};
    await stockClientOf(protocol).processMessage(question, {
      headers: { "x-text": "t", "x-data-bin": "AAEC", authorization: "Bearer token" },
      onHeader: (header) => {
        received.before = `${header.get("x-before")} ${header.get("x-before-bin")}`;
      },
      onTrailer: (trailer) => {
        received.after = `${trailer.get("x-after")} ${trailer.get("x-after-bin")}`;
      },
    });
    expect(seen).toEqual([["t"], [Buffer.from([0, 1, 2])], ["Bearer token"], []]);
    expect(received).toEqual({ before: "b AP8", after: "a Af4" });
  });

  test("the deadline reaches the server", async () => {
    let left = 0;
    answer = (context, call) => {
      left = Number(call.getDeadline()) - Date.now();
      return context;
    };
    await clientOf(protocol).processMessage(question, { timeoutMs: 600_000 });
    expect(left).toBeGreaterThan(60_000);
    expect(left).toBeLessThanOrEqual(600_000);
  });

  test("the deadline ends the call when it passes", async () => {
    answer = () => Promise.withResolvers<never>().promise;
    const error = await failure(clientOf(protocol).processMessage(question, { timeoutMs: 200 }));
    expect(error.code).toBe(Code.DeadlineExceeded);
  });

  const codes = Object.entries(status).flatMap(([name, code]) =>
    typeof code === "number" && code > 0 ? [[name, code] as const] : [],
  );
  test.each(codes)("the status %s comes back with its text and metadata", async (_name, code) => {
    answer = (_context, _call, trailer) => {
      trailer.set("x-why-bin", Buffer.from([7]));
      throw { code, details: "100% größer\nthan that" };
    };
    const error = await failure(stockClientOf(protocol).processMessage(question));
    expect([error.code, error.rawMessage]).toEqual([code, "100% größer\nthan that"]);
    expect(error.metadata.get("x-why-bin")).toBe("Bw");
    expect(await failure(clientOf(protocol).processMessage(question))).toMatchObject({
      code,
      rawMessage: "100% größer\nthan that",
    });
  });

  test("details of an error come back", async () => {
    answer = (_context, _call, trailer) => {
      const detail = toBinary(AnySchema, anyPack(BoolValueSchema, create(BoolValueSchema, { value: true })));
      // A google.rpc.Status: code 9, text "no", and the detail.
      const details = Buffer.from([0x08, 9, 0x12, 2, 0x6e, 0x6f, 0x1a, detail.length, ...detail]);
      trailer.set("grpc-status-details-bin", details);
      throw { code: status.FAILED_PRECONDITION, details: "no" };
    };
    const error = await failure(stockClientOf(protocol).processMessage(question));
    expect(error).toMatchObject({ code: Code.FailedPrecondition, rawMessage: "no" });
    expect(error.findDetails(BoolValueSchema)).toMatchObject([{ value: true }]);
  });

  test("details that are no such thing take nothing from the status", async () => {
    answer = (_context, _call, trailer) => {
      trailer.set("grpc-status-details-bin", Buffer.from([1, 2, 3]));
      throw { code: status.FAILED_PRECONDITION, details: "no" };
    };
    const error = await failure(clientOf(protocol).processMessage(question));
    expect(error).toMatchObject({ code: Code.FailedPrecondition, rawMessage: "no" });
  });

  test("a message larger than the limit is refused, on the way there and on the way back", async () => {
    const large = create(MessageContextSchema, { request: { content: "x".repeat(LIMIT) } });
    expect((await failure(clientOf(protocol).processMessage(large))).code).toBe(Code.ResourceExhausted);
    answer = () => ({ request: { content: "x".repeat(LIMIT) } });
    expect((await failure(clientOf(protocol).processMessage(question))).code).toBe(Code.ResourceExhausted);
  });

  test("a server that is not there is unavailable", async () => {
    const gone = await startBridge({ ...inTheClear, to: parseAddress("127.0.0.1:9") });
    const error = await failure(clientOf(protocol, gone.url).processMessage(question, { timeoutMs: 60_000 }));
    expect(error.code).toBe(Code.Unavailable);
    await gone.stop();
  });

  test("a client of another make reaches the server over HTTP/1.1 and over HTTP/2 without TLS", async () => {
    const createTransport = protocol === "connect" ? createConnectTransport : createGrpcWebTransport;
    for (const httpVersion of ["1.1", "2"] as const) {
      const transport = createTransport({ baseUrl: bridge.url, httpVersion });
      const { messageId } = await createClient(ExternalCalloutService, transport).processMessage(question);
      expect(messageId).toBe("m");
    }
  });

  test("TLS is spoken on both sides, with certificates for the server and for the client", async () => {
    const credentials = ServerCredentials.createSsl(cert, [{ cert_chain: cert, private_key: key }], true);
    const secureNative = await startNativeServer((context) => context, credentials);
    const identity = { cert, key };
    const options: BridgeOptions = {
      ...inTheClear,
      listen: parseAddress("https://127.0.0.1:0"),
      to: parseAddress(`https://${secureNative.address.replace("127.0.0.1", "localhost")}`),
      identity,
      clientIdentity: identity,
      authorities: cert,
    };
    const secure = await startBridge(options);
    const createTransport = protocol === "connect" ? createConnectTransport : createGrpcWebTransport;
    for (const httpVersion of ["1.1", "2"] as const) {
      const transport = createTransport({ baseUrl: secure.url, httpVersion, nodeOptions: { ca: cert } });
      const { messageId } = await createClient(ExternalCalloutService, transport).processMessage(question);
      expect(messageId).toBe("m");
    }
    await secure.stop();
    secureNative.stop();
  });
});

test("a client that leaves cancels the call", async () => {
  const arrived = Promise.withResolvers<void>();
  const cancelled = Promise.withResolvers<void>();
  answer = (_context, call) => {
    call.once("cancelled", () => cancelled.resolve());
    arrived.resolve();
    return Promise.withResolvers<never>().promise;
  };
  const leaving = new AbortController();
  const transport = createGrpcWebTransport({ baseUrl: bridge.url, httpVersion: "1.1" });
  const call = createClient(ExternalCalloutService, transport).processMessage(question, {
    signal: leaving.signal,
  });
  await arrived.promise;
  leaving.abort();
  expect((await failure(call)).code).toBe(Code.Canceled);
  await cancelled.promise;
});

test("the health page says whether the server can be reached", async () => {
  const health = async (url: string) => {
    const response = await fetch(`${url}/_sortie/health`);
    return [response.status, await response.json()];
  };
  expect(await health(bridge.url)).toEqual([200, { status: "ok" }]);
  const gone = await startBridge({ ...inTheClear, to: parseAddress("127.0.0.1:9") });
  expect(await health(gone.url)).toEqual([503, { status: "server not reachable" }]);
  await gone.stop();
});

const method = "/apigee.ExternalCalloutService/ProcessMessage";
const web = { "content-type": "application/grpc-web+proto" };

test.each<[string, string, RequestInit, string]>([
  ["a GET", method, {}, "405"],
  ["native gRPC", method, { method: "POST", headers: { "content-type": "application/grpc" } }, "415"],
  [
    "base64 text",
    method,
    { method: "POST", headers: { "content-type": "application/grpc-web-text" } },
    "415",
  ],
  ["no content type", method, { method: "POST" }, "415"],
  ["a path that is no method", "/x", { method: "POST", headers: web, body: frame("") }, "200 12"],
  ["a method that is not there", "/a.B/C", { method: "POST", headers: web, body: frame("") }, "200 12"],
  ["no message", method, { method: "POST", headers: web }, "200 12"],
  ["a compressed message", method, { method: "POST", headers: web, body: frame("", 1) }, "200 12"],
  ["half a message", method, { method: "POST", headers: web, body: frame("abc").subarray(0, 6) }, "200 12"],
  [
    "two messages",
    method,
    { method: "POST", headers: web, body: Buffer.concat([frame(""), frame("")]) },
    "200 12",
  ],
  [
    "a deadline that is none",
    method,
    { method: "POST", headers: { ...web, "grpc-timeout": "soon" }, body: frame("") },
    "200 3",
  ],
  ["a message that is no protobuf", method, { method: "POST", headers: web, body: frame("\x7f") }, "200 13"],
])("%s is answered clearly", async (_name, path, init, expected) => {
  const response = await fetch(bridge.url + path, init);
  const [, code] = /grpc-status: (\d+)/.exec(await response.text()) ?? [];
  expect([response.status, code].filter(Boolean).join(" ")).toBe(expected);
});

function frame(text: string, flags = 0): Buffer<ArrayBuffer> {
  const prefix = Buffer.from([flags, 0, 0, 0, text.length]);
  return Buffer.concat([prefix, Buffer.from(text, "latin1")]);
}

test.each([
  ["9090", { host: "127.0.0.1", port: 9090, tls: false }],
  [":9090", { host: "127.0.0.1", port: 9090, tls: false }],
  ["localhost:9090", { host: "localhost", port: 9090, tls: false }],
  ["http://0.0.0.0:80", { host: "0.0.0.0", port: 80, tls: false }],
  ["https://[::1]:443", { host: "::1", port: 443, tls: true }],
])("the address %s is %j", (text, address) => {
  expect(parseAddress(text)).toEqual(address);
});

test.each(["", "localhost", "localhost:", "a:b", "ftp://a:1", "a:1/path", "a:99999", "u@a:1"])(
  "%j is no address",
  (text) => {
    expect(() => parseAddress(text)).toThrow("Write PORT, HOST:PORT or https://HOST:PORT.");
  },
);
