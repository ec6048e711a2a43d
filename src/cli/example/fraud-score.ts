import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type MethodDefinition, Server, ServerCredentials } from "@grpc/grpc-js";
import {
  ExternalCalloutService,
  type FlowVariable,
  type MessageContext,
  MessageContextSchema,
} from "../../policies/callouts/external-callout/wire/external_callout_pb.ts";
import { parseAddress } from "../bridge/address.ts";
import { startBridge } from "../bridge/start-bridge.ts";

/** A running service: the port of the bridge in front of it, and how to end both. */
export interface FraudScore {
  readonly port: number;
  stop(): Promise<void>;
}

const { processMessage: method } = ExternalCalloutService.method;

/** The one method of ExternalCallout servers, as grpc-js wants it described. */
const processMessage: MethodDefinition<MessageContext, MessageContext> = {
  path: `/${ExternalCalloutService.typeName}/${method.name}`,
  requestStream: false,
  responseStream: false,
  requestSerialize: write,
  requestDeserialize: read,
  responseSerialize: write,
  responseDeserialize: read,
};

/**
 * Starts a native gRPC server that says how likely an order is a fraud, with the bridge in front of it.
 * Rejects when the bridge cannot listen.
 */
export async function startFraudScore(port: number): Promise<FraudScore> {
  const server = new Server();
  server.addService(
    { processMessage },
    {
      processMessage: (
        call: { request: MessageContext },
        callback: (error: null, answer: MessageContext) => void,
      ) => callback(null, scored(call.request)),
    },
  );
  const nativePort = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  const bridge = await startBridge({
    listen: parseAddress(`127.0.0.1:${port}`),
    to: parseAddress(`127.0.0.1:${nativePort}`),
    identity: null,
    clientIdentity: null,
    authorities: null,
    maxMessageBytes: 4 * 1024 * 1024,
  }).catch((error) => {
    server.forceShutdown();
    throw error;
  });
  return {
    port: Number(new URL(bridge.url).port),
    async stop() {
      server.forceShutdown();
      await bridge.stop();
    },
  };
}

/** Sets `risk.score`, 0 to 100: the larger a share of the stock one order takes, the stranger it is. */
function scored({ additionalFlowVariables: given }: MessageContext): MessageContext {
  const [reserved, available] = [numberIn(given["stock.reserved"]), numberIn(given["stock.available"])];
  const score = Math.round((100 * reserved) / Math.max(1, reserved + available));
  return create(MessageContextSchema, {
    additionalFlowVariables: { "risk.score": { value: { case: "int32", value: score } } },
  });
}

function numberIn(variable: FlowVariable | undefined): number {
  return variable?.value.case === "int32" ? variable.value.value : 0;
}

function write(context: MessageContext): Buffer {
  return Buffer.from(toBinary(MessageContextSchema, context));
}

function read(bytes: Buffer): MessageContext {
  return fromBinary(MessageContextSchema, bytes);
}
