import { create, type DescMessage, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, createContextKey, type Transport } from "@connectrpc/connect";
import { type OutboundCall, type TimeLimit, unlimited } from "../call.ts";
import { bodyFailure } from "../egress.ts";
import { EgressError } from "../error.ts";
import type { GrpcTransport } from "../target-server.ts";
import { connect } from "./connect.ts";
import { grpcWeb } from "./grpc-web.ts";
import { OpenAnswer } from "./open-answer.ts";

/** How large a message a server may answer with, in bytes: what gRPC clients accept by default. */
const ANSWER_LIMIT_BYTES = 4 * 1024 * 1024;

/** What may come around the message: frames and trailers. */
const OVERHEAD_BYTES = 64 * 1024;

const protocols = { "grpc-web": grpcWeb, connect };

/** What holds a call to its time, as a value of the call's context. */
export const timeLimit = createContextKey(unlimited, { description: "holds a call to its time" });

export interface UnaryTransportOptions {
  readonly protocol: GrpcTransport;
  /** Scheme, host and port. */
  readonly baseUrl: string;
  /** The policy that calls. */
  readonly by: OutboundCall["by"];
  /** The door to the outside: `Egress.send`. */
  send(call: OutboundCall, limit: TimeLimit, recorded: TimeLimit): Promise<Response>;
}

/**
 * A ConnectRPC transport for unary calls that leave through the egress. It behaves like the stock transports,
 * and leaves out what makes them slow: interceptors, signals that nobody asked for, and streams for a single message.
 *
 * A call's time is for the whole answer. Rejects with ConnectError; where the egress failed, its error is the cause.
 */
export function createUnaryTransport({ protocol, baseUrl, by, send }: UnaryTransportOptions): Transport {
  const { setHeaders, body, read } = protocols[protocol];

  function makeHeaders(metadata: HeadersInit | undefined, timeoutMs: number | undefined): Headers {
    const headers = new Headers(metadata);
    setHeaders(headers, timeoutMs);
    return headers;
  }

  const plainHeaders = rememberLast((timeoutMs: number | undefined) => makeHeaders(undefined, timeoutMs));

  async function exchange(call: OutboundCall, open: OpenAnswer, limit: TimeLimit) {
    const answer = await send(call, unlimited, limit);
    const bytes = await open.read(answer, ANSWER_LIMIT_BYTES + OVERHEAD_BYTES).catch((error) => {
      throw error instanceof ConnectError ? error : bodyFailure(error);
    });
    return { header: answer.headers, ...read(answer, bytes) };
  }

  return {
    async unary(method, signal, timeoutMs, header, input, contextValues) {
      const headers = header === undefined ? plainHeaders(timeoutMs) : makeHeaders(header, timeoutMs);
      const message = body(toBinary(method.input, create(method.input, input)));
      const url = `${baseUrl}/${method.parent.typeName}/${method.name}`;
      const open = new OpenAnswer();
      const limit = (timeoutMs !== undefined && contextValues?.get(timeLimit)) || unlimited;
      const work = exchange(
        {
          url,
          method: "POST",
          headers,
          body: message,
          timeoutMs: timeoutMs ?? 0,
          by,
          ...(signal && { signal }),
        },
        open,
        limit,
      );
      try {
        const answer = await (timeoutMs === undefined ? work : limit.within(timeoutMs, work));
        return {
          stream: false,
          service: method.parent,
          method,
          header: answer.header,
          message: parse(method.output, answer.message),
          trailer: answer.trailer,
        };
      } catch (error) {
        open.letGo();
        throw error instanceof EgressError ? explain(error, timeoutMs) : error;
      }
    },

    stream() {
      return Promise.reject(
        new ConnectError("only calls with one message each way are supported", Code.Unimplemented),
      );
    },
  };
}

/** The same function, working only when its argument is another than the last time. */
function rememberLast<A, R>(compute: (argument: A) => R): (argument: A) => R {
  let last: { readonly argument: A; readonly result: R } | null = null;
  return (argument) => {
    if (last === null || last.argument !== argument) last = { argument, result: compute(argument) };
    return last.result;
  };
}

function parse<O extends DescMessage>(type: O, bytes: Uint8Array): MessageShape<O> {
  if (bytes.byteLength > ANSWER_LIMIT_BYTES) {
    const text = `gRPC message exceeds maximum size ${ANSWER_LIMIT_BYTES}: ${bytes.byteLength}`;
    throw new ConnectError(text, Code.ResourceExhausted);
  }
  try {
    return fromBinary(type, bytes);
  } catch (error) {
    throw new ConnectError("Invalid protobuf byte sequence", Code.Internal, undefined, undefined, error);
  }
}

/** The status of a call that the egress could not finish. The texts are those that Java's gRPC uses. */
function explain(error: EgressError, timeoutMs = 0): ConnectError {
  const [text, code] =
    error.kind === "timeout"
      ? [`deadline exceeded after ${timeoutMs / 1000}s`, Code.DeadlineExceeded]
      : ["io exception", Code.Unavailable];
  return new ConnectError(text, code, undefined, undefined, error);
}
