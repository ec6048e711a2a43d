import { decodeShortAscii } from "../../text/utf8.ts";
import { httpError, requireContentType } from "./answer-checks.ts";
import { GrpcError } from "./grpc-error.ts";
import { statusIn } from "./status.ts";
import { ROOM_BYTES, type UnaryProtocol } from "./unary-protocol.ts";

const COMPRESSED = 0b1;
const TRAILER = 0x80;

/** Bytes before each frame's content: flags, and the length as 32 bits. */
const PREFIX_BYTES = ROOM_BYTES;

/**
 * gRPC-Web: frames of messages in the body, and a last one with the trailers that HTTP/1.1 clients cannot see.
 * gRPC: "gRPC Web" (protocol differences vs gRPC over HTTP2).
 */
export const grpcWeb: UnaryProtocol = {
  setHeaders(headers, timeoutMs) {
    headers.set("content-type", "application/grpc-web+proto");
    headers.set("x-grpc-web", "1");
    headers.set("grpc-timeout", grpcTimeout(timeoutMs));
  },

  body(message) {
    new DataView(message.buffer, message.byteOffset).setUint32(1, message.length - PREFIX_BYTES);
    return message;
  },

  messageIn(answer, headers, body) {
    const inHeaders = statusIn(headers);
    const refusal = inHeaders ?? (answer.ok ? null : httpError(answer));
    const { message, trailer } = readFrames(answer, headers, body, refusal);
    const inTrailer = trailer?.status;
    if (inTrailer) throw inTrailer;
    if (refusal) throw refusal;
    if (inTrailer === undefined && inHeaders === undefined) {
      throw trailer
        ? new GrpcError("INTERNAL", "protocol error: missing status")
        : new GrpcError("UNKNOWN", "missing trailer");
    }
    if (message === null) throw new GrpcError("UNIMPLEMENTED", "missing message");
    if (trailer === null) throw new GrpcError("UNKNOWN", "missing trailer");
    return message;
  },
};

/** At most eight digits and a unit. */
function grpcTimeout(ms: number): string {
  return ms < 1e8 ? `${Math.ceil(ms)}m` : `${Math.ceil(ms / 1000)}S`;
}

interface Frames {
  readonly message: Uint8Array | null;
  readonly trailer: { readonly status: GrpcError | null | undefined } | null;
}

/** What is wrong with a body counts for less than what the server says before it. */
function readFrames(answer: Response, headers: Headers, body: Uint8Array, refusal: GrpcError | null): Frames {
  try {
    requireContentType(answer, headers, /^application\/grpc-web(?:\+proto)?$/, /^application\/grpc-web\+/);
    return framesIn(body);
  } catch (error) {
    throw refusal ?? error;
  }
}

function framesIn(body: Uint8Array): Frames {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  let message: Frames["message"] = null;
  let trailer: Frames["trailer"] = null;
  for (let start = 0; start < body.length; ) {
    const end = start + PREFIX_BYTES + (body.length - start < PREFIX_BYTES ? 0 : view.getUint32(start + 1));
    if (end > body.length) throw new GrpcError("INVALID_ARGUMENT", "incomplete frame");
    const flags = view.getUint8(start);
    if (flags & COMPRESSED) {
      throw new GrpcError("INTERNAL", "the server compressed its answer, which nobody asked for");
    }
    const content = body.subarray(start + PREFIX_BYTES, end);
    if (flags === TRAILER) {
      if (trailer) throw new GrpcError("UNKNOWN", "extra trailer");
      trailer = { status: statusInTrailer(content) };
    } else {
      if (flags !== 0) throw new GrpcError("INTERNAL", `unknown frame flags ${flags}`);
      if (trailer) throw new GrpcError("UNKNOWN", "message after the trailer");
      if (message) throw new GrpcError("UNIMPLEMENTED", "extra message");
      message = content;
    }
    start = end;
  }
  return { message, trailer };
}

const decoder = new TextDecoder();

/** What nearly all trailers are. */
const plainSuccess = /^grpc-status: ?0\r?\n(?:grpc-message: ?\r?\n)?$/i;

function statusInTrailer(content: Uint8Array): GrpcError | null | undefined {
  const text = decodeShortAscii(content) ?? decoder.decode(content);
  // The platform's own headers would cost as much as all of the rest.
  return plainSuccess.test(text) ? null : statusIn(readTrailer(text));
}

/** Names and values, as in a block of HTTP/1 headers; a line may end in a bare line feed. */
function readTrailer(text: string): Headers {
  const trailer = new Headers();
  for (const line of text.split(/\r?\n/)) {
    if (line === "") continue;
    const [, name, value] = /^([^:]+):(.*)$/s.exec(line) ?? [];
    try {
      if (name === undefined || value === undefined) throw new TypeError(`no name: ${line}`);
      trailer.append(name.trim(), value.trim());
    } catch (error) {
      throw new GrpcError("UNKNOWN", "malformed trailer", error);
    }
  }
  return trailer;
}
