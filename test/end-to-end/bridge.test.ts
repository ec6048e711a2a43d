import { create } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Bridge, startBridge } from "../../src/cli/bridge/start-bridge.ts";
import { createUnaryTransport } from "../../src/egress/grpc/unary-transport.ts";
import {
  ExternalCalloutService,
  MessageContextSchema,
} from "../../src/policies/external-callout/wire/external_callout_pb.ts";
import { type Context, type NativeServer, startNativeServer } from "../servers/native-callout.ts";

let native: NativeServer;
let bridge: Bridge;
const seen: Context[] = [];

beforeAll(async () => {
  native = await startNativeServer((context) => {
    seen.push(context);
    return { ...context, additional_flow_variables: { "risk.score": { double: 0.5 } } };
  });
  const [host = "", port] = native.address.split(":");
  bridge = await startBridge({
    listen: { host: "127.0.0.1", port: 0, tls: false },
    to: { host, port: Number(port), tls: false },
    identity: null,
    clientIdentity: null,
    authorities: null,
    maxMessageBytes: 4 * 1024 * 1024,
  });
});
afterAll(async () => {
  await bridge.stop();
  native.stop();
});

test.each(["grpc-web", "connect"] as const)("%s reaches a native server", async (protocol) => {
  const client = createClient(
    ExternalCalloutService,
    createUnaryTransport({
      protocol,
      baseUrl: bridge.url,
      by: "EC",
      send: (call) =>
        fetch(call.url, {
          method: call.method,
          headers: call.headers,
          body: call.body as Uint8Array<ArrayBuffer>,
        }),
    }),
  );
  const answer = await client.processMessage(
    create(MessageContextSchema, { messageId: "m-1", request: { uri: "/a" } }),
    { timeoutMs: 5000 },
  );
  expect(seen.at(-1)).toMatchObject({ message_id: "m-1", request: { uri: "/a" } });
  expect(answer.additionalFlowVariables["risk.score"]?.value).toEqual({ case: "double", value: 0.5 });
});
