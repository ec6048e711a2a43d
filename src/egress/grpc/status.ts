import { Code, ConnectError } from "@connectrpc/connect";
import { findTrailerError } from "@connectrpc/connect/protocol-grpc";

const DETAILS = "grpc-status-details-bin";

/**
 * What metadata say of how a call ended: an error, null where all went well, undefined where they say nothing.
 * A refusal in any of their fields is one. gRPC: "Responses" of gRPC over HTTP2.
 */
export function statusIn(metadata: Headers): ConnectError | null | undefined {
  const status = metadata.get("grpc-status");
  if (!metadata.has(DETAILS)) {
    // Nearly all calls end here, and the longer way copies the metadata.
    if (status === null) return undefined;
    if (status === "0") return null;
  }
  const plain = findTrailerError(withoutDetails(metadata));
  return detailedError(metadata, plain) ?? plain ?? (status === null ? undefined : null);
}

/** The status with its details. Details of another status, or of none, take nothing from the one beside them. */
function detailedError(metadata: Headers, plain: ConnectError | undefined): ConnectError | undefined {
  if (!metadata.has(DETAILS)) return undefined;
  try {
    const error = findTrailerError(metadata);
    if (plain && plain.code !== error?.code) return plain;
    if (error === undefined || error.code in Code) return error;
    return new ConnectError(`invalid grpc-status: ${error.code}`, Code.Internal, metadata);
  } catch (error) {
    if (plain) return plain;
    throw error;
  }
}

/** The status and a text that can be decoded: what a server did not percent-encode is taken as it is. */
function withoutDetails(metadata: Headers): Headers {
  const plain = new Headers(metadata);
  plain.delete(DETAILS);
  const text = plain.get("grpc-message");
  if (text !== null && !isPercentEncoded(text)) {
    plain.set("grpc-message", encodeURIComponent(text.toWellFormed()));
  }
  return plain;
}

function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
