import { type OutboundCall, type TimeLimit, unlimited } from "../call.ts";
import { EgressError } from "../error.ts";
import type { GrpcTransport } from "../target-server.ts";
import { connect } from "./connect.ts";
import { GrpcError } from "./grpc-error.ts";
import { grpcWeb } from "./grpc-web.ts";
import { OpenAnswer } from "./open-answer.ts";

/** How large a message a server may answer with, in bytes: what gRPC clients accept by default. */
const ANSWER_LIMIT_BYTES = 4 * 1024 * 1024;

/** What may come around the message: frames and trailers. */
const OVERHEAD_BYTES = 64 * 1024;

const protocols = { "grpc-web": grpcWeb, connect };

export interface UnaryMethod<T> {
  readonly protocol: GrpcTransport;
  /** The server's with the paths of service and method. */
  readonly url: string;
  /** The policy that calls. */
  readonly by: OutboundCall["by"];
  /** The door to the outside: `Egress.send`. */
  send(call: OutboundCall, limit: TimeLimit, recorded: TimeLimit): Promise<Response>;
  /** Reads the message of an answer; what it throws makes the call fail. */
  read(message: Uint8Array): T;
}

/** What is sent with a message. */
export interface UnaryOptions {
  readonly metadata?: HeadersInit;
  /** For the whole answer. */
  readonly timeoutMs: number;
}

/**
 * Calls a method with the bytes of a message behind ROOM_BYTES free ones. Rejects with {@link GrpcError}; where the
 * egress failed, its error is the cause.
 * @param limit holds the call to its time
 */
export type UnaryCall<T> = (
  message: Uint8Array,
  options: UnaryOptions,
  limit: TimeLimit,
  ends?: Pick<OutboundCall, "signal" | "cancel">,
) => Promise<T>;

/** Prepares calls of a method with one message each way, which leave through the egress. */
export function prepareUnaryCall<T>({ protocol, url, by, send, read }: UnaryMethod<T>): UnaryCall<T> {
  const { setHeaders, body, messageIn } = protocols[protocol];

  function makeHeaders(metadata: HeadersInit | undefined, timeoutMs: number): Headers {
    const headers = new Headers(metadata);
    setHeaders(headers, timeoutMs);
    return headers;
  }

  const plainHeaders = rememberLast((timeoutMs: number) => makeHeaders(undefined, timeoutMs));

  async function exchange(call: OutboundCall, open: OpenAnswer, limit: TimeLimit): Promise<T> {
    const answer = await send(call, unlimited, limit);
    const { headers } = answer;
    const bytes = await open.read(answer, headers, ANSWER_LIMIT_BYTES + OVERHEAD_BYTES);
    try {
      return readWith(read, messageIn(answer, headers, bytes));
    } catch (error) {
      if (error instanceof GrpcError) error.headers = headers;
      throw error;
    }
  }

  return async function callUnary(message, { metadata, timeoutMs }, limit, ends) {
    const headers = metadata === undefined ? plainHeaders(timeoutMs) : makeHeaders(metadata, timeoutMs);
    const call = { url, method: "POST", headers, body: body(message), timeoutMs, by, ...ends };
    const open = new OpenAnswer();
    try {
      return await limit.within(timeoutMs, exchange(call, open, limit));
    } catch (error) {
      open.letGo();
      throw error instanceof EgressError ? explain(error, timeoutMs) : error;
    }
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

function readWith<T>(read: (message: Uint8Array) => T, message: Uint8Array): T {
  if (message.byteLength > ANSWER_LIMIT_BYTES) {
    const text = `gRPC message exceeds maximum size ${ANSWER_LIMIT_BYTES}: ${message.byteLength}`;
    throw new GrpcError("RESOURCE_EXHAUSTED", text);
  }
  try {
    return read(message);
  } catch (error) {
    throw new GrpcError("INTERNAL", "Invalid protobuf byte sequence", error);
  }
}

/** The status of a call that the egress could not finish. The texts are those that Java's gRPC uses. */
function explain(error: EgressError, timeoutMs: number): GrpcError {
  return error.kind === "timeout"
    ? new GrpcError("DEADLINE_EXCEEDED", `deadline exceeded after ${timeoutMs / 1000}s`, error)
    : new GrpcError("UNAVAILABLE", "io exception", error);
}
