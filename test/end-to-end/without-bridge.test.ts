import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ConnectError, createClient } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ExternalCalloutService } from "../../src/policies/callouts/external-callout/wire/external_callout_pb.ts";
import { productTransport } from "../egress/grpc/product-transport.ts";
import { contextWithEverything } from "./everything.ts";

/** A server of another make that speaks gRPC-Web and Connect itself. */
let server: Server;
let baseUrl: string;

beforeAll(async () => {
  const routes = connectNodeAdapter({
    routes: (router) =>
      router.service(ExternalCalloutService, {
        processMessage(context) {
          if (context.messageId === "") throw new ConnectError("no id: größer", 3);
          return context;
        },
      }),
  });
  server = createServer(routes).listen(0, "127.0.0.1");
  await once(server, "listening");
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => server.close());

test.each(["grpc-web", "connect"] as const)(
  "over %s every field reaches it and comes back, and errors do",
  async (protocol) => {
    const transport = productTransport({ protocol, baseUrl });
    const client = createClient(ExternalCalloutService, transport);
    expect(await client.processMessage(contextWithEverything, { timeoutMs: 60_000 })).toEqual(
      contextWithEverything,
    );
    const error = await client.processMessage({}).then(null, (reason) => reason);
    expect(ConnectError.from(error)).toMatchObject({ code: 3, rawMessage: "no id: größer" });
  },
);
