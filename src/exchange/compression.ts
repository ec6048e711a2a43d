import type { CompressionAlgorithm } from "../connections/transport-properties.ts";
import type { BodySource } from "../flow/body.ts";
import { compressionFormat } from "../flow/content-type.ts";
import type { Message, RequestMessage, ResponseMessage } from "../flow/message.ts";

/**
 * A request's body as it leaves, with its Content-Encoding: compressed as it came, or as the property says.
 * Apigee: "Endpoint properties reference" (compression.algorithm); null is its default.
 */
export function compressRequest(
  request: RequestMessage,
  algorithm: CompressionAlgorithm | null,
): BodySource | Promise<BodySource> {
  return compress(request, algorithm, nothing);
}

/** The same for the answer to the client. The platform itself does what Content-Encoding says of gzip and br. */
export function compressResponse(
  response: ResponseMessage,
  algorithm: CompressionAlgorithm | null,
): BodySource | Promise<BodySource> {
  return compress(response, algorithm, gzipAndBrotli);
}

/** The codings that the platform does and undoes on its own. */
type Platform = ReadonlySet<string>;
const nothing: Platform = new Set();
const gzipAndBrotli: Platform = new Set(["gzip", "br"]);

const IDENTITY = "identity";

/** A body that has the coding it should have, or one that cannot be undone, stays as it is. */
function compress(
  message: Message,
  algorithm: CompressionAlgorithm | null,
  platform: Platform,
): BodySource | Promise<BodySource> {
  const body = message.outgoing;
  const coding = algorithm === "none" ? IDENTITY : (algorithm ?? message.contentCoding);
  if (body === null || coding === null) return body;
  const present = message.headers.get("content-encoding")?.trim().toLowerCase() ?? IDENTITY;
  if (present === coding || message.headers.get("content-length") === "0") return body;
  const plain = decompressed(body, present, platform);
  if (plain === null) return body;
  message.ownHeaders.delete("content-length");
  if (coding === IDENTITY) message.ownHeaders.delete("content-encoding");
  else message.ownHeaders.set("content-encoding", coding);
  const format = platform.has(coding) ? null : compressionFormat(coding);
  return format === null ? plain : compressed(plain, format);
}

/** Null when nobody can tell what is in the body. What a policy made is what its Content-Encoding says. */
function decompressed(body: NonNullable<BodySource>, coding: string, platform: Platform): BodySource {
  if (coding === IDENTITY) return body;
  if (!(body instanceof ReadableStream)) return null;
  if (platform.has(coding)) return body;
  const format = compressionFormat(coding);
  return format === null ? null : body.pipeThrough(new DecompressionStream(format));
}

/** A stream stays one; what is in memory becomes bytes, so that it has a length and can be sent again. */
function compressed(
  body: NonNullable<BodySource>,
  format: "gzip" | "deflate",
): ReadableStream | Promise<Uint8Array> {
  const compression = new CompressionStream(format);
  return body instanceof ReadableStream
    ? body.pipeThrough(compression)
    : new Response(new Blob([body]).stream().pipeThrough(compression)).bytes();
}
