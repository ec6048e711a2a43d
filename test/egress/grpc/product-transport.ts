import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { ConnectError, type Transport } from "@connectrpc/connect";
import { type TimeLimit, unlimited } from "../../../src/egress/call.ts";
import { GrpcError, statuses } from "../../../src/egress/grpc/grpc-error.ts";
import { prepareUnaryCall, type UnaryMethod } from "../../../src/egress/grpc/unary-call.ts";
import { ROOM_BYTES } from "../../../src/egress/grpc/unary-protocol.ts";

export interface ProductTransport extends Pick<UnaryMethod<unknown>, "protocol"> {
  readonly baseUrl: string;
  readonly send?: UnaryMethod<unknown>["send"];
  readonly limit?: TimeLimit;
}

/** Where a call without a deadline would be one for good. */
const LONG_MS = 60_000;

/**
 * The product's calls as a ConnectRPC transport, so that they run wherever its own do. The product looks at an answer's
 * metadata for its status alone, so none come back.
 */
export function productTransport({
  protocol,
  baseUrl,
  send = sendByFetch,
  limit = unlimited,
}: ProductTransport): Transport {
  return {
    async unary(method, _signal, timeoutMs = LONG_MS, metadata, input) {
      const call = prepareUnaryCall({
        protocol,
        url: `${baseUrl}/${method.parent.typeName}/${method.name}`,
        by: "EC",
        send,
        read: (bytes) => fromBinary(method.output, bytes),
      });
      const message = toBinary(method.input, create(method.input, input));
      const options = { timeoutMs, ...(metadata && { metadata }) };
      try {
        const answer = await call(
          Uint8Array.from([...new Uint8Array(ROOM_BYTES), ...message]),
          options,
          limit,
        );
        const nothing = { header: new Headers(), trailer: new Headers() };
        return { stream: false, service: method.parent, method, ...nothing, message: answer };
      } catch (error) {
        throw connectError(error);
      }
    },

    stream: () => Promise.reject(new ConnectError("there are no streams")),
  };
}

const sendByFetch: UnaryMethod<unknown>["send"] = ({ url, method, headers, body }) =>
  fetch(url, { method, headers, body: body as Uint8Array<ArrayBuffer>, redirect: "manual" });

function connectError(error: unknown): unknown {
  if (!(error instanceof GrpcError)) return error;
  const { status, message, cause } = error;
  return new ConnectError(message, statuses.indexOf(status), undefined, undefined, cause);
}
