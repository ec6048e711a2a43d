import type { BodySource } from "../flow/body.ts";
import { compressionFormat, type Message, type ResponseMessage } from "../flow/message.ts";

/** Apigee: "Endpoint properties reference" (compression.algorithm). Null: as the message came. */
export type CompressionAlgorithm = "gzip" | "deflate" | "none" | null;

/**
 * The body and headers of a request as they leave: compressed as it came, or as the property forces.
 * A body that streams through untouched keeps whatever compression it has.
 */
export function compressRequest(message: Message, algorithm: CompressionAlgorithm): BodySource {
  const body = message.outgoing;
  const coding = compressionFormat(algorithm ?? message.contentCoding ?? "");
  if (body === null || coding === null || body instanceof ReadableStream) return body;
  message.ownHeaders.set("content-encoding", coding);
  return compressed(body, coding);
}

/**
 * The same for a response, where the platform by itself compresses what the Content-Encoding header promises,
 * but for deflate.
 */
export function compressResponse(message: ResponseMessage, algorithm: CompressionAlgorithm): BodySource {
  const body = message.outgoing;
  const coding = algorithm ?? message.contentCoding;
  if (body === null || coding === null || coding === "none" || body instanceof ReadableStream) return body;
  const format = compressionFormat(coding);
  message.ownHeaders.set("content-encoding", format ?? coding);
  return format === "deflate" ? compressed(body, format) : body;
}

function compressed(body: Uint8Array | string, format: "gzip" | "deflate"): ReadableStream {
  return new Blob([body]).stream().pipeThrough(new CompressionStream(format));
}
