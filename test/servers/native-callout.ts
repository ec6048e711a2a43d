/**
 * A native gRPC server for ExternalCallouts, of another library than the product's: the layout is read from
 * the .proto file by protobufjs, and gRPC is spoken by grpc-js.
 */
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

const proto = join(
  import.meta.dirname,
  "../../src/policies/callouts/external-callout/wire/external_callout.proto",
);

/** A message as protobufjs has it: field names as in the .proto, 64-bit integers as text, nothing filled in. */
// biome-ignore lint/suspicious/noExplicitAny: what a server without our types works with
export type Context = Record<string, any>;

/** Answers a call; throws a partial gRPC status for an error. */
export type Answer = (
  context: Context,
  call: grpc.ServerUnaryCall<Context, Context>,
  trailer: grpc.Metadata,
) => Context | Promise<Context>;

export interface NativeServer {
  /** `host:port` */
  readonly address: string;
  stop(): void;
}

/** Starts a server on a free port of this machine. */
export async function startNativeServer(
  answer: Answer,
  credentials = grpc.ServerCredentials.createInsecure(),
): Promise<NativeServer> {
  const { service } = (grpc.loadPackageDefinition(definition) as Context).apigee.ExternalCalloutService;
  const server = new grpc.Server({ "grpc.max_send_message_length": -1 });
  const processMessage: grpc.handleUnaryCall<Context, Context> = async (call, callback) => {
    const trailer = new grpc.Metadata();
    try {
      callback(null, await answer(call.request, call, trailer), trailer);
    } catch (error) {
      callback({ ...(error as grpc.ServiceError), metadata: trailer });
    }
  };
  server.addService(service, { ProcessMessage: processMessage });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", credentials, (error, bound) => (error ? reject(error) : resolve(bound))),
  );
  return { address: `127.0.0.1:${port}`, stop: () => server.forceShutdown() };
}

const definition = loadSync(proto, { keepCase: true, longs: String, defaults: false, oneofs: false });
