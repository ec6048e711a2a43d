import type { BodySource } from "../flow/body.ts";
import { compressionFormat, type Message, type ResponseMessage } from "../flow/message.ts";

/** Apigee: "Endpoint properties reference" (compression.algorithm). Null: as the message came. */
export type CompressionAlgorithm = "gzip" | "deflate" | "none" | null;

/**
 * The body and headers of a request as they leave: compressed as it came, or as the property forces.
 * A body that streams through untouched keeps whatever compression it has.
 */
export function compressRequest(message: Message, algorithm: CompressionAlgorithm): BodySource {
  const source = message.body.source;
  const coding = compressionFormat(algorithm ?? message.contentCoding ?? "");
  if (source === null || coding === null || source instanceof ReadableStream) return source;
  message.ownHeaders.set("content-encoding", coding);
  return new Blob([source]).stream().pipeThrough(new CompressionStream(coding));
}

/** For a response the platform compresses by itself what its Content-Encoding header promises. */
export function markResponseCompression(message: ResponseMessage, algorithm: CompressionAlgorithm): void {
  const coding = algorithm ?? message.contentCoding;
  if (coding === null || coding === "none" || message.body.isStream || message.body.isEmpty) return;
  message.ownHeaders.set("content-encoding", coding);
}
