import { ConnectError } from "@connectrpc/connect";
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
 * @param unless a header that says what an answer is of whatever type
 */
export function requireContentType({ status, headers }: Response, expected: RegExp, unless?: string): void {
  const contentType = headers.get("content-type") ?? "";
  const [mediaType = ""] = contentType.split(";", 1);
  if (expected.test(mediaType.trim().toLowerCase()) || (unless && headers.has(unless))) return;
  throw new ConnectError(
    `HTTP status code ${status}, invalid content-type: ${contentType || "none"}`,
    codeFromHttpStatus(status),
    headers,
  );
}
