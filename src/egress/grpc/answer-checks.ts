import { Code, ConnectError } from "@connectrpc/connect";
import { codeFromHttpStatus } from "@connectrpc/connect/protocol-grpc";

/**
 * The error that an HTTP status stands for when the server does not speak for itself.
 * gRPC: "HTTP to gRPC Status Code Mapping".
 */
export function httpError({ status, headers }: Response): ConnectError {
  return new ConnectError(`HTTP status code ${status}`, codeFromHttpStatus(status), headers);
}

/**
 * Throws unless the media type, without its parameters, is the expected one.
 * @param otherCodecs media types of the same protocol whose messages are written in another way
 */
export function requireContentType(
  { status, headers }: Response,
  expected: RegExp,
  otherCodecs: RegExp,
): void {
  const contentType = headers.get("content-type") ?? "";
  const mediaType = (contentType.split(";", 1)[0] ?? "").trim().toLowerCase();
  if (expected.test(mediaType)) return;
  throw new ConnectError(
    `HTTP status code ${status}, invalid content-type: ${contentType || "none"}`,
    otherCodecs.test(mediaType) ? Code.Internal : codeFromHttpStatus(status),
    headers,
  );
}
