import { Code, ConnectError } from "@connectrpc/connect";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { findTrailerError } from "@connectrpc/connect/protocol-grpc";
import { trailerFlag, trailerParse, validateTrailer } from "@connectrpc/connect/protocol-grpc-web";
import { httpError, requireContentType } from "./answer-checks.ts";
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
    if (!answer.ok) throw httpError(answer);
    requireContentType(answer, /^application\/grpc-web(?:\+proto)?$/, "grpc-status");
    const frames = readFrames(body);
    if (frames.trailer === undefined) {
      // An error without any message may stand in the headers alone.
      throw findTrailerError(readable(answer.headers)) ?? new ConnectError("missing trailer", Code.Unknown);
    }
    const trailer = readTrailer(frames.trailer, answer.headers);
    if (frames.message === undefined) throw new ConnectError("missing message", Code.Unimplemented);
    return { message: frames.message, trailer };
  },
};

/** At most eight digits and a unit. */
function grpcTimeout(ms: number): string {
  return ms < 1e8 ? `${Math.ceil(ms)}m` : `${Math.ceil(ms / 1000)}S`;
}

interface Frames {
  message?: Uint8Array;
  trailer?: Uint8Array;
}

function readFrames(body: Uint8Array): Frames {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const frames: Frames = {};
  for (let start = 0; start < body.length; ) {
    const end = start + PREFIX_BYTES + (body.length - start < PREFIX_BYTES ? 0 : view.getUint32(start + 1));
    if (end > body.length) throw new ConnectError("incomplete frame", Code.InvalidArgument);
    const flags = view.getUint8(start);
    if (flags & COMPRESSED) {
      throw new ConnectError("the server compressed its answer, which nobody asked for", Code.Internal);
    }
    const kind = flags === trailerFlag ? "trailer" : "message";
    if (frames[kind]) throw new ConnectError(`extra ${kind}`, extra[kind]);
    frames[kind] = body.subarray(start + PREFIX_BYTES, end);
    start = end;
  }
  return frames;
}

const extra = { trailer: Code.Unknown, message: Code.Unimplemented };

const decoder = new TextDecoder();

/** The trailers of a call that went well; throws what they say of one that did not. */
function readTrailer(content: Uint8Array, headers: Headers): Headers {
  // Nearly all of them say no more than that, and the longer way costs a hundredth of the whole call.
  if (/^grpc-status: ?0\r\n$/i.test(decoder.decode(content))) return new Headers({ "grpc-status": "0" });
  const trailer = readable(parseTrailer(content));
  validateTrailer(trailer, headers);
  return trailer;
}

function parseTrailer(content: Uint8Array): Headers {
  try {
    return trailerParse(content);
  } catch (error) {
    throw new ConnectError("malformed trailer", Code.Unknown, undefined, undefined, error);
  }
}

/** The same with a text that can be decoded: what a server did not percent-encode is taken as it is. */
function readable(metadata: Headers): Headers {
  const text = metadata.get("grpc-message");
  if (text === null || isPercentEncoded(text)) return metadata;
  const readable = new Headers(metadata);
  readable.set("grpc-message", encodeURIComponent(text.toWellFormed()));
  return readable;
}

function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
