import { Code, ConnectError } from "@connectrpc/connect";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { findTrailerError } from "@connectrpc/connect/protocol-grpc";
import { trailerFlag, trailerParse, validateTrailer } from "@connectrpc/connect/protocol-grpc-web";
import { httpError, requireContentType } from "./answer-checks.ts";
import type { UnaryAnswer, UnaryProtocol } from "./unary-protocol.ts";

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
    const { message, trailer } = readFrames(body, answer);
    if (trailer === undefined) {
      // An error without any message may stand in the headers alone.
      throw findTrailerError(readable(answer.headers)) ?? new ConnectError("missing trailer", Code.Unknown);
    }
    validateTrailer(readable(trailer), answer.headers);
    if (message === undefined) throw new ConnectError("missing message", Code.Unimplemented);
    return { message, trailer };
  },
};

/** At most eight digits and a unit. */
function grpcTimeout(ms: number): string {
  return ms < 1e8 ? `${Math.ceil(ms)}m` : `${Math.ceil(ms / 1000)}S`;
}

function readFrames(body: Uint8Array, { headers, status }: Response): Partial<UnaryAnswer> {
  if (!headers.has("grpc-status")) requireContentType(headers, /^application\/grpc-web(?:\+proto)?$/, status);
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  let message: Uint8Array | undefined;
  let trailer: Headers | undefined;
  for (let start = 0; start < body.length; ) {
    const end = start + PREFIX_BYTES + (body.length - start < PREFIX_BYTES ? 0 : view.getUint32(start + 1));
    if (end > body.length) throw new ConnectError("incomplete frame", Code.InvalidArgument);
    const flags = view.getUint8(start);
    const content = body.subarray(start + PREFIX_BYTES, end);
    if (flags & COMPRESSED) {
      throw new ConnectError("the server compressed its answer, which nobody asked for", Code.Internal);
    }
    if (flags === trailerFlag) {
      if (trailer) throw new ConnectError("extra trailer", Code.Unknown);
      trailer = readTrailer(content);
    } else {
      if (message) throw new ConnectError("extra message", Code.Unimplemented);
      message = content;
    }
    start = end;
  }
  return { ...(message && { message }), ...(trailer && { trailer }) };
}

function readTrailer(content: Uint8Array): Headers {
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
