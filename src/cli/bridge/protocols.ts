import type { IncomingHttpHeaders } from "node:http";
import { Code, ConnectError } from "@connectrpc/connect";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import {
  codeToHttpStatus,
  errorToJsonBytes,
  parseTimeout as parseConnectTimeout,
} from "@connectrpc/connect/protocol-connect";
import { findTrailerError } from "@connectrpc/connect/protocol-grpc";
import { parseTimeout, trailerFlag } from "@connectrpc/connect/protocol-grpc-web";
import { type StatusObject, status } from "@grpc/grpc-js";
import { headerLines } from "./metadata.ts";
import type { CallResult } from "./native-server.ts";

/** An HTTP answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: readonly [name: string, value: string][];
  readonly body: Uint8Array;
}

/** A protocol that clients speak to the bridge. */
export interface ClientProtocol {
  /** Milliseconds, undefined without a deadline. Throws ConnectError for what is no time. */
  timeout(headers: IncomingHttpHeaders): number | undefined;
  /** The message in a request's body; null when there is not exactly one, uncompressed. */
  message(body: Buffer): Buffer | null;
  answer(result: CallResult): HttpAnswer;
}

const NO_LIMIT = Number.MAX_SAFE_INTEGER;

const grpcWeb: ClientProtocol = {
  timeout: (headers) => checked(parseTimeout(one(headers["grpc-timeout"]), NO_LIMIT)),

  message(body) {
    const isOneFrame = body.length >= 5 && body[0] === 0 && body.readUInt32BE(1) === body.length - 5;
    return isOneFrame ? body.subarray(5) : null;
  },

  answer({ header, message, status: { code, details, metadata } }) {
    const lines = [
      ["grpc-status", String(code)],
      ...(details === "" ? [] : [["grpc-message", encodeURIComponent(details.toWellFormed())]]),
      ...headerLines(metadata),
    ];
    const trailer = Buffer.from(lines.map(([name, value]) => `${name}: ${value}\r\n`).join(""));
    return {
      status: 200,
      headers: [["content-type", "application/grpc-web+proto"], ...headerLines(header)],
      body: Buffer.concat([
        ...(message ? [encodeEnvelope(0, message)] : []),
        encodeEnvelope(trailerFlag, trailer),
      ]),
    };
  },
};

const connect: ClientProtocol = {
  timeout: (headers) => checked(parseConnectTimeout(one(headers["connect-timeout-ms"]), NO_LIMIT)),

  message: (body) => body,

  answer({ header, message, status: ended }) {
    const metadata = [...headerLines(header), ...headerLines(ended.metadata, "trailer-")];
    if (ended.code === status.OK && message) {
      return { status: 200, headers: [["content-type", "application/proto"], ...metadata], body: message };
    }
    const error = errorOf(ended);
    return {
      status: codeToHttpStatus(error.code),
      headers: [["content-type", "application/json"], ...metadata],
      body: errorToJsonBytes(error, undefined),
    };
  },
};

/** A status with its details, which are left out when they are not what they should be. */
function errorOf({ code, details, metadata }: StatusObject): ConnectError {
  const status = { "grpc-status": String(code), "grpc-message": encodeURIComponent(details.toWellFormed()) };
  const plain = findTrailerError(new Headers(status));
  const trailers = new Headers(headerLines(metadata));
  for (const [name, value] of Object.entries(status)) trailers.set(name, value);
  const detailed = detailedError(trailers);
  const isOfOneStatus = plain === undefined || plain.code === detailed?.code;
  return (isOfOneStatus ? detailed : plain) ?? plain ?? new ConnectError(details);
}

function detailedError(trailers: Headers): ConnectError | undefined {
  try {
    const error = findTrailerError(trailers);
    return error && error.code in Code ? error : undefined;
  } catch {
    return undefined;
  }
}

/** The protocol of a request by its media type; null when it is none that the bridge speaks. */
export function protocolOf(contentType: string | undefined): ClientProtocol | null {
  const [mediaType = ""] = (contentType ?? "").toLowerCase().split(";", 1);
  if (/^application\/grpc-web(?:\+proto)?$/.test(mediaType.trim())) return grpcWeb;
  return mediaType.trim() === "application/proto" ? connect : null;
}

function checked({ timeoutMs, error }: ReturnType<typeof parseTimeout>): number | undefined {
  if (error) throw error;
  return timeoutMs;
}

const one = (value: string | string[] | undefined): string | null =>
  (Array.isArray(value) ? value[0] : value) ?? null;
