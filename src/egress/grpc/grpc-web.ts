import { Code, ConnectError } from "@connectrpc/connect";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { trailerFlag } from "@connectrpc/connect/protocol-grpc-web";
import { httpError, requireContentType } from "./answer-checks.ts";
import { statusIn } from "./status.ts";
import type { UnaryProtocol } from "./unary-protocol.ts";

const COMPRESSED = 0b1;

/** Bytes before each frame's content: flags, and the length as 32 bits. */
const PREFIX_BYTES = 5;

/**
 * gRPC-Web: frames of messages in the body, and a last one with the trailers that HTTP/1.1 clients cannot see.
 * gRPC: "gRPC Web" (protocol differences vs gRPC over HTTP2).
 */
export const grpcWeb: UnaryProtocol = {
  setHeaders(headers, timeoutMs) {
    headers.set("content-type", "application/grpc-web+proto");
    headers.set("x-grpc-web", "1");
    if (timeoutMs !== undefined) headers.set("grpc-timeout", grpcTimeout(timeoutMs));
  },

  body: (message) => encodeEnvelope(0, message),

  read(answer, body) {
    const { ok, headers } = answer;
    const inHeaders = statusIn(headers);
    const refusal = inHeaders ?? (ok ? null : httpError(answer));
    const { message, trailer } = readFrames(answer, body, refusal);
    const inTrailer = trailer && statusIn(trailer);
    if (inTrailer) throw withMetadata(inTrailer, headers);
    if (refusal) throw refusal;
    if (inTrailer === undefined && inHeaders === undefined) {
      throw trailer
        ? new ConnectError("protocol error: missing status", Code.Internal, headers)
        : new ConnectError("missing trailer", Code.Unknown, headers);
    }
    if (message === undefined) throw new ConnectError("missing message", Code.Unimplemented, headers);
    if (trailer === undefined) throw new ConnectError("missing trailer", Code.Unknown, headers);
    return { message, trailer };
  },
};

/** At most eight digits and a unit. */
function grpcTimeout(ms: number): string {
  return ms < 1e8 ? `${Math.ceil(ms)}m` : `${Math.ceil(ms / 1000)}S`;
}

interface Frames {
  message?: Uint8Array;
  trailer?: Headers;
}

/** What is wrong with a body counts for less than what the server says before it. */
function readFrames(answer: Response, body: Uint8Array, refusal: ConnectError | null): Frames {
  try {
    requireContentType(answer, /^application\/grpc-web(?:\+proto)?$/, /^application\/grpc-web\+/);
    return framesIn(body);
  } catch (error) {
    throw refusal ?? error;
  }
}

function framesIn(body: Uint8Array): Frames {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const frames: Frames = {};
  for (let start = 0; start < body.length; ) {
    const end = start + PREFIX_BYTES + (body.length - start < PREFIX_BYTES ? 0 : view.getUint32(start + 1));
    if (end > body.length) throw new ConnectError("incomplete frame", Code.InvalidArgument);
    const flags = view.getUint8(start);
    if (flags & COMPRESSED) {
      throw new ConnectError("the server compressed its answer, which nobody asked for", Code.Internal);
    }
    const content = body.subarray(start + PREFIX_BYTES, end);
    if (flags === trailerFlag) {
      if (frames.trailer) throw new ConnectError("extra trailer", Code.Unknown);
      frames.trailer = readTrailer(content);
    } else {
      if (flags !== 0) throw new ConnectError(`unknown frame flags ${flags}`, Code.Internal);
      if (frames.trailer) throw new ConnectError("message after the trailer", Code.Unknown);
      if (frames.message) throw new ConnectError("extra message", Code.Unimplemented);
      frames.message = content;
    }
    start = end;
  }
  return frames;
}

const decoder = new TextDecoder();

/** Names and values, as in a block of HTTP/1 headers; a line may end in a bare line feed. */
function readTrailer(content: Uint8Array): Headers {
  const trailer = new Headers();
  for (const line of decoder.decode(content).split(/\r?\n/)) {
    if (line === "") continue;
    const [, name, value] = /^([^:]+):(.*)$/s.exec(line) ?? [];
    try {
      if (name === undefined || value === undefined) throw new TypeError(`no name: ${line}`);
      trailer.append(name.trim(), value.trim());
    } catch (error) {
      throw new ConnectError("malformed trailer", Code.Unknown, undefined, undefined, error);
    }
  }
  return trailer;
}

/** The metadata before a message and after it, as the stock transports hand them out with an error. */
function withMetadata(error: ConnectError, headers: Headers): ConnectError {
  headers.forEach((value, name) => {
    error.metadata.append(name, value);
  });
  return error;
}
